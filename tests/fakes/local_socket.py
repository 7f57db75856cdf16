"""A watcher's socket, without a platform."""

from typing import Final

from actors.watchers import OPEN

CLOSING: Final = 2


class LocalSocket:
    """`breaks`: whatever is tried on it fails, as on one whose line is gone."""

    def __init__(
        self,
        attached: str = "",
        state: int = OPEN,
        *,
        breaks: bool = False,
        takes_batches: bool = False,
    ) -> None:
        self.sent: list[str] = []
        self.closed: list[int] = []
        self.readyState = state
        self.attached = attached
        self.takes_batches = takes_batches
        self._breaks = breaks

    def deserializeAttachment(self) -> str:  # noqa: N802 -- the platform's spelling
        return self.attached

    def serializeAttachment(self, attachment: str) -> None:  # noqa: N802
        self.attached = attachment

    def send(self, text: str) -> None:
        if self._breaks or self.readyState != OPEN:
            raise ConnectionError("WebSocket: it broke, or is closed")
        self.sent.append(text)

    def close(self, code: int, reason: str) -> None:
        assert reason
        self.closed.append(code)
        if self._breaks:
            raise ConnectionError("WebSocket: it broke already")
        self.readyState = CLOSING
