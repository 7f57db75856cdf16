"""The Durable Object of one order: messages, the alarm, and its watchers' hibernating sockets."""

import secrets
from typing import Any

from js import WebSocketPair, WebSocketRequestResponsePair
from workers import DurableObject, Response

from actors.environment import performer_of, settings_of
from actors.host import Host
from actors.order import OrderCore
from actors.remote import refused
from actors.waiting import Waiting
from actors.watchers import broadcast
from clock import clock_ms
from domain.errors import Code, Refusal
from domain.limits import MESSAGE_BYTES_MAX, ORDER_WATCHERS_MAX, WATCHERS_RETRY_AFTER_MS
from domain.messages.order import AwaitOrder
from storage.durable_sql import DurableSql

# RFC 6455, 7.4.1
NORMAL_CLOSURE = 1000
MESSAGE_TOO_BIG = 1009
UNSENDABLE = frozenset({1005, 1006, 1015})  # they say how a socket ended; nobody may send them


class OrderActor(DurableObject):
    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        sql = DurableSql(ctx)
        self.core = OrderCore(sql, settings_of(env), lambda: secrets.token_hex(4))
        self.name = str(ctx.id.name)
        self.host = Host(self.core, ctx.storage, performer_of(env).perform, self.name, clock_ms)
        self.waiting = Waiting(self.core.cursor)
        ctx.setWebSocketAutoResponse(WebSocketRequestResponsePair.new("ping", "pong"))

    async def receive(self, text: str) -> str:
        answer = self.host.answer(text)
        try:
            self.waiting.release()
            for event in self.core.take_events():
                sockets = self.ctx.getWebSockets()
                broadcast(sockets, event.model_dump_json(), clock_ms(), self.name)
        finally:
            await self.host.settle()  # what is kept is owed, whatever becomes of its watchers
        return answer

    async def wait(self, text: str) -> str:
        """`receive` for an `AwaitOrder`: answered when there is news, or when its time is up."""
        message = AwaitOrder.model_validate_json(text)
        return await self.waiting.answer(message, lambda: self.host.answer(text))

    async def alarm(self, info: Any = None) -> None:  # noqa: ARG002 -- the platform passes it
        await self.host.wake()

    async def fetch(self, request: Any) -> Any:
        """A watcher's upgrade. `hello` is sent in the stretch that accepts the socket."""
        try:
            hello = self.core.hello(request.headers.get("x-darkroom-caller"))
            check_room(self.ctx)
        except Refusal as refusal:
            return Response(refused(refusal), status=409)
        client, server = WebSocketPair.new().object_values()
        self.ctx.acceptWebSocket(server)
        server.serializeAttachment(request.headers.get("x-darkroom-expires-at-ms"))
        server.send(hello.model_dump_json())
        return Response(None, status=101, web_socket=client)

    async def webSocketMessage(self, socket: Any, message: Any) -> None:  # noqa: N802
        """Watchers only listen; `ping` is answered by the platform without waking us."""
        size = len(message.encode()) if isinstance(message, str) else message.byteLength
        if size > MESSAGE_BYTES_MAX:
            socket.close(MESSAGE_TOO_BIG, f"a message may have {MESSAGE_BYTES_MAX} bytes")

    async def webSocketClose(  # noqa: N802
        self,
        socket: Any,
        code: int,
        reason: str,
        wasClean: bool,  # noqa: ARG002, FBT001, N803 -- the platform's signature
    ) -> None:
        """A watcher has left: close our side too, or it waits for that until it gives up."""
        socket.close(code if code not in UNSENDABLE else NORMAL_CLOSURE, reason)

    async def webSocketError(self, socket: Any, error: Any) -> None:  # noqa: N802
        """A watcher was cut off. The platform drops its socket; there is nothing to undo."""


def check_room(ctx: Any) -> None:
    if len(ctx.getWebSockets()) >= ORDER_WATCHERS_MAX:
        raise Refusal(
            Code.TOO_MANY_WATCHERS,
            f"{ORDER_WATCHERS_MAX} connections watch this order already",
            {"retry_after_ms": WATCHERS_RETRY_AFTER_MS},
        )
