"""A room's sockets: who is on them, and what each alone is told."""

import json

import pytest

from actors.frames import Auth
from actors.room_sockets import answer, attached_to, close_replaced, connections
from actors.room_talk import Ack, Reaction, RoomAttachment
from domain.close_codes import CloseCode
from domain.messages.live import Transport
from domain.messages.room import RoomWatch
from domain.presence import Connection
from domain.room_rights import RoomRight
from tests.fakes.local_socket import LocalSocket
from tests.unit.actors.sockets import CLOSED
from tests.unit.conftest import Clock
from tests.unit.darkroom import a_token
from tests.unit.factories import NOW_MS

SECRET = "j" * 32
WATCH = RoomWatch(
    caller_id="alice",
    expires_at_ms=NOW_MS + 100_000,
    transport=Transport.SOCKET,
    room_id="lobby",
    right=RoomRight.PUBLISH,
    tab="t1",
)
ACK = Ack(id="m1", cursor="e-1", time="2026-11-22T10:00:00.000Z", replayed=False)


@pytest.fixture(autouse=True)
def time(clock: Clock) -> Clock:
    """A token is checked by the clock."""
    return clock


def a_socket(connection_id: str = "c1", **more: bool) -> LocalSocket:
    socket = LocalSocket(breaks=more.get("breaks", False))
    socket.attached = RoomAttachment.of(WATCH, connection_id).model_dump_json()
    return socket


def react(socket: LocalSocket, reaction: Reaction) -> int | None:
    return answer(socket, attached_to(socket), reaction, SECRET)


def renewed(socket: LocalSocket, user_id: str = "alice", **claims: object) -> int | None:
    return react(socket, Reaction(auth=Auth(type="auth", token=a_token(user_id, SECRET, **claims))))


def test_who_is_there_is_read_off_the_sockets() -> None:
    leaving = a_socket("c2")
    leaving.readyState = CLOSED

    assert connections([a_socket("c1"), leaving]) == {"c1": Connection("c1", "alice", "t1")}


def test_an_answer_goes_to_its_socket() -> None:
    socket = a_socket()

    react(socket, Reaction(ACK))

    assert (socket.sent, socket.closed) == ([ACK.model_dump_json()], [])


def test_who_is_shut_out_is_closed() -> None:
    socket = a_socket()

    react(socket, Reaction(close=(CloseCode.MALFORMED, "frames are JSON text")))

    assert (socket.sent, socket.closed) == ([], [CloseCode.MALFORMED])


def test_a_socket_that_breaks_is_given_up() -> None:
    socket = a_socket(breaks=True)

    assert react(socket, Reaction(ACK)) is None
    assert socket.closed == [CloseCode.BROKE]


def test_an_older_connection_of_a_tab_is_closed_unless_it_is_already() -> None:
    older, gone = a_socket(), a_socket()
    gone.readyState = CLOSED

    close_replaced([older, gone])

    assert (older.closed, gone.closed) == ([CloseCode.REPLACED], [])


def test_a_newer_token_makes_the_connection_last() -> None:
    socket = a_socket()

    due_ms = renewed(socket, exp=NOW_MS // 1000 + 7_200)

    assert due_ms == NOW_MS + 7_200_000 - 60_000
    assert json.loads(socket.sent[0])["type"] == "auth"
    assert attached_to(socket).right is RoomRight.PUBLISH
    assert attached_to(socket).connection_id == "c1"


@pytest.mark.parametrize(("right", "may_publish"), [("rw", True), ("r", False)])
def test_what_the_newer_token_grants_counts_from_then_on(right: str, may_publish: bool) -> None:  # noqa: FBT001
    socket = a_socket()

    renewed(socket, rooms={"lob*": right})

    assert attached_to(socket).right.may_publish is may_publish
    assert socket.closed == []


def test_who_may_no_longer_read_is_closed() -> None:
    socket = a_socket()

    renewed(socket, rooms={"other": "rw"})

    assert socket.closed == [CloseCode.FORBIDDEN]


def test_a_token_of_another_user_ends_it() -> None:
    socket = a_socket()

    assert renewed(socket, user_id="bob") is None
    assert socket.closed == [CloseCode.FORBIDDEN]
