"""The bytes behind signed URLs, streamed from and to the bucket without entering Python."""

import re
from typing import Final

from domain.errors import Code, Outage, Refusal
from domain.limits import MEDIA_MAX_AGE_MS, RAW_BYTES_MAX
from domain.values import Value
from edge.conditional import entity_tag, is_known
from edge.exchange import Request, Response, json_response
from edge.services import Call
from edge.signing import MediaClaims
from log import log
from storage.objects import ByteRange, ObjectHead

SINGLE_RANGE: Final = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?")


class StoredView(Value):
    object_key: str
    etag: str


async def put(call: Call) -> Response:
    claims = _claims(call, "PUT")
    _check_announced(call.request, claims)
    assert claims.content_type is not None
    stored = await _stored(call, claims.key, claims.content_type, claims.md5)
    return json_response(
        StoredView(object_key=claims.key, etag=stored.etag),
        headers=(("etag", entity_tag(stored.etag)),),
    )


async def _stored(call: Call, key: str, content_type: str, md5: str | None) -> ObjectHead:
    """Of a body that breaks off the bucket tells as of its own failure: so it is looked at."""
    stream, bucket = call.request.native.stream, call.services.bucket
    try:
        return await bucket.put(key, stream, content_type, md5)
    except Outage as outage:
        await call.services.objects.head(key)  # counts, and raises, if the bucket is what is sick
        log("upload.broken_off", reason=str(outage), req_id=call.request.id)
        raise Refusal(Code.UPLOAD_BROKEN_OFF, "send the bytes again") from None


async def get(call: Call) -> Response:
    claims = _claims(call, "GET")
    head = await call.services.objects.head(claims.key)
    if head is None:
        raise Refusal(Code.OBJECT_NOT_FOUND, "the object was removed")
    headers = _headers(head)
    if is_known(call.request, entity_tag(head.etag)):
        return Response(304, headers=headers)
    span = _span(call.request, head.size_bytes)
    length = head.size_bytes if span is None else span[1] - span[0]
    headers = (*headers, ("content-length", str(length)))
    if span is not None:
        content_range = f"bytes {span[0]}-{span[1] - 1}/{head.size_bytes}"
        headers = (*headers, ("content-range", content_range))
    status = 200 if span is None else 206
    if call.request.method == "HEAD":
        return Response(status, headers=headers)
    found = await call.services.objects.get(
        claims.key, None if span is None else ByteRange(span[0], length)
    )
    if found is None:
        raise Refusal(Code.OBJECT_NOT_FOUND, "the object was removed")
    return Response(status, headers=headers, stream=found.body)


def _claims(call: Call, method: str) -> MediaClaims:
    claims = call.services.signer.media(call.request.query.get("token", ""))
    if claims.method != method or claims.key != call.parameters["key"]:
        raise Refusal(Code.SIGNATURE_INVALID, "the URL was signed for another use")
    return claims


def _check_announced(request: Request, claims: MediaClaims) -> None:
    """Size and type are those of the intent, or nothing is stored."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise Refusal(Code.LENGTH_REQUIRED, "send the bytes with a content-length")
    if int(length) > RAW_BYTES_MAX:
        raise Refusal(Code.BODY_TOO_LARGE, f"a photo may have at most {RAW_BYTES_MAX} bytes")
    if int(length) != claims.size_bytes:
        raise Refusal(Code.SIZE_MISMATCH, f"{claims.size_bytes} bytes were announced")
    if request.headers.get("content-type", "") != claims.content_type:
        raise Refusal(Code.CONTENT_TYPE_MISMATCH, f"{claims.content_type} was announced")


def _headers(head: ObjectHead) -> tuple[tuple[str, str], ...]:
    return (
        ("content-type", head.content_type),
        ("etag", entity_tag(head.etag)),
        ("accept-ranges", "bytes"),
        ("cache-control", f"private, max-age={MEDIA_MAX_AGE_MS // 1000}"),
        ("x-content-type-options", "nosniff"),
    )


def _span(request: Request, size_bytes: int) -> tuple[int, int] | None:
    """First byte and the one behind the last. None: the whole object (RFC 9110, 14.2).

    Several ranges, other units and `If-Range` are answered with the whole, as a server may; and
    so must be anything but a GET.
    """
    found = SINGLE_RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if (
        request.method != "GET"
        or found is None
        or found[1] is found[2] is None
        or "if-range" in request.headers
    ):
        return None
    if found[1] is None:
        first, behind = max(size_bytes - int(found[2]), 0), size_bytes
    else:
        first = int(found[1])
        behind = min(int(found[2]) + 1, size_bytes) if found[2] else size_bytes
    if found[1] and found[2] and int(found[2]) < int(found[1]):
        return None
    if first >= behind:
        raise Refusal(
            Code.RANGE_NOT_SATISFIABLE,
            f"the object has {size_bytes} bytes",
            {"size_bytes": size_bytes},
        )
    return first, behind
