"""Our module for clients tells everything once and in order, or connects again with its cursor."""

import json

import pytest

from tests.acceptance.scripted_server import Call, ScriptedServer, event
from tests.acceptance.stage import ALL, offsets, stage, states

pytestmark = pytest.mark.anyio

PUSHED = ["websocket", "stream"]
PASSED_OVER = {
    "a number": "5",
    "words": '"hello"',
    "a list": "[]",
    "no type": "{}",
    "an unknown type": '{"type":"news","cursor":"e-6"}',
    "a type that is none": '{"type":{"type":"hello"}}',
    "a huge one": f'{{"type":"{"x" * 8_000_000}"}}',
}
UNREADABLE = {
    "not JSON": "<html>",
    "half of it": '{"type":"darkroom.file.ch',
    "nothing": "null",
    "empty": " ",
    "a greeting without a cursor": '{"type":"hello","recovered":false}',
    "a greeting with another kind of cursor": '{"type":"hello","cursor":7}',
    "a greeting that leads nowhere": '{"type":"hello","cursor":"e-","recovered":false}',
    "an event without a cursor": '{"specversion":"1.0","type":"darkroom.file.changed"}',
    "an event that leads nowhere": '{"specversion":"1.0","type":"x","cursor":{"e":6}}',
    "a deep one": "[" * 100_000,
}
BROKEN_PAGES = {
    "not JSON": "<html>",
    "nothing": "null",
    "no events": '{"cursor":"e-6","recovered":true}',
    "events that are none": '{"cursor":"e-6","recovered":true,"events":[null]}',
    "a number of events": '{"cursor":"e-6","recovered":true,"events":6}',
}


@pytest.mark.parametrize("transport", PUSHED)
async def test_what_is_left_out_is_asked_for_and_nothing_is_told_twice(transport: str) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        call.greet("e-5")
        call.tell(6, 8)

        again = await server.next()
        assert again.since == "e-6"
        go_on(again, "e-8")
        again.tell(7, 8, 9)
        await client.until_at("e-9")

    assert offsets(client) == [6, 7, 8, 9]
    assert (len(client.of("snapshot")), len(client.of("resumed"))) == (1, 1)


