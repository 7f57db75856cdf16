"""An order's open sockets: each hears of every change; one that fails keeps no other from it."""

import contextlib
from collections.abc import Iterable
from typing import Final, Protocol

from domain.errors import Outage
from log import log
from storage.foreign import outages_of

OPEN: Final = 1  # WebSocket.readyState
INTERNAL_ERROR: Final = 1011  # RFC 6455, 7.4.1
SESSION_EXPIRED: Final = 4401  # ours (RFC 6455, 7.4.2): sign in again


class Socket(Protocol):
    """A hibernating WebSocket, as far as we use it. Attached to it is when its session expires."""

    @property
    def readyState(self) -> int: ...  # noqa: N802 -- the platform's spelling
    def deserializeAttachment(self) -> str: ...  # noqa: N802
    def send(self, text: str) -> object: ...
    def close(self, code: int, reason: str) -> object: ...


def broadcast(sockets: Iterable[Socket], text: str, now_ms: int, order_id: str) -> None:
    """To whoever's session still holds. The others hear that it does not, and no more."""
    for socket in sockets:
        try:
            with outages_of("socket"):
                _tell(socket, text, now_ms)
        except Outage as outage:
            log("watcher.broke", level="warning", reason=str(outage), order_id=order_id)
            _give_up(socket)


def _tell(socket: Socket, text: str, now_ms: int) -> None:
    if socket.readyState != OPEN:
        return
    if int(socket.deserializeAttachment()) <= now_ms:
        socket.close(SESSION_EXPIRED, "the session has expired")
    else:
        socket.send(text)


def _give_up(socket: Socket) -> None:
    """Who has missed a change must not believe itself up to date: it connects again."""
    with contextlib.suppress(Outage), outages_of("socket"):
        socket.close(INTERNAL_ERROR, "please connect again")
