"""Every bound of the product, with its reason. Those one may set stand in `settings.py`."""

from typing import Final

# --- HTTP ---------------------------------------------------------------------------------------
JSON_BODY_BYTES_MAX: Final = 64 * 1024  # 500 file ids are 20 kB; nothing we accept needs more
FIELD_CHARACTERS_MAX: Final = 100  # of a field's name that is repeated to whoever sent it
CONDITION_CHARACTERS_MAX: Final = 4096  # of If-Match and If-None-Match: dozens of tags
TOKEN_CHARACTERS_MAX: Final = 4096  # a session token, or an intent, in a body
SESSION_SKEW_S: Final = 30  # by which the clock of who signs sessions may be off
ACCESS_SKEW_S: Final = 60  # the same of Cloudflare Access
CURSOR_MAX: Final = 10**12  # no list will ever be that long
PAGE_FILES_DEFAULT: Final = 100
PAGE_FILES_MAX: Final = 500
PAGE_JOBS_DEFAULT: Final = 50
PAGE_JOBS_MAX: Final = 200
JOBS_ORDERS_MAX: Final = 20  # orders looked into for one page of a user's jobs, one after the other
PAGE_OPERATIONS_DEFAULT: Final = 50
PAGE_OPERATIONS_MAX: Final = 200
PAGE_NOTIFICATIONS_DEFAULT: Final = 50
PAGE_NOTIFICATIONS_MAX: Final = 200
MESSAGE_BYTES_MAX: Final = 64 * 1024  # one WebSocket frame (design, section 5)

# --- Names and ids ------------------------------------------------------------------------------
IDEMPOTENCY_KEY_CHARACTERS_MAX: Final = 255
NAME_BYTES_MAX: Final = 255  # what ext4, APFS and NTFS accept for one path segment
KEY_CHARACTERS_MAX: Final = 1_024  # of an object: R2 takes as many bytes
ID_CHARACTERS_MAX: Final = 64  # an R2 key may have 1,024 bytes; two ids and a name must fit
ROOM_ID_CHARACTERS_MAX: Final = 70  # `order-` and an order's id

# --- Photos -------------------------------------------------------------------------------------
RAW_BYTES_MAX: Final = 100_000_000  # Cloudflare's request body limit on Free and Pro plans
PIXELS_MAX: Final = 100_000_000  # the largest area Cloudflare Images takes (its error 9413)
PILLOW_PIXELS_MAX: Final = 50_000_000  # baseline JPEG, at draft scale: 5 to 45 MB of 128
PILLOW_COEFFICIENT_BYTES_MAX: Final = 40_000_000  # of a progressive JPEG: kept whatever the scale
PILLOW_UNSCALED_PIXELS_MAX: Final = 3_000_000  # all but JPEGs decode whole: 5 to 12 bytes each
PILLOW_WEBP_PIXELS_MAX: Final = 2_000_000  # its decoder keeps two canvases: 19 bytes a pixel
PILLOW_BYTES_MAX: Final = 30_000_000  # the encoded bytes share the isolate with the decode
PILLOW_GIF_BYTES_MAX: Final = 4_000_000  # a GIF of one comment: 16 MB took 26 s, 4 MB 0.8 s
PILLOW_VALUES_BYTES_MAX: Final = 8_000_000  # of a TIFF's directory or EXIF data, once it is loaded
PILLOW_TEXT_BYTES_MAX: Final = 4_000_000  # of a PNG, unpacked; Pillow itself would allow 64 MB
PNG_CHUNKS_MAX: Final = 20_000  # 30 MB in chunks of 1.5 kB; Pillow keeps a note of each odd one
EXIF_BYTES_MAX: Final = 4_000_000  # of a JPEG; one segment of it has 64 kB, and cameras write one
JPEG_SEGMENTS_MAX: Final = 2_000  # before the pixels; a camera writes 10 to 100
IMAGES_BYTES_MAX: Final = 20_000_000  # what the binding takes ("Optimize with Workers")
IMAGES_EDGE_PX_MAX: Final = 12_000  # of anything but a WebP (Cloudflare Images, "Limits")
PICTURE_HEADER_BYTES: Final = 256 * 1024  # where nearly every photo has said its size
PICTURE_HEADER_BYTES_MAX: Final = 4 * 1024 * 1024  # behind a large profile, or a camera's notes
PICTURE_SPAN_BYTES: Final = 16 * 1024  # read at once where a header leads: 1,000 entries are 12 kB
PICTURE_SPANS_MAX: Final = 24  # such reads for one photo; a camera's raw file takes 2 to 8
TIFF_ENTRIES_MAX: Final = 1_000  # of one directory; cameras write about 100
TIFF_DIRECTORIES_MAX: Final = 32  # a raw file has 3 to 8; of a TIFF only the first is of interest
TIFF_VALUES_MAX: Final = 16  # of one tag: offsets of sub-directories, bits of each sample
EMBEDDED_JPEGS_MAX: Final = 8  # looked into, of a raw file; cameras embed one to four
PREVIEW_LONG_EDGE_PX: Final = 1280
PREVIEW_QUALITY: Final = 85

