"""Every bound of the product, with its reason. Those one may set stand in `settings.py`."""

from typing import Final

# --- HTTP ---------------------------------------------------------------------------------------
JSON_BODY_BYTES_MAX: Final = 64 * 1024  # 500 file ids are 20 kB; nothing we accept needs more
FIELD_CHARACTERS_MAX: Final = 100  # of a field's name that is repeated to whoever sent it
TOKEN_CHARACTERS_MAX: Final = 4096  # a session token, or an intent, in a body
CURSOR_MAX: Final = 10**12  # no list will ever be that long
PAGE_FILES_DEFAULT: Final = 100
PAGE_FILES_MAX: Final = 500
PAGE_NOTIFICATIONS_DEFAULT: Final = 50
PAGE_NOTIFICATIONS_MAX: Final = 200
MESSAGE_BYTES_MAX: Final = 64 * 1024  # one WebSocket frame (design, section 5)

# --- Names and ids ------------------------------------------------------------------------------
NAME_BYTES_MAX: Final = 255  # what ext4, APFS and NTFS accept for one path segment
ID_CHARACTERS_MAX: Final = 64  # an R2 key may have 1,024 bytes; two ids and a name must fit

# --- Photos -------------------------------------------------------------------------------------
RAW_BYTES_MAX: Final = 100_000_000  # Cloudflare's request body limit on Free and Pro plans
PIXELS_MAX: Final = 100_000_000  # the largest area Cloudflare Images takes (its error 9413)
PILLOW_PIXELS_MAX: Final = 50_000_000  # baseline JPEG, at draft scale: 26 MB of an isolate's 128
PILLOW_PROGRESSIVE_PIXELS_MAX: Final = 12_000_000  # keeps all coefficients: 24 MP took 98 MB
PILLOW_UNSCALED_PIXELS_MAX: Final = 3_000_000  # PNG and WebP decode whole: 5 to 15 bytes a pixel
PILLOW_BYTES_MAX: Final = 30_000_000  # the encoded bytes share the isolate with the decode
PICTURE_HEADER_BYTES: Final = 256 * 1024  # where nearly every photo has said its size
PICTURE_HEADER_BYTES_MAX: Final = 4 * 1024 * 1024  # behind a large profile, or a camera's notes
PREVIEW_LONG_EDGE_PX: Final = 1280
PREVIEW_QUALITY: Final = 85

# --- Orders -------------------------------------------------------------------------------------
ORDER_WATCHERS_MAX: Final = 1000  # one event reached 1,000 sockets in 0.1 s
ORDER_FILES_MAX: Final = 1000  # a snapshot of 1,000 files is about 700 kB, one `hello` frame
SUBMIT_FILES_MAX: Final = 500  # one actor call each; a Worker may make 1,000 per request
SUBMIT_CONCURRENCY: Final = 16  # actor calls under way at once for one request

# --- Time ---------------------------------------------------------------------------------------
UPLOAD_URL_LIFETIME_MS: Final = 15 * 60_000  # time for 100 MB on a slow line
INTENT_LIFETIME_MS: Final = 24 * 3_600_000  # an upload may be finalized a day later
UPLOAD_RESERVATION_LIFETIME_MS: Final = INTENT_LIFETIME_MS + 3_600_000  # outlives its intent
RENAME_RESERVATION_LIFETIME_MS: Final = 10 * 60_000  # until the file has told its new name
PREVIEW_URL_LIFETIME_MS: Final = 3_600_000
MEDIA_MAX_AGE_MS: Final = 3_600_000  # a preview's key is written once (domain/keys.py)
OUTAGE_RETRY_AFTER_MS: Final = 1_000
WATCHERS_RETRY_AFTER_MS: Final = 30_000
RPC_TIMEOUT_MS: Final = 15_000  # an actor that is silent for so long is taken for gone
DISPATCH_TIMEOUT_MAX_MS: Final = 15 * 60_000  # between repeats of a message nobody has taken
EFFECTS_PER_WAKE_MAX: Final = 20  # then the alarm goes on: one wake must end
EFFECT_RETRY_FIRST_MS: Final = 1_000
EFFECT_RETRY_MAX_MS: Final = 60_000

# --- Jobs ---------------------------------------------------------------------------------------
ATTEMPTS_MAX: Final = 4  # the first run and three retries (design, section 1)
RETRY_BACKOFF_MAX_MS: Final = 5 * 60_000
JOB_HISTORY_MAX: Final = 50  # finished jobs kept per file

# --- Inbox --------------------------------------------------------------------------------------
NOTIFICATIONS_PER_DELIVERY_MAX: Final = 50  # one RPC of about 15 kB
INBOX_NOTIFICATIONS_MAX: Final = 1000  # the oldest go first
