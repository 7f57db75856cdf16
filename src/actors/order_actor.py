"""The Durable Object of one order: messages, the alarm, and its watchers by each transport."""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

from js import WebSocketRequestResponsePair
from workers import DurableObject, Response, wait_until

from actors.environment import performer_of, settings_of
from actors.host import Host
from actors.live import Streams, poll
from actors.order import OrderCore
from actors.pacing import Pace
from actors.remote import refused
from actors.sessions import Attachment, renew, sweep
from actors.waiting import Waiting, too_many
from actors.watcher_responses import StreamResponses, crossed, page, upgraded
from actors.watchers import broadcast
from clock import clock_ms
from domain.close_codes import CloseCode
from domain.cursor import Cursor
from domain.errors import Refusal
from domain.limits import EPOCH_BYTES, MESSAGE_BYTES_MAX, ORDER_WATCHERS_MAX
from domain.messages.live import WATCH_HEADER, Transport, Watch
from domain.messages.order import AwaitOrder
from storage.durable_sql import DurableSql

UNSENDABLE = frozenset({1005, 1006, 1015})  # they say how a socket ended; nobody may send them


class OrderActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        sql = DurableSql(ctx)
        self.settings = settings_of(env)
        self.core = OrderCore(sql, self.settings, lambda: secrets.token_hex(EPOCH_BYTES))
        self.name = str(ctx.id.name)
        self.host = Host(self.core, ctx.storage, performer_of(env).perform, self.name, clock_ms)
        self.waiting = Waiting(self.core.cursor)
        self.streams = Streams(self.waiting, clock_ms)
        self.responses = StreamResponses(self.name)
        self.pace = Pace(partial(told, self), self.core.catch_up, clock_ms)
        ctx.setWebSocketAutoResponse(WebSocketRequestResponsePair.new("ping", "pong"))

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        try:
            events = self.core.take_events()
            self.waiting.release(events)
            self.pace.happened(events)
        finally:
            await self.host.settle()  # what is kept is owed, whatever becomes of its watchers
        return answer

    async def wait(self, text: str) -> str:
        """`receive` for an `AwaitOrder`: answered when there is news, or when its time is up."""
        message = AwaitOrder.model_validate_json(text)
        return await self.waiting.answer(message, lambda: self.host.answer(text))

    async def alarm(self, info: Any = None) -> None:  # noqa: ARG002 -- the platform passes it
        end_sessions(self)
        await self.host.wake()

    async def fetch(self, request: Any) -> Any:
        """A watcher, by the transport that the edge names."""
        watch = watch_in(request.headers)
        since = None if watch.since is None else Cursor.parsed(watch.since)
        open_at = partial(self.core.opening, watch.caller_id)
        try:
            match watch.transport:
                case Transport.SOCKET:
                    return accepted(self, watch, since)
                case Transport.STREAM:
                    opening = self.streams.opening(open_at, since)
                    expires_at_ms = watch.expires_at_ms
                    return self.responses.streamed(
                        lambda write: self.streams.run(opening, open_at, expires_at_ms, write)
                    )
                case Transport.POLL:
                    return page(await poll(self.waiting, open_at, since, watch.wait_ms))
        except Refusal as refusal:
            return Response(refused(refusal), status=409)

    async def webSocketMessage(self, socket: Any, message: Any) -> None:  # noqa: N802
        """Watchers listen, and renew their session; `ping` is answered without waking us."""
        size = len(message.encode()) if isinstance(message, str) else message.byteLength
        if size > MESSAGE_BYTES_MAX:
            socket.close(CloseCode.TOO_LARGE, f"a message may have {MESSAGE_BYTES_MAX} bytes")
        elif isinstance(message, str):
            due_ms = renew(socket, message, self.settings.jwt_secret)
            if due_ms is not None:
                expect_session_end(self, due_ms)

    async def webSocketClose(  # noqa: N802
        self,
        socket: Any,
        code: int,
        reason: str,
        wasClean: bool,  # noqa: ARG002, FBT001, N803 -- the platform's signature
    ) -> None:
        """A watcher has left: close our side too, or it waits for that until it gives up."""
        socket.close(code if code not in UNSENDABLE else CloseCode.NORMAL, reason)

    async def webSocketError(self, socket: Any, error: Any) -> None:  # noqa: N802
        """A watcher was cut off. The platform drops its socket; there is nothing to undo."""


def watch_in(headers: Any) -> Watch:
    text = headers.get(WATCH_HEADER)
    if text is not None:
        return Watch.model_validate_json(text)
    # An edge of an older version, which knows of sockets alone.
    expires_at_ms = int(headers.get("x-darkroom-expires-at-ms"))
    return Watch(caller_id=headers.get("x-darkroom-caller"), expires_at_ms=expires_at_ms)


def told(actor: OrderActor, texts: Sequence[str]) -> int:
    """Everybody whose session holds; how many sockets that were."""
    end_sessions(actor)
    sockets = actor.ctx.getWebSockets()
    for text in texts:
        broadcast(sockets, crossed(text), actor.name)
    return len(sockets)


def accepted(actor: OrderActor, watch: Watch, since: Cursor | None) -> Any:
    actor.pace.flush()
    opening = actor.core.opening(watch.caller_id, since)
    if len(actor.ctx.getWebSockets()) >= ORDER_WATCHERS_MAX:
        raise too_many(f"{ORDER_WATCHERS_MAX} connections watch this order already")
    attached = Attachment(user_id=watch.caller_id, expires_at_ms=watch.expires_at_ms)
    response = upgraded(actor.ctx, attached.model_dump_json(), opening.frames, watch.protocol)
    expect_session_end(actor, attached.due_ms)
    return response


def expect_session_end(actor: OrderActor, due_ms: int) -> None:
    if actor.core.sessions.expect(due_ms):
        wait_until(actor.host.settle())


def end_sessions(actor: OrderActor) -> None:
    """Those that are due: warned, or closed."""
    now_ms = clock_ms()
    if actor.core.sessions.is_due(now_ms):
        next_ms = sweep(actor.ctx.getWebSockets(), now_ms, actor.name)
        actor.core.sessions.seen_to(next_ms)