# --- Orders -------------------------------------------------------------------------------------
ORDER_WATCHERS_MAX: Final = 2_500  # one event reached 1,000 sockets in 0.1 s
ORDER_FILES_MAX: Final = 1000  # a snapshot of 1,000 files is about 1 MB, one `hello` frame
ORDER_TOMBSTONES_MAX: Final = 5_000  # files back; any late news of a deleted file has come by then
ORDER_JOBS_MAX: Final = 10_000  # jobs that an order can list; the oldest go first
REPORT_FILES_MAX: Final = 200  # of which one report tells whether they have failed
NUDGES_PER_EFFECT: Final = 20  # files that hear of one change of their order at once
IDEMPOTENCY_KEYS_MAX: Final = 1_000  # kept per order; the oldest go first
SUBMIT_FILES_MAX: Final = 500  # one actor call each; a Worker may make 1,000 per request
SUBMIT_CONCURRENCY: Final = 16  # actor calls under way at once for one request

# --- Live ---------------------------------------------------------------------------------------
HUB_EVENTS_MAX: Final = 2_000  # kept of an order or a room: minutes of a busy one, to go on from
HUB_BYTES_MAX: Final = 8 * 1024 * 1024  # of their texts: of an order's events it is 4,000
HUB_AGE_MS_MAX: Final = 24 * 3_600_000  # who comes back a day later may as well start anew
HUB_TRIM_EVERY: Final = 64  # events; each that goes is a row written, whenever it goes
HUB_COALESCE_FROM: Final = 100  # owed to one reader: a second of an order in full work
SPREAD_MS_EACH: Final = 4  # of CPU, that a socket that comes back costs its actor and the edge
SPREAD_MS_MIN: Final = 1_000  # what clients spread over by themselves
SPREAD_MS_MAX: Final = 30_000
SOCKET_SENDS_PER_MS: Final = (
    12  # a frame costs 20 to 40 µs of CPU; then its actor pauses a while longer
)
LEVEL_PAUSES_MAX: Final = 3  # that one more socket waits for the others to be told
SINGLE_SOCKETS_MAX: Final = 250  # of an actor, that take no batches: a frame for each event
PACED_COALESCE_FROM: Final = 20  # events that came in such a pause
WAITERS_MAX: Final = 1_000  # long polls and streams that wait in one actor
STREAMS_MAX: Final = 500  # open at once in one actor: each keeps it awake, and a buffer
PAGE_EVENTS_MAX: Final = 500  # in one answer to a poll, or one write of a stream: about 1 MB
SSE_MS_MAX: Final = 5 * 60_000  # of one stream: it keeps its actor awake, which a socket does not
SSE_KEEP_MS: Final = 15_000  # between comments: most proxies cut a silent answer off after 30 s
SSE_RETRY_MS: Final = 2_000  # after which a browser comes back
SSE_WRITE_MS_MAX: Final = 20_000  # for what was written to be taken; then its client is gone
CLOSE_REASON_BYTES_MAX: Final = 123  # a control frame has 125, two of them are the code
SESSION_EXPIRING_MS: Final = 60_000  # before a session ends, its socket is told

