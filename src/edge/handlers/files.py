"""One file: look at it, rename or mark it, delete it, fetch its preview."""

import contextlib
from typing import Self

from pydantic import StrictBool, model_validator

from domain import names
from domain.errors import Code, Outage, Refusal
from domain.limits import PREVIEW_URL_LIFETIME_MS
from domain.messages.file import DeleteFile, DescribeFile, DescribeHistory, UpdateFile
from domain.messages.order import Release, Reserve
from domain.snapshot import FileSnapshot
from domain.views import FileHistoryView, FileView, PreviewFacts, rfc3339
from edge.conditional import AS_IT_IS, ASK_AGAIN, entity_tag, tagged, wanted_versions
from edge.exchange import Body, Response, json_response, parsed_body
from edge.services import Call
from edge.signing import MediaClaims


class UpdateBody(Body):
    name: str | None = None
    marked: StrictBool | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.name is None and self.marked is None:
            raise ValueError("name or marked is needed")
        return self


class PreviewUrlView(PreviewFacts):
    url: str
    expires_at: str


async def describe(call: Call) -> Response:
    """With all its jobs. They change with the file, so its version is the tag of both."""
    history = await call.services.files.describe_history(
        call.parameters["file_id"], DescribeHistory(caller_id=call.caller_id)
    )
    view = FileHistoryView.of_history(history)
    tag = entity_tag(view.version)
    return tagged(call.request, view, tag, f"{ASK_AGAIN}, {AS_IT_IS}")


async def update(call: Call) -> Response:
    body = await parsed_body(call.request, UpdateBody)
    versions = wanted_versions(call.request)
    message = UpdateFile(caller_id=call.caller_id, marked=body.marked, versions=versions)
    if body.name is None:
        file = await call.services.files.update(call.parameters["file_id"], message)
    else:
        name = names.normalised(body.name)
        file = await _renamed(call, message.model_copy(update={"name": name}), name)
    tag = ("etag", entity_tag(file.version))
    return json_response(FileView.of(file), headers=(tag,), cache_control=f"no-store, {AS_IT_IS}")


async def _renamed(call: Call, message: UpdateFile, name: str) -> FileSnapshot:
    """The order reserves the name first, for only it knows the names of the other files."""
    file = await _described(call)
    await call.services.orders.reserve(
        Reserve(
            caller_id=call.caller_id,
            order_id=file.order_id,
            name=name,
            file_id=file.file_id,
            is_upload=False,
        )
    )
    try:
        return await call.services.files.update(file.file_id, message)
    except Refusal:
        with contextlib.suppress(Outage):  # then the reservation expires by itself
            await call.services.orders.release(
                file.order_id, Release(file_id=file.file_id, name=name)
            )
        raise


async def delete(call: Call) -> Response:
    message = DeleteFile(caller_id=call.caller_id, versions=wanted_versions(call.request))
    await call.services.files.delete(call.parameters["file_id"], message)
    return Response(204)


async def preview(call: Call) -> Response:
    file = await _described(call)
    if file.preview is None:
        raise Refusal(Code.PREVIEW_NOT_FOUND, "the preview is made when an edit is done")
    expires_at_ms = call.now_ms + PREVIEW_URL_LIFETIME_MS
    claims = MediaClaims(key=file.preview.object_key, method="GET")
    view = PreviewUrlView(
        url=call.services.signer.media_url(call.request.origin, claims, expires_at_ms),
        expires_at=rfc3339(expires_at_ms),
        **PreviewFacts.model_validate(dict(file.preview)).model_dump(),
    )
    return json_response(view)


async def _described(call: Call) -> FileSnapshot:
    return await call.services.files.describe(
        call.parameters["file_id"], DescribeFile(caller_id=call.caller_id)
    )
