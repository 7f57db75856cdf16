"""Sockets are told at once while they are few, and in batches while telling them takes long."""

import asyncio

import pytest

from actors.opening import Opening
from actors.pacing import Pace
from domain.cursor import Cursor
from domain.limits import SOCKET_SENDS_PER_MS
from tests.unit.actors.hubs import HubOnPaper, words

pytestmark = pytest.mark.anyio

FEW, MANY = 1, 100 * SOCKET_SENDS_PER_MS


class Crowd:
    """So many sockets on a hub, which coalesces above two events, and the time."""

    def __init__(self, sockets: int) -> None:
        self.log = HubOnPaper()
        self.sockets = sockets
        self.now_ms = 0
        self.heard: list[str] = []
        self.pace = Pace(
            self.send,
            self.catch_up,
            lambda: self.now_ms,
            self.broke,
            pause=self.pause,
            held_max=2,
        )

    def send(self, texts: list[str]) -> int:
        self.heard += texts
        return self.sockets * len(texts)

    def catch_up(self, since: Cursor) -> Opening:
        resumption = self.log.hub.since(since, coalesce_from=2)
        assert resumption.cursor is not None
        return Opening.of(resumption, resumption.cursor, f"hello again at {resumption.cursor}")

    def broke(self, bug: BaseException) -> None:
        raise AssertionError(bug)

    async def pause(self, span_s: float) -> None:
        self.now_ms += round(span_s * 1000)

    def say(self, *said: str, key: str = "") -> None:
        for word in said:
            self.log.say(word, key)
            self.pace.happened(self.log.hub.take())

    async def later(self) -> list[str]:
        """What was heard once the pause is over; events by their words."""
        await asyncio.gather(Crowd.pause(self, 0))  # a task comes after those that were there
        kept = {event.text: words(event)[0] for event in self.log.hub.page(0, 100)}
        return [kept.get(text, text) for text in self.heard]


class Patient(Crowd):
    """Its pauses end when one says so."""

    def __init__(self, sockets: int) -> None:
        self.pauses: list[asyncio.Event] = []
        super().__init__(sockets)

    async def pause(self, span_s: float) -> None:
        assert span_s > 0
        self.pauses.append(asyncio.Event())
        await self.pauses[-1].wait()


async def test_a_few_hear_of_everything_at_once() -> None:
    crowd = Crowd(FEW)

    crowd.say("a", "b", "c")

    assert len(crowd.heard) == 3
    assert await crowd.later() == ["a", "b", "c"]


async def test_many_hear_of_the_first_at_once_and_of_the_rest_after_a_pause() -> None:
    crowd = Crowd(MANY)

    crowd.say("a", "b", "c")

    assert len(crowd.heard) == 1
    assert await crowd.later() == ["a", "b", "c"]
    assert crowd.now_ms == 100


async def test_of_much_that_happened_in_the_pause_they_hear_the_newest_and_why() -> None:
    crowd = Crowd(MANY)

    crowd.say("first", "second", "third", "fourth", key="a")

    assert await crowd.later() == ["first", "hello again at e-1", "fourth"]


async def test_after_the_pause_it_is_at_once_again() -> None:
    crowd = Crowd(MANY)
    crowd.say("a", "b")
    await crowd.later()
    crowd.now_ms += 100

    crowd.say("c")

    assert len(crowd.heard) == 3


async def test_before_another_comes_all_are_told_what_they_are_owed_and_once() -> None:
    crowd = Crowd(MANY)
    crowd.say("a", "b")

    crowd.pace.flush()
    crowd.pace.flush()

    assert len(crowd.heard) == 2
    assert await crowd.later() == ["a", "b"]


async def test_who_comes_in_a_pause_waits_for_its_end() -> None:
    crowd = Crowd(MANY)
    crowd.say("a", "b")

    await crowd.pace.level()

    assert (len(crowd.heard), crowd.now_ms) == (2, 100)


async def test_who_comes_when_nothing_is_owed_waits_for_nothing() -> None:
    crowd = Crowd(MANY)
    crowd.say("a")

    await crowd.pace.level()

    assert (len(crowd.heard), crowd.now_ms) == (1, 0)


async def test_a_clock_that_steps_back_makes_no_pause_longer() -> None:
    crowd = Crowd(MANY)
    crowd.now_ms = 3_600_000
    crowd.say("a")
    crowd.now_ms = 0

    crowd.say("b")

    assert await crowd.later() == ["a", "b"]
    assert crowd.now_ms == 100


async def test_a_pause_that_was_cut_short_does_not_cut_the_next_one_short() -> None:
    crowd = Patient(MANY)
    crowd.say("a", "b")
    await crowd.later()
    crowd.pace.flush()
    crowd.say("c")
    await crowd.later()

    crowd.pauses[0].set()
    early = await crowd.later()
    crowd.pauses[1].set()

    assert early == ["a", "b"]
    assert await crowd.later() == ["a", "b", "c"]


async def test_out_of_the_log_they_start_anew() -> None:
    crowd = Crowd(MANY)

    crowd.say(*"abcdefghijklmnopqrst")

    assert (await crowd.later())[1:] == ["hello again at e-20"]


async def test_what_comes_after_much_is_told_with_it() -> None:
    crowd = Crowd(MANY)

    crowd.say("first", "second", "third", "fourth", "fifth", key="a")
    crowd.say("other", key="b")

    assert await crowd.later() == ["first", "hello again at e-1", "fifth", "other"]
