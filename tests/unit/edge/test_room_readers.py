"""Reading in rooms: by page, stream and socket; from a cursor, from none, and from a wrong one."""

import json

import pytest

from domain.messages.live import WATCH_HEADER
from tests.unit.darkroom import ORIGIN, Darkroom
from tests.unit.edge.rooms import CLAIM, Guest, content, page

pytestmark = pytest.mark.anyio


@pytest.fixture
def alice(darkroom: Darkroom) -> Guest:
    return Guest(darkroom, CLAIM)


# --- Pages and streams --------------------------------------------------------------------------


async def test_a_reader_goes_on_from_where_they_are(alice: Guest) -> None:
    start = page(await alice.read())
    await alice.publish()

    news = page(await alice.read(f"?since={start['cursor']}"))
    nothing = await alice.read(f"?since={news['cursor']}")

    assert (start["recovered"], start["messages"], start["events"]) == (False, [], [])
    assert [event["data"]["id"] for event in news["events"]] == ["m1"]
    assert nothing.status == 304


async def test_a_stream_begins_with_hello(alice: Guest) -> None:
    await alice.publish()

    streamed = content(await alice.read(accept="text/event-stream"))

    assert "event: hello\n" in streamed
    assert '"messages":[{"specversion"' in streamed


@pytest.mark.parametrize("since", ["x", "e--1", "e-99999999999999999", "-1", "e-1%0A"])
async def test_what_is_no_cursor_is_refused(darkroom: Darkroom, alice: Guest, since: str) -> None:
    polled = await alice.read(f"?since={since}")
    upgraded = await alice.open(f"/ws/lobby?since={since}")

    assert polled.problem == (422, "invalid_query")
    assert upgraded.response.closing is not None
    assert upgraded.response.closing.code == 4400
    assert darkroom.actors.rooms.actors == {}


@pytest.mark.parametrize("since", ["abcd-0", "e-1", "e-999999999999999"])
async def test_the_cursor_of_another_room_begins_anew(alice: Guest, since: str) -> None:
    await alice.publish()

    told = page(await alice.read(f"?since={since}"))

    assert (told["recovered"], len(told["messages"])) == (False, 1)


# --- Sockets ------------------------------------------------------------------------------------


async def test_a_socket_is_handed_to_the_rooms_actor(alice: Guest) -> None:
    answer = await alice.open()

    assert answer.status == 101
    assert json.loads(content(answer))["room"] == "lobby"


async def test_who_says_who_they_are_is_not_believed(alice: Guest) -> None:
    await alice.open(**{WATCH_HEADER: '{"caller_id":"bob","room_id":"x","right":"rw"}'})

    members = (await alice.present())["members"]
    assert [member["user_id"] for member in members] == ["alice"]


@pytest.mark.parametrize("upgrade", ["", "h2c"])
async def test_the_path_speaks_websocket_only(alice: Guest, upgrade: str) -> None:
    answer = await alice.ask("GET", "/ws/lobby", upgrade=upgrade)

    assert answer.problem == (426, "upgrade_required")


@pytest.mark.parametrize(("origin", "status"), [(ORIGIN, 101), ("https://evil.example", 403)])
async def test_only_our_own_pages_may_connect(alice: Guest, origin: str, status: int) -> None:
    assert (await alice.open(origin=origin)).status == status


async def test_who_may_not_read_hears_it_by_a_close_code_if_they_know_those(alice: Guest) -> None:
    refused = await alice.open("/ws/other", sec_websocket_protocol="darkroom.v1")

    assert refused.response.closing is not None
    assert refused.response.closing.code == 4403


@pytest.mark.parametrize("tab", ["a%20b", "a" * 65, "%00", "-"])
async def test_a_tab_is_an_id(alice: Guest, tab: str) -> None:
    assert (await alice.open(f"/ws/lobby?tab={tab}")).problem == (422, "invalid_query")


# --- Who is there -------------------------------------------------------------------------------


async def test_the_same_tab_is_one_connection(alice: Guest) -> None:
    await alice.open("/ws/lobby?tab=t1")
    await alice.open("/ws/lobby?tab=t1")
    await alice.open("/ws/lobby?tab=t2")

    present = await alice.present()

    assert present["room"] == "lobby"
    assert present["members"] == [
        {"user_id": "alice", "since": "2026-11-22T10:00:00.000Z", "stay": 1, "connections": 2}
    ]
    assert present["cursor"].endswith("-1")


async def test_in_a_room_nobody_was_in_is_nobody(alice: Guest) -> None:
    assert await alice.present() == {"room": "lobby", "members": [], "cursor": None}


async def test_a_room_that_cannot_be_reached_is_unavailable(
    darkroom: Darkroom, alice: Guest
) -> None:
    darkroom.actors.rooms.is_down = True

    answers = [await alice.publish(), await alice.read(), await alice.open()]

    assert {answer.problem for answer in answers} == {(503, "unavailable")}
