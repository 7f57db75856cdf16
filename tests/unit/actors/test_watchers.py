"""Who watches an order: everybody hears of a change, whatever becomes of anybody's socket."""

import json

import pytest

from actors.watchers import INTERNAL_ERROR, OPEN, SESSION_EXPIRED, broadcast
from tests.unit.factories import NOW_MS

CLOSED = 3


class LocalSocket:
    """A watcher's socket, as the platform has it."""

    def __init__(
        self, expires_at: object = NOW_MS + 1, state: int = OPEN, *, breaks: bool = False
    ) -> None:
        self.sent: list[str] = []
        self.closed: list[int] = []
        self.readyState = state
        self._expires_at, self._breaks = expires_at, breaks

    def deserializeAttachment(self) -> str:  # noqa: N802 -- the platform's spelling
        return str(self._expires_at)

    def send(self, text: str) -> None:
        if self._breaks:
            raise ConnectionError("WebSocket: it broke")
        self.sent.append(text)

    def close(self, code: int, reason: str) -> None:
        assert reason
        self.closed.append(code)
        if self._breaks:
            raise ConnectionError("WebSocket: it broke already")


def tell(*sockets: LocalSocket) -> None:
    broadcast(sockets, "news", NOW_MS, "summer-42")


def test_everybody_hears_of_a_change() -> None:
    one, other = LocalSocket(), LocalSocket()

    tell(one, other)

    assert (one.sent, other.sent) == (["news"], ["news"])
    assert (one.closed, other.closed) == ([], [])


@pytest.mark.parametrize("broken", [LocalSocket(breaks=True), LocalSocket(expires_at="never set")])
def test_a_socket_that_fails_is_closed_and_told_of_and_the_others_hear(
    broken: LocalSocket, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = LocalSocket(), LocalSocket()

    tell(before, broken, after)

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["event"], line["order_id"]) == ("watcher.broke", "summer-42")
    assert (before.sent, broken.closed, after.sent) == (["news"], [INTERNAL_ERROR], ["news"])


def test_who_is_signed_in_no_longer_hears_that_and_no_more() -> None:
    expired = LocalSocket(expires_at=NOW_MS)

    tell(expired)

    assert (expired.sent, expired.closed) == ([], [SESSION_EXPIRED])


def test_a_socket_that_has_closed_is_left_alone() -> None:
    gone = LocalSocket(state=CLOSED)

    tell(gone)

    assert (gone.sent, gone.closed) == ([], [])