# --- Rooms --------------------------------------------------------------------------------------
ROOM_WATCHERS_MAX: Final = 2_000  # sockets: a message reaches them all in a fifth of a second
ROOM_DATA_DEPTH_MAX: Final = 64  # levels of a message's data; readers add some of their own
ROOM_HELLO_EVENTS_MAX: Final = 200  # the newest events: of those, `hello` has the messages
ROOM_HELLO_BYTES_MAX: Final = 256 * 1024  # of their texts: who comes new waits for it
ROOM_PUBLISHES_KEPT_MAX: Final = 5_000  # events back, a message that comes again is known
ROOM_PUBLISH_KEPT_MS: Final = 24 * 3_600_000  # as an Idempotency-Key is
ROOM_FRAME_INTERVAL_MS: Final = 50  # of one connection, or one user's requests: 20 a second
ROOM_FRAME_BURST: Final = 40
ROOM_MESSAGE_INTERVAL_MS: Final = 10  # of a room: 100 a second, a fifth of what an actor takes
ROOM_MESSAGE_BURST: Final = 200
ROOM_SOCKETS_TOLD_AS_ONE: Final = 100  # more of them, fewer messages: 10,000 sends a second in all
ROOM_REFUSAL_INTERVAL_MS: Final = 1_000  # of a connection that goes on above its rate
ROOM_REFUSAL_BURST: Final = 20  # then it is closed
ROOM_CONNECT_INTERVAL_MS: Final = 50  # of one user, in one room
ROOM_CONNECT_BURST: Final = 2_000  # as many as there may be: after an outage all come at once
ROOM_ALLOWANCES_MAX: Final = 4_000  # of one kind that an actor remembers; 100 bytes each

# --- Time ---------------------------------------------------------------------------------------
UPLOAD_URL_LIFETIME_MS: Final = 15 * 60_000  # time for 100 MB on a slow line
UPLOAD_RESERVATION_MARGIN_MS: Final = 3_600_000  # by which a reserved name outlives its intent
RESERVATION_LIFETIME_MS: Final = 25 * 3_600_000  # of an intent of a day
RENAME_RESERVATION_LIFETIME_MS: Final = 10 * 60_000  # until the file has told its new name
PREVIEW_URL_LIFETIME_MS: Final = 3_600_000
MEDIA_MAX_AGE_MS: Final = 3_600_000  # a preview's key is written once (domain/keys.py)
IDEMPOTENCY_KEY_LIFETIME_MS: Final = 24 * 3_600_000  # what clients know from other services
REQUEST_RUNNING_MAX_MS: Final = 60_000  # then whoever began it is taken for gone
REQUEST_RETRY_AFTER_MS: Final = 1_000
LONG_POLL_MS_MAX: Final = 25_000  # most proxies cut a silent request off after 30 s
OUTAGE_RETRY_AFTER_MS: Final = 1_000
WATCHERS_RETRY_AFTER_MS: Final = 30_000
RPC_TIMEOUT_MS: Final = 15_000  # an actor that is silent for so long is taken for gone
QUEUE_SEND_MS_MAX: Final = 5_000  # whoever submits waits for it, and must not take us for gone
DISPATCH_TIMEOUT_MAX_MS: Final = 15 * 60_000  # between repeats of a message nobody has taken
EFFECTS_PER_WAKE_MAX: Final = 20  # then the alarm goes on: one wake must end
EFFECT_MS_MAX: Final = 5 * 60_000  # time to archive 100 MB; then it is tried again
EFFECT_RETRY_FIRST_MS: Final = 1_000
EFFECT_RETRY_MAX_MS: Final = 60_000

