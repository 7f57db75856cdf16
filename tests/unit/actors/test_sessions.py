"""The sessions of sockets: told a minute before they end, renewed by a frame, closed at the end."""

import json

import pytest

from actors.sessions import Attachment, SessionDeadline, attachment_of, renew, sweep
from domain.close_codes import CloseCode
from domain.limits import SESSION_EXPIRING_MS
from storage import deadlines
from storage.deadlines import Deadlines
from storage.sql import migrate
from tests.fakes.local_socket import LocalSocket
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.actors.sockets import CLOSED, watching
from tests.unit.conftest import Clock
from tests.unit.darkroom import a_token
from tests.unit.factories import MINUTE_MS, NOW_MS

SECRET = "j" * 32
SOON_MS = NOW_MS + SESSION_EXPIRING_MS
LATER_S = NOW_MS // 1000 + 3_600


@pytest.fixture(autouse=True)
def time(clock: Clock) -> Clock:
    """A token is checked by the clock."""
    return clock


def swept(socket: LocalSocket, now_ms: int = NOW_MS) -> int | None:
    return sweep([socket], now_ms, "summer-42")


def an_auth(token: object) -> str:
    return json.dumps({"type": "auth", "token": token})


# --- The end of a session -----------------------------------------------------------------------


def test_a_session_that_lasts_is_let_be() -> None:
    socket = watching(expires_at_ms=SOON_MS + 1)

    assert swept(socket) == NOW_MS + 1
    assert (socket.sent, socket.closed) == ([], [])


def test_who_is_signed_in_for_a_minute_more_hears_that_once() -> None:
    socket = watching(expires_at_ms=SOON_MS)

    due_ms = swept(socket), swept(socket)

    assert due_ms == (SOON_MS, SOON_MS)
    assert list(map(json.loads, socket.sent)) == [
        {"type": "expiring", "expires_at": "2026-11-22T10:01:00.000Z"}
    ]


def test_who_is_signed_in_no_longer_is_closed() -> None:
    socket = watching(expires_at_ms=NOW_MS)

    assert swept(socket) is None
    assert (socket.sent, socket.closed) == ([], [CloseCode.SESSION_EXPIRED])


def test_the_first_that_is_due_counts_and_those_that_closed_or_broke_do_not() -> None:
    sockets = [
        watching(expires_at_ms=NOW_MS + 9 * MINUTE_MS),
        watching(expires_at_ms=NOW_MS + 5 * MINUTE_MS),
        watching(expires_at_ms=SOON_MS, breaks=True),
        watching(expires_at_ms=SOON_MS, state=CLOSED),
    ]

    assert sweep(sockets, NOW_MS, "summer-42") == NOW_MS + 4 * MINUTE_MS
    assert [socket.closed for socket in sockets] == [[], [], [CloseCode.BROKE], []]


def test_what_others_attach_is_kept() -> None:
    socket = watching(expires_at_ms=SOON_MS)
    socket.attached = socket.attached.replace("}", ',"connection":"c1"}')

    swept(socket)

    assert json.loads(socket.attached)["connection"] == "c1"


# --- Renewing -----------------------------------------------------------------------------------


def test_a_newer_token_of_the_same_user_renews_the_session() -> None:
    socket = watching(expires_at_ms=SOON_MS)
    swept(socket)

    due_ms = renew(socket, an_auth(a_token(exp=LATER_S)), SECRET)

    assert due_ms == LATER_S * 1000 - SESSION_EXPIRING_MS
    assert attachment_of(socket) == Attachment(user_id="alice", expires_at_ms=LATER_S * 1000)
    assert json.loads(socket.sent[-1]) == {"type": "auth", "expires_at": "2026-11-22T11:00:00.000Z"}
    assert socket.closed == []


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (a_token("bob"), CloseCode.FORBIDDEN),
        (a_token(secret="k" * 32), CloseCode.SESSION_EXPIRED),
        (a_token(exp=NOW_MS // 1000 - 60), CloseCode.SESSION_EXPIRED),
        ("", CloseCode.SESSION_EXPIRED),
    ],
    ids=["of another user", "forged", "expired", "empty"],
)
def test_any_other_token_ends_the_connection(token: str, code: CloseCode) -> None:
    socket = watching()

    assert renew(socket, an_auth(token), SECRET) is None
    assert (socket.sent, socket.closed) == ([], [code])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ping",
        "[]",
        "null",
        '{"type": "auth"}',
        '{"type": "hello", "token": "x"}',
        '{"type": "auth", "token": "x", "more": 1}',
        an_auth(1),
        an_auth("x" * 5_000),
        '{"type": "auth", "token": "\\ud800"}',
        "[" * 100_000,
    ],
)
def test_whatever_else_a_client_says_is_passed_over(text: str) -> None:
    socket = watching()

    assert renew(socket, text, SECRET) is None
    assert (socket.sent, socket.closed) == ([], [])


# --- The deadline -------------------------------------------------------------------------------


@pytest.fixture
def deadline() -> SessionDeadline:
    sql = SqliteSql()
    migrate(sql, [deadlines.MIGRATION])
    return SessionDeadline(Deadlines(sql), "sessions")


def test_only_a_session_that_is_due_sooner_changes_when_to_wake(deadline: SessionDeadline) -> None:
    assert [deadline.expect(due_ms) for due_ms in (20, 30, 20, 10)] == [True, False, False, True]


def test_whoever_comes_first_in_a_life_has_the_alarm_seen_to() -> None:
    """The life before may have ended before its alarm was set."""
    sql = SqliteSql()
    migrate(sql, [deadlines.MIGRATION])
    SessionDeadline(Deadlines(sql), "sessions").expect(20)

    next_life = SessionDeadline(Deadlines(sql), "sessions")

    assert [next_life.expect(30), next_life.expect(30)] == [True, False]


def test_sessions_are_due_from_then_until_they_are_seen_to(deadline: SessionDeadline) -> None:
    deadline.expect(10)
    is_due = [deadline.is_due(now_ms) for now_ms in (9, 10, 11)]

    deadline.seen_to(None)

    assert is_due == [False, True, True]
    assert not deadline.is_due(11)
