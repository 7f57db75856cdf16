"""A Durable Object's hibernating sockets: opened, and told the same in one crossing."""

from collections.abc import Iterator
from typing import Any

from js import Array, WebSocket, WebSocketPair, WebSocketRequestResponsePair
from pyodide.ffi import JsException, to_js
from workers import Response

from domain.close_codes import CloseCode
from domain.messages.live import Watch, batch_of

# Each socket has one of these tags. (A deployment closes them all.)
BATCHES = "batches"
SINGLE = "single"
UNSENDABLE = frozenset({1005, 1006, 1015})  # they say how a socket ended; nobody may send them


class Sockets:
    """Of one actor. The platform keeps them while it sleeps, and answers `ping` by itself."""

    def __init__(self, ctx: Any) -> None:
        self._ctx = ctx
        ctx.setWebSocketAutoResponse(WebSocketRequestResponsePair.new("ping", "pong"))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._ctx.getWebSockets())

    def __len__(self) -> int:
        return int(self._ctx.getWebSockets().length)

    def tagged(self, tag: str) -> Iterator[Any]:
        return iter(self._ctx.getWebSockets(tag))

    def send(self, texts: list[str]) -> Iterator[tuple[Any, str]]:
        """Every text to every socket, in that order. Those that failed, and why."""
        if len(texts) == 1:
            yield from _sent(self._ctx.getWebSockets(), texts)
        else:
            yield from _sent(self._ctx.getWebSockets(BATCHES), [batch_of(texts)])
            yield from _sent(self._ctx.getWebSockets(SINGLE), texts)

    def singles(self) -> int:
        """How many of them take no batches."""
        return int(self._ctx.getWebSockets(SINGLE).length)

    def opened(self, watch: Watch, attachment: str, frames: list[str], *tags: str) -> Any:
        """The client's end, as an answer; what it reads first is sent in this stretch."""
        client, server = WebSocketPair.new().object_values()
        self._ctx.acceptWebSocket(
            server, to_js([BATCHES if watch.takes_batches else SINGLE, *tags])
        )
        server.serializeAttachment(attachment)
        to_js(watch.framed(frames)).forEach(WebSocket.prototype.send, server)
        headers = {"sec-websocket-protocol": watch.protocol} if watch.protocol else {}
        return Response(None, status=101, web_socket=client, headers=headers)


def _sent(sockets: Any, texts: list[str]) -> Iterator[tuple[Any, str]]:
    """To cross to JavaScript for each costs about as much as sending does, so JavaScript itself

    goes over both: `sockets.forEach(socket => texts.forEach(text => socket.send(text)))`. What it
    throws ends its loop, and the iterator goes on after the socket that was to blame.
    """
    send_all = Array.prototype.forEach.bind(to_js(texts), WebSocket.prototype.send)
    left = sockets.values()
    while True:
        try:
            left.forEach(send_all)
        except JsException as error:
            rest = left.toArray()
            yield sockets[sockets.length - rest.length - 1], str(error)
            sockets, left = rest, rest.values()
        else:
            return


def close_back(socket: Any, code: int, reason: str) -> None:
    """Somebody has left: close our side too, or they wait for that until they give up."""
    socket.close(code if code not in UNSENDABLE else CloseCode.NORMAL, reason)
