"""The way of a watcher to an order's actor."""

import asyncio
import json
from typing import Any

import pytest

from domain.close_codes import CloseCode
from domain.messages.live import PROTOCOL
from tests.fakes.local_actor import LocalAnswer
from tests.unit.darkroom import ORDER, ORIGIN, Answer, Darkroom, a_request, a_token

pytestmark = pytest.mark.anyio

STREAM = "text/event-stream"


async def watched(
    darkroom: Darkroom, user_id: str = "alice", since: str | None = None, **headers: str
) -> Answer:
    sent = {"authorization": f"Bearer {a_token(user_id)}", "upgrade": "websocket"}
    path = f"{ORDER}/live" + (f"?since={since}" if since else "")
    return await darkroom.send(a_request("GET", path, sent | headers))


def native(answer: Answer) -> LocalAnswer:
    """The actor's response, which is passed on as it is."""
    assert isinstance(answer.response.native, LocalAnswer)
    return answer.response.native


def frames(answer: Answer) -> list[Any]:
    return [json.loads(line) for line in native(answer).content.splitlines()]


async def cursor_of(darkroom: Darkroom) -> str:
    cursor: str = (await darkroom.call("GET", f"{ORDER}/status")).json["cursor"]
    return cursor


async def counts(darkroom: Darkroom) -> dict[str, int]:
    told: dict[str, int] = (await darkroom.call("GET", f"{ORDER}/status")).json["counts"]
    return {state: count for state, count in told.items() if count}


async def test_a_watcher_is_handed_to_the_orders_actor(darkroom: Darkroom) -> None:
    await darkroom.uploaded()

    answer = await watched(darkroom)

    native = answer.response.native
    assert answer.status == 101
    assert isinstance(native, LocalAnswer)
    assert '"type":"hello"' in native.content


async def test_a_watcher_who_says_who_they_are_is_not_believed(darkroom: Darkroom) -> None:
    await darkroom.uploaded()

    answer = await watched(darkroom, "bob", **{"x-darkroom-caller": "alice"})

    assert answer.problem == (403, "forbidden")


async def test_a_watcher_may_go_on_from_a_cursor(darkroom: Darkroom) -> None:
    await darkroom.uploaded()
    cursor = await cursor_of(darkroom)
    await darkroom.uploaded("other.jpg")

    hello, event = frames(await watched(darkroom, since=cursor))

    assert (hello["recovered"], hello["cursor"]) == (True, cursor)
    assert event["data"]["file"]["name"] == "other.jpg"


async def test_who_can_read_batches_gets_what_they_missed_as_one_frame(darkroom: Darkroom) -> None:
    await darkroom.uploaded()
    cursor = await cursor_of(darkroom)
    await darkroom.uploaded("other.jpg")

    (batch,) = frames(await watched(darkroom, since=f"{cursor}&batch=1"))

    hello, event = batch
    assert (hello["type"], event["data"]["file"]["name"]) == ("hello", "other.jpg")


async def test_whether_batches_are_read_is_0_or_1(darkroom: Darkroom) -> None:
    await darkroom.uploaded()

    sent = {"authorization": f"Bearer {a_token()}", "upgrade": "websocket"}
    answer = await darkroom.send(a_request("GET", f"{ORDER}/live?batch=yes", sent))

    assert answer.problem == (422, "invalid_query")


async def test_a_browser_elsewhere_sends_its_token_as_a_subprotocol(darkroom: Darkroom) -> None:
    await darkroom.uploaded()
    offered = {"sec-websocket-protocol": f"{PROTOCOL}, bearer.{a_token()}"}
    upgrade = {"upgrade": "websocket"} | offered

    by_protocol = await darkroom.send(a_request("GET", f"{ORDER}/live", upgrade))
    by_cookie = await watched(darkroom, **{"sec-websocket-protocol": "chat"})
    no_upgrade = await darkroom.send(a_request("GET", f"{ORDER}/status", offered))

    assert isinstance(by_protocol.response.native, LocalAnswer)
    assert (by_protocol.status, by_protocol.response.native.protocol) == (101, PROTOCOL)
    assert isinstance(by_cookie.response.native, LocalAnswer)
    assert by_cookie.response.native.protocol is None
    assert no_upgrade.problem == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("user_id", "path", "code"),
    [
        ("bob", ORDER, CloseCode.FORBIDDEN),
        ("alice", "/api/orders/nowhere", CloseCode.NOT_FOUND),
        ("alice", "/api/orders/no%20where", CloseCode.NOT_FOUND),
    ],
)
async def test_who_knows_the_close_codes_is_refused_with_one(
    darkroom: Darkroom, user_id: str, path: str, code: CloseCode
) -> None:
    await darkroom.uploaded()
    headers = {
        "upgrade": "websocket",
        "sec-websocket-protocol": f"{PROTOCOL}, bearer.{a_token(user_id)}",
    }

    answer = await darkroom.send(a_request("GET", f"{path}/live", headers))

    assert answer.status == 101
    assert answer.response.closing is not None
    assert (answer.response.closing.code, answer.response.closing.protocol) == (code, PROTOCOL)