async def test_a_socket_takes_several_frames_as_one() -> None:
    hello = {"type": "hello", "cursor": "e-5", "recovered": False}
    async with stage("websocket") as (server, client):
        call = await server.next()
        assert call.query["batch"] == "1"
        call.say(json.dumps([hello, event(6), event(7)]))
        await client.until_at("e-7")
        call.say(json.dumps([event(7), event(8), event(10), event(11)]))

        again = await server.next()
        assert again.since == "e-8"
        go_on(again, "e-11")
        again.say(json.dumps([event(9), event(10), event(11)]))
        await client.until_at("e-11")

    assert offsets(client) == [6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("transport", PUSHED)
async def test_what_was_told_is_dropped(transport: str) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        call.greet("e-5")
        call.tell(6, 6, 5, 7, 1, 7, 8)
        await client.until_at("e-8")

        assert offsets(client) == [6, 7, 8]
        assert server.is_quiet


async def test_pages_of_a_poll_that_overlap_are_told_once() -> None:
    async with stage("poll") as (server, client):
        (await server.next()).greet("e-5")
        (await server.next()).tell(6, 7)
        (await server.next()).tell(6, 7, 8)
        await client.until_at("e-8")

        assert offsets(client) == [6, 7, 8]
        assert (await server.next()).since == "e-8"


@pytest.mark.parametrize("transport", ALL)
async def test_an_event_of_another_epoch_leads_to_a_snapshot_of_it(transport: str) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        call.greet("e-5")
        if transport == "poll":
            call = await server.next()
        call.tell(event(6, epoch="another"))

        again = await server.next()
        assert again.since == "e-5"
        again.greet("another-6", files=[])
        if transport == "poll":
            again = await server.next()
        again.tell(event(7, epoch="another"))
        await client.until_at("another-7")

    assert [told["cursor"] for told in client.of("snapshot")] == ["e-5", "another-6"]
    assert offsets(client) == [7]


@pytest.mark.parametrize("transport", PUSHED)
async def test_of_what_is_owed_after_a_pause_the_newest_of_each_file_is_enough(
    transport: str,
) -> None:
    async with stage(transport) as (server, client):
        (await come_back(server, "e-5", "e-100")).tell(50, 100, 101)
        await client.until_at("e-101")

        assert offsets(client) == [50, 100, 101]
        assert server.is_quiet


@pytest.mark.parametrize("transport", PUSHED)
async def test_of_what_comes_after_that_nothing_may_be_left_out(transport: str) -> None:
    async with stage(transport) as (server, _):
        (await come_back(server, "e-5", "e-100")).tell(50, 100, 102)

        assert (await server.next()).since == "e-100"


@pytest.mark.parametrize("transport", PUSHED)
async def test_a_greeting_on_an_open_connection_counts_as_one(transport: str) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        call.greet("e-5")
        go_on(call, "e-9", since="e-5")
        call.tell(7, 9)
        call.greet("e-20")
        call.tell(21)
        await client.until_at("e-21")

        assert offsets(client) == [7, 9, 21]
        assert (len(client.of("snapshot")), len(client.of("resumed"))) == (2, 1)
        assert server.is_quiet


async def test_what_the_server_itself_has_lost_is_not_asked_for_again_and_again() -> None:
    async with stage("websocket") as (server, client):
        call = await server.next()
        call.greet("e-5")
        call.tell(7)
        again = await server.next()
        go_on(again, "e-7")
        again.tell(7, 8)
        await client.until_at("e-8")

        assert offsets(client) == [7, 8]
        assert server.is_quiet


async def test_in_a_room_nothing_is_left_out_either() -> None:
    async with stage("websocket", follow="followRoom") as (server, client):
        call = await server.next()
        call.greet("e-5", members=[], messages=[])
        call.tell(6, 8)

        again = await server.next()
        assert again.since == "e-6"
        again.greet("e-6", recovered=True, members=[])
        again.tell(7, 8)
        await client.until_at("e-8")

    assert offsets(client) == [6, 7, 8]


async def test_in_a_room_what_newer_events_replace_is_left_out_up_to_there_alone() -> None:
    async with stage("websocket", follow="followRoom", options="cursor: 'e-5'") as (server, client):
        call = await server.next()
        call.greet("e-5", recovered=True, up_to="e-9", members=[])
        call.tell(7, 9, 11)

        again = await server.next()
        assert again.since == "e-9"
        await client.until_at("e-9")

    assert offsets(client) == [7, 9]


async def test_a_client_that_has_a_cursor_and_is_owed_nothing_is_live() -> None:
    async with stage("poll", options="cursor: 'e-5'") as (server, client):
        call = await server.next()
        call.answer(304)
        await client.until_state("live")

    assert (call.since, call.query["wait"]) == ("e-5", "0")
    assert [told["cursor"] for told in client.of("resumed")] == ["e-5"]


@pytest.mark.parametrize("transport", PUSHED)
@pytest.mark.parametrize("frame", PASSED_OVER.values(), ids=PASSED_OVER)
async def test_a_frame_that_says_nothing_to_us_does_no_harm(transport: str, frame: str) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        call.greet("e-5")
        call.say(frame)
        call.tell(6)
        await client.until_at("e-6")

        assert server.is_quiet
        client.run("live.close()")
        assert await client.ended() == 0


@pytest.mark.parametrize("transport", PUSHED)
@pytest.mark.parametrize("frame", UNREADABLE.values(), ids=UNREADABLE)
async def test_after_a_frame_that_cannot_be_read_the_client_comes_back(
    transport: str, frame: str
) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        call.greet("e-5")
        call.say(frame)
        call.tell(6)

        again = await server.next()
        assert (again.kind, again.since) == (transport, "e-5")
        go_on(again, "e-6")
        again.tell(6)
        await client.until_at("e-6")
        client.run("live.close()")
        assert await client.ended() == 0

    assert offsets(client) == [6]
    assert set(states(client)) == {"connecting", "live", "waiting"}


@pytest.mark.parametrize(
    "frame", [b'{"type":"news"}', '{"type":"\udcc3"}'], ids=["binary", "half a character"]
)
async def test_what_is_no_text_is_no_frame(frame: str | bytes) -> None:
    async with stage("websocket") as (server, _):
        call = await server.next()
        call.greet("e-5")
        call.say(frame)

        assert (await server.next()).since == "e-5"


@pytest.mark.parametrize("page", BROKEN_PAGES.values(), ids=BROKEN_PAGES)
async def test_after_a_page_that_cannot_be_read_the_client_comes_back(page: str) -> None:
    async with stage("poll") as (server, client):
        (await server.next()).greet("e-5")
        (await server.next()).say(page)

        again = await server.next()
        assert (again.since, again.query["wait"]) == ("e-5", "0")
        again.tell(6)
        await client.until_at("e-6")
        client.run("live.close()")
        assert await client.ended() == 0


async def test_frames_that_arrive_in_pieces_are_whole_in_the_end() -> None:
    hello = b'{"type":"hello","cursor":"e-5","recovered":false,"files":["\xc3\xa9"]}'
    text = b"data: " + hello + b"\n\n: keep\n\n"
    async with stage("stream") as (server, client):
        call = await server.next()
        for piece in (text[:20], text[20:66], text[66:67], text[67:-9], text[-9:]):
            call.write(piece)
        call.tell(6)
        await client.until_at("e-6")

    assert client.of("snapshot")[0]["files"] == ["é"]


async def come_back(server: ScriptedServer, cursor: str, newest: str) -> Call:
    """A client that had so much, lost its line and missed the rest."""
    call = await server.next()
    call.greet(cursor)
    call.drop()
    again = await server.next()
    assert again.since == cursor
    go_on(again, newest)
    return again


def go_on(call: Call, newest: str, since: str = "") -> None:
    call.greet(since or str(call.since), recovered=True, status={"cursor": newest})
