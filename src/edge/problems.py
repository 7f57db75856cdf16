"""Every refusal as HTTP: one table of statuses and titles, answered as RFC 9457 problem+json."""

import json
import math
from typing import Final

from domain.errors import Code, Facts, Refusal
from domain.limits import OUTAGE_RETRY_AFTER_MS
from domain.views import rfc3339
from edge.exchange import Response

PROBLEMS: Final[dict[Code, tuple[int, str]]] = {
    Code.UNAUTHENTICATED: (401, "A session token is needed"),
    Code.TOKEN_EXPIRED: (401, "The session has expired"),
    Code.FORBIDDEN: (403, "This belongs to another user"),
    Code.OPERATOR_NEEDED: (401, "This is for operators"),
    Code.ORIGIN_FORBIDDEN: (403, "This origin may not do that"),
    Code.ROUTE_NOT_FOUND: (404, "There is nothing at this path"),
    Code.INVALID_PATH: (400, "The path is not plain"),
    Code.HEADERS_TOO_LARGE: (431, "The headers are too large"),
    Code.RATE_LIMITED: (429, "Too many requests"),
    Code.ORIGIN_UNREACHABLE: (502, "The service behind this one could not be reached"),
    Code.ORIGIN_TIMEOUT: (504, "The service behind this one did not answer in time"),
    Code.METHOD_NOT_ALLOWED: (405, "This method is not allowed here"),
    Code.UPGRADE_REQUIRED: (426, "This path speaks WebSocket only"),
    Code.BODY_TOO_LARGE: (413, "The body is too large"),
    Code.LENGTH_REQUIRED: (411, "A content-length is needed"),
    Code.UNSUPPORTED_MEDIA_TYPE: (415, "This content type is not supported"),
    Code.MALFORMED_JSON: (400, "The body is not JSON"),
    Code.INVALID_BODY: (422, "The body does not fit"),
    Code.INVALID_NAME: (422, "The name cannot be used"),
    Code.INVALID_QUERY: (422, "A query parameter does not fit"),
    Code.INVALID_INTENT: (422, "The upload intent is not one of ours"),
    Code.INTENT_EXPIRED: (410, "The upload intent has expired"),
    Code.SIGNATURE_INVALID: (403, "The signed URL is not valid for this request"),
    Code.URL_EXPIRED: (403, "The signed URL has expired"),
    Code.SIZE_MISMATCH: (400, "The size is not the one announced"),
    Code.UPLOAD_BROKEN_OFF: (400, "The bytes did not all arrive"),
    Code.CONTENT_TYPE_MISMATCH: (400, "The content type is not the one announced"),
    Code.MD5_MISMATCH: (400, "The MD5 is not the one announced"),
    Code.PRECONDITION_FAILED: (412, "It has changed since you looked at it"),
    Code.INVALID_IDEMPOTENCY_KEY: (400, "The Idempotency-Key cannot be used"),
    Code.IDEMPOTENCY_KEY_REUSED: (422, "The Idempotency-Key was used for another request"),
    Code.IDEMPOTENCY_KEY_IN_USE: (409, "The first request with this Idempotency-Key is running"),
    Code.RANGE_NOT_SATISFIABLE: (416, "The range lies outside the object"),
    Code.OBJECT_NOT_FOUND: (404, "There is no such object"),
    Code.UPLOAD_MISSING: (409, "The photo was not uploaded yet"),
    Code.ORDER_NOT_FOUND: (404, "There is no such order"),
    Code.ORDER_FULL: (409, "The order is full"),
    Code.TOO_MANY_WATCHERS: (429, "Too many connections watch this"),
    Code.ROOM_FORBIDDEN: (403, "This room is not open to you"),
    Code.ROOM_NOT_FOUND: (404, "There is no such room"),
    Code.NAME_TAKEN: (409, "The name is taken"),
    Code.FILE_NOT_FOUND: (404, "There is no such file"),
    Code.FILE_DELETED: (410, "The file was deleted"),
    Code.FILE_LOCKED: (409, "The file is locked"),
    Code.JOB_ACTIVE: (409, "A job is active on this file"),
    Code.JOB_NOT_FOUND: (404, "There is no such job"),
    Code.JOB_NOT_FAILED: (409, "The job has not failed"),
    Code.JOB_SUPERSEDED: (409, "The file has a newer job"),
    Code.JOB_NOT_CLAIMABLE: (409, "The job cannot be claimed"),
    Code.LEASE_LOST: (409, "The lease was lost"),
    Code.PREVIEW_NOT_FOUND: (404, "There is no preview yet"),
    Code.NOTIFICATION_NOT_FOUND: (404, "There is no such notification"),
    Code.WEBHOOK_NOT_FOUND: (404, "There is no such webhook"),
    Code.WEBHOOK_DISABLED: (409, "The webhook is disabled"),
    Code.WEBHOOKS_FULL: (409, "There are as many webhooks as there may be"),
    Code.INVALID_WEBHOOK_URL: (422, "Webhooks cannot be sent to this URL"),
    Code.PARKED_NOT_FOUND: (404, "There is no such parked message"),
    Code.PARKED_UNREADABLE: (409, "Nobody can read this message, so nobody can act on it"),
    Code.UNAVAILABLE: (503, "A part of the service did not answer"),
    Code.INTERNAL: (500, "Something went wrong on our side"),
}


def problem(refusal: Refusal, request_id: str) -> Response:
    status, title = PROBLEMS[refusal.code]
    members = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": refusal.code.value,
        "detail": refusal.detail,
        "request_id": request_id,
        **_members(refusal.facts),
    }
    headers = (
        ("content-type", "application/problem+json"),
        ("cache-control", "no-store"),
        *refusal_headers(refusal),
    )
    return Response(status, json.dumps(members, ensure_ascii=False), headers)


def unavailable() -> Refusal:
    return Refusal(
        Code.UNAVAILABLE,
        "please try again in a moment",
        {"retry_after_ms": OUTAGE_RETRY_AFTER_MS},
    )


def origin_unreachable() -> Refusal:
    """Of a native answer that needs what only the origin knows so far."""
    return Refusal(
        Code.ORIGIN_UNREACHABLE,
        "the service behind this one could not be reached",
        {"retry_after_ms": OUTAGE_RETRY_AFTER_MS},
    )


def internal() -> Refusal:
    return Refusal(Code.INTERNAL, "the fault was logged under this request_id")


def _members(facts: Facts) -> Facts:
    """Facts as people and clients read them: times as RFC 3339, header values left out."""
    told: Facts = {}
    for name, value in facts.items():
        if name in {"retry_after_ms", "allow"}:
            continue
        if name.endswith("_ms"):
            told[name.removesuffix("_ms")] = rfc3339(int(value))
        else:
            told[name] = value
    return told


def refusal_headers(refusal: Refusal) -> list[tuple[str, str]]:
    headers = []
    if "retry_after_ms" in refusal.facts:
        seconds = max(math.ceil(int(refusal.facts["retry_after_ms"]) / 1000), 1)
        headers.append(("retry-after", str(seconds)))
    if "allow" in refusal.facts:
        headers.append(("allow", str(refusal.facts["allow"])))
    if refusal.code in {Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.OPERATOR_NEEDED}:
        headers.append(("www-authenticate", "Bearer"))  # RFC 9110, 11.6.1
    if refusal.code is Code.RANGE_NOT_SATISFIABLE:
        headers.append(("content-range", f"bytes */{refusal.facts['size_bytes']}"))  # 15.5.17
    if refusal.code is Code.UPGRADE_REQUIRED:
        headers.append(("upgrade", "websocket"))
    return headers
