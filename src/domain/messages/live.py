"""How an actor is asked to be watched: by the edge, in a header of the request it hands over."""

from enum import StrEnum
from typing import Final

from domain.values import Value

WATCH_HEADER: Final = "x-darkroom-watch"
PROTOCOL: Final = "darkroom.v1"  # of a WebSocket whose client knows the close codes


class Transport(StrEnum):
    SOCKET = "socket"
    STREAM = "stream"  # server-sent events
    POLL = "poll"


def batch_of(texts: list[str]) -> str:
    """Several frames as one: a JSON array, as in the JSON Batch Format of CloudEvents 1.0."""
    return texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"


class Watch(Value):
    caller_id: str
    expires_at_ms: int  # when the caller's session does
    transport: Transport = Transport.SOCKET
    since: str | None = None  # a cursor, as the edge has checked
    wait_ms: int = 0  # of a poll
    protocol: str | None = None  # of a socket, to be answered
    takes_batches: bool = False  # a socket that reads several frames in one: see `batch_of`

    def framed(self, texts: list[str]) -> list[str]:
        """As a socket is sent them."""
        return [batch_of(texts)] if self.takes_batches else texts
