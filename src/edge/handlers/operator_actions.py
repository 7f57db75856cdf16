"""What operators do, each with a reason: to a job, a file, an order, a message, the rollout.

The actor that is acted upon decides whether there is anything to do, does it once, and owes the
record of it; so here nothing is remembered.
"""

import asyncio
import hashlib
import uuid
from typing import Annotated

from pydantic import StringConstraints

from domain.errors import Code, Outage, Refusal
from domain.ids import file_of
from domain.limits import (
    CURSOR_MAX,
    REASON_CHARACTERS_MAX,
    REDRIVE_JOBS_MAX,
    SUBMIT_CONCURRENCY,
)
from domain.messages.file import OperateFile
from domain.messages.operations import ListFailed, Unpark
from domain.messages.order import OperateOrder
from domain.messages.reply import Action, Operated
from domain.messages.rollout import OperateRollout
from domain.operation import Operation
from domain.operator_views import OperatedView, RedrivenPageView, RedrivenView
from domain.rollout import KEY
from edge.exchange import Body, Response, json_response, parsed_body, whole_number
from edge.idempotency import idempotency_key
from edge.router import Handler
from edge.services import Call
from log import log


class ReasonBody(Body):
    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=REASON_CHARACTERS_MAX),
    ]


def on_job(operation: Operation) -> Handler:
    async def act(call: Call) -> Response:
        job_id = call.parameters["job_id"]
        action = await _action(call, operation)
        return _told(call, action, job_id, await _operated_job(call, action, job_id))

    return act


def on_file(operation: Operation) -> Handler:
    async def act(call: Call) -> Response:
        file_id = call.parameters["file_id"]
        action = await _action(call, operation)
        operated = await call.services.files.operate(file_id, OperateFile(action=action))
        return _told(call, action, file_id, operated)

    return act


def on_order(operation: Operation) -> Handler:
    async def act(call: Call) -> Response:
        order_id = call.parameters["order_id"]
        action = await _action(call, operation)
        operated = await call.services.orders.operate(order_id, OperateOrder(action=action))
        return _told(call, action, order_id, operated)

    return act


def on_rollout(operation: Operation) -> Handler:
    async def act(call: Call) -> Response:
        action = await _action(call, operation)
        operated = await call.services.rollouts.operate(OperateRollout(action=action))
        return _told(call, action, KEY, operated)

    return act


def on_parked(operation: Operation) -> Handler:
    async def act(call: Call) -> Response:
        message_id = call.parameters["message_id"]
        action = await _action(call, operation)
        message = Unpark(message_id=message_id, action=action)
        return _told(call, action, message_id, await call.services.operations.unpark(message))

    return act


async def redrive_failed(call: Call) -> Response:
    """As many failed jobs as one request can. The list is some seconds behind what it tells of."""
    limit = whole_number(
        call.request, "limit", default=REDRIVE_JOBS_MAX, low=1, high=REDRIVE_JOBS_MAX
    )
    before = whole_number(call.request, "cursor", default=0, low=0, high=CURSOR_MAX) or None
    action = await _action(call, Operation.REDRIVE)
    page = await call.services.operations.list_failed(ListFailed(limit=limit, before=before))
    turn = asyncio.Semaphore(SUBMIT_CONCURRENCY)

    async def redriven(job_id: str) -> RedrivenView:
        async with turn:
            return await _redriven(call, action, job_id)

    job_ids = [file.job.id for file in page.files if file.job is not None]
    view = RedrivenPageView(
        jobs=tuple(await asyncio.gather(*map(redriven, job_ids))),
        remaining=page.remaining,
        next_cursor=None if page.next_before is None else str(page.next_before),
    )
    return json_response(view)


async def _redriven(call: Call, together: Action, job_id: str) -> RedrivenView:
    """One of many. That it cannot be redriven does not stop the others."""
    action_id = _digest(together.action_id, job_id)
    action = together.model_copy(update={"action_id": action_id})
    try:
        operated = await _operated_job(call, action, job_id)
    except Refusal as refusal:
        code, detail = refusal.code, refusal.detail
    except Outage:
        code, detail = Code.UNAVAILABLE, "try it again"
    else:
        _log(call, action, job_id, operated)
        return RedrivenView(
            failed_job_id=job_id,
            action_id=action_id,
            changed=operated.is_changed,
            job_id=operated.job_id,
        )
    return RedrivenView(
        failed_job_id=job_id, action_id=action_id, changed=False, code=code, detail=detail
    )


async def _operated_job(call: Call, action: Action, job_id: str) -> Operated:
    message = OperateFile(action=action, job_id=job_id)
    return await call.services.files.operate(file_of(job_id), message)


async def _action(call: Call, operation: Operation) -> Action:
    body = await parsed_body(call.request, ReasonBody)
    return Action(
        action_id=_action_id(call),
        operator=call.operator_name,
        operation=operation,
        reason=body.reason,
    )


def _action_id(call: Call) -> str:
    """The same for the same key of the same operator at the same path; otherwise a new one."""
    key = idempotency_key(call.request)
    if key is None:
        return f"act_{uuid.uuid4().hex}"
    return _digest(call.operator_name, call.request.path, key)


def _digest(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"act_{digest[:32]}"


def _told(call: Call, action: Action, target: str, operated: Operated) -> Response:
    _log(call, action, target, operated)
    return json_response(OperatedView.of(operated))


def _log(call: Call, action: Action, target: str, operated: Operated) -> None:
    log(
        "operator.acted",
        req_id=call.request.id,
        operator=action.operator,
        operation=action.operation.value,
        target=target,
        action_id=action.action_id,
        changed=operated.is_changed,
    )
