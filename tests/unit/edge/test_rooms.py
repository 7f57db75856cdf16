"""Publishing in rooms over HTTP: once, by whom one may, and nothing that is no message."""

import json

import pytest

from domain.limits import JSON_BODY_BYTES_MAX, ROOM_FRAME_BURST
from tests.unit.darkroom import Darkroom, a_request
from tests.unit.edge.rooms import CLAIM, LOBBY, Guest

pytestmark = pytest.mark.anyio


# --- Publishing ---------------------------------------------------------------------------------


async def test_a_message_is_published_once(darkroom: Darkroom) -> None:
    alice = Guest(darkroom, CLAIM)

    first, again = await alice.publish(), await alice.publish()

    assert (first.status, again.status) == (201, 200)
    assert again.text == first.text
    assert first.json.keys() == {"id", "cursor", "time"}
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(darkroom.actors.rooms.actors["lobby"].events) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"not json", 400, "malformed_json"),
        (b"\xe2\x82", 400, "malformed_json"),
        (b'{"id":"\xc3', 400, "malformed_json"),
        (b"[]", 422, "invalid_body"),
        (b"{}", 422, "invalid_body"),
        (b'{"id":""}', 422, "invalid_body"),
        (b'{"id":"a b"}', 422, "invalid_body"),
        (b'{"id":7}', 422, "invalid_body"),
        (b'{"id":"m1","type":"two words"}', 422, "invalid_body"),
        (b'{"id":"m1","user_id":"bob"}', 422, "invalid_body"),
        (b'{"id":"m1","data":NaN}', 422, "invalid_body"),
        (b'{"id":"m1","data":' + b"[" * 65 + b"]" * 65 + b"}", 422, "invalid_body"),
        (b'{"id":"m1","data":' + b"[" * 30_000 + b"}", 400, "malformed_json"),
        (b'{"id":"' + b"a" * JSON_BODY_BYTES_MAX + b'"}', 413, "body_too_large"),
    ],
)
async def test_what_is_no_message_is_refused(
    darkroom: Darkroom, body: bytes, status: int, code: str
) -> None:
    answer = await Guest(darkroom, CLAIM).post(f"{LOBBY}/messages", body)

    assert answer.problem == (status, code)
    assert darkroom.actors.rooms.actors == {}


async def test_a_body_may_be_just_as_large(darkroom: Darkroom) -> None:
    empty = len(json.dumps({"id": "m1", "data": ""}))
    message = {"id": "m1", "data": "a" * (JSON_BODY_BYTES_MAX - empty)}

    assert (await Guest(darkroom, CLAIM).publish(message)).status == 201


async def test_too_many_messages_are_told_when_to_come_back(darkroom: Darkroom) -> None:
    alice = Guest(darkroom, CLAIM)

    answers = [await alice.publish({"id": str(n)}) for n in range(ROOM_FRAME_BURST + 1)]

    assert answers[-2].status == 201
    assert answers[-1].problem == (429, "rate_limited")
    assert answers[-1].headers["retry-after"] == "1"


# --- Who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rooms/lobby", 201),
        ("/rooms/news-today", 403),
        ("/rooms/other", 403),
        ("/rooms/user-alice", 403),
    ],
)
async def test_the_claim_says_where_one_may_publish(
    darkroom: Darkroom, path: str, status: int
) -> None:
    assert (await Guest(darkroom, CLAIM).publish(path=path)).status == status


@pytest.mark.parametrize(
    ("room_id", "status"), [("lobby", 200), ("news-today", 200), ("other", 403)]
)
@pytest.mark.parametrize("what", ["events", "presence"])
async def test_the_claim_says_where_one_may_read(
    darkroom: Darkroom, room_id: str, status: int, what: str
) -> None:
    answer = await Guest(darkroom, CLAIM).ask("GET", f"/rooms/{room_id}/{what}")

    assert answer.status == status


@pytest.mark.parametrize("claim", [[], "lobby", {"lobby": 1}, {}])
async def test_a_claim_that_makes_no_sense_opens_nothing(darkroom: Darkroom, claim: object) -> None:
    assert (await Guest(darkroom, claim).publish()).problem == (403, "room_forbidden")


@pytest.mark.parametrize(
    ("user_id", "room_id", "status"),
    [
        ("alice", "user-alice", 201),
        ("bob", "user-alice", 403),
        ("alice", "order-summer-42", 201),
        ("bob", "order-summer-42", 403),
        ("alice", "order-unknown", 403),
        ("alice", "lobby", 403),
    ],
)
async def test_without_a_claim_ones_own_rooms_are_open(
    darkroom: Darkroom, user_id: str, room_id: str, status: int
) -> None:
    await darkroom.uploaded()

    answer = await Guest(darkroom, user_id=user_id).publish(path=f"/rooms/{room_id}")

    assert answer.status == status


async def test_whether_an_order_is_ones_own_may_not_be_known_for_a_moment(
    darkroom: Darkroom,
) -> None:
    darkroom.actors.orders.is_down = True

    answer = await Guest(darkroom).publish(path="/rooms/order-summer-42")

    assert answer.problem == (503, "unavailable")


async def test_the_longest_order_id_has_a_room(darkroom: Darkroom) -> None:
    answer = await Guest(darkroom).publish(path=f"/rooms/order-{'a' * 64}")

    assert answer.problem == (403, "room_forbidden")


@pytest.mark.parametrize("room_id", ["a" * 71, "-a", "a%20b", "a.b", "%C3%A4"])
async def test_what_cannot_be_a_room_is_none(darkroom: Darkroom, room_id: str) -> None:
    answer = await Guest(darkroom, {"*": "rw"}).publish(path=f"/rooms/{room_id}")

    assert answer.problem == (404, "room_not_found")


async def test_without_a_session_nothing_is_open(darkroom: Darkroom) -> None:
    requests = [
        a_request("POST", f"{LOBBY}/messages"),
        a_request("GET", f"{LOBBY}/events"),
        a_request("GET", f"{LOBBY}/presence"),
        a_request("GET", "/ws/lobby", {"upgrade": "websocket"}),
    ]

    answers = [await darkroom.send(request) for request in requests]

    assert {answer.problem for answer in answers} == {(401, "unauthenticated")}
