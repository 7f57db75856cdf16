"""Our module for clients finds out that a line is dead, and finds a transport that works."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.acceptance.node_client import node_client
from tests.acceptance.scripted_server import Call
from tests.acceptance.stage import ALL, offsets, stage, states

pytestmark = pytest.mark.anyio

SILENT_MS = 400  # for a line of which nothing comes
CAPTIVE = "<!doctype html><title>Sign in to this hotel's network</title>"


async def test_the_times_are_those_of_the_guide() -> None:
    """In milliseconds; what it does not say is nobody's business."""
    async with node_client("say('times', TIMES);", "", "") as client:
        times = await client.until(lambda kind, _: kind == "times")

    assert (times["pause"], times["pauseMax"], times["retryAfterMax"]) == (1_000, 30_000, 3_600_000)
    assert (times["firstFrameMax"], times["steady"], times["betterAfter"]) == (
        *(10_000, 10_000),
        300_000,
    )
    assert (times["pingEvery"], times["answerMax"], times["silenceMax"]) == (20_000, 5_000, 40_000)


async def test_a_socket_that_does_not_answer_is_left_for_another() -> None:
    async with stage("websocket", times={"pingEvery": SILENT_MS}) as (server, client):
        call = await server.next()
        call.answers_pings = False
        call.greet("e-5")
        call.tell(6)

        again = await server.next()
        assert (again.kind, again.since) == ("websocket", "e-6")
        again.greet("e-6", recovered=True)
        again.tell(7)
        await client.until_at("e-7")
        await call.until_gone()

    assert offsets(client) == [6, 7]
    assert call.heard.get_nowait() == "ping"


async def test_a_socket_that_answers_is_kept() -> None:
    async with stage("websocket", times={"pingEvery": SILENT_MS}) as (server, client):
        call = await server.next()
        call.greet("e-5")
        for _ in range(4):
            assert await call.heard.get() == "ping"

        assert server.is_quiet
        await client.until_state("live")
        assert states(client) == ["connecting", "live"]


async def test_whatever_is_told_is_an_answer_too() -> None:
    async with stage("websocket", times={"pingEvery": SILENT_MS}) as (server, _):
        call = await server.next()
        call.answers_pings = False
        call.greet("e-5")
        for offset in range(6, 10):
            assert await call.heard.get() == "ping"
            call.tell(offset)

        assert server.is_quiet


async def test_a_socket_that_hangs_while_it_closes_is_left_for_another() -> None:
    async with stage("websocket", times={"pingEvery": SILENT_MS}) as (server, client):
        call = await server.next()
        call.hangs_up = False
        call.greet("e-5")
        call.end(1012)

        assert (await server.next()).since == "e-5"
        await client.until_state("waiting")


async def test_a_stream_that_is_silent_is_left_for_another() -> None:
    async with stage("stream", times={"silenceMax": SILENT_MS}) as (server, client):
        call = await server.next()
        call.greet("e-5")
        call.tell(6)

        again = await server.next()
        assert (again.kind, again.since) == ("stream", "e-6")
        await call.until_gone()
        again.greet("e-6", recovered=True)
        again.tell(7)
        await client.until_at("e-7")

    assert offsets(client) == [6, 7]


async def test_a_stream_in_which_comments_come_is_kept() -> None:
    async with stage("stream", times={"silenceMax": 2_000}) as (server, client):
        call = await server.next()
        call.greet("e-5")
        for _ in range(10):
            call.write(b": keep\n\n")
            await asyncio.sleep(0.3)
        call.tell(6)
        await client.until_at("e-6")

        assert server.is_quiet


@pytest.mark.parametrize(
    "beginning",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"],
    ids=["nothing", "half a head", "half a body"],
)
async def test_a_poll_that_is_not_answered_is_left_for_another(beginning: bytes) -> None:
    async with stage("poll", times={"silenceMax": SILENT_MS}) as (server, client):
        (await server.next()).greet("e-5")
        call = await server.next()
        call.write_raw(beginning)

        again = await server.next()
        assert (again.kind, again.since) == ("poll", "e-5")
        await call.until_gone()
        again.tell(6)
        await client.until_at("e-6")


