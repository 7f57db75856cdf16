"""What the native side tells of a file: all that it is there. Of two words the newer counts."""

import hmac
from itertools import count
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints
from starlette.responses import Response

from tests.origin import names
from tests.origin.call import Body, Call, answer, body
from tests.origin.database import Row, Scalar, fresh
from tests.origin.dialect import FILE_GONE, FORBIDDEN, UNAUTHORIZED, VALIDATION_ERROR, Refusal
from tests.origin.handlers import files
from tests.origin.handlers.files import cancel_jobs
from tests.origin.handlers.uploads import OrderId
from tools.api_shapes import Finalized


class NativeUpload(Body):
    """What the native side's finalize answered, and whose file it is."""

    file_id: Annotated[str, StringConstraints(pattern=rf"^{names.FILE_ID}$")]
    order_id: OrderId
    owner_id: OrderId
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    etag: str
    created_at: str


class NativeFile(Body):
    upload: NativeUpload
    name: str
    marked: StrictBool
    deleted: StrictBool
    version: Annotated[int, Field(ge=1, strict=True)]


async def put_file(call: Call) -> Response:
    """201 the first time. What is older than what is known, or known already, changes nothing."""
    token = call.request.headers.get("x-internal-token", "")
    expected = call.backend.config.internal_token
    if not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        raise Refusal(UNAUTHORIZED)
    told = await body(call, NativeFile)
    file_id = told.upload.file_id
    if file_id != call.parameter("file_id"):
        raise Refusal(VALIDATION_ERROR)
    with call.store.database.transaction():
        before = _found(call, file_id)
        file = before or _registered(call, told)
        is_news = told.version > file["native_version"]
        if is_news:
            _follow(call, file, told)
    if is_news:
        call.store.tell(file_id)
    return answer(_told_back(call, file_id), 200 if before else 201)


def _found(call: Call, file_id: str) -> Row | None:
    return call.store.database.row("SELECT * FROM files WHERE id = ?", file_id)


def _registered(call: Call, told: NativeFile) -> Row:
    """Should its name be taken here, it is known by another: better than not at all."""
    upload, database = told.upload, call.store.database
    call.store.begin_order(upload.order_id, upload.owner_id, fresh("o").removeprefix("o_"))
    name = told.name if told.deleted else _free_name(call, told)
    facts = upload.model_dump(exclude={"owner_id"}) | {"name": name}
    call.store.register(upload.owner_id, Finalized(**facts))  # type: ignore[typeddict-item]
    database.rows("UPDATE intents SET is_finalized = 1 WHERE file_id = ?", upload.file_id)
    if name != told.name:
        remember = "UPDATE files SET alias_of = ? WHERE id = ?"
        database.rows(remember, told.name, upload.file_id)
    return database.rows("SELECT * FROM files WHERE id = ?", upload.file_id)[0]


def _free_name(call: Call, told: NativeFile) -> str:
    upload, path = told.upload, PurePosixPath(told.name)
    others = (f"{path.stem} ({number}){path.suffix}" for number in count(2))
    name = told.name
    while not call.store.is_free(upload.order_id, name, upload.file_id):
        name = next(others)
    return name


def _follow(call: Call, file: Row, told: NativeFile) -> None:
    """The version that clients see rises to theirs at least: they go on from there."""
    if file["owner_id"] != told.upload.owner_id:
        raise Refusal(FORBIDDEN)
    if file["deleted"] and not told.deleted:
        raise Refusal(FILE_GONE)
    changes = _changes(call, file, told)
    steps = max(told.version - file["version"], len(changes.keys() & {"name", "marked", "deleted"}))
    if told.deleted:
        cancel_jobs(call, file["id"])
    if steps:
        call.store.change(file["id"], steps=steps, **changes)
    heard = "UPDATE files SET native_version = ? WHERE id = ?"
    call.store.database.rows(heard, told.version, file["id"])


def _changes(call: Call, file: Row, told: NativeFile) -> dict[str, Scalar]:
    if told.deleted:
        return {} if file["deleted"] else dict(files.DELETED)
    changes: dict[str, Scalar] = {}
    if told.name not in {file["name"], file["alias_of"]}:
        call.store.check_free(file["order_id"], told.name, file["id"])
        changes |= files.named(told.name)
    if told.marked != bool(file["marked"]):
        changes |= {"marked": int(told.marked)}
    return changes


def _told_back(call: Call, file_id: str) -> dict[str, Scalar]:
    """What is kept of it."""
    row = call.store.database.rows("SELECT * FROM files WHERE id = ?", file_id)[0]
    flags = {name: bool(row[name]) for name in ("marked", "deleted")}
    return {"file_id": file_id, "name": row["name"], **flags, "version": row["native_version"]}
