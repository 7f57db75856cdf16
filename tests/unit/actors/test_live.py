"""Readers without a socket: a poll is one page, a stream goes on at its client's pace."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from actors import live
from actors.hub import ALL
from actors.live import Streams, poll
from actors.opening import Opening
from actors.waiting import Waiting
from domain.cursor import Cursor
from domain.errors import Code, Outage, Refusal
from tests.unit.actors.hubs import HubOnPaper

pytestmark = pytest.mark.anyio

SHORT_MS = 1
LONG_MS = 60_000


class Told:
    """Something that is watched, the time, and one client of a stream."""

    def __init__(self) -> None:
        self.log = HubOnPaper()
        self.waiting = Waiting(lambda: str(self.log.hub.head()))
        self.now_ms = 0
        self.streams = Streams(self.waiting, lambda: self.now_ms)
        self.text = ""
        self.on_write: Callable[[], Awaitable[object]] = self.end
        self.may_read = True

    def open_at(self, since: Cursor | None, limit: int = ALL) -> Opening:
        if not self.may_read:
            raise Refusal(Code.FORBIDDEN, "not yours")
        resumption = self.log.hub.since(since, limit)
        assert resumption.cursor is not None
        hello = json.dumps({"type": "hello", "recovered": resumption.recovered})
        return Opening.of(resumption, resumption.cursor, hello)

    def say(self, word: str, key: str = "") -> None:
        self.log.say(word, key)
        self.waiting.release(self.log.hub.take())

    def say_all(self, words: str, key: str = "") -> None:
        for word in words:
            self.say(word, key)

    async def say_later(self, word: str) -> None:
        """When whoever was gathered before has come to wait."""
        self.say(word)

    async def write(self, text: str) -> None:
        self.text += text
        await self.on_write()

    async def end(self) -> None:
        self.now_ms = LONG_MS

    async def stream(self, since: Cursor | None = None) -> list[str]:
        """The fields that its client has got when it ended."""
        opening = self.streams.opening(self.open_at, since)
        await self.streams.run(opening, self.open_at, LONG_MS, self.write)
        return self.text.split("\n\n")


@pytest.fixture
def told() -> Told:
    return Told()


def at(offset: int) -> Cursor:
    return Cursor("e", offset)


# --- Polls --------------------------------------------------------------------------------------


async def test_who_comes_new_is_answered_at_once(told: Told) -> None:
    told.say("a")

    page = await poll(told.waiting, told.open_at, None, LONG_MS)

    assert page == '{"type": "hello", "recovered": false,"events":[]}'


async def test_who_missed_something_is_answered_at_once(told: Told) -> None:
    told.say("a")

    page = await poll(told.waiting, told.open_at, at(0), LONG_MS)

    assert json.loads(page or "") == {
        "cursor": "e-1",
        "recovered": True,
        "events": [{"cursor": "e-1", "word": "a"}],
    }


@pytest.mark.parametrize("wait_ms", [0, SHORT_MS])
async def test_who_missed_nothing_is_told_so_when_the_time_is_up(told: Told, wait_ms: int) -> None:
    told.say("a")

    assert await poll(told.waiting, told.open_at, at(1), wait_ms) is None


async def test_who_waits_is_answered_when_something_happens(told: Told) -> None:
    waiting = poll(told.waiting, told.open_at, at(0), LONG_MS)

    page, _ = await asyncio.gather(waiting, told.say_later("a"))

    assert json.loads(page or "")["cursor"] == "e-1"


# --- Streams ------------------------------------------------------------------------------------


async def test_a_stream_begins_with_hello_under_its_id(told: Told) -> None:
    told.say("a")

    retry, hello, *rest = await told.stream()

    assert retry == "retry: 2000"
    assert hello == 'id: e-1\nevent: hello\ndata: {"type": "hello", "recovered": false}'
    assert rest == [""]


async def test_a_stream_goes_on_from_the_last_id(told: Told) -> None:
    told.say("a")
    told.say("b")

    _, hello, event, _ = await told.stream(at(1))

    assert hello == 'id: e-1\nevent: hello\ndata: {"type": "hello", "recovered": true}'
    assert event == 'id: e-2\nevent: said\ndata: {"cursor":"e-2","word":"b"}'


async def test_a_stream_tells_of_what_happens(told: Told) -> None:
    async def go_on() -> None:
        told.on_write = told.end

    told.on_write = go_on

    fields, _ = await asyncio.gather(told.stream(), told.say_later("a"))

    assert fields[2:] == ['id: e-1\nevent: said\ndata: {"cursor":"e-1","word":"a"}', ""]


async def test_what_happens_while_the_client_is_slow_is_read_up_in_the_log(told: Told) -> None:
    async def something_happens() -> None:
        told.on_write = told.end
        told.say("a")
        told.say("b")

    told.on_write = something_happens

    fields = await told.stream()

    assert [field.split("\n")[0] for field in fields[2:]] == ["id: e-1", "id: e-2", ""]


async def test_a_slow_client_gets_the_newest_of_each_key_and_is_told_so(told: Told) -> None:
    async def much_happens() -> None:
        told.on_write = told.end
        told.say_all("abcdef", "a")

    told.on_write = much_happens

    fields = await told.stream()

    assert [field.split("\n")[:2] for field in fields[2:4]] == [
        ["id: e-0", "event: hello"],
        ["id: e-6", "event: said"],
    ]


async def test_a_client_that_falls_out_of_the_log_starts_anew(told: Told) -> None:
    async def too_much_happens() -> None:
        told.on_write = told.end
        told.say_all("w" * 20)

    told.on_write = too_much_happens

    fields = await told.stream()

    assert fields[2:] == [
        'id: e-20\nevent: hello\ndata: {"type": "hello", "recovered": false}',
        "",
    ]


async def test_while_nothing_happens_a_stream_says_that_it_is_there(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SSE_KEEP_MS", SHORT_MS)

    async def nothing_happens() -> None:
        told.on_write = told.end

    told.on_write = nothing_happens

    assert (await told.stream())[2:] == [": keep", ""]


async def test_a_client_that_takes_nothing_is_given_up(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SSE_WRITE_MS_MAX", SHORT_MS)
    told.on_write = asyncio.Event().wait

    with pytest.raises(TimeoutError):
        await told.stream()


async def test_a_stream_that_broke_leaves_its_place_to_another(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STREAMS_MAX", 1)

    async def break_off() -> None:
        told.on_write = told.end
        with pytest.raises(Refusal) as refused:
            told.streams.opening(told.open_at, None)
        assert refused.value.code is Code.TOO_MANY_WATCHERS
        raise Outage("stream: it is gone")

    told.on_write = break_off
    with pytest.raises(Outage):
        await told.stream()

    assert len(await told.stream()) > 1


async def test_who_may_not_read_gets_no_stream(told: Told) -> None:
    told.may_read = False

    with pytest.raises(Refusal):
        told.streams.opening(told.open_at, None)
