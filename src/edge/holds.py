"""Writes that the origin serves, held to what is known here: locks, and what orders have heard.

So a lock refuses both cohorts alike. A file's actor that does not answer stops nobody: the proxy
must not depend on what it leads past.
"""

import asyncio
import contextlib
import json
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeGuard

from domain.errors import Code, Facts, Outage, Refusal
from domain.ids import is_file_id
from domain.job import JobStatus
from domain.limits import (
    HOLD_MARGIN_MS,
    HOLD_MS_MAX,
    HOLD_WAIT_MS,
    JSON_BODY_BYTES_MAX,
    LOCK_RETRY_AFTER_MAX_MS,
    SUBMIT_HOLDS_MAX,
)
from domain.messages.file import DeleteFile, Hold, HoldFor, Unhold, UpdateFile
from domain.messages.order import ActiveFile, ListActive
from edge.exchange import Response
from edge.finalizes import finalized
from edge.hydration import invalidated
from edge.origin import origin_file, timeout_ms
from edge.proxy import has_unknown_length
from edge.services import Call
from log import log

Forward = Callable[[bytes | None], Awaitable[Response]]  # with the body, if it was read; else None

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OF_ORDER: Final = re.compile(r"/api/orders/([A-Za-z0-9_-]+)/.+")
OF_FILE: Final = re.compile(r"/api/files/([^/]+)(/.*)?")
FINALIZES: Final = re.compile(r"/api/(uploads|pixcapture/upload)/finalize")
SUBMITS: Final = re.compile(r"/api/orders/[^/]+/submit-edits")
REVISES: Final = re.compile(r"/api/files/[^/]+/revision")
SUCCESSES: Final = range(200, 300)
CLIENT_ERRORS: Final = range(400, 500)
CREDENTIALS: Final = frozenset({"authorization", "cookie", "x-device-token"})


@dataclass(frozen=True, slots=True)
class Grip:
    """On a file that is known here; `order_id` is its order."""

    file_id: str
    hold_id: str
    order_id: str


async def guarded(call: Call, forward: Forward, body: bytes | None = None) -> Response:
    """What the origin answers to the request, once nothing here speaks against it.

    `body` is the request's, if it was read already. Whoever is not signed in holds nothing: the
    origin tells them so, or it knows them by what we do not.
    """
    request = call.request
    if request.method in SAFE:
        return await forward(body)
    if FINALIZES.fullmatch(request.path):
        return await finalized(call, partial(forward, body))
    if call.principal is None and CREDENTIALS & set(request.headers):
        body = await _checked_for_strangers(call, body)
    if call.principal is not None:
        about = OF_FILE.fullmatch(request.path)
        if about is not None and is_file_id(about[1]):
            return await _of_file(call, about[1], forward, body)
        if "order_id" in call.parameters and SUBMITS.fullmatch(request.path):
            return await _of_submit(call, forward, body)
    found = OF_ORDER.fullmatch(request.path)
    return await _invalidating(call, found[1] if found else None, forward, body)


async def _of_file(call: Call, file_id: str, forward: Forward, body: bytes | None) -> Response:
    verb = _verb(call, file_id)
    async with _held(call, file_id, verb) as grip:
        order_id = grip.order_id if grip else None
        if grip is None and verb is HoldFor.DELETE:
            order_id = await _order_of(call, file_id)  # for then it is gone
        response = await _invalidating(call, order_id, forward, body)
        if grip is not None and response.status in SUCCESSES:
            await _follow(call, grip, verb)
    if order_id is None and response.status in SUCCESSES:
        order_id = await _order_of(call, file_id)
        if order_id is not None:
            await invalidated(call, order_id)
    return response


async def _of_submit(call: Call, forward: Forward, body: bytes | None) -> Response:
    """Only if there are locked files here, the body is looked into, to see whether it names any."""
    order_id = call.parameters["order_id"]
    active = await _active(call, order_id)
    if active and body is None:
        body = await _read(call)
    named = _named(body or b"", active)[:SUBMIT_HOLDS_MAX] if active else []
    async with contextlib.AsyncExitStack() as holds:
        for file_id in named:
            await holds.enter_async_context(_held(call, file_id, HoldFor.EDIT))
        return await _invalidating(call, order_id, forward, body)


async def _invalidating(
    call: Call, order_id: str | None, forward: Forward, body: bytes | None
) -> Response:
    """Whatever has come of it, unless the origin says that it did nothing."""
    response = None
    try:
        response = await forward(body)
    finally:
        did_something = response is None or response.status not in CLIENT_ERRORS
        if order_id is not None and did_something:
            await invalidated(call, order_id)
    return response


async def _read(call: Call) -> bytes:
    body = await call.request.read(JSON_BODY_BYTES_MAX)
    if body is None:
        told = f"the body may have at most {JSON_BODY_BYTES_MAX} bytes"
        raise Refusal(Code.BODY_TOO_LARGE, told)
    return body


# --- Holds --------------------------------------------------------------------------------------


@asynccontextmanager
async def _held(call: Call, file_id: str, verb: HoldFor) -> AsyncIterator[Grip | None]:
    """None: there is nothing to hold, or nobody who could say. A lock is a refusal."""
    grip = await _taken(call, file_id, verb)
    try:
        yield grip
    finally:
        if grip is not None:
            await _let_go(call, grip)


