"""Open sockets: as the platform has them, and what becomes of one that fails."""

import contextlib
from collections.abc import Iterator
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


class Crowd(Protocol):
    """All sockets of an actor."""

    def __iter__(self) -> Iterator[Socket]: ...
    def __len__(self) -> int: ...
    def send(self, texts: list[str]) -> Iterator[tuple[Socket, str]]:
        """Every text to every socket, in that order. Those that failed, and why."""

    def singles(self) -> int:
        """How many of them take no batches."""


def gave_up(socket: Socket, reason: str, name: str) -> None:
    """Who has missed a change must not believe itself up to date: it connects again.

    `name` is the actor's, for the log.
    """
    log("watcher.broke", level="warning", reason=reason, actor=name)
    with contextlib.suppress(Outage), outages_of("socket"):
        socket.close(CloseCode.BROKE, "please connect again")
