"""Our module for clients does on each ending what the table says, and pauses as it is written."""

from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from domain.close_codes import CLOSINGS, CloseCode, Then
from tests.acceptance.node_client import NodeClient
from tests.acceptance.scripted_server import Call, ScriptedServer
from tests.acceptance.stage import LONGEST, pauses, stage

pytestmark = pytest.mark.anyio

REASONS: Final = {
    CloseCode.NORMAL: "refused",
    CloseCode.TOO_LARGE: "refused",
    CloseCode.MALFORMED: "refused",
    CloseCode.FORBIDDEN: "forbidden",
    CloseCode.NOT_FOUND: "not_found",
    CloseCode.REPLACED: "replaced",
}
HTTP: Final = ["stream", "poll"]
PATIENT_MS: Final = 60_000
STOPS: Final = {
    400: "refused",
    403: "forbidden",
    404: "not_found",
    409: "replaced",
    410: "refused",
    422: "refused",
}


async def comes_back(server: ScriptedServer, client: NodeClient, call: Call, code: int) -> None:
    """With its cursor, after a pause, the same way."""
    again = await server.next()
    waiting = await client.until_state("waiting")

    assert (waiting["code"], again.kind, again.since) == (code, call.kind, "e-6")
    assert again.token == "first"
    again.greet("e-6", recovered=True)
    again.tell(7)
    await client.until_at("e-7")


async def waits(server: ScriptedServer, client: NodeClient, call: Call, code: int) -> None:
    """As one that comes back; but later, and with jitter on top."""
    await client.until(lambda kind, _: kind == "pause")
    assert 100 <= pauses(client)[-1] <= 120
    again = await server.next()
    assert (client.of("state")[-1]["code"], again.kind, again.since) == (code, call.kind, "e-6")


async def refreshes(server: ScriptedServer, _: NodeClient, call: Call, __: int) -> None:
    """At once, with a token that is asked for anew."""
    again = await server.next()

    assert (again.kind, again.since, again.token) == (call.kind, "e-6", "second")


async def stops(server: ScriptedServer, client: NodeClient, _: Call, code: int) -> None:
    stopped = await client.until_state("stopped")

    assert (stopped["code"], stopped["detail"]) == (code, "because")
    assert stopped["reason"] == REASONS[CloseCode(code)]
    assert await client.ended() == 0
    assert client.told[-1] == ("state", stopped)
    assert server.is_quiet


Does = Callable[[ScriptedServer, NodeClient, Call, int], Awaitable[None]]
DOES: Final[dict[Then, Does]] = {
    Then.RETRY: comes_back,
    Then.WAIT: waits,
    Then.REFRESH: refreshes,
    Then.STOP: stops,
}


@pytest.mark.parametrize("code", CLOSINGS)
async def test_a_close_code_has_the_end_that_the_table_says(code: CloseCode) -> None:
    """The pauses are so long that only who comes back at once passes for one who does."""
    _, then = CLOSINGS[code]
    is_at_once = then is Then.REFRESH
    pause = {"pause": PATIENT_MS, "pauseMax": PATIENT_MS, "steady": 0} if is_at_once else {}
    async with stage(tokens=("first", "second"), times=pause) as (server, client):
        call = await server.next()
        call.greet("e-5")
        call.tell(6)
        await client.until_at("e-6")
        call.drop() if code == CloseCode.DROPPED else call.end(code, "because")

        await DOES[then](server, client, call, code)


@pytest.mark.parametrize("code", [code for code in CLOSINGS if code != CloseCode.DROPPED])
async def test_an_upgrade_that_is_refused_by_a_close_code_is_not_tried_another_way(
    code: CloseCode,
) -> None:
    _, then = CLOSINGS[code]
    options = "cursor: 'e-6'"
    async with stage(tokens=("first", "second"), options=options) as (server, client):
        call = await server.next()
        call.end(code, "because")

        await DOES[then](server, client, call, code)
    assert {call.kind for call in server.calls} == {"websocket"}


