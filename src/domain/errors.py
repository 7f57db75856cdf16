"""The two kinds of expected trouble: a refusal (answered) and an outage (retried or 503).

Anything else that is raised is a bug. A refusal has no class hierarchy because it must survive an
RPC as data: an exception raised in an actor reaches its caller as a traceback in a string.
"""

from enum import StrEnum


class Code(StrEnum):
    """Stable machine-readable reasons, as on the wire. `edge/problems.py` gives each its status."""

    UNAUTHENTICATED = "unauthenticated"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 -- a code, not a password
    FORBIDDEN = "forbidden"
    OPERATOR_NEEDED = "operator_needed"
    ORIGIN_FORBIDDEN = "origin_forbidden"
    ROUTE_NOT_FOUND = "route_not_found"
    INVALID_PATH = "invalid_path"
    HEADERS_TOO_LARGE = "headers_too_large"
    RATE_LIMITED = "rate_limited"
    ORIGIN_UNREACHABLE = "origin_unreachable"
    ORIGIN_TIMEOUT = "origin_timeout"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UPGRADE_REQUIRED = "upgrade_required"
    BODY_TOO_LARGE = "body_too_large"
    LENGTH_REQUIRED = "length_required"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    MALFORMED_JSON = "malformed_json"
    INVALID_BODY = "invalid_body"
    INVALID_NAME = "invalid_name"
    INVALID_QUERY = "invalid_query"
    INVALID_INTENT = "invalid_intent"
    INTENT_EXPIRED = "intent_expired"
    SIGNATURE_INVALID = "signature_invalid"
    URL_EXPIRED = "url_expired"
    SIZE_MISMATCH = "size_mismatch"
    UPLOAD_BROKEN_OFF = "upload_broken_off"
    CONTENT_TYPE_MISMATCH = "content_type_mismatch"
    MD5_MISMATCH = "md5_mismatch"
    PRECONDITION_FAILED = "precondition_failed"
    INVALID_IDEMPOTENCY_KEY = "invalid_idempotency_key"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    IDEMPOTENCY_KEY_IN_USE = "idempotency_key_in_use"
    RANGE_NOT_SATISFIABLE = "range_not_satisfiable"
    OBJECT_NOT_FOUND = "object_not_found"
    UPLOAD_MISSING = "upload_missing"
    ORDER_NOT_FOUND = "order_not_found"
    ORDER_FULL = "order_full"
    TOO_MANY_WATCHERS = "too_many_watchers"
    ROOM_FORBIDDEN = "room_forbidden"
    ROOM_NOT_FOUND = "room_not_found"
    NAME_TAKEN = "name_taken"
    FILE_NOT_FOUND = "file_not_found"
    FILE_DELETED = "file_deleted"
    FILE_LOCKED = "file_locked"
    JOB_ACTIVE = "job_active"
    JOB_NOT_FOUND = "job_not_found"
    JOB_NOT_FAILED = "job_not_failed"
    JOB_SUPERSEDED = "job_superseded"
    JOB_NOT_CLAIMABLE = "job_not_claimable"
    LEASE_LOST = "lease_lost"
    PREVIEW_NOT_FOUND = "preview_not_found"
    NOTIFICATION_NOT_FOUND = "notification_not_found"
    WEBHOOK_NOT_FOUND = "webhook_not_found"
    WEBHOOK_DISABLED = "webhook_disabled"
    WEBHOOKS_FULL = "webhooks_full"
    INVALID_WEBHOOK_URL = "invalid_webhook_url"
    PARKED_NOT_FOUND = "parked_not_found"
    PARKED_UNREADABLE = "parked_unreadable"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


Facts = dict[str, str | int]


class Refusal(Exception):
    """A typed "no": what was declined, why, and the facts a client may act on."""

    def __init__(self, code: Code, detail: str, facts: Facts | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.facts = facts or {}


class Outage(Exception):
    """Something we depend on failed or did not answer. Safe to try again."""


class OriginOutage(Outage):
    """The origin did, on which we depend while we replace it: nothing of ours is sick."""
