"""Our module for clients asks for a token when it needs one, and not without end."""

from typing import Final

import pytest

from domain.close_codes import CloseCode
from tests.acceptance.scripted_server import Call
from tests.acceptance.stage import ALL, offsets, stage, states

pytestmark = pytest.mark.anyio

PATIENT_MS: Final = 60_000  # for what is to happen at once, or not at all
SILENT_MS: Final = 400


@pytest.mark.parametrize("transport", ALL)
async def test_a_second_token_that_is_refused_is_the_end(transport: str) -> None:
    async with stage(transport, tokens=("first", "second", "third")) as (server, client):
        for token in ("first", "second"):
            call = await server.next()
            assert call.token == token
            refuse(call)

        stopped = await client.until_state("stopped")
        assert stopped["reason"] == "signed_out"
        assert await client.ended() == 0

    assert [asked["fresh"] for asked in client.of("token")] == [False, True]
    assert "waiting" not in states(client)


@pytest.mark.parametrize("transport", ALL)
async def test_where_the_cookie_counts_there_is_nothing_to_ask_for(transport: str) -> None:
    async with stage(transport) as (server, client):
        refuse(await server.next())

        assert (await client.until_state("stopped"))["reason"] == "signed_out"


async def test_a_session_that_ends_again_and_again_is_not_begun_in_a_loop() -> None:
    times = {"pause": PATIENT_MS, "pauseMax": PATIENT_MS, "steady": PATIENT_MS}
    async with stage("websocket", tokens=("a", "b", "c"), times=times) as (server, client):
        call = await server.next()
        call.greet("e-5")
        await client.until_state("live")
        refuse(call)

        await client.until_state("waiting")
        client.run("live.reconnect()")
        assert (await server.next()).token == "b"


async def test_who_has_no_token_is_signed_out() -> None:
    options = "token: () => { say('asked', {}); return null; }"
    async with stage("websocket", options=options) as (server, client):
        assert (await client.until_state("stopped"))["reason"] == "signed_out"
        assert await client.ended() == 0
        assert server.is_quiet

    assert len(client.of("asked")) == 1


async def test_a_token_that_cannot_be_had_now_is_asked_for_later() -> None:
    options = "token: () => { if (asked++) return 'late'; throw new Error('offline'); }"
    async with stage(before="let asked = 0;", options=options) as (server, client):
        call = await server.next()
        assert (call.kind, call.token) == ("websocket", "late")
        call.greet("e-5")
        await client.until_state("live")

    assert states(client) == ["connecting", "waiting", "connecting", "live"]


async def test_a_token_may_take_its_time_and_is_asked_for_once() -> None:
    options = """token: () => {
        say("asked", {});
        return new Promise((resolve) => { setTimeout(resolve, 900, "late"); });
    }"""
    publish = "live.publish({ id: 'm1' });"
    times = {"firstFrameMax": SILENT_MS}
    async with stage(follow="followRoom", options=options, after=publish, times=times) as (
        server,
        client,
    ):
        both = [await server.next(), await server.next()]
        both[0].greet("e-5")
        both[1].greet("e-5")
        await client.until_state("live")

    assert {call.kind: call.token for call in both} == {"websocket": "late", "message": "late"}
    assert len(client.of("asked")) == 1
    assert states(client) == ["connecting", "live"]


async def test_a_session_that_is_about_to_end_is_renewed_on_its_socket() -> None:
    async with stage("websocket", tokens=("first", "second")) as (server, client):
        call = await server.next()
        call.greet("e-5")
        call.say('{"type":"expiring","expires_at":"2027-01-01T00:00:00Z"}')
        assert await call.heard.get() == '{"type":"auth","token":"second"}'
        call.say('{"type":"auth","expires_at":"2027-01-01T01:00:00Z"}')
        call.tell(6)
        await client.until_at("e-6")
        call.drop()

        assert (await server.next()).token == "second"
    assert offsets(client) == [6]
    assert [told["type"] for told in client.of("frame")] == ["expiring", "auth"]


async def test_a_renewal_that_fails_is_tried_once_more_when_the_session_has_ended() -> None:
    options = "token: () => { if (asked++ === 1) throw new Error('offline'); return `t${asked}`; }"
    before = "let asked = 0;"
    async with stage("websocket", before=before, options=options, times={"steady": 0}) as (
        server,
        client,
    ):
        call = await server.next()
        call.greet("e-5")
        call.say('{"type":"expiring","expires_at":"2027-01-01T00:00:00Z"}')
        await client.until(lambda kind, told: kind == "frame" and told["type"] == "expiring")
        refuse(call)

        again = await server.next()
        assert (again.token, again.since) == ("t3", "e-5")


def refuse(call: Call) -> None:
    """As the server does whose session is over."""
    if call.kind == "websocket":
        call.end(CloseCode.SESSION_EXPIRED)
    else:
        call.answer(401, {"title": "A session token is needed"})
