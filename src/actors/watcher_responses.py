"""Watchers as the platform has them: upgraded sockets, streamed and plain answers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from js import Object, TextEncoder, TransformStream, WebSocketPair
from pyodide.ffi import to_js
from workers import Response

from actors.live import Write
from domain.errors import Outage, Refusal
from log import log_bug
from storage.foreign import outages_of

STREAMED = {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",  # for a proxy that would collect it first
}
PLAIN = {"content-type": "application/json", "cache-control": "no-store"}


def upgraded(
    ctx: Any, attachment: str, frames: Sequence[str], protocol: str | None, *tags: str
) -> Any:
    """The client's end of a hibernating socket; what it reads first is sent in this stretch."""
    client, server = WebSocketPair.new().object_values()
    ctx.acceptWebSocket(server, to_js(tags))
    server.serializeAttachment(attachment)
    for frame in frames:
        server.send(frame)
    headers = {"sec-websocket-protocol": protocol} if protocol else {}
    return Response(None, status=101, web_socket=client, headers=headers)


def crossed(text: str) -> Any:
    """The text as JavaScript's, so that it is made over once and not for each socket."""
    return Object(text)


def page(text: str | None) -> Any:
    """None: nothing is new."""
    if text is None:
        return Response(None, status=304, headers={"cache-control": "no-store"})
    return Response(text, headers=PLAIN)


class StreamResponses:
    """Of one actor, whose tasks write them while they last."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[None]] = set()

    def streamed(self, run: Callable[[Write], Awaitable[None]]) -> Any:
        stream = TransformStream.new()
        task = asyncio.create_task(_written(stream.writable.getWriter(), run))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return Response(stream.readable, headers=STREAMED)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            log_bug("actor.broke", bug, actor=self._name)


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
