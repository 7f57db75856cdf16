"""What may be called on our module for clients, whatever it is doing at the moment."""

import asyncio
from collections.abc import Mapping
from typing import Final

import pytest

from tests.acceptance.node_client import NodeClient
from tests.acceptance.stage import ALL, LONGEST, Stage, stage, states

pytestmark = pytest.mark.anyio

HTTP: Final = ["stream", "poll"]
PATIENT_MS: Final = 60_000  # for what is to happen at once, or not at all
SILENT_MS: Final = 400
PATIENT: Final = {"pause": PATIENT_MS, "pauseMax": PATIENT_MS}
ENDS_S: Final = 5  # and the shortest time after which a timer would still be there is 10
NETWORK: Final = """
const network = new EventTarget(); // which a browser has as its window, and Node does not
globalThis.addEventListener = network.addEventListener.bind(network);
globalThis.removeEventListener = network.removeEventListener.bind(network);
"""

# --- Closing


async def test_closed_before_it_has_begun_it_never_begins() -> None:
    async with stage(after="live.close();") as (server, client):
        assert await ended(client) == 0

        assert (server.calls, client.told) == ([], [])


@pytest.mark.parametrize("transport", ALL)
@pytest.mark.parametrize("lets_in", [False, True])
async def test_closed_while_it_connects(transport: str, *, lets_in: bool) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        if lets_in and transport != "poll":
            call.begin()
        client.run("live.close()")

        assert await ended(client) == 0
        await call.until_gone()
        assert (states(client), server.is_quiet) == (["connecting"], True)


@pytest.mark.parametrize("transport", ALL)
async def test_closed_while_it_is_live(transport: str) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        call.greet("e-5")
        if transport == "poll":
            call = await server.next()
        await client.until_state("live")
        client.run("live.close(); live.close(); live.reconnect()")

        assert await ended(client) == 0
        await call.until_gone()
        assert (states(client), server.is_quiet) == (["connecting", "live"], True)


async def test_closed_while_its_server_is_silent_it_is_over_when_that_lets_go() -> None:
    """For a WebSocket of Node waits for its other end, and keeps its process until then."""
    async with stage("websocket", times={"pingEvery": SILENT_MS}) as (server, client):
        call = await server.next()
        call.greet("e-5")
        await client.until_state("live")
        call.stop_listening()
        client.run("live.close()")
        await asyncio.sleep(2 * SILENT_MS / 1000)
        call.drop()

        assert await ended(client) == 0
        assert (states(client), server.is_quiet) == (["connecting", "live"], True)


async def test_closed_in_a_pause() -> None:
    async with stage(before=LONGEST, times=PATIENT) as (server, client):
        (await server.next()).end(1012)
        await client.until_state("waiting")
        client.run("live.close()")

        assert await ended(client) == 0
        assert server.is_quiet


async def test_closed_while_it_asks_for_a_token() -> None:
    options = "token: () => new Promise((resolve) => setTimeout(resolve, 500, 'late'))"
    async with stage(options=options, after="setTimeout(() => live.close(), 100);") as (
        server,
        client,
    ):
        assert await ended(client) == 0
        assert (states(client), server.calls) == (["connecting"], [])


@pytest.mark.parametrize("kind", ["snapshot", "event", "state"])
async def test_closed_by_who_listens_it_tells_nothing_more(kind: str) -> None:
    after = f"live.addEventListener('{kind}', () => live.close());"
    async with stage("websocket", after=after) as (server, client):
        if kind != "state":
            call = await server.next()
            call.greet("e-5")
            call.tell(6, 7)

        assert await ended(client) == 0
        assert client.told[-1][0] == kind
        assert len(client.of("event")) == (1 if kind == "event" else 0)


# --- Reconnecting


async def test_told_to_reconnect_it_ends_its_pause() -> None:
    async with stage("websocket", before=LONGEST, times=PATIENT) as (server, client):
        (await server.next()).greet("e-5")
        server.calls[0].drop()
        await client.until_state("waiting")
        client.run("live.reconnect()")

        assert (await server.next()).since == "e-5"


@pytest.mark.parametrize("answers", [True, False])
async def test_told_to_reconnect_it_asks_whether_its_socket_is_alive(*, answers: bool) -> None:
    async with stage("websocket", times={"answerMax": SILENT_MS}) as (server, client):
        call = await server.next()
        call.answers_pings = answers
        call.greet("e-5")
        await client.until_state("live")
        client.run("live.reconnect()")

        assert await call.heard.get() == "ping"
        await asyncio.sleep(2 * SILENT_MS / 1000)
        assert server.is_quiet is answers


@pytest.mark.parametrize("transport", HTTP)
async def test_told_to_reconnect_it_asks_anew_where_there_are_no_sockets(transport: str) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        call.greet("e-5")
        if transport == "poll":
            call = await server.next()
        await client.until_state("live")
        client.run("live.reconnect()")

        again = await server.next()
        assert (again.kind, again.since) == (transport, "e-5")
        await call.until_gone()


@pytest.mark.parametrize("transport", ALL)
async def test_told_to_reconnect_while_it_does_it_goes_on(transport: str) -> None:
    async with stage(transport) as (server, client):
        call = await server.next()
        client.run("live.reconnect(); live.reconnect(); say('done', {})")
        await client.until(lambda kind, _: kind == "done")
        call.greet("e-5")
        await client.until_state("live")

    assert states(client) == ["connecting", "live"]


async def test_told_to_reconnect_once_it_has_stopped_it_does_nothing() -> None:
    async with stage("websocket", after="setTimeout(() => {}, 1000);") as (server, client):
        (await server.next()).end(4404)
        await client.until_state("stopped")
        client.run("live.reconnect()")

        assert await client.ended() == 0
        assert server.is_quiet


# --- The network


async def test_when_the_network_is_back_a_pause_ends() -> None:
    async with at_network("websocket", before=LONGEST, times=PATIENT) as (server, client):
        (await server.next()).end(1012)
        await client.until_state("waiting")
        client.run("network.dispatchEvent(new Event('online'))")

        assert (await server.next()).kind == "websocket"


@pytest.mark.parametrize("what", ["online", "offline"])
async def test_when_the_network_changes_a_socket_must_answer(what: str) -> None:
    async with at_network("websocket", times={"answerMax": SILENT_MS}) as (server, client):
        call = await server.next()
        call.answers_pings = False
        call.greet("e-5")
        await client.until_state("live")
        client.run(f"network.dispatchEvent(new Event('{what}'))")

        assert (await server.next()).since == "e-5"
    assert call.heard.get_nowait() == "ping"


async def test_when_the_network_changes_the_better_transport_is_tried() -> None:
    async with at_network("websocket", "stream") as (server, client):
        (await server.next()).drop()
        (await server.next()).greet("e-5")
        await client.until_state("live")
        client.run("network.dispatchEvent(new Event('online'))")

        again = await server.next()
        assert (again.kind, again.since) == ("websocket", "e-5")


async def test_once_it_is_closed_the_network_is_none_of_its_business() -> None:
    async with at_network("websocket", after="setTimeout(() => {}, 1000);") as (server, client):
        (await server.next()).greet("e-5")
        await client.until_state("live")
        client.run("live.close(); network.dispatchEvent(new Event('online'))")

        assert await client.ended() == 0
        assert server.is_quiet


def at_network(
    *transports: str, before: str = "", after: str = "", times: Mapping[str, int] | None = None
) -> Stage:
    return stage(*transports, before=NETWORK + before, after=after, times=times)


async def ended(client: NodeClient) -> int:
    async with asyncio.timeout(ENDS_S):
        return await client.ended()