# --- Jobs ---------------------------------------------------------------------------------------
ATTEMPTS_MAX: Final = 4  # the first run and three retries (design, section 1)
RETRY_BACKOFF_MAX_MS: Final = 5 * 60_000
EDIT_MS_MAX: Final = 10 * 60_000  # a consumer has 15 minutes (Cloudflare Queues, limits)
TELL_AGAIN_AFTER_MS: Final = (200, 1_000)  # how an attempt ended: an actor restarts within seconds
JOB_HISTORY_MAX: Final = 50  # finished jobs kept per file
JOB_RUNS_MAX: Final = 20  # attempts told per job: only operators can make it more than ATTEMPTS_MAX
LEFTOVER_KEYS_MAX: Final = 200  # objects a file remembers to remove; each attempt leaves two
ACTIONS_KEPT_MAX: Final = 100  # an operator's actions that an actor remembers, to do each once
LOCK_RETRY_AFTER_MAX_MS: Final = 5_000  # most edits take seconds, though a lease is long

# --- Inbox --------------------------------------------------------------------------------------
NOTIFICATIONS_PER_DELIVERY_MAX: Final = 50  # one RPC of about 15 kB
INBOX_NOTIFICATIONS_MAX: Final = 1000  # the oldest go first

# --- Operators ----------------------------------------------------------------------------------
SECRET_CHARACTERS_MIN: Final = 32  # of HMAC-SHA256's key (RFC 7518, 3.2)
OPERATOR_TOKEN_CHARACTERS_MIN: Final = 16  # 64 bits even in hex; nobody guesses that over HTTP
OPERATOR_NAME_CHARACTERS_MAX: Final = 254  # an e-mail address has no more (RFC 5321, 4.5.3)
ACCESS_KEYS_MS_MAX: Final = 3_600_000  # how long Access' keys are believed; it has them for weeks
ACCESS_KEYS_PAUSE_MS: Final = 60_000  # between two looks for a key that nobody has heard of
ACCESS_KEYS_RETRY_MS: Final = 5_000  # after a look that came to nothing
ACCESS_KEYS_TIMEOUT_MS: Final = 3_000
ACCESS_KEYS_BYTES_MAX: Final = 64 * 1024  # two keys with their certificates are about 6 kB
ACCESS_KEY_BITS_MIN: Final = 2_048  # RFC 7518, 3.3
ACCESS_KEY_BITS_MAX: Final = 8_192  # the work of a verification grows with it
REASON_CHARACTERS_MAX: Final = 500  # of an action: a sentence or two, or a link to the incident
TARGET_CHARACTERS_MAX: Final = 128  # of what an action was done to: a job's id has 53, a UUID 36
REDRIVE_JOBS_MAX: Final = 100  # redriven by one request; a Worker may make 1,000 calls
PARKED_BODY_CHARACTERS_MAX: Final = 16_000  # ours have 150; of a stranger's this tells enough
PARKED_MAX: Final = 1_000  # the oldest go: so many are one fault, and its first ones look the same
FAILED_FILES_MAX: Final = 10_000  # the newest failures that are listed; their files know all
AUDIT_RECORDS_MAX: Final = 10_000  # the newest ones: years by hand, and about 5 MB

# --- Cron, in place of the queue ----------------------------------------------------------------
CRON_JOBS_MAX: Final = 10  # taken each time: two minutes' work for the four of a batch
CRON_CONCURRENCY: Final = 4  # as the queue's max_batch_size: photos at once in one isolate

# --- Rollout ------------------------------------------------------------------------------------
ROLLOUT_BYTES_MAX: Final = 16 * 1024  # of the value in KV: ours has 150; people may add notes
GENERATION_MAX: Final = 10**15  # some will write the time in milliseconds, which has 13 digits
COHORT_COOKIE_LIFETIME_S: Final = 24 * 3_600  # a client keeps its cohort for a day (design, 3)
COHORT_COOKIE_CHARACTERS_MAX: Final = 128  # ours have at most 81
COHORT_COOKIE_SKEW_S: Final = 60  # by which one isolate's clock may run ahead of another's

