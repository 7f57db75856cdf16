"""Rooms on the real runtime: said once, heard by all in one order, whatever anybody sends."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable

import pytest

from tests.acceptance.guest import Guest, come_and_go, settled
from tests.acceptance.photographer import DEADLINE_S, refusal
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

FRAME_BYTES_MAX = 64 * 1024

Invite = Callable[..., Guest]


@pytest.fixture
def invite(server: Server, worker_secrets: dict[str, str]) -> Invite:
    def invited(name: str, right: str = "rw") -> Guest:
        return Guest(server.url, worker_secrets["JWT_SECRET"], name, right)

    return invited


@pytest.fixture
def room_id() -> str:
    return f"open-{secrets.token_hex(4)}"


def a_frame_of(size: int) -> str:
    empty = json.dumps({"type": "publish", "id": "big", "data": ""})
    return json.dumps({"type": "publish", "id": "big", "data": "a" * (size - len(empty))})


# --- Said and heard -----------------------------------------------------------------------------


async def test_two_publish_and_both_hear_all_of_it_in_one_order(
    invite: Invite, room_id: str
) -> None:
    alice, bob = invite("alice"), invite("bob")
    async with alice.enter(room_id) as hers, bob.enter(room_id) as his:
        await asyncio.gather(
            *(hers.socket.send(publish(f"a{number}")) for number in range(10)),
            *(his.socket.send(publish(f"b{number}")) for number in range(10)),
            *(alice.publish(room_id, f"http{number}") for number in range(5)),
        )
        heard = await asyncio.gather(hers.said(25), his.said(25))

    assert heard[0] == heard[1]
    assert len(set(heard[0])) == 25
    for one in "ab":
        assert [said for said in heard[0] if said[0] == one] == [f"{one}{n}" for n in range(10)]


def publish(message_id: str) -> str:
    return json.dumps({"type": "publish", "id": message_id})


async def test_a_message_that_comes_again_gets_the_first_answer(
    invite: Invite, room_id: str
) -> None:
    alice, bob = invite("alice"), invite("bob")
    async with bob.enter(room_id) as his, alice.enter(room_id) as hers:
        first = await alice.publish(room_id, "m1", {"n": 1})
        again = await alice.publish(room_id, "m1", {"n": 2})
        acknowledged = await hers.say("m1")
        await bob.publish(room_id, "m2")

        heard = await his.said(2)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    assert (acknowledged["replayed"], acknowledged["cursor"]) == (True, first.json()["cursor"])
    assert heard == ["m1", "m2"]


async def test_who_was_away_goes_on_by_any_transport(invite: Invite, room_id: str) -> None:
    alice = invite("alice")
    async with alice.enter(room_id) as line:
        await line.say("m1")
        cursor = line.cursor
    await alice.publish(room_id, "m2")
    await alice.publish(room_id, "m3")

    polled = await alice.ask("GET", f"/rooms/{room_id}/events?since={cursor}")
    async with alice.enter(room_id, since=cursor) as again:
        heard = await again.said(2)

    assert again.hello["recovered"]
    assert "messages" not in again.hello
    told = [one["data"]["id"] for one in polled.json()["events"] if "id" in one["data"]]
    assert (polled.json()["recovered"], told, heard) == (True, ["m2", "m3"], ["m2", "m3"])


async def test_who_comes_new_or_from_elsewhere_gets_what_was_said(
    invite: Invite, room_id: str
) -> None:
    alice = invite("alice")
    await alice.publish(room_id, "m1", {"text": "hé"})

    async with alice.enter(room_id) as anew, alice.enter(room_id, since="abcd-7") as strayed:
        hellos = [anew.hello, strayed.hello]

    assert [hello["recovered"] for hello in hellos] == [False, False]
    assert [hello["messages"][0]["data"]["data"] for hello in hellos] == [{"text": "hé"}] * 2


async def test_a_long_poll_is_answered_when_something_is_said(invite: Invite, room_id: str) -> None:
    alice = invite("alice")
    start = (await alice.ask("GET", f"/rooms/{room_id}/events")).json()
    path = f"/rooms/{room_id}/events?since={start['cursor']}&wait=20"
    waiting = asyncio.create_task(alice.ask("GET", path))
    await asyncio.sleep(0.5)

    await alice.publish(room_id, "m1")
    told = (await waiting).json()

    assert [one["data"]["id"] for one in told["events"]] == ["m1"]


async def test_a_stream_goes_on_from_its_last_id(invite: Invite, room_id: str) -> None:
    alice = invite("alice")
    first = (await alice.publish(room_id, "m1")).json()
    await alice.publish(room_id, "m2")
    path = f"/rooms/{room_id}/events"

    async with alice.stream(path, last_event_id=first["cursor"]) as lines:
        caught_up = await until_said(lines, "m2")
        await alice.publish(room_id, "m3")
        live = await until_said(lines, "m3")

    assert caught_up[:2] == ["event: hello", "event: darkroom.room.message"]
    assert live == ["event: darkroom.room.message"]


async def until_said(lines: AsyncIterator[str], message_id: str) -> list[str]:
    """The kinds of the events up to that message."""
    kinds: list[str] = []
    async with asyncio.timeout(DEADLINE_S):
        async for line in lines:
            kinds += [line] if line.startswith("event: ") else []
            if f'"id":"{message_id}"' in line:
                break
    return kinds


# --- Bad input ----------------------------------------------------------------------------------


async def test_64_kib_are_heard_and_one_byte_more_is_not(invite: Invite, room_id: str) -> None:
    alice, bob = invite("alice"), invite("bob")
    async with bob.enter(room_id) as his, alice.enter(room_id) as hers:
        await hers.socket.send(a_frame_of(FRAME_BYTES_MAX))
        assert (await hers.until("ack"))["id"] == "big"
        await hers.socket.send(a_frame_of(FRAME_BYTES_MAX + 1))
        assert await hers.closed() == 1009

        answer = await alice.publish(room_id, "m2", "a" * FRAME_BYTES_MAX)
        await alice.publish(room_id, "m3")

        assert refusal(answer) == (413, "body_too_large")
        assert await his.said(2) == ["big", "m3"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", 4400),
        ("", 4400),
        (b"\x00\xff", 4400),
        (b'{"type":"publish","id":"m"}', 4400),
        ("x" * 200_000, 1009),
        (b"x" * 2_000_000, 4400),
    ],
    ids=["text", "nothing", "binary", "binary JSON", "large text", "large binary"],
)
async def test_who_cannot_speak_the_protocol_is_told_to_stop(
    invite: Invite, room_id: str, frame: str | bytes, code: int
) -> None:
    alice = invite("alice")
    async with alice.enter(room_id) as line, alice.enter(room_id) as other:
        await line.socket.send(frame)

        assert await line.closed() == code
        assert (await other.say("m1"))["type"] == "ack"


async def test_half_a_character_ends_its_own_socket_alone(invite: Invite, room_id: str) -> None:
    alice = invite("alice")
    async with alice.enter(room_id) as line, alice.enter(room_id) as other:
        await line.socket.send(b'{"type":"publish","id":"\xc3', text=True)

        code = await line.closed()
        acknowledged = await other.say("m1")

    assert code in {1007, 4400}
    assert acknowledged["type"] == "ack"


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "subscribe", "id": "m1"},
        {"type": "publish", "id": ""},
        {"type": "publish", "id": "m1", "user_id": "somebody-else"},
        {"type": "publish", "id": "m1", "data": json.loads("[" * 65 + "]" * 65)},
        [],
    ],
    ids=["unknown type", "no id", "of another user", "deep", "a list"],
)
async def test_what_does_not_fit_is_complained_of(
    invite: Invite, room_id: str, frame: object
) -> None:
    async with invite("alice").enter(room_id) as line:
        await line.socket.send(json.dumps(frame))

        complained = await line.until("error")
        acknowledged = await line.say("m2")

    assert complained["code"] == "invalid_body"
    assert acknowledged["cursor"].endswith("-2")


@pytest.mark.parametrize("since", ["e--1", "e-99999999999999999999", "x", "e-1'"])
async def test_what_is_no_cursor_is_refused(invite: Invite, room_id: str, since: str) -> None:
    alice = invite("alice")

    polled = await alice.ask("GET", f"/rooms/{room_id}/events?since={since}")
    async with alice.dial(room_id, since=since) as socket:
        await socket.wait_closed()

    assert refusal(polled) == (422, "invalid_query")
    assert socket.close_code == 4400


async def test_who_may_only_read_is_heard_by_nobody(invite: Invite, room_id: str) -> None:
    reader, alice = invite("reader", "r"), invite("alice")
    async with alice.enter(room_id) as hers, reader.enter(room_id) as line:
        complained = await line.say("m1")
        answered = await reader.publish(room_id, "m2")
        await hers.say("m3")

        heard = await line.said(1)

    assert complained["code"] == "room_forbidden"
    assert refusal(answered) == (403, "room_forbidden")
    assert heard == ["m3"]


async def test_a_flood_is_slowed_and_then_shut_out(invite: Invite, room_id: str) -> None:
    alice, bob = invite("alice"), invite("bob")
    async with bob.enter(room_id) as his, alice.enter(room_id) as hers:
        for number in range(400):
            await hers.socket.send(publish(f"m{number}"))
        code = await hers.closed()
        acknowledged = await his.say("after")

    assert code == 4429
    assert acknowledged["type"] == "ack"


async def test_to_connect_again_and_again_harms_nobody(invite: Invite, room_id: str) -> None:
    alice, bob = invite("alice"), invite("bob")
    async with bob.enter(room_id) as his:
        for _ in range(20):
            await asyncio.gather(*(come_and_go(alice, room_id) for _ in range(10)))
        await settled(bob, room_id, {bob.user_id: 1})

        assert (await his.until("darkroom.room.joined"))["subject"] == alice.user_id
        assert (await his.until("darkroom.room.left"))["subject"] == alice.user_id
        assert (await his.say("m1"))["cursor"].endswith("-4")
