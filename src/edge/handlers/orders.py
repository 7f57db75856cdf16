"""Orders: their files, their counts, submitting edits, and watching them live."""

import asyncio
from typing import Annotated

from pydantic import Field

from domain.errors import Code, Outage, Refusal
from domain.ids import FileId, new_job_id
from domain.limits import (
    CURSOR_MAX,
    PAGE_FILES_DEFAULT,
    PAGE_FILES_MAX,
    SUBMIT_CONCURRENCY,
    SUBMIT_FILES_MAX,
)
from domain.messages import DescribeOrder, ListFiles, ListMarked, Submit
from domain.values import Value
from domain.views import FileView, StatusView
from edge.auth import check_origin
from edge.exchange import Body, Response, json_response, parsed_body, whole_number
from edge.services import Call


class SubmitBody(Body):
    file_ids: Annotated[list[FileId], Field(min_length=1, max_length=SUBMIT_FILES_MAX)] | None = (
        None
    )


class CreatedJob(Value):
    file_id: str
    job_id: str


class SkippedFile(Value):
    file_id: str
    reason: Code
    detail: str


class SubmittedView(Value):
    order_id: str
    created: tuple[CreatedJob, ...]
    skipped: tuple[SkippedFile, ...]


class FilesView(Value):
    order_id: str
    files: tuple[FileView, ...]
    next_cursor: str | None
    version: int


async def files(call: Call) -> Response:
    limit = whole_number(
        call.request, "limit", default=PAGE_FILES_DEFAULT, low=1, high=PAGE_FILES_MAX
    )
    after = whole_number(call.request, "cursor", default=0, low=0, high=CURSOR_MAX)
    order_id = call.parameters["order_id"]
    page = await call.services.orders.list_files(
        order_id, ListFiles(caller_id=call.caller_id, limit=limit, after=after)
    )
    view = FilesView(
        order_id=order_id,
        files=tuple(map(FileView.of, page.files)),
        next_cursor=None if page.next_after is None else str(page.next_after),
        version=page.version,
    )
    return json_response(view)


async def status(call: Call) -> Response:
    described = await call.services.orders.describe(
        call.parameters["order_id"], DescribeOrder(caller_id=call.caller_id)
    )
    return json_response(StatusView.of(described))


async def submit_edits(call: Call) -> Response:
    """One job per file. A file that cannot take one is skipped with the reason; others go on."""
    order_id = call.parameters["order_id"]
    body = await parsed_body(call.request, SubmitBody)
    file_ids = await _wanted(call, order_id, body)
    turn = asyncio.Semaphore(SUBMIT_CONCURRENCY)

    async def submit(file_id: str) -> CreatedJob | SkippedFile:
        async with turn:
            return await _submitted(call, order_id, file_id)

    results = await asyncio.gather(*map(submit, file_ids))
    view = SubmittedView(
        order_id=order_id,
        created=tuple(r for r in results if isinstance(r, CreatedJob)),
        skipped=tuple(r for r in results if isinstance(r, SkippedFile)),
    )
    return json_response(view, 202)


async def _wanted(call: Call, order_id: str, body: SubmitBody) -> list[str]:
    """The files asked for, each once; all marked ones if none were named."""
    if body.file_ids is None:
        marked = await call.services.orders.list_marked(
            order_id, ListMarked(caller_id=call.caller_id)
        )
        return list(marked.file_ids)
    await call.services.orders.describe(order_id, DescribeOrder(caller_id=call.caller_id))
    return list(dict.fromkeys(body.file_ids))


async def _submitted(call: Call, order_id: str, file_id: str) -> CreatedJob | SkippedFile:
    message = Submit(caller_id=call.caller_id, order_id=order_id, job_id=new_job_id())
    try:
        submitted = await call.services.files.submit(file_id, message)
    except Refusal as refusal:
        return SkippedFile(file_id=file_id, reason=refusal.code, detail=refusal.detail)
    except Outage:
        return SkippedFile(file_id=file_id, reason=Code.UNAVAILABLE, detail="try it again")
    return CreatedJob(file_id=file_id, job_id=submitted.job_id)


async def live(call: Call) -> Response:
    """A WebSocket upgrade, handed to the order's actor."""
    request = call.request
    if request.headers.get("upgrade", "").lower() != "websocket":
        raise Refusal(Code.UPGRADE_REQUIRED, "open this path as a WebSocket")
    check_origin(request, call.services.settings)
    assert call.principal is not None
    expires_at_ms = str(call.principal.expires_at_ms)
    forwarded = request.native.forwarded(
        {"x-darkroom-caller": call.caller_id, "x-darkroom-expires-at-ms": expires_at_ms}
    )
    native = await call.services.orders.watch(call.parameters["order_id"], forwarded)
    return Response(101, native=native)
