"""Batches of events from their queue: each to the audit and to its owner's webhooks.

Those of one order go one after the other, for the sake of peace: were they to overtake one another,
the webhook actor would have what is missing looked up.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from actors.fanout import Fanout
from consumer.message import Message
from domain.errors import Outage, Refusal
from domain.event_batch import EventBatch
from domain.limits import EVENTS_RETRY_FIRST_S, EVENTS_RETRY_MAX_S
from log import log, log_bug

AT_ONCE: Final = 10  # orders: each makes calls of its own, and a Worker has six connections


async def pass_on(fanout: Fanout, messages: Sequence[Message]) -> None:
    """What cannot be read, or breaks its consumer, comes again and is parked in the end."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def of_one_source(batches: list[tuple[EventBatch, Message]]) -> None:
        async with turn:
            for batch, message in sorted(batches, key=lambda pair: pair[0].first):
                await _pass_on(fanout, batch, message)

    by_source: dict[tuple[str, str], list[tuple[EventBatch, Message]]] = {}
    for message in messages:
        batch = EventBatch.parsed(str(message.body))
        if batch is None:
            log("message.unreadable", level="error", message_id=message.id)
            _give_back(message)
        else:
            by_source.setdefault((batch.source.kind, batch.source.id), []).append((batch, message))
    await asyncio.gather(*map(of_one_source, by_source.values()))


async def _pass_on(fanout: Fanout, batch: EventBatch, message: Message) -> None:
    facts = {"message_id": message.id, "events_of": batch.source.id}
    try:
        await fanout.deliver(batch)
    except (Outage, Refusal) as trouble:
        log("events.not_passed_on", level="warning", reason=str(trouble), **facts)
        _give_back(message)
    except Exception as bug:  # noqa: BLE001 -- one order's must not keep the others back
        log_bug("message.broke", bug, queue="events", **facts)
        _give_back(message)
    else:
        message.ack()


def _give_back(message: Message) -> None:
    """Soon at first, then ever more seldom: so that a long outage is outlasted."""
    pause_s = min(EVENTS_RETRY_FIRST_S << min(message.attempts - 1, 10), EVENTS_RETRY_MAX_S)
    message.retry({"delaySeconds": pause_s})
