"""A watcher's socket, as the platform has it."""

from actors.sessions import Attachment
from actors.watchers import OPEN
from tests.unit.factories import MINUTE_MS, NOW_MS

CLOSED = 3


class LocalSocket:
    def __init__(
        self,
        expires_at_ms: int = NOW_MS + 10 * MINUTE_MS,
        state: int = OPEN,
        *,
        breaks: bool = False,
    ) -> None:
        attached = Attachment(user_id="alice", expires_at_ms=expires_at_ms)
        self.sent: list[str] = []
        self.closed: list[int] = []
        self.readyState = state
        self.attached = attached.model_dump_json()
        self._breaks = breaks

    def deserializeAttachment(self) -> str:  # noqa: N802 -- the platform's spelling
        return self.attached

    def serializeAttachment(self, attachment: str) -> None:  # noqa: N802
        self.attached = attachment

    def send(self, text: str) -> None:
        if self._breaks:
            raise ConnectionError("WebSocket: it broke")
        self.sent.append(text)

    def close(self, code: int, reason: str) -> None:
        assert reason
        self.closed.append(code)
        if self._breaks:
            raise ConnectionError("WebSocket: it broke already")
