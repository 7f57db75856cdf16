"""Uploads: a signed URL of the bucket, then the word that the bytes are there."""

import json
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints
from starlette.responses import Response

from tests.origin import names
from tests.origin.call import Body, Call, answer, body
from tests.origin.database import Row, Scalar, fresh, now_ms
from tests.origin.dialect import (
    FILE_NOT_FOUND,
    FORBIDDEN,
    INTENT_EXPIRED,
    INVALID_INTENT,
    UPLOAD_MISSING,
    Refusal,
)
from tests.origin.views import rfc3339
from tools.api_shapes import Finalized

INTENT_MS: Final = 24 * 3_600_000
URL_MS: Final = 15 * 60_000
BYTES_MAX: Final = 100_000_000

OrderId = Annotated[str, StringConstraints(pattern=rf"^{names.CHOSEN_ID}$")]
ContentType = Literal[
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/tiff",
    "image/x-adobe-dng",
    "image/x-canon-cr2",
    "image/x-nikon-nef",
    "image/x-sony-arw",
]


class IntentBody(Body):
    order_id: OrderId
    name: str
    size_bytes: Annotated[int, Field(ge=1, le=BYTES_MAX, strict=True)]
    content_type: ContentType
    md5: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None


class FinalizeBody(Body):
    intent_id: Annotated[str, StringConstraints(max_length=4096)]


async def intent(call: Call) -> Response:
    wanted = await body(call, IntentBody)
    name = names.clean(wanted.name)
    with call.store.database.transaction():
        begun = _begun(call, wanted, name)
    expires_at_ms = now_ms() + URL_MS
    url = call.backend.media.write_url(
        begun["object_key"], wanted.size_bytes, wanted.content_type, wanted.md5, expires_at_ms
    )
    upload = {
        "method": "PUT",
        "url": url,
        "headers": {"content-type": wanted.content_type},
        "expires_at": rfc3339(expires_at_ms),
    }
    value = {
        "intent_id": begun["id"],
        "file_id": begun["file_id"],
        "order_id": wanted.order_id,
        "object_key": begun["object_key"],
        "upload": upload,
    }
    return answer(value, 201)


def _begun(call: Call, wanted: IntentBody, name: str) -> Row:
    """The same one again for the same name, as long as it was not finalized."""
    store, database = call.store, call.store.database
    store.begin_order(wanted.order_id, call.user_id, fresh("o").removeprefix("o_"))
    known = database.row(
        "SELECT * FROM intents WHERE order_id = ? AND name_key = ? AND is_finalized = 0"
        " AND expires_at_ms > ?",
        *(wanted.order_id, names.name_key(name), now_ms()),
    )
    if known is None:
        file_id, intent_id = fresh("file"), fresh("int")
        store.check_free(wanted.order_id, name, file_id)
        columns: dict[str, Scalar] = {
            "id": intent_id,
            "file_id": file_id,
            "order_id": wanted.order_id,
            "owner_id": call.user_id,
            "name": name,
            "name_key": names.name_key(name),
            "object_key": _object_key(call, wanted.order_id, name, file_id),
            "size_bytes": wanted.size_bytes,
            "content_type": wanted.content_type,
            "expires_at_ms": now_ms() + INTENT_MS,
        }
        store.insert("intents", columns)
    else:
        intent_id = known["id"]
        database.rows(
            "UPDATE intents SET size_bytes = ?, content_type = ?, expires_at_ms = ? WHERE id = ?",
            *(wanted.size_bytes, wanted.content_type, now_ms() + INTENT_MS, intent_id),
        )
    return database.rows("SELECT * FROM intents WHERE id = ?", intent_id)[0]


def _object_key(call: Call, order_id: str, name: str, file_id: str) -> str:
    """By name; by file as well where a renamed file's bytes still lie under the name."""
    folder = f"user/{call.user_id}/orders/{order_id}/raw"
    key = f"{folder}/{name}"
    lies = "SELECT COUNT(*) FROM files WHERE object_key = ? AND deleted = 0"
    return f"{folder}/{file_id}/{name}" if call.store.database.number(lies, key) else key


async def finalize(call: Call) -> Response:
    wanted = await body(call, FinalizeBody)
    begun = _found(call, wanted.intent_id)
    if begun["is_finalized"]:
        return _first_answer(call, begun["file_id"], 201)
    stored = await call.backend.media.head(begun["object_key"])
    if stored is None or stored.size_bytes != begun["size_bytes"]:
        raise Refusal(UPLOAD_MISSING)
    finalized = Finalized(
        file_id=begun["file_id"],
        order_id=begun["order_id"],
        name=begun["name"],
        object_key=begun["object_key"],
        size_bytes=begun["size_bytes"],
        content_type=begun["content_type"],
        etag=stored.etag,
        created_at=rfc3339(now_ms()),
    )
    _register(call, begun["owner_id"], finalized)
    return _first_answer(call, begun["file_id"], 201)


def _found(call: Call, intent_id: str) -> Row:
    found = call.store.database.row("SELECT * FROM intents WHERE id = ?", intent_id)
    if found is None:
        raise Refusal(INVALID_INTENT)
    if found["expires_at_ms"] <= now_ms():
        raise Refusal(INTENT_EXPIRED)
    if found["owner_id"] != call.user_id:
        raise Refusal(FORBIDDEN)
    return found


def _register(call: Call, owner_id: str, finalized: Finalized) -> None:
    store, file_id = call.store, finalized["file_id"]
    with store.database.transaction():
        if store.database.row("SELECT 1 FROM files WHERE id = ?", file_id):
            return
        store.begin_order(finalized["order_id"], owner_id, fresh("o").removeprefix("o_"))
        store.check_free(finalized["order_id"], finalized["name"], file_id)
        store.register(owner_id, finalized)
        store.database.rows("UPDATE intents SET is_finalized = 1 WHERE file_id = ?", file_id)
    store.tell(file_id)


def _first_answer(call: Call, file_id: str, status: int) -> Response:
    file = call.store.database.rows("SELECT * FROM files WHERE id = ?", file_id)[0]
    if file["deleted"]:
        raise Refusal(FILE_NOT_FOUND)
    return answer(json.loads(file["finalized"]), status)
