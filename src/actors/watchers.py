"""Open sockets: each is told the same text; one that fails keeps no other from it."""

import contextlib
from collections.abc import Iterable
from typing import Final, Protocol

from domain.close_codes import CloseCode
from domain.errors import Outage
from log import log
from storage.foreign import outages_of

OPEN: Final = 1  # WebSocket.readyState


class Socket(Protocol):
    """A hibernating WebSocket, as far as we use it. Attached to it is an `Attachment`."""

    @property
    def readyState(self) -> int: ...  # noqa: N802 -- the platform's spelling
    def deserializeAttachment(self) -> str: ...  # noqa: N802
    def serializeAttachment(self, attachment: str) -> object: ...  # noqa: N802
    def send(self, text: str) -> object: ...
    def close(self, code: int, reason: str) -> object: ...


def broadcast(sockets: Iterable[Socket], text: str, name: str) -> None:
    """To all that are open. `name` is the actor's, for the log."""
    for socket in sockets:
        try:
            with outages_of("socket"):
                if socket.readyState == OPEN:
                    socket.send(text)
        except Outage as outage:
            gave_up(socket, outage, name)


def gave_up(socket: Socket, outage: Outage, name: str) -> None:
    """Who has missed a change must not believe itself up to date: it connects again."""
    log("watcher.broke", level="warning", reason=str(outage), actor=name)
    with contextlib.suppress(Outage), outages_of("socket"):
        socket.close(CloseCode.BROKE, "please connect again")
