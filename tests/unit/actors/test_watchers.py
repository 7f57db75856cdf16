"""Who watches: everybody hears of a change, whatever becomes of anybody's socket."""

import json

import pytest

from actors.watchers import broadcast
from domain.close_codes import CloseCode
from tests.unit.actors.sockets import CLOSED, LocalSocket


def tell(*sockets: LocalSocket) -> None:
    broadcast(sockets, "news", "summer-42")


def test_everybody_hears_of_a_change() -> None:
    one, other = LocalSocket(), LocalSocket()

    tell(one, other)

    assert (one.sent, other.sent) == (["news"], ["news"])
    assert (one.closed, other.closed) == ([], [])


def test_a_socket_that_fails_is_closed_and_told_of_and_the_others_hear(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, broken, after = LocalSocket(), LocalSocket(breaks=True), LocalSocket()

    tell(before, broken, after)

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["event"], line["actor"]) == ("watcher.broke", "summer-42")
    assert (before.sent, broken.closed, after.sent) == (["news"], [CloseCode.BROKE], ["news"])


def test_a_socket_that_has_closed_is_left_alone() -> None:
    gone = LocalSocket(state=CLOSED)

    tell(gone)

    assert (gone.sent, gone.closed) == ([], [])
