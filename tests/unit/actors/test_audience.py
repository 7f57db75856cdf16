"""Who watches hears of each change, once, whatever becomes of a socket or a session."""

import asyncio
import json

import pytest

from actors.audience import Audience
from actors.hub import HubLimits
from actors.opening import Opening
from actors.sessions import SessionDeadline
from domain.close_codes import CloseCode
from domain.cursor import Cursor
from domain.errors import Refusal
from domain.limits import PACED_COALESCE_FROM, SINGLE_SOCKETS_MAX, SOCKET_SENDS_PER_MS
from domain.messages.live import Watch
from storage import deadlines, hub_repository
from storage.deadlines import Deadlines
from storage.hub_repository import Published
from storage.sql import migrate
from tests.fakes.local_crowd import LocalCrowd
from tests.fakes.local_socket import LocalSocket
from tests.unit.actors.hubs import HubOnPaper, words
from tests.unit.actors.sockets import CLOSED, watching
from tests.unit.factories import NOW_MS

pytestmark = pytest.mark.anyio

BATCHES = Watch(caller_id="alice", expires_at_ms=NOW_MS, takes_batches=True)
SINGLE = Watch(caller_id="alice", expires_at_ms=NOW_MS)


class Watched:
    """A core whose events are what is said in a hub."""

    def __init__(self) -> None:
        self.log = HubOnPaper(HubLimits())
        migrate(self.log.sql, (*hub_repository.MIGRATIONS, deadlines.MIGRATION))
        self.sessions = SessionDeadline(Deadlines(self.log.sql), "sessions")

    def cursor(self) -> str | None:
        return str(self.log.hub.head())

    def take_events(self) -> list[Published]:
        return self.log.hub.take()

    def catch_up(self, since: Cursor) -> Opening:
        return Opening.of(self.log.hub.since(since), since, "hello again")


class Broken(SessionDeadline):
    """What cannot be read."""

    def __init__(self) -> None:
        """Nothing is there."""

    def is_due(self, now_ms: int) -> bool:
        raise OSError(now_ms)


class Theatre:
    def __init__(self, *sockets: LocalSocket) -> None:
        self.core = Watched()
        self.audience = Audience(self.core, LocalCrowd(sockets), "summer-42", lambda: NOW_MS)

    def say(self, word: str) -> str:
        """Its text, as everybody should hear it."""
        text = self.core.log.say(word).text
        self.audience.hear()
        return text


def test_everybody_hears_of_a_change() -> None:
    one, other = watching(), watching()

    news = Theatre(one, other).say("news")

    assert (one.sent, other.sent) == ([news], [news])
    assert (one.closed, other.closed) == ([], [])


def test_who_takes_batches_hears_of_several_changes_at_once() -> None:
    single, batches = watching(), watching(takes_batches=True)
    theatre = Theatre(single, batches)
    one, other = (theatre.core.log.say(word).text for word in ("one", "other"))

    theatre.audience.hear()

    assert single.sent == [one, other]
    assert [json.loads(text) for text in batches.sent] == [[json.loads(one), json.loads(other)]]


@pytest.mark.parametrize(
    ("sockets", "within_ms"),
    [(250, None), (251, 1_004), (2_000, 8_000), (10_000, 30_000)],
)
def test_the_more_watch_the_longer_the_time_in_which_they_come_back(
    sockets: int, within_ms: int | None
) -> None:
    theatre = Theatre(*[watching()] * sockets)
    opening = theatre.core.catch_up(Cursor("e", 0))

    first, *others = theatre.audience.first_frames(opening)

    spread = {"type": "spread", "within_ms": within_ms}
    assert first == "hello again"
    assert [json.loads(text) for text in others] == ([spread] if within_ms else [])


async def test_of_nothing_nobody_hears() -> None:
    one = watching()

    await Theatre(one).audience.level()

    assert one.sent == []


def test_a_socket_that_fails_is_closed_and_told_of_and_the_others_hear(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, broken, after = watching(), watching(breaks=True), watching()

    news = Theatre(before, broken, after).say("news")

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["event"], line["actor"]) == ("watcher.broke", "summer-42")
    assert (before.sent, broken.closed, after.sent) == ([news], [CloseCode.BROKE], [news])


def test_a_socket_that_has_closed_is_left_alone() -> None:
    gone = watching(state=CLOSED)

    Theatre(gone).say("news")

    assert (gone.sent, gone.closed) == ([], [])


def test_whose_session_is_over_hears_nothing_more() -> None:
    over, there = watching(expires_at_ms=NOW_MS), watching()
    theatre = Theatre(over, there)
    theatre.core.sessions.expect(NOW_MS)

    news = theatre.say("news")

    assert (over.sent, over.closed, there.sent) == ([], [CloseCode.SESSION_EXPIRED], [news])


async def test_what_is_looked_up_after_a_pause_is_not_told_once_more() -> None:
    crowd = [watching() for _ in range(SOCKET_SENDS_PER_MS)]
    theatre, others = Theatre(*crowd), asyncio.all_tasks()
    told = [theatre.say(str(number)) for number in range(2 + PACED_COALESCE_FROM)]
    late = theatre.core.log.say("kept, and not told yet").text

    await asyncio.gather(*asyncio.all_tasks() - others)
    await theatre.audience.level()

    assert crowd[0].sent == [*told, late]


async def test_who_comes_in_a_pause_comes_after_it() -> None:
    crowd = [watching() for _ in range(SOCKET_SENDS_PER_MS)]
    theatre = Theatre(*crowd)
    first, second = theatre.say("first"), theatre.say("second")
    heard_before = list(crowd[0].sent)

    await asyncio.gather(theatre.audience.level(), theatre.audience.level())

    assert (heard_before, crowd[0].sent) == ([first], [first, second])


def test_beyond_the_limit_nobody_comes() -> None:
    audience = Theatre(watching(takes_batches=True), watching(takes_batches=True)).audience

    audience.check_free(BATCHES, 3)
    audience.check_free(SINGLE, 3)

    with pytest.raises(Refusal, match="2 connections"):
        audience.check_free(BATCHES, 2)
    with pytest.raises(Refusal, match="3 connections"):
        audience.check_free(BATCHES, 3, coming=1)


def test_of_those_who_take_no_batches_there_may_be_fewer() -> None:
    audience = Theatre(*[watching()] * SINGLE_SOCKETS_MAX).audience

    audience.check_free(BATCHES, 2 * SINGLE_SOCKETS_MAX)

    with pytest.raises(Refusal, match="batch=1"):
        audience.check_free(SINGLE, 2 * SINGLE_SOCKETS_MAX)


async def test_where_telling_breaks_after_a_pause_all_come_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    crowd = [watching() for _ in range(SOCKET_SENDS_PER_MS)]
    theatre, others = Theatre(*crowd), asyncio.all_tasks()
    theatre.say("first")
    theatre.say("second")
    theatre.core.sessions = Broken()

    await asyncio.wait(asyncio.all_tasks() - others)

    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events[0] == "audience.broke"
    assert {tuple(socket.closed) for socket in crowd} == {(CloseCode.BROKE,)}


async def test_who_waits_hears_as_well() -> None:
    theatre = Theatre()
    since = str(theatre.core.log.hub.head())
    waiting = asyncio.create_task(theatre.audience.waiting.news(since, 1_000))
    await asyncio.wait({waiting}, timeout=0)  # until it waits

    theatre.say("news")

    heard = await waiting
    assert heard is not None
    assert words(*heard) == ["news"]