@pytest.mark.parametrize("transport", HTTP)
@pytest.mark.parametrize("status", STOPS)
async def test_a_status_that_says_no_is_the_end(transport: str, status: int) -> None:
    async with stage(transport, "websocket") as (server, client):
        (await server.next()).answer(status, {"title": "No", "detail": "because"})

        stopped = await client.until_state("stopped")
        assert (stopped["code"], stopped["reason"]) == (status, STOPS[status])
        assert stopped["detail"] == "because"
        assert await client.ended() == 0
        assert server.is_quiet


@pytest.mark.parametrize("transport", HTTP)
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_status_that_may_pass_is_asked_again_the_same_way(
    transport: str, status: int
) -> None:
    async with stage(transport, "websocket") as (server, client):
        (await server.next()).answer(status, "<html>")

        assert (await server.next()).kind == transport
        assert (await client.until_state("waiting"))["code"] == status


@pytest.mark.parametrize("transport", HTTP)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_waited_for_and_then_a_little(transport: str, status: int) -> None:
    async with stage(transport, "websocket") as (server, client):
        (await server.next()).answer(status, retry_after="7")
        await client.until(lambda kind, _: kind == "pause")

        assert 7_000 <= pauses(client)[0] <= 7_020
        assert server.is_quiet


async def test_a_socket_that_is_refused_by_a_status_hears_of_the_pause_another_way() -> None:
    """A browser does not tell a page which status refused its socket."""
    async with stage() as (server, client):
        (await server.next()).answer(503, retry_after="7")
        (await server.next("stream")).answer(503, retry_after="7")
        await client.until(lambda kind, _: kind == "pause")

        assert 7_000 <= pauses(client)[0] <= 7_020
        assert server.is_quiet


@pytest.mark.parametrize(
    ("asked", "waits_ms"),
    [("", 100), ("-7", 100), ("soon", 100), ("99999999999", 3_600_000), ("1e400", 3_600_000)],
)
async def test_a_pause_has_an_end_whatever_the_server_asks_for(asked: str, waits_ms: int) -> None:
    async with stage("stream") as (server, client):
        (await server.next()).answer(429, retry_after=asked)
        await client.until(lambda kind, _: kind == "pause")

    assert waits_ms <= pauses(client)[0] <= waits_ms + 20


# --- Pauses


async def test_pauses_double_up_to_the_longest() -> None:
    async with stage("websocket", before=LONGEST, times={"pauseMax": 200}) as (server, client):
        for _ in range(6):
            (await server.next()).drop()
        await client.until(lambda *_: len(pauses(client)) == 6)

    assert pauses(client) == [20, 40, 80, 160, 200, 200]


@pytest.mark.parametrize(("within_ms", "waits_ms"), [(70, 70), (10, 20), (900, 100)])
async def test_where_very_many_watch_they_come_back_over_a_longer_time(
    within_ms: int, waits_ms: int
) -> None:
    """Not longer than the longest pause, nor shorter than without."""
    async with stage("websocket", before=LONGEST) as (server, client):
        call = await server.next()
        call.greet("e-5")
        call.tell({"type": "spread", "within_ms": within_ms})
        await client.until(lambda kind, _: kind == "frame")
        call.drop()
        await client.until(lambda kind, _: kind == "pause")

    assert pauses(client) == [waits_ms]


async def test_pauses_are_drawn_from_nothing_to_all_of_it() -> None:
    async with stage("websocket", times={"pauseMax": 40}) as (server, client):
        for _ in range(62):
            (await server.next()).drop()
        await client.until(lambda *_: len(pauses(client)) == 62)

    drawn = pauses(client)[2:]
    assert max(drawn) <= 40
    assert min(drawn) < 10
    assert max(drawn) > 30  # by chance otherwise: once in ten million
    assert len(set(drawn)) > 10


async def test_only_a_connection_that_lasted_starts_the_pauses_anew() -> None:
    async with stage("websocket", before=LONGEST, times={"steady": 600, "pauseMax": 5_000}) as (
        server,
        client,
    ):
        for _ in range(4):
            call = await server.next()
            call.greet("e-5")
            await client.until_state("live")
            call.drop()
        call = await server.next()
        call.greet("e-5")
        await client.until_state("live")
        client.run("setTimeout(() => say('now', {}), 700)")
        await client.until(lambda kind, _: kind == "now")
        call.drop()
        await client.until(lambda *_: len(pauses(client)) == 5)

    assert pauses(client) == [20, 40, 80, 160, 20]
