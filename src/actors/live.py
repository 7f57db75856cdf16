"""Readers who are not on a socket: long polls and streams of server-sent events.

A stream has no queue of its own: it reads on in the hub when its client has taken what it was
sent. So a slow one costs no memory, and gets the newest of each file alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from actors.opening import Open, Opening
from actors.waiting import Waiting, too_many
from domain.cursor import Cursor
from domain.limits import (
    PAGE_EVENTS_MAX,
    SSE_KEEP_MS,
    SSE_MS_MAX,
    SSE_RETRY_MS,
    SSE_WRITE_MS_MAX,
    STREAMS_MAX,
)
from storage.hub_repository import Published

Write = Callable[[str], Awaitable[object]]


async def poll(waiting: Waiting, open_at: Open, since: Cursor | None, wait_ms: int) -> str | None:
    """The page from there; or None, if there is nothing new when the time is up."""
    opening = open_at(since, PAGE_EVENTS_MAX)
    if opening.recovered and not opening.events:
        if wait_ms == 0 or await waiting.news(str(since), wait_ms) is None:
            return None
        opening = open_at(since, PAGE_EVENTS_MAX)
    return opening.page


class Streams:
    """The streams of one actor. `opening` comes before `run`, so that a refusal is an answer."""

    def __init__(self, waiting: Waiting, clock: Callable[[], int]) -> None:
        self._waiting = waiting
        self._clock = clock
        self._open = 0

    def opening(self, open_at: Open, since: Cursor | None) -> Opening:
        if self._open >= STREAMS_MAX:
            raise too_many(f"{STREAMS_MAX} streams are open already")
        return open_at(since, PAGE_EVENTS_MAX)

    async def run(self, opening: Opening, open_at: Open, expires_at_ms: int, write: Write) -> None:
        """Until its time is up or its client gone; then the client connects with its last id."""
        until_ms = min(self._clock() + SSE_MS_MAX, expires_at_ms)
        self._open += 1
        try:
            await _written(write, f"retry: {SSE_RETRY_MS}\n\n{opened(opening)}")
            await self._go_on(opening.reached, open_at, until_ms, write)
        finally:
            self._open -= 1

    async def _go_on(self, cursor: Cursor, open_at: Open, until_ms: int, write: Write) -> None:
        while (left_ms := until_ms - self._clock()) > 0:
            events = await self._waiting.news(str(cursor), min(left_ms, SSE_KEEP_MS))
            if events is None:
                await _written(write, ": keep\n\n")
            elif follow(events, cursor):
                cursor = events[-1].cursor
                await _written(write, told(events))
            else:
                opening = open_at(cursor, PAGE_EVENTS_MAX)
                cursor = opening.reached
                is_told_why = not opening.recovered or opening.is_coalesced
                await _written(write, opened(opening) if is_told_why else told(opening.events))


def follow(events: Sequence[Published], cursor: Cursor) -> bool:
    """Whether those are what comes next, and few."""
    is_next = bool(events) and events[0].cursor == cursor.moved_to(cursor.offset + 1)
    return is_next and len(events) <= PAGE_EVENTS_MAX


def opened(opening: Opening) -> str:
    return f"{field(str(opening.cursor), 'hello', opening.hello)}{told(opening.events)}"


def told(events: Sequence[Published]) -> str:
    return "".join(field(str(event.cursor), event.kind, event.text) for event in events)


def field(cursor: str, kind: str, text: str) -> str:
    """JSON has no line breaks of its own, so it is one line of data."""
    return f"id: {cursor}\nevent: {kind}\ndata: {text}\n\n"


async def _written(write: Write, text: str) -> None:
    """A client that is gone, or takes nothing for so long, is given up: `TimeoutError`."""
    async with asyncio.timeout(SSE_WRITE_MS_MAX / 1000):
        await write(text)
