"""The Durable Object of one room: requests, the alarm, and its readers by each transport.

Whenever it wakes, who is in the room is compared with the sockets that the platform has kept.
"""

import secrets
from functools import partial
from typing import Any

from workers import DurableObject, wait_until

from actors.audience import Audience
from actors.environment import performer_of, settings_of
from actors.host import Host
from actors.room import RoomCore
from actors.room_sockets import answer, attached_to, close_replaced, connections
from actors.room_talk import RoomAttachment, heard
from actors.sockets import Sockets, close_back
from actors.watcher_responses import WatcherResponses
from actors.watchers import OPEN
from clock import clock_ms
from domain.cursor import Cursor
from domain.limits import EPOCH_BYTES, ROOM_WATCHERS_MAX
from domain.messages.live import WATCH_HEADER
from domain.messages.room import RoomWatch
from domain.presence import Connection
from storage.durable_sql import DurableSql


class RoomActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self.settings = settings_of(env)
        self.core = RoomCore(DurableSql(ctx), self.settings, lambda: secrets.token_hex(EPOCH_BYTES))
        self.name = str(ctx.id.name)
        self.sockets = Sockets(ctx)
        self.coming: dict[str, Connection] = {}  # whose socket opens once all others have heard
        self.audience = Audience(self.core, self.sockets, self.name, clock_ms)
        self.responses = WatcherResponses(self.audience, self.name)
        perform = performer_of(env).perform
        self.host = Host(
            self.core, ctx.storage, perform, self.name, clock_ms, has_woken=self.audience.hear
        )
        self.core.sweep(connections(self.sockets), clock_ms())

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        try:
            self.audience.hear()
        finally:
            await self.host.settle()
        return answer

    async def alarm(self, info: Any = None) -> None:  # noqa: ARG002 -- the platform passes it
        self.core.sweep(connections(self.sockets) | self.coming, clock_ms())
        self.audience.end_sessions()
        await self.host.wake()

    async def fetch(self, request: Any) -> Any:
        watch = RoomWatch.model_validate_json(request.headers.get(WATCH_HEADER))
        open_at = partial(self.core.opening, watch.room_id)
        return await self.responses.of(watch, open_at, partial(accepted, self, watch))

    async def webSocketMessage(self, socket: Any, message: Any) -> None:  # noqa: N802
        if socket.readyState != OPEN:
            return  # what was sent before our close had arrived
        attached = attached_to(socket)
        text = message if isinstance(message, str) else None
        reaction = heard(self.core, attached, text, clock_ms())
        self.audience.hear()
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
        try:
            gone(self, socket)
            close_back(socket, code, reason)
        finally:
            await self.host.settle()

    async def webSocketError(self, socket: Any, error: Any) -> None:  # noqa: N802, ARG002
        gone(self, socket)
        await self.host.settle()


async def accepted(actor: RoomActor, watch: RoomWatch, since: Cursor | None) -> Any:
    """All others hear of it before the new socket is there, whose `hello` tells of it already."""
    now_ms = clock_ms()
    actor.core.rates.come(watch.caller_id, now_ms)
    actor.audience.check_free(watch, ROOM_WATCHERS_MAX, len(actor.coming))
    attached = RoomAttachment.of(watch, secrets.token_hex(8))
    own_id = attached.connection_id
    for older_id in actor.core.connect(watch.room_id, attached.connection, now_ms):
        close_replaced(actor.sockets.tagged(older_id))
    actor.coming[own_id] = attached.connection
    try:
        await actor.audience.level()
    finally:
        del actor.coming[own_id]
    frames = actor.audience.first_frames(actor.core.opening(watch.room_id, since))
    response = actor.sockets.opened(watch, attached.model_dump_json(), frames, own_id)
    actor.core.sessions.expect(attached.due_ms)
    wait_until(actor.host.settle())
    return response


def gone(actor: RoomActor, socket: Any) -> None:
    attached = attached_to(socket)
    actor.core.disconnect(attached.user_id, attached.connection_id, clock_ms())
