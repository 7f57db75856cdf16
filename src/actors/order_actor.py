"""The Durable Object of one order: messages, the alarm, and its watchers by each transport."""

import secrets
from functools import partial
from typing import Any

from workers import DurableObject, wait_until

from actors.audience import Audience
from actors.environment import performer_of, settings_of
from actors.host import Host
from actors.order import OrderCore
from actors.sessions import Attachment, renew
from actors.sockets import Sockets, close_back
from actors.watcher_responses import WatcherResponses
from actors.watchers import OPEN
from clock import clock_ms
from domain.close_codes import CloseCode
from domain.cursor import Cursor
from domain.limits import EPOCH_BYTES, MESSAGE_BYTES_MAX, ORDER_WATCHERS_MAX
from domain.messages.live import WATCH_HEADER, Watch
from domain.messages.order import AwaitOrder
from storage.durable_sql import DurableSql


class OrderActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        sql = DurableSql(ctx)
        self.settings = settings_of(env)
        self.core = OrderCore(sql, self.settings, lambda: secrets.token_hex(EPOCH_BYTES))
        self.name = str(ctx.id.name)
        self.host = Host(self.core, ctx.storage, performer_of(env).perform, self.name, clock_ms)
        self.sockets = Sockets(ctx)
        self.audience = Audience(self.core, self.sockets, self.name, clock_ms)
        self.responses = WatcherResponses(self.audience, self.name)

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        try:
            self.audience.hear()
        finally:
            await self.host.settle()  # what is kept is owed, whatever becomes of its watchers
        return answer

    async def wait(self, text: str) -> str:
        """`receive` for an `AwaitOrder`: answered when there is news, or when its time is up."""
        message = AwaitOrder.model_validate_json(text)
        return await self.audience.waiting.answer(message, lambda: self.host.answer(text))

    async def alarm(self, info: Any = None) -> None:  # noqa: ARG002 -- the platform passes it
        self.audience.end_sessions()
        await self.host.wake()

    async def fetch(self, request: Any) -> Any:
        watch = watch_in(request.headers)
        open_at = partial(self.core.opening, watch.caller_id)
        return await self.responses.of(watch, open_at, partial(accepted, self, watch))

    async def webSocketMessage(self, socket: Any, message: Any) -> None:  # noqa: N802
        """Watchers listen, and renew their session; `ping` is answered without waking us."""
        if socket.readyState != OPEN:
            return  # what was sent before our close had arrived
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
        close_back(socket, code, reason)

    async def webSocketError(self, socket: Any, error: Any) -> None:  # noqa: N802
        """A watcher was cut off. The platform drops its socket; there is nothing to undo."""


def watch_in(headers: Any) -> Watch:
    text = headers.get(WATCH_HEADER)
    if text is not None:
        return Watch.model_validate_json(text)
    # An edge of an older version, which knows of sockets alone.
    expires_at_ms = int(headers.get("x-darkroom-expires-at-ms"))
    return Watch(caller_id=headers.get("x-darkroom-caller"), expires_at_ms=expires_at_ms)


async def accepted(actor: OrderActor, watch: Watch, since: Cursor | None) -> Any:
    await actor.audience.level()
    opening = actor.core.opening(watch.caller_id, since)
    actor.audience.check_free(watch, ORDER_WATCHERS_MAX)
    attached = Attachment(user_id=watch.caller_id, expires_at_ms=watch.expires_at_ms)
    frames = actor.audience.first_frames(opening)
    response = actor.sockets.opened(watch, attached.model_dump_json(), frames)
    expect_session_end(actor, attached.due_ms)
    return response


def expect_session_end(actor: OrderActor, due_ms: int) -> None:
    if actor.core.sessions.expect(due_ms):
        wait_until(actor.host.settle())
