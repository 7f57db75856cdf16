"""How an actor answers who would watch it: by a socket, a stream, or one page of events."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from js import TextEncoder, TransformStream
from workers import Response

from actors.audience import Audience
from actors.live import Write, poll
from actors.opening import Open
from actors.remote import refused
from domain.cursor import Cursor
from domain.errors import Outage, Refusal
from domain.messages.live import Transport, Watch
from log import log_bug
from storage.foreign import outages_of

STREAMED = {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",  # for a proxy that would collect it first
}
PLAIN = {"content-type": "application/json", "cache-control": "no-store"}


class WatcherResponses:
    """Of one actor, whose tasks write its streams while they last."""

    def __init__(self, audience: Audience, name: str) -> None:
        self._audience = audience
        self._name = name
        self._tasks: set[asyncio.Task[None]] = set()

    async def of(
        self, watch: Watch, open_at: Open, accepted: Callable[[Cursor | None], Awaitable[Any]]
    ) -> Any:
        """By the transport that the edge names; `accepted` opens a socket at the cursor."""
        since = None if watch.since is None else Cursor.parsed(watch.since)
        waiting, streams = self._audience.waiting, self._audience.streams
        try:
            match watch.transport:
                case Transport.SOCKET:
                    return await accepted(since)
                case Transport.STREAM:
                    opening, until_ms = streams.opening(open_at, since), watch.expires_at_ms
                    return self._streamed(
                        lambda write: streams.run(opening, open_at, until_ms, write)
                    )
                case Transport.POLL:
                    return _page(await poll(waiting, open_at, since, watch.wait_ms))
        except Refusal as refusal:
            return Response(refused(refusal), status=409)

    def _streamed(self, run: Callable[[Write], Awaitable[None]]) -> Any:
        stream = TransformStream.new()
        task = asyncio.create_task(_written(stream.writable.getWriter(), run))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return Response(stream.readable, headers=STREAMED)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            log_bug("actor.broke", bug, actor=self._name)


def _page(text: str | None) -> Any:
    """None: nothing is new."""
    if text is None:
        return Response(None, status=304, headers={"cache-control": "no-store"})
    return Response(text, headers=PLAIN)


async def _written(writer: Any, run: Callable[[Write], Awaitable[None]]) -> None:
    encoder = TextEncoder.new()

    async def write(text: str) -> None:
        with outages_of("stream"):
            await writer.write(encoder.encode(text))

    try:
        await run(write)
        with outages_of("stream"):
            await writer.close()
    except (Outage, Refusal, TimeoutError):
        writer.abort("given up")  # its client has gone, or may not read on
