"""Uploads: announce a photo, PUT its bytes to a signed URL, finalize it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain import keys, names
from domain.errors import Code, Refusal
from domain.file import Upload
from domain.ids import OrderId, new_file_id
from domain.limits import (
    RAW_BYTES_MAX,
    TOKEN_CHARACTERS_MAX,
    UPLOAD_RESERVATION_MARGIN_MS,
    UPLOAD_URL_LIFETIME_MS,
)
from domain.messages.file import DescribeUpload, Register, Registered
from domain.messages.order import Reserve
from domain.photo import PhotoType
from domain.values import Value
from domain.views import rfc3339
from edge.exchange import Body, Response, json_response, parsed_body
from edge.hydration import opened
from edge.services import Call
from edge.signing import IntentClaims, MediaClaims
from storage.objects import ObjectHead


class IntentBody(Body):
    order_id: OrderId
    name: str
    size_bytes: Annotated[int, Field(ge=1, le=RAW_BYTES_MAX, strict=True)]
    content_type: PhotoType
    md5: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None


class SignedUpload(Value):
    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str]
    expires_at: str


class IntentView(Value):
    intent_id: str
    file_id: str
    order_id: str
    object_key: str
    upload: SignedUpload


class FinalizeBody(Body):
    intent_id: Annotated[str, StringConstraints(max_length=TOKEN_CHARACTERS_MAX)]


class FinalizedView(Value):
    """Of what never changes only, so that a second finalize gives the first answer."""

    file_id: str
    order_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    etag: str
    created_at: str


async def intent(call: Call) -> Response:
    body = await parsed_body(call.request, IntentBody)
    name = names.normalised(body.name)
    await opened(call, body.order_id)
    lifetime_ms = call.services.settings.intent_lifetime_ms
    reserved = await call.services.orders.reserve(
        Reserve(
            caller_id=call.caller_id,
            order_id=body.order_id,
            name=name,
            file_id=new_file_id(),
            lifetime_ms=lifetime_ms + min(lifetime_ms, UPLOAD_RESERVATION_MARGIN_MS),
        )
    )
    if reserved.announced_ms is not None and not reserved.is_repeat:
        call.services.telemetry.happened(reserved.announced_ms, "intents")
    name = reserved.name or name
    claims = IntentClaims(
        file_id=reserved.file_id,
        order_id=body.order_id,
        owner_id=call.caller_id,
        name=name,
        object_key=keys.raw(call.caller_id, body.order_id, reserved.file_id, name),
        size_bytes=body.size_bytes,
        content_type=body.content_type,
        iat_ms=reserved.announced_ms,
    )
    intent_id = call.services.signer.signed(claims, call.now_ms + lifetime_ms)
    view = IntentView(
        intent_id=intent_id,
        file_id=claims.file_id,
        order_id=claims.order_id,
        object_key=claims.object_key,
        upload=_signed_upload(call, claims, body.md5),
    )
    return json_response(view, 201)


def _signed_upload(call: Call, claims: IntentClaims, md5: str | None) -> SignedUpload:
    lifetime_ms = min(UPLOAD_URL_LIFETIME_MS, call.services.settings.intent_lifetime_ms)
    expires_at_ms = call.now_ms + lifetime_ms
    media = MediaClaims(
        key=claims.object_key,
        method="PUT",
        size_bytes=claims.size_bytes,
        content_type=claims.content_type,
        md5=md5,
    )
    return SignedUpload(
        url=call.services.signer.media_url(call.request.origin, media, expires_at_ms),
        headers={"content-type": claims.content_type},
        expires_at=rfc3339(expires_at_ms),
    )


async def finalize(call: Call) -> Response:
    body = await parsed_body(call.request, FinalizeBody)
    claims = call.services.signer.intent(body.intent_id)
    if claims.owner_id != call.caller_id:
        raise Refusal(Code.FORBIDDEN, "this upload was begun by another user")
    found = await call.services.objects.head(claims.object_key)
    if found is None or found.size_bytes != claims.size_bytes:
        return await _first_answer(call, claims, found)
    upload = Upload(etag=found.etag, **claims.model_dump(exclude={"iat_ms"}))
    registered = await call.services.files.register(Register(upload=upload))
    if claims.iat_ms is not None and not registered.is_repeat:
        call.services.telemetry.happened(claims.iat_ms, "finalized")  # of the intents of back then
    return json_response(_finalized(registered), 201)


async def _first_answer(call: Call, claims: IntentClaims, found: ObjectHead | None) -> Response:
    """Once finalized, always finalized: whatever has become of the bytes since."""
    message = DescribeUpload(caller_id=call.caller_id)
    try:
        registered = await call.services.files.describe_upload(claims.file_id, message)
    except Refusal as refusal:
        if refusal.code is not Code.FILE_NOT_FOUND:
            raise
        raise _not_uploaded(claims, found) from None
    return json_response(_finalized(registered), 201)


def _not_uploaded(claims: IntentClaims, found: ObjectHead | None) -> Refusal:
    if found is None:
        return Refusal(Code.UPLOAD_MISSING, "PUT the bytes to the upload URL first")
    told = f"{found.size_bytes} bytes lie there, not {claims.size_bytes}"
    return Refusal(Code.SIZE_MISMATCH, told)


def _finalized(registered: Registered) -> FinalizedView:
    facts = registered.upload.model_dump(exclude={"owner_id"})
    return FinalizedView(**facts, created_at=rfc3339(registered.created_at_ms))
