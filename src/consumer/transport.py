"""How jobs and dead letters come to be worked on: batches of the queues, and the cron's share.

Plain code around the platform's messages. A job is worked on once it is taken, whichever way it
came; whether it is tried again is up to its file's actor.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from actors.client import BacklogClient, OperationsClient
from actors.fanout import Fanout
from consumer.edit import Editor
from consumer.events import pass_on
from consumer.message import Message
from domain.errors import Outage
from domain.event_batch import EventBatch
from domain.limits import CRON_CONCURRENCY, CRON_JOBS_MAX, PARKED_BODY_CHARACTERS_MAX
from domain.messages.backlog import Take
from domain.messages.file import Dispatch
from domain.messages.operations import Park
from log import log, log_bug

DEAD_LETTERS: Final = "edit-jobs-dead"  # as in wrangler.toml
EVENTS: Final = "events"
DEAD_EVENTS: Final = "events-dead"
UNREADABLE: Final = "no consumer could read it"
TOO_OFTEN: Final = "delivered too often"


@dataclass(frozen=True, slots=True)
class Transport:
    editor: Editor
    operations: OperationsClient
    backlog: BacklogClient
    fanout: Fanout | None = None  # None: nobody sends events

    async def consume(self, queue: str, messages: Sequence[Message]) -> None:
        """One batch. A message that breaks its consumer is given back: in the end it is parked."""
        if queue == EVENTS:
            assert self.fanout is not None, "the queue is bound where it is consumed"
            await pass_on(self.fanout, messages)
            return

        async def consume(message: Message) -> None:
            if queue in {DEAD_LETTERS, DEAD_EVENTS}:
                await self._park(queue, message)
            else:
                await self._work_on(message)

        results = await asyncio.gather(*map(consume, messages), return_exceptions=True)
        for message, result in zip(messages, results, strict=True):
            if isinstance(result, BaseException):
                log_bug("message.broke", result, message_id=message.id, queue=queue)
                message.retry()

    async def drain(self) -> None:
        """What waits in the backlog, if anything does, whatever carries jobs at the moment."""
        try:
            taken = await self.backlog.take(Take(limit=CRON_JOBS_MAX))
        except Outage as outage:
            log("backlog.not_taken", level="warning", reason=str(outage))
            return
        if taken.dispatches:
            log("backlog.taken", jobs=len(taken.dispatches))
        turn = asyncio.Semaphore(CRON_CONCURRENCY)

        async def work_on(dispatch: Dispatch) -> None:
            async with turn:
                await self.editor.work_on(dispatch)

        work = map(work_on, taken.dispatches)
        for result in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(result, BaseException):
                log_bug("message.broke", result, queue="backlog")

    async def _work_on(self, message: Message) -> None:
        """Done with once it was tried. What cannot be read goes to the dead letters."""
        dispatch = _dispatch(message)
        if dispatch is None:
            log("message.unreadable", level="error", message_id=message.id)
            message.retry()
            return
        await self.editor.work_on(dispatch)
        message.ack()

    async def _park(self, queue: str, message: Message) -> None:
        """Kept for the operators: behind this queue there is no other."""
        dispatch = _dispatch(message)
        batch = EventBatch.parsed(str(message.body)) if queue == DEAD_EVENTS else None
        facts: dict[str, object] = {"message_id": message.id, "attempts": message.attempts}
        facts |= {} if dispatch is None else dispatch.model_dump()
        facts |= {} if batch is None else {"events_of": batch.source.id}
        park = Park(
            message_id=message.id,
            queue=queue,
            body=_as_json(message.body),
            reason=UNREADABLE if dispatch is None and batch is None else TOO_OFTEN,
            events="" if batch is None else batch.text,
        )
        try:
            await self.operations.park(park)
        except Outage as outage:
            log("message.not_parked", level="error", reason=str(outage), **facts)
            message.retry()
            return
        log("message.parked", level="error", reason=park.reason, **facts)
        message.ack()


def _dispatch(message: Message) -> Dispatch | None:
    try:
        return Dispatch.model_validate(message.body)
    except ValidationError:
        return None


def _as_json(body: object) -> str:
    """As much of it as is kept. In ASCII, since half of a surrogate pair would not travel."""
    return json.dumps(body, default=_told)[:PARKED_BODY_CHARACTERS_MAX]


def _told(foreign: object) -> str:
    """Bytes arrive as a memoryview; whatever else JSON does not know tells what it is."""
    if isinstance(foreign, bytes | memoryview):
        return bytes(foreign).decode(errors="replace")
    return str(foreign)