# --- The edge before an origin --------------------------------------------------------------------
PATH_CHARACTERS_MAX: Final = 2_048  # ours have 100; what browsers and proxies agree on
PROXY_TIMEOUT_MS_MIN: Final = 1_000
PROXY_TIMEOUT_MS_MAX: Final = 60_000
PROXY_RETRY_ATTEMPTS_MAX: Final = 2
PROXY_HEADER_BYTES_MAX: Final = 32_768  # twice what most servers take; Cloudflare passes on 128 kB
PROXY_BODY_BYTES_MAX: Final = 512_000_000  # Cloudflare's request body limit on Enterprise plans
PROXY_UPLOAD_BYTES_PER_MS: Final = 500  # 4 Mbit/s: an upload may take that much longer
ORIGIN_LIST_WAIT_MS: Final = 2_000  # for its part of a list; without it ours is told alone
PROXY_ANSWER_BYTES_PER_MS: Final = 32  # 256 kbit/s: so slow may the line of who downloads be
VERDICT_WAIT_MS: Final = 1_000  # for the rollout's actor, by an isolate that knows nothing yet
TELEMETRY_CELLS_MAX: Final = 500  # minutes, cohorts and phases an isolate remembers: an hour's
HEALTH_WAIT_MS: Final = 2_000  # for each side's answer, when /qa asks how it is
HEALTH_ANSWER_BYTES_MAX: Final = 64 * 1024  # which nobody reads
QA_REQUESTS_MAX: Final = 10  # of one caller in the period; each asks both sides for their health
QA_PERIOD_MS: Final = 60_000

# --- Parity -------------------------------------------------------------------------------------
PARITY_DEPTH_MAX: Final = 32  # our answers nest six deep
PARITY_VALUE_CHARACTERS_MAX: Final = 80  # of a value that is shown: a column of a table
SHADOW_MINUTE_MAX: Final = (
    60  # comparisons of one isolate a minute: each is a request to the origin
)
SHADOW_CHARACTERS_MAX: Final = 128 * 1024  # of an answer: a page of 100 files is half of it
SHADOW_TIMEOUT_MS: Final = 10_000  # twice at most, and waitUntil has 30 s
SHADOW_PLACES_MAX: Final = 20  # told of one answer; more of them are one fault
SHADOW_FINDINGS_MAX: Final = 100  # places where answers differed, kept with how often; oldest go
SHADOW_POINTER_CHARACTERS_MAX: Final = 200  # ours have 40; keys of the origin's are its own

# --- The rollout's actor ------------------------------------------------------------------------
FLUSHES_KEPT_MAX: Final = 10_000  # ids: a quarter of an hour of 100 isolates; a repeat comes sooner
FIGURES_HOURS: Final = 24  # that figures tell of, besides the running hour
ISOLATE_SILENT_MS: Final = 60_000  # then it is gone: none flushes less often
ISOLATES_KEPT_MS: Final = 3_600_000
ALERT_KEPT_MS: Final = 24 * 3_600_000  # that nobody has accepted: older news help nobody
ALERT_TIMEOUT_MS: Final = 10_000
ALERT_ANSWER_BYTES_MAX: Final = 16 * 1024  # which nobody reads
ALERT_DETAIL_CHARACTERS_MAX: Final = 500

# --- What the origin knows ----------------------------------------------------------------------
ORIGIN_PAGE_FILES: Final = 500  # asked for at once; an order of 1,000 files is two pages
ORIGIN_PAGES_MAX: Final = 10  # an origin may give fewer than it was asked for
ORIGIN_ANSWER_BYTES_MAX: Final = 4 * 1024 * 1024  # 500 files are about 0.6 MB
ORIGIN_NAME_CHARACTERS_MAX: Final = 1024  # of a name that is not ours to refuse
ADOPTIONS_MAX: Final = 100  # files one submit makes ours: five calls each, of a request's 1,000
HYDRATION_TURN_MS_MIN: Final = 1_000  # of a long poll, between two questions to the origin
HOLD_MARGIN_MS: Final = 5_000  # by which a hold outlives the origin's last chance to answer
HOLD_MS_MAX: Final = 125_000  # two answers of 60 s, to the change and to what it was; the margin
HOLD_WAIT_MS: Final = 2_000  # then the file's actor is taken for gone, and the origin decides alone
HOLDS_MAX: Final = 16  # changes of one file under way at the origin at once
SUBMIT_HOLDS_MAX: Final = 50  # files of one proxied submit whose actors are asked for their lock
FINALIZED_BYTES_MAX: Final = 16 * 1024  # of the origin's answer to a finalize; it has some 400
ORIGIN_AFTER_MS: Final = 500  # after a change: who makes it does not wait for the origin
ORIGIN_TIMEOUT_MS: Final = 5_000  # until it answers what it is told; other effects wait
ORIGIN_RETRY_MAX_MS: Final = 3_600_000  # as it is down for all files, they must not crowd it