async def test_a_refusal_whose_words_never_come_is_one_all_the_same() -> None:
    async with stage("poll", times={"silenceMax": SILENT_MS}) as (server, client):
        (await server.next()).greet("e-5")
        (await server.next()).write_raw(b"HTTP/1.1 503 No\r\ncontent-length: 900\r\n\r\n{")

        (await server.next()).tell(6)
        await client.until_at("e-6")


async def test_a_poll_that_does_not_wait_is_not_asked_in_a_loop() -> None:
    async with stage("poll", times={"pause": 60_000, "pauseMax": 60_000, "pollMin": 10_000}) as (
        server,
        client,
    ):
        (await server.next()).greet("e-5")
        (await server.next()).answer(304)

        await client.until_state("waiting")
        assert server.is_quiet


async def test_a_busy_poll_goes_on_and_on() -> None:
    async with stage("poll", times={"pause": 60_000, "pauseMax": 60_000}) as (server, client):
        (await server.next()).greet("e-0")
        for offset in range(1, 31):
            (await server.next()).tell(offset)
        await client.until_at("e-30")

    assert states(client) == ["connecting", "live"]


@pytest.mark.parametrize("lets_in", [False, True])
async def test_where_nothing_comes_the_next_transport_is_tried(*, lets_in: bool) -> None:
    async with stage(times={"firstFrameMax": SILENT_MS}) as (server, client):
        for kind in ("websocket", "stream"):
            call = await server.next()
            assert call.kind == kind
            if lets_in:
                call.begin()
        (await server.next("poll")).greet("e-5")
        (await server.next("poll")).tell(6)
        await client.until_at("e-6")

    assert [told.get("transport") for told in client.of("state")][:4] == [*ALL, "poll"]


async def test_a_page_of_somebody_between_is_not_taken_for_the_server() -> None:
    async with stage() as (server, client):
        for _ in range(2):
            (await server.next()).answer(200, CAPTIVE, content_type="text/html")
        (await server.next()).greet("e-5")
        await client.until_state("live")

    assert [told["transport"] for told in client.of("state")] == [*ALL, "poll"]


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1010])
async def test_a_close_code_that_is_not_the_servers_makes_the_next_transport_be_tried(
    code: int,
) -> None:
    async with stage() as (server, _):
        (await server.next()).end(code)

        assert (await server.next()).kind == "stream"


async def test_only_a_greeting_makes_a_line_live() -> None:
    async with stage(times={"firstFrameMax": SILENT_MS}) as (server, client):
        (await server.next()).say('{"type":"error","code":"whatever"}')

        (await server.next("stream")).greet("e-5")
        await client.until_state("live")

    assert [told["transport"] for told in client.of("state")] == ["websocket", "stream", "stream"]


async def test_the_better_transport_is_tried_again_later_and_then_seldom() -> None:
    async with stage(times={"betterAfter": 1_500}) as (server, client):
        (await server.next()).drop()
        call = await server.next()
        call.greet("e-5")
        assert (await ended_after(0, call, server.next)).kind == "stream"
        call = server.calls[-1]
        call.greet("e-5", recovered=True)

        call = await ended_after(1.6, call, server.next)
        assert call.kind == "websocket"
        call.drop()
        call = await server.next()
        assert call.kind == "stream"
        call.greet("e-5", recovered=True)

        call = await ended_after(1.6, call, server.next)
        assert call.kind == "stream"
        call.greet("e-5", recovered=True)
        call = await ended_after(1.6, call, server.next)
        assert call.kind == "websocket"
        call.greet("e-5", recovered=True)
        await client.until(lambda _, told: told.get("transport") == "websocket")
        await client.until_state("live")


async def test_a_transport_that_has_worked_is_tried_twice_before_it_is_doubted() -> None:
    async with stage() as (server, _):
        (await server.next()).greet("e-5")
        server.calls[-1].drop()
        kinds = []
        for _ in range(4):
            call = await server.next()
            kinds.append(call.kind)
            call.drop()

    assert kinds == ["websocket", "websocket", "stream", "poll"]


async def ended_after(seconds: float, call: Call, comes: Callable[[], Awaitable[Call]]) -> Call:
    await asyncio.sleep(seconds)
    call.end()
    return await comes()