@pytest.mark.parametrize(
    "token", ["", a_token(secret="k" * 32), a_token(exp=1)], ids=["none", "forged", "expired"]
)
async def test_who_needs_a_new_token_hears_that(darkroom: Darkroom, token: str) -> None:
    headers = {"upgrade": "websocket", "sec-websocket-protocol": f"{PROTOCOL}, bearer.{token}"}

    answer = await darkroom.send(a_request("GET", f"{ORDER}/live", headers))

    assert answer.response.closing is not None
    assert answer.response.closing.code == CloseCode.SESSION_EXPIRED


@pytest.mark.parametrize("since", ["x", "e-", "e--1", "e-99999999999999999", "e-01", "%00-1"])
async def test_a_cursor_that_nobody_gave_out_is_refused(darkroom: Darkroom, since: str) -> None:
    await darkroom.uploaded()

    by_socket = await watched(darkroom, since=since)
    by_poll = await darkroom.call("GET", f"{ORDER}/events?since={since}")
    by_stream = await darkroom.call("GET", f"{ORDER}/events", accept=STREAM, last_event_id=since)

    assert by_socket.response.closing is not None
    assert by_socket.response.closing.code == CloseCode.MALFORMED
    assert by_poll.problem == by_stream.problem == (422, "invalid_query")


# --- Events over plain HTTP ---------------------------------------------------------------------


async def test_just_looking_is_a_snapshot(darkroom: Darkroom) -> None:
    await darkroom.uploaded()

    (page,) = frames(await darkroom.call("GET", f"{ORDER}/events"))

    assert (page["recovered"], len(page["files"]), page["events"]) == (False, 1, [])
    assert page["cursor"] == await cursor_of(darkroom)


async def test_from_a_cursor_one_gets_what_came_after(darkroom: Darkroom) -> None:
    await darkroom.uploaded()
    cursor = await cursor_of(darkroom)
    await darkroom.uploaded("other.jpg")

    (page,) = frames(await darkroom.call("GET", f"{ORDER}/events?since={cursor}"))
    again = await darkroom.call("GET", f"{ORDER}/events?since={page['cursor']}")

    assert [event["data"]["file"]["name"] for event in page["events"]] == ["other.jpg"]
    assert again.status == 304


async def test_a_long_poll_is_answered_when_something_happens(darkroom: Darkroom) -> None:
    await darkroom.uploaded()
    cursor = await cursor_of(darkroom)
    poll = darkroom.call("GET", f"{ORDER}/events?since={cursor}&wait=25")

    answer, _ = await asyncio.gather(poll, darkroom.uploaded("other.jpg"))

    assert frames(answer)[0]["events"][0]["data"]["file"]["name"] == "other.jpg"


async def test_who_accepts_a_stream_gets_one_from_its_last_id(darkroom: Darkroom) -> None:
    await darkroom.uploaded()
    older, newer = "e-0", await cursor_of(darkroom)
    path = f"{ORDER}/events?since={older}"

    answer = await darkroom.call("GET", path, accept=STREAM, last_event_id=newer)
    head = await darkroom.call("HEAD", path, accept=STREAM)

    assert native(answer).content.startswith(f"id: {newer}\nevent: hello\n")
    assert native(head).content.startswith('{"type":"hello"')


@pytest.mark.parametrize("accept", ["application/json", STREAM])
async def test_who_may_not_look_is_told_so_however_they_look(
    darkroom: Darkroom, accept: str
) -> None:
    await darkroom.uploaded()

    foreign = await darkroom.call("GET", f"{ORDER}/events", None, "bob", accept=accept)
    unknown = await darkroom.call("GET", "/api/orders/nowhere/events", accept=accept)

    assert foreign.problem == (403, "forbidden")
    assert unknown.problem == (404, "order_not_found")


async def test_nobody_waits_for_longer_than_proxies_do(darkroom: Darkroom) -> None:
    answer = await darkroom.call("GET", f"{ORDER}/events?wait=26")

    assert answer.problem == (422, "invalid_query")


async def test_an_order_nobody_made_cannot_be_watched(darkroom: Darkroom) -> None:
    assert (await watched(darkroom)).problem == (404, "order_not_found")


@pytest.mark.parametrize("upgrade", ["", "h2c"])
async def test_the_live_path_speaks_websocket_only(darkroom: Darkroom, upgrade: str) -> None:
    answer = await watched(darkroom, upgrade=upgrade)

    assert answer.problem == (426, "upgrade_required")
    assert answer.headers["upgrade"] == "websocket"


@pytest.mark.parametrize(
    ("origin", "status"), [(ORIGIN, 101), ("https://evil.example", 403), ("null", 403)]
)
async def test_only_our_own_pages_may_watch(darkroom: Darkroom, origin: str, status: int) -> None:
    await darkroom.uploaded()

    answer = await watched(darkroom, origin=origin)
    cookie = {"cookie": f"session={a_token()}", "upgrade": "websocket", "origin": origin}
    by_cookie = await darkroom.send(a_request("GET", f"{ORDER}/live", cookie))

    assert (answer.status, by_cookie.status) == (status, status)
