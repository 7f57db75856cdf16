"""The origin's errors: `{"error": {"code": "…", "message": "…"}}`, in a text of its own.

`edge/origin_errors.py` says the same to clients of the native side; parity proves them equal, so
neither is made from the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse, Response


@dataclass(frozen=True, slots=True)
class Fault:
    status: int
    code: str
    message: str


UNAUTHORIZED: Final = Fault(401, "unauthorized", "Authentication required")
TOKEN_EXPIRED: Final = Fault(401, "token_expired", "Token expired")
FORBIDDEN: Final = Fault(403, "forbidden", "You do not have access to this resource")
ORDER_NOT_FOUND: Final = Fault(404, "order_not_found", "Order not found")
FILE_NOT_FOUND: Final = Fault(404, "file_not_found", "File not found")
PREVIEW_NOT_FOUND: Final = Fault(404, "preview_not_found", "Preview not found")
JOB_NOT_FOUND: Final = Fault(404, "job_not_found", "Job not found")
NOTIFICATION_NOT_FOUND: Final = Fault(404, "notification_not_found", "Notification not found")
NOT_FOUND: Final = Fault(404, "not_found", "Not found")
METHOD_NOT_ALLOWED: Final = Fault(405, "method_not_allowed", "Method not allowed")
INVALID_JSON: Final = Fault(400, "invalid_json", "Request body is not valid JSON")
UNSUPPORTED_MEDIA_TYPE: Final = Fault(
    415, "unsupported_media_type", "Content-Type must be application/json"
)
PAYLOAD_TOO_LARGE: Final = Fault(413, "payload_too_large", "Request body too large")
VALIDATION_ERROR: Final = Fault(422, "validation_error", "Validation failed")
NAME_TAKEN: Final = Fault(409, "name_taken", "A file with this name already exists in the order")
UPLOAD_MISSING: Final = Fault(409, "upload_missing", "Upload has not been received")
INVALID_INTENT: Final = Fault(422, "invalid_intent", "Unknown upload intent")
INTENT_EXPIRED: Final = Fault(410, "intent_expired", "Upload intent expired")
PRECONDITION_FAILED: Final = Fault(412, "precondition_failed", "Resource has changed")

# What the edge answers by itself in every cohort, so that of these nobody there sees the text.
FILE_LOCKED: Final = Fault(409, "file_locked", "The file is being edited")
JOB_ACTIVE: Final = Fault(409, "job_active", "A job is active on this file")
FILE_GONE: Final = Fault(410, "file_gone", "File was deleted here")  # told to nobody but the edge
UPGRADE_REQUIRED: Final = Fault(426, "upgrade_required", "Open this path as a WebSocket")
UNAVAILABLE: Final = Fault(503, "unavailable", "Storage did not answer")
INTERNAL: Final = Fault(500, "internal_error", "Internal server error")

OF_FAULTS: Final[dict[Fault, dict[str, str]]] = {
    UNAUTHORIZED: {"www-authenticate": "Bearer"},
    TOKEN_EXPIRED: {"www-authenticate": "Bearer"},
    UPGRADE_REQUIRED: {"upgrade": "websocket"},
}


class Refusal(Exception):
    def __init__(self, fault: Fault, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(fault.code)
        self.fault: Final = fault
        self.headers: Final = headers or {}


def refused(fault: Fault, headers: Mapping[str, str] | None = None) -> Response:
    body = {"error": {"code": fault.code, "message": fault.message}}
    together = {"cache-control": "no-store", **OF_FAULTS.get(fault, {}), **(headers or {})}
    return JSONResponse(body, fault.status, together)
