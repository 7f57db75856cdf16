"""The Durable Object of one room: requests, the alarm, and its readers by each transport.

Whenever it wakes, who is in the room is compared with the sockets that the platform has kept.
"""

import secrets
from functools import partial
from typing import Any

from js import WebSocketRequestResponsePair
from workers import DurableObject, Response, wait_until

from actors.environment import performer_of, settings_of
from actors.host import Host
from actors.live import Streams, poll
from actors.remote import refused
from actors.room import RoomCore
from actors.room_sockets import answer, attached_to, close_replaced, connections
from actors.room_talk import RoomAttachment, heard
from actors.sessions import sweep
from actors.waiting import Waiting, too_many
from actors.watcher_responses import StreamResponses, crossed, page, upgraded
from actors.watchers import OPEN, broadcast
from clock import clock_ms
from domain.close_codes import CloseCode
from domain.cursor import Cursor
from domain.errors import Refusal
from domain.limits import EPOCH_BYTES, ROOM_WATCHERS_MAX
from domain.messages.live import WATCH_HEADER, Transport
from domain.messages.room import RoomWatch
from storage.durable_sql import DurableSql

UNSENDABLE = frozenset({1005, 1006, 1015})  # they say how a socket ended; nobody may send them


class RoomActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self.settings = settings_of(env)
        self.core = RoomCore(DurableSql(ctx), self.settings, lambda: secrets.token_hex(EPOCH_BYTES))
        self.name = str(ctx.id.name)
        self.host = Host(self.core, ctx.storage, performer_of(env).perform, self.name, clock_ms)
        self.waiting = Waiting(self.core.cursor)
        self.streams = Streams(self.waiting, clock_ms)
        self.responses = StreamResponses(self.name)
        ctx.setWebSocketAutoResponse(WebSocketRequestResponsePair.new("ping", "pong"))
        self.core.sweep(connections(ctx.getWebSockets()), clock_ms())

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        try:
            tell(self)
        finally:
            await self.host.settle()
        return answer

    async def alarm(self, info: Any = None) -> None:  # noqa: ARG002 -- the platform passes it
        self.core.sweep(connections(self.ctx.getWebSockets()), clock_ms())
        await self.host.wake()
        tell(self)

    async def fetch(self, request: Any) -> Any:
        """A reader, by the transport that the edge names."""
        watch = RoomWatch.model_validate_json(request.headers.get(WATCH_HEADER))
        since = None if watch.since is None else Cursor.parsed(watch.since)
        open_at = partial(self.core.opening, watch.room_id)
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
        if socket.readyState != OPEN:
            return  # what was sent before our close had arrived
        attached = attached_to(socket)
        text = message if isinstance(message, str) else None
        reaction = heard(self.core, attached, text, clock_ms())
        tell(self)
        due_ms = answer(socket, attached, reaction, self.settings.jwt_secret)
        if due_ms is not None:
            self.core.sessions.expect(due_ms)
        await self.host.settle()

    async def webSocketClose(  # noqa: N802
        self,
        socket: Any,
        code: int,
        reason: str,
        wasClean: bool,  # noqa: ARG002, FBT001, N803 -- the platform's signature
    ) -> None:
        """Somebody has left: close our side too, or they wait for that until they give up."""
        try:
            gone(self, socket)
            socket.close(code if code not in UNSENDABLE else CloseCode.NORMAL, reason)
        finally:
            await self.host.settle()

    async def webSocketError(self, socket: Any, error: Any) -> None:  # noqa: N802, ARG002
        gone(self, socket)
        await self.host.settle()


def accepted(actor: RoomActor, watch: RoomWatch, since: Cursor | None) -> Any:
    """All others hear of it before the new socket is there, whose `hello` tells of it already."""
    now_ms = clock_ms()
    actor.core.rates.come(watch.caller_id, now_ms)
    if len(actor.ctx.getWebSockets()) >= ROOM_WATCHERS_MAX:
        raise too_many(f"{ROOM_WATCHERS_MAX} connections are in this room already")
    attached = RoomAttachment.of(watch, secrets.token_hex(8))
    for older_id in actor.core.connect(watch.room_id, attached.connection, now_ms):
        close_replaced(actor.ctx.getWebSockets(older_id))
    tell(actor)
    opening = actor.core.opening(watch.room_id, since)
    text, own_id = attached.model_dump_json(), attached.connection_id
    response = upgraded(actor.ctx, text, opening.frames, watch.protocol, own_id)
    actor.core.sessions.expect(attached.due_ms)
    wait_until(actor.host.settle())
    return response


def gone(actor: RoomActor, socket: Any) -> None:
    attached = attached_to(socket)
    actor.core.disconnect(attached.user_id, attached.connection_id, clock_ms())


def tell(actor: RoomActor) -> None:
    """What has happened, to all who are there and whose session holds."""
    end_sessions(actor)
    events = actor.core.take_events()
    if not events:
        return
    actor.waiting.release(events)
    sockets = actor.ctx.getWebSockets()
    for event in events:
        broadcast(sockets, crossed(event.text), actor.name)


def end_sessions(actor: RoomActor) -> None:
    """Those that are due: warned, or closed."""
    now_ms = clock_ms()
    if actor.core.sessions.is_due(now_ms):
        next_ms = sweep(actor.ctx.getWebSockets(), now_ms, actor.name)
        actor.core.sessions.seen_to(next_ms)
