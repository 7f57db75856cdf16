"""One file: look at it, rename or mark it, delete it, fetch its preview."""

import re
from typing import Final, Self

from pydantic import StrictBool, model_validator
from starlette.responses import Response

from tests.origin import names, views
from tests.origin.call import Body, Call, answer, body, listed, tagged
from tests.origin.database import Row, Scalar, now_ms
from tests.origin.dialect import PRECONDITION_FAILED, PREVIEW_NOT_FOUND, Refusal
from tests.origin.media import READ_MS

AS_IT_IS: Final = "no-transform"
DELETED: Final[dict[str, int | None]] = {
    "deleted": 1,
    "preview_width": None,
    "preview_height": None,
}
TAG: Final = re.compile(r'"[1-9][0-9]*"')


class UpdateBody(Body):
    name: str | None = None
    marked: StrictBool | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.name is None and self.marked is None:
            raise ValueError("name or marked is needed")
        return self


async def describe(call: Call) -> Response:
    file = _file(call)
    value = views.history(call.store.database, file)
    return tagged(call, value, str(file["version"]), f"private, no-cache, {AS_IT_IS}")


async def update(call: Call) -> Response:
    wanted = await body(call, UpdateBody)
    name = None if wanted.name is None else names.clean(wanted.name)
    with call.store.database.transaction():
        file = _file(call)
        changes = _changes(call, file, name, wanted.marked)
        _check_version(call, file)
        if changes:
            steps = ("name" in changes) + ("marked" in changes)
            call.store.change(file["id"], steps=steps, **changes)
    if changes:
        call.store.tell(file["id"])
    file = _file(call)
    return answer(
        views.file(call.store.database, file),
        etag=f'"{file["version"]}"',
        cache_control=f"no-store, {AS_IT_IS}",
    )


def _changes(call: Call, file: Row, name: str | None, marked: bool | None) -> dict[str, Scalar]:  # noqa: FBT001 - None is a third value
    changes: dict[str, Scalar] = {}
    if name is not None:
        call.store.check_free(file["order_id"], name, file["id"])
        if name != file["name"]:
            changes |= named(name)
    if marked is not None and marked != bool(file["marked"]):
        changes |= {"marked": int(marked)}
    return changes


def named(name: str) -> dict[str, Scalar]:
    return {"name": name, "name_key": names.name_key(name), "alias_of": None}


async def delete(call: Call) -> Response:
    """Of its bytes nobody else knows, and they stay: that is how it always was here."""
    file = call.store.file(call.parameter("file_id"), call.user_id, may_be_deleted=True)
    if file["deleted"]:
        return Response(None, 204)
    _check_version(call, file)
    with call.store.database.transaction():
        cancel_jobs(call, file["id"])
        call.store.change(file["id"], steps=1, **DELETED)
    call.store.tell(file["id"])
    return Response(None, 204)


def cancel_jobs(call: Call, file_id: str) -> None:
    cancel = (
        "UPDATE jobs SET status = 'failed', finished_at = ?, error_code = 'file_deleted',"
        " error_detail = 'the file was deleted'"
        " WHERE file_id = ? AND status IN ('queued', 'in_progress')"
    )
    call.store.database.rows(cancel, views.rfc3339(now_ms()), file_id)


async def preview(call: Call) -> Response:
    file = _file(call)
    made = views.preview(file)
    if made is None:
        raise Refusal(PREVIEW_NOT_FOUND)
    expires_at_ms = now_ms() + READ_MS
    url = call.backend.media.read_url(file["object_key"], expires_at_ms)
    return answer({**made, "url": url, "expires_at": views.rfc3339(expires_at_ms)})


def _file(call: Call) -> Row:
    return call.store.file(call.parameter("file_id"), call.user_id)


def _check_version(call: Call, file: Row) -> None:
    if "if-match" not in call.request.headers:
        return
    wanted = listed(call, "if-match")
    if wanted != ["*"] and f'"{file["version"]}"' not in filter(TAG.fullmatch, wanted):
        raise Refusal(PRECONDITION_FAILED)
