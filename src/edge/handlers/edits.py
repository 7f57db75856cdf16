"""Asking for edits: of an order's files, or of one file once more."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Annotated

from pydantic import Field

from domain.errors import Code, Outage, Refusal
from domain.ids import FileId, derived_job_id, new_job_id
from domain.limits import ADOPTIONS_MAX, SUBMIT_CONCURRENCY, SUBMIT_FILES_MAX
from domain.messages.file import Submit
from domain.messages.order import DescribeOrder, ListMarked
from domain.values import Value
from edge.adoption import adopting
from edge.exchange import Body, Response, json_response, optional_body, parsed_body
from edge.hydration import hydrated
from edge.idempotency import REPLAYED, Made, answered_once, idempotency_key
from edge.services import Call


class SubmitBody(Body):
    file_ids: Annotated[list[FileId], Field(min_length=1, max_length=SUBMIT_FILES_MAX)] | None = (
        None
    )


class RevisionBody(Body):
    """Says nothing: the path says it all."""


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


async def submit(call: Call) -> Response:
    body = await parsed_body(call.request, SubmitBody)
    await hydrated(call, call.parameters["order_id"])
    return await answered_once(call, body, partial(_submit, call, body))


async def _submit(call: Call, body: SubmitBody, key: str | None) -> Made:
    """One job per file. A file that cannot take one is skipped with the reason; others go on.

    Whether one that did not answer has its job, nobody knows until the request is repeated.
    """
    order_id = call.parameters["order_id"]
    file_ids = await _wanted(call, order_id, body)
    turn = asyncio.Semaphore(SUBMIT_CONCURRENCY)
    room = iter(range(ADOPTIONS_MAX))

    async def submitted(file_id: str) -> CreatedJob | SkippedFile:
        message = Submit(
            caller_id=call.caller_id,
            order_id=order_id,
            job_id=_job_id(file_id, key, "submit", call.caller_id, order_id),
        )
        async with turn:
            return await _submitted(call, file_id, message, room)

    results = await asyncio.gather(*map(submitted, file_ids))
    view = SubmittedView(
        order_id=order_id,
        created=tuple(r for r in results if isinstance(r, CreatedJob)),
        skipped=tuple(r for r in results if isinstance(r, SkippedFile)),
    )
    is_final = all(skipped.reason is not Code.UNAVAILABLE for skipped in view.skipped)
    return Made(json_response(view, 202), is_final)


async def _wanted(call: Call, order_id: str, body: SubmitBody) -> list[str]:
    """The files asked for, each once; all marked ones if none were named."""
    if body.file_ids is None:
        marked = await call.services.orders.list_marked(
            order_id, ListMarked(caller_id=call.caller_id)
        )
        return list(marked.file_ids)
    await call.services.orders.describe(order_id, DescribeOrder(caller_id=call.caller_id))
    return list(dict.fromkeys(body.file_ids))


async def _submitted(
    call: Call, file_id: str, message: Submit, room: Iterator[int]
) -> CreatedJob | SkippedFile:
    try:
        ask = partial(call.services.files.submit, file_id, message)
        submitted = await adopting(call, file_id, ask, room)
    except Refusal as refusal:
        return SkippedFile(file_id=file_id, reason=refusal.code, detail=refusal.detail)
    except Outage:
        return SkippedFile(file_id=file_id, reason=Code.UNAVAILABLE, detail="try it again")
    return CreatedJob(file_id=file_id, job_id=submitted.job_id)


async def revise(call: Call) -> Response:
    """One file, whatever its last edit has come to. Its actor remembers the job that a key made."""
    await optional_body(call.request, RevisionBody)
    file_id = call.parameters["file_id"]
    key = idempotency_key(call.request)
    job_id = _job_id(file_id, key, "revision", call.caller_id)
    message = Submit(caller_id=call.caller_id, job_id=job_id)
    ask = partial(call.services.files.submit, file_id, message)
    submitted = await adopting(call, file_id, ask)
    view = CreatedJob(file_id=file_id, job_id=submitted.job_id)
    return json_response(view, 202, (REPLAYED,) if submitted.is_repeat else ())


def _job_id(file_id: str, key: str | None, *causes: str) -> str:
    """With a key always the same one, so that a request that broke off can be gone on with."""
    return new_job_id(file_id) if key is None else derived_job_id(file_id, *causes, key)