async def _taken(call: Call, file_id: str, verb: HoldFor) -> Grip | None:
    message = Hold(
        caller_id=call.caller_id,
        hold_id=uuid.uuid4().hex,
        verb=verb,
        lifetime_ms=_lifetime_ms(call),
    )
    try:
        async with asyncio.timeout(HOLD_WAIT_MS / 1000):
            held = await call.services.files.hold(file_id, message)
    except Refusal as refusal:
        if refusal.code in {Code.FILE_LOCKED, Code.JOB_ACTIVE}:
            raise
        return (
            None  # of a file that is not here, is deleted here, or is another's, the origin tells
        )
    except (Outage, TimeoutError) as trouble:
        reason = str(trouble) or "it did not answer"
        log("hold.failed", level="warning", reason=reason, file_id=file_id)
        return None
    return Grip(file_id, message.hold_id, held.order_id)


def _lifetime_ms(call: Call) -> int:
    """Until the origin has answered to the change, and to what it was; or can do so no more."""
    if has_unknown_length(call.request):
        return HOLD_MS_MAX
    return 2 * timeout_ms(call) + HOLD_MARGIN_MS


async def _let_go(call: Call, grip: Grip) -> None:
    try:
        await call.services.files.unhold(grip.file_id, Unhold(hold_id=grip.hold_id))
    except Outage as outage:  # then it ends by itself
        log("hold.kept", level="warning", reason=str(outage), file_id=grip.file_id)


async def _follow(call: Call, grip: Grip, verb: HoldFor) -> None:
    """What the origin has done to a file that is ours, is done to it here as well."""
    files = call.services.files
    try:
        match verb:
            case HoldFor.DELETE:
                message = DeleteFile(caller_id=call.caller_id, hold_id=grip.hold_id)
                await files.delete(grip.file_id, message)
            case HoldFor.CHANGE:
                file = await origin_file(call, grip.file_id)
                update = UpdateFile(
                    caller_id=call.caller_id,
                    name=file.name,
                    marked=file.marked,
                    hold_id=grip.hold_id,
                )
                await files.update(grip.file_id, update)
            case HoldFor.EDIT:
                pass
    except (Outage, Refusal) as trouble:
        log("hold.not_followed", level="error", reason=str(trouble), file_id=grip.file_id)


def _verb(call: Call, file_id: str) -> HoldFor:
    """What is not known here changes the file somehow, as far as anybody here can tell."""
    request = call.request
    if REVISES.fullmatch(request.path):
        return HoldFor.EDIT
    is_whole = request.path == f"/api/files/{file_id}"
    return HoldFor.DELETE if request.method == "DELETE" and is_whole else HoldFor.CHANGE


# --- Strangers ----------------------------------------------------------------------------------


async def _checked_for_strangers(call: Call, body: bytes | None) -> bytes | None:
    """A lock is one for whom only the origin knows, too. The body, if it was read.

    They hold nothing: whose the files are, only the origin can say.
    """
    about = OF_FILE.fullmatch(call.request.path)
    if about is not None and is_file_id(about[1]):
        await _check_free(call, _verb(call, about[1]), about[1])
    elif SUBMITS.fullmatch(call.request.path):
        body = await _read(call) if body is None else body
        wanted = filter(is_file_id, _wanted(body) or ())
        file_ids = list(dict.fromkeys(wanted))[:SUBMIT_HOLDS_MAX]
        await asyncio.gather(*(_check_free(call, HoldFor.EDIT, file_id) for file_id in file_ids))
    return body


async def _check_free(call: Call, verb: HoldFor, file_id: str) -> None:
    """No more is told of the lock than that there is one."""
    try:
        async with asyncio.timeout(HOLD_WAIT_MS / 1000):
            file = (await call.services.files.inspect(file_id)).file
    except Refusal:
        return
    except (Outage, TimeoutError) as trouble:
        reason = str(trouble) or "it did not answer"
        log("hold.failed", level="warning", reason=reason, file_id=file_id)
        return
    if file.locked:
        facts: Facts = {"file_id": file_id, "retry_after_ms": LOCK_RETRY_AFTER_MAX_MS}
        raise Refusal(Code.FILE_LOCKED, f"it cannot be {verb} now: a job is working on it", facts)
    if verb is HoldFor.EDIT and file.job is not None and file.job.status is JobStatus.QUEUED:
        raise Refusal(Code.JOB_ACTIVE, "a job of this file waits for a worker")


# --- Whom it is about ---------------------------------------------------------------------------


async def _order_of(call: Call, file_id: str) -> str | None:
    """Of a file that only the origin knows."""
    try:
        return (await origin_file(call, file_id)).order_id
    except (Outage, Refusal):
        return None


async def _active(call: Call, order_id: str) -> tuple[ActiveFile, ...]:
    message = ListActive(caller_id=call.caller_id)
    try:
        async with asyncio.timeout(HOLD_WAIT_MS / 1000):
            return (await call.services.orders.list_active(order_id, message)).files
    except Refusal:
        return ()
    except (Outage, TimeoutError) as trouble:
        reason = str(trouble) or "it did not answer"
        log("hold.failed", level="warning", reason=reason, order_id=order_id)
        return ()


def _wanted(body: bytes) -> list[str] | None:
    """The ids in the body of a submit; None, if it names none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return []  # the origin says what is wrong with it
    wanted = found.get("file_ids") if isinstance(found, dict) else None
    return list(filter(_is_text, wanted)) if isinstance(wanted, list) else None


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)


def _named(body: bytes, active: tuple[ActiveFile, ...]) -> list[str]:
    """Those of the files that the body asks for; without ids it asks for all that are marked."""
    wanted = _wanted(body)
    if wanted is None:
        return [file.file_id for file in active if file.marked]
    return [file.file_id for file in active if file.file_id in wanted]
