"""One file: look at it, rename or mark it, delete it, fetch its preview."""

import contextlib
from functools import partial
from typing import Self

from pydantic import StrictBool, model_validator

from domain import names
from domain.errors import Code, Outage, Refusal
from domain.limits import PREVIEW_URL_LIFETIME_MS
from domain.messages.file import DeleteFile, DescribeFile, DescribeHistory, FileHistory, UpdateFile
from domain.messages.order import Release, Reserve
from domain.snapshot import FileSnapshot
from domain.views import FileHistoryView, FileView, PreviewFacts, rfc3339
from edge.adoption import adopting, here_or_there
from edge.conditional import AS_IT_IS, ASK_AGAIN, entity_tag, tagged, wanted_versions
from edge.exchange import Body, Response, json_response, parsed_body
from edge.hydration import hydrated
from edge.origin import origin_file, origin_preview
from edge.origin_shapes import milliseconds
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
    file_id = call.parameters["file_id"]
    message = DescribeHistory(caller_id=call.caller_id)
    history = await here_or_there(
        call,
        partial(call.services.files.describe_history, file_id, message),
        partial(_told_by_origin, call, file_id),
    )
    view = FileHistoryView.of_history(history)
    tag = entity_tag(view.version)
    return tagged(call.request, view, tag, f"{ASK_AGAIN}, {AS_IT_IS}")


async def _told_by_origin(call: Call, file_id: str) -> FileHistory:
    file = await origin_file(call, file_id)
    jobs = tuple(job.summary for job in file.jobs)
    return FileHistory(file=file.snapshot(call.caller_id), jobs=jobs)


async def update(call: Call) -> Response:
    body = await parsed_body(call.request, UpdateBody)
    versions = wanted_versions(call.request)
    message = UpdateFile(caller_id=call.caller_id, marked=body.marked, versions=versions)
    if body.name is None:
        file_id = call.parameters["file_id"]
        ask = partial(call.services.files.update, file_id, message)
        file = await adopting(call, file_id, ask)
    else:
        name = names.normalised(body.name)
        file = await _renamed(call, message.model_copy(update={"name": name}), name)
    tag = ("etag", entity_tag(file.version))
    return json_response(FileView.of(file), headers=(tag,), cache_control=f"no-store, {AS_IT_IS}")


async def _renamed(call: Call, message: UpdateFile, name: str) -> FileSnapshot:
    """The order reserves the name first, for only it knows the names of the other files."""
    file_id = call.parameters["file_id"]
    file = await adopting(call, file_id, partial(_described, call))
    await hydrated(call, file.order_id)
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
    file_id = call.parameters["file_id"]
    await adopting(call, file_id, partial(call.services.files.delete, file_id, message))
    return Response(204)


async def preview(call: Call) -> Response:
    ours, origins = partial(_signed_preview, call), partial(_preview_of_origin, call)
    return json_response(await here_or_there(call, ours, origins))


async def _preview_of_origin(call: Call) -> PreviewUrlView:
    told = await origin_preview(call, call.parameters["file_id"])
    facts = told.model_dump() | {"expires_at": rfc3339(milliseconds(told.expires_at))}
    return PreviewUrlView.model_validate(facts)


async def _signed_preview(call: Call) -> PreviewUrlView:
    file = await _described(call)
    if file.preview is None:
        raise Refusal(Code.PREVIEW_NOT_FOUND, "the preview is made when an edit is done")
    expires_at_ms = call.now_ms + PREVIEW_URL_LIFETIME_MS
    claims = MediaClaims(key=file.preview.object_key, method="GET")
    return PreviewUrlView(
        url=call.services.signer.media_url(call.request.origin, claims, expires_at_ms),
        expires_at=rfc3339(expires_at_ms),
        **PreviewFacts.model_validate(dict(file.preview)).model_dump(),
    )


async def _described(call: Call) -> FileSnapshot:
    return await call.services.files.describe(
        call.parameters["file_id"], DescribeFile(caller_id=call.caller_id)
    )
