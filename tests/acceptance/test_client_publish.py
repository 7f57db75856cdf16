"""Our module for clients publishes a message once, however often it has to send it."""

import asyncio

import pytest

from tests.acceptance.scripted_server import Call
from tests.acceptance.stage import Stage, stage

pytestmark = pytest.mark.anyio


async def test_a_message_is_sent_again_under_its_id_until_there_is_an_answer() -> None:
    async with room("live.publish({ type: 'chat', data: 1 })") as (server, client):
        bodies = []
        for answer in (Call.drop, busy, lambda call: call.answer(429, retry_after="0"), kept):
            call = await server.next("message")
            await call.until_said()
            bodies.append(call.json())
            answer(call)

        assert await client.until(lambda kind, _: kind == "kept") == {"id": "m1"}
    assert bodies == [{**bodies[0], "type": "chat", "data": 1}] * 4
    assert len(bodies[0]["id"]) > 30


async def test_a_message_waits_as_long_as_it_is_asked_to() -> None:
    async with room("live.publish({})") as (server, _):
        first = await server.next("message")
        first.answer(429, retry_after="1")

        assert (await server.next("message")).at - first.at > 1


@pytest.mark.parametrize("status", [403, 413, 422])
async def test_a_message_that_is_refused_is_not_sent_again(status: int) -> None:
    async with room("live.publish({})") as (server, client):
        (await server.next("message")).answer(status, {"detail": "because"})

        refused = await client.until(lambda kind, _: kind == "refused")
        assert refused == {"code": status, "message": "because"}
        assert server.is_quiet


async def test_a_message_is_given_up_in_the_end() -> None:
    async with room("live.publish({})") as (server, client):
        for _ in range(8):
            (await server.next("message")).answer(503)

        assert (await client.until(lambda kind, _: kind == "refused"))["code"] == 503
        assert server.is_quiet


async def test_a_message_of_an_old_session_is_sent_with_the_next_one_each_time() -> None:
    twice = "live.publish({}).then(() => live.publish({}))"
    async with room(twice, tokens=("a", "b", "c")) as (server, client):
        tokens = []
        for answer in (expired, kept, expired, kept):
            call = await server.next("message")
            tokens.append(call.token)
            answer(call)
        await client.until(lambda kind, _: kind == "kept")

    assert tokens == ["a", "b", "b", "c"]


@pytest.mark.parametrize("how", ["live.close()", "live.reconnect()"])
async def test_a_message_that_waits_is_told_what_is_called(how: str) -> None:
    async with room("live.publish({})") as (server, client):
        (await server.next("message")).answer(503, retry_after="3600")
        await asyncio.sleep(0.3)
        client.run(how)

        if how == "live.close()":
            assert await client.ended() == 0
            assert client.of("refused")[0]["code"] == 503
        else:
            kept(await server.next("message"))
            await client.until(lambda kind, _: kind == "kept")


async def test_a_message_whose_answer_breaks_off_is_sent_again() -> None:
    async with room("live.publish({})") as (server, client):
        call = await server.next("message")
        call.write_raw(b"HTTP/1.1 201 Created\r\ncontent-length: 90\r\n\r\n{")
        call.drop()

        kept(await server.next("message"))
        await client.until(lambda kind, _: kind == "kept")


@pytest.mark.parametrize(
    ("token", "code"), [("() => null", 4401), ("() => { throw new Error(); }", "no_token")]
)
async def test_a_message_of_who_has_no_token_is_refused(token: str, code: int | str) -> None:
    async with room("live.publish({})", options=f"token: {token}") as (server, client):
        refused = await client.until(lambda kind, _: kind == "refused")

        assert refused["code"] == code
        assert server.calls == []


async def test_a_message_is_not_tried_again_once_all_is_closed() -> None:
    async with room("live.publish({})") as (server, client):
        call = await server.next("message")
        client.run("live.close(); say('closed', {})")
        await client.until(lambda kind, _: kind == "closed")
        call.answer(503)

        assert await client.ended() == 0
        assert client.of("refused")[0]["code"] == 503
        assert server.is_quiet


def room(publish: str, tokens: tuple[str, ...] = (), options: str = "") -> Stage:
    after = f"""
        {publish}.then(
          (kept) => say("kept", kept),
          ({{ code, message }}) => say("refused", {{ code, message }}),
        );
    """
    return stage("websocket", follow="followRoom", tokens=tokens, options=options, after=after)


def kept(call: Call) -> None:
    call.answer(201, {"id": "m1"})


def busy(call: Call) -> None:
    call.answer(503)


def expired(call: Call) -> None:
    call.answer(401)