# --- Events and webhooks ------------------------------------------------------------------------
EPOCH_BYTES: Final = (
    8  # an event's id is told to who drops what they have had: no other order has it
)
EVENTS_PER_BATCH_MAX: Final = 100  # of one message; an order in full work makes as many a second
EVENTS_PER_BATCH_BYTES_MAX: Final = 120_000  # a queue's message has 128 kB; one event at most 70
EVENTS_RETRY_FIRST_S: Final = 10  # until a batch that was not passed on comes again; doubles
EVENTS_RETRY_MAX_S: Final = 600  # a hundred times (wrangler.toml) are 15 hours
EVENT_SEGMENTS_PER_PAGE_MAX: Final = 50  # of the audit, read for one page: about 5 MB
PAGE_AUDITED_DEFAULT: Final = 500
PAGE_AUDITED_MAX: Final = 2_000  # about 3 MB, and up to a segment more
WEBHOOK_ENDPOINTS_MAX: Final = 10  # of one user
WEBHOOK_URL_CHARACTERS_MAX: Final = 2_048  # what browsers and proxies agree on
WEBHOOK_DESCRIPTION_CHARACTERS_MAX: Final = 200
WEBHOOK_TYPES_MAX: Final = 20  # of events that one endpoint names
WEBHOOK_TYPE_CHARACTERS_MAX: Final = 100
WEBHOOK_KEY_BYTES: Final = 32  # of HMAC-SHA256 (RFC 2104, 3)
WEBHOOK_ROTATION_MS: Final = 24 * 3_600_000  # for which the secret before still signs
WEBHOOK_RETRIES_MAX: Final = 20  # that a schedule may have
WEBHOOK_CONNECTIONS_MAX: Final = 6  # at once, of one actor (Workers, "Simultaneous connections")
WEBHOOK_IN_FLIGHT_MAX: Final = 2  # of these to one endpoint, so that a slow one leaves some
WEBHOOK_SPARE_CONNECTIONS: Final = 2  # of them all, left for endpoints that have none
WEBHOOK_FAILING_CONNECTIONS_MAX: Final = 3  # of them all, for endpoints that fail
WEBHOOK_MARGIN_MS: Final = 5_000  # after its time is up, an attempt nobody told of was lost
WEBHOOK_TRY_MS_MAX: Final = 40_000  # and until the next one, or until it is taken for lost
WEBHOOK_PAUSE_FIRST_MS: Final = 1_000  # after a failure, before anything else goes there; doubles
WEBHOOK_PAUSE_MAX_MS: Final = 60_000
WEBHOOK_RETRY_AFTER_MS_MAX: Final = 24 * 3_600_000  # that a receiver may ask for
WEBHOOK_ANSWER_CHARACTERS_MAX: Final = 500  # of an answer, shown to whoever mends the receiver
WEBHOOK_ANSWER_BYTES_MAX: Final = 2_000  # of which so much is read
WEBHOOK_ERROR_CHARACTERS_MAX: Final = 200
WEBHOOK_DELIVERED_MAX: Final = 200  # of each endpoint, the newest in its log
WEBHOOK_DEAD_MAX: Final = 1_000  # of each endpoint; the oldest go
WEBHOOK_WAITING_MAX: Final = 10_000  # of each endpoint; then the oldest are given up
WEBHOOK_GAPS_MAX: Final = 1_000  # remembered, of events that may come yet; the oldest go
WEBHOOK_GAP_EVENTS_MAX: Final = 500  # looked back for, where a message has come before its turn
PAGE_DELIVERIES_DEFAULT: Final = 50
PAGE_DELIVERIES_MAX: Final = 200
