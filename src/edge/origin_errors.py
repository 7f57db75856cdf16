"""The origin's errors, which a route that moves from it to us has to go on giving.

One table: what we refuse on the left, what the origin has always said on the right. Refusals that
it never knew (a lock, an idempotency key) are problems as everywhere else.
"""

import json
from dataclasses import dataclass
from typing import Final

from domain.errors import Code, Refusal
from edge.exchange import Response
from edge.problems import refusal_headers


@dataclass(frozen=True, slots=True)
class OriginError:
    status: int
    code: str
    message: str


FILE_NOT_FOUND: Final = OriginError(404, "file_not_found", "File not found")
INVALID: Final = OriginError(422, "validation_error", "Validation failed")
ORIGIN_ERRORS: Final[dict[Code, OriginError]] = {
    Code.UNAUTHENTICATED: OriginError(401, "unauthorized", "Authentication required"),
    Code.TOKEN_EXPIRED: OriginError(401, "token_expired", "Token expired"),
    Code.FORBIDDEN: OriginError(403, "forbidden", "You do not have access to this resource"),
    Code.ORDER_NOT_FOUND: OriginError(404, "order_not_found", "Order not found"),
    Code.FILE_NOT_FOUND: FILE_NOT_FOUND,
    Code.FILE_DELETED: FILE_NOT_FOUND,
    Code.PREVIEW_NOT_FOUND: OriginError(404, "preview_not_found", "Preview not found"),
    Code.JOB_NOT_FOUND: OriginError(404, "job_not_found", "Job not found"),
    Code.NOTIFICATION_NOT_FOUND: OriginError(
        404, "notification_not_found", "Notification not found"
    ),
    Code.ROUTE_NOT_FOUND: OriginError(404, "not_found", "Not found"),
    Code.METHOD_NOT_ALLOWED: OriginError(405, "method_not_allowed", "Method not allowed"),
    Code.MALFORMED_JSON: OriginError(400, "invalid_json", "Request body is not valid JSON"),
    Code.UNSUPPORTED_MEDIA_TYPE: OriginError(
        415, "unsupported_media_type", "Content-Type must be application/json"
    ),
    Code.BODY_TOO_LARGE: OriginError(413, "payload_too_large", "Request body too large"),
    Code.INVALID_BODY: INVALID,
    Code.INVALID_NAME: INVALID,
    Code.INVALID_QUERY: INVALID,
    Code.NAME_TAKEN: OriginError(
        409, "name_taken", "A file with this name already exists in the order"
    ),
    Code.UPLOAD_MISSING: OriginError(409, "upload_missing", "Upload has not been received"),
    Code.INVALID_INTENT: OriginError(422, "invalid_intent", "Unknown upload intent"),
    Code.INTENT_EXPIRED: OriginError(410, "intent_expired", "Upload intent expired"),
    Code.PRECONDITION_FAILED: OriginError(412, "precondition_failed", "Resource has changed"),
}


def origin_error(refusal: Refusal) -> Response | None:
    """The refusal as the origin would have put it; None, if it has no word for it."""
    known = ORIGIN_ERRORS.get(refusal.code)
    if known is None:
        return None
    body = {"error": {"code": known.code, "message": known.message}}
    headers = (
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        *refusal_headers(refusal),
    )
    return Response(known.status, json.dumps(body, separators=(",", ":")), headers)
