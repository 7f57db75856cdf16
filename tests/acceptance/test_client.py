"""Our module for others: nothing missed and nothing twice, by each transport; the right end."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from tests.acceptance.followers import offset_of
from tests.acceptance.guest import Guest
from tests.acceptance.node_client import NodeClient, node_client
from tests.acceptance.photographer import Photographer, photographer
from tools import dev_token
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

TRANSPORTS = ["websocket", "stream", "poll"]
FOLLOW = "hear(followOrder(id, { base, token }));"


@pytest.fixture(scope="module")
def mortal(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    """A server of this module's own, for it is killed."""
    folder = tmp_path_factory.mktemp("client")
    with Server(
        persist_to=folder / "state", variables=worker_secrets, log_path=folder / "server.log"
    ) as running:
        yield running


@pytest.fixture
async def dora(mortal: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(mortal.url, worker_secrets["JWT_SECRET"], "dora") as someone:
        yield someone


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_client_whose_server_is_killed_hears_all_of_it_once(
    mortal: Server, dora: Photographer, pictures: PhotoSet, transport: str
) -> None:
    file_id = await dora.upload(pictures.rocket)
    script = f"hear(followOrder(id, {{ base, token, transports: [{json.dumps(transport)}] }}));"
    async with follow(dora, script) as client:
        await client.until_state("live")
        await dora.api.rename(file_id, "a.jpg")
        await client.until_named("a.jpg")

        mortal.kill()
        await client.until_state("waiting")
        mortal.start()
        await dora.api.rename(file_id, "b.jpg")
        await dora.api.rename(file_id, "c.jpg")
        await client.until_named("c.jpg")

    offsets = [offset_of(event["cursor"]) for event in client.of("event")]
    assert offsets == list(range(offsets[0], offsets[0] + 3))
    assert len(client.of("snapshot")) == 1
    assert {state.get("transport", transport) for state in client.of("state")} == {transport}


async def test_a_client_goes_on_from_a_cursor_of_another_day(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    cursor = (await alice.api.status(alice.order_id))["cursor"]
    await alice.api.rename(file_id, "later.jpg")

    async with follow(
        alice, f"hear(followOrder(id, {{ base, token, cursor: '{cursor}' }}));"
    ) as it:
        await it.until_named("later.jpg")

    assert (len(it.of("snapshot")), len(it.of("resumed"))) == (0, 1)


async def test_a_session_that_ends_is_renewed_on_the_open_socket(
    alice: Photographer, worker_secrets: dict[str, str], pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    brief = dev_token.mint(worker_secrets["JWT_SECRET"], alice.user_id, 3)
    async with follow(alice, FOLLOW, brief, alice.token) as client:
        await client.until(lambda kind, told: kind == "frame" and told["type"] == "auth")
        await asyncio.sleep(4)
        await alice.api.rename(file_id, "later.jpg")
        await client.until_named("later.jpg")

    assert [asked["fresh"] for asked in client.of("token")] == [False, True]
    assert [state["state"] for state in client.of("state")] == ["connecting", "live"]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_token_that_is_refused_is_asked_for_anew(
    alice: Photographer, pictures: PhotoSet, transport: str
) -> None:
    await alice.upload(pictures.rocket)
    script = f"hear(followOrder(id, {{ base, token, transports: [{json.dumps(transport)}] }}));"

    async with follow(alice, script, "stale", alice.token) as client:
        await client.until_state("live")

    assert [state["state"] for state in client.of("state")] == ["connecting", "connecting", "live"]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_client_stops_where_the_same_again_would_end_the_same_way(
    alice: Photographer, bob: Photographer, pictures: PhotoSet, transport: str
) -> None:
    await alice.upload(pictures.rocket)
    script = f"hear(followOrder(id, {{ base, token, transports: [{json.dumps(transport)}] }}));"
    ends = []
    for order_id, tokens in [
        (alice.order_id, ["stale", "stale-too"]),
        (alice.order_id, [bob.token]),
        ("nowhere", [bob.token]),
    ]:
        async with node_client(script, alice.api.url, order_id, *tokens) as client:
            ends.append((await client.until_state("stopped"))["reason"])

    assert ends == ["signed_out", "forbidden", "not_found"]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_what_is_said_in_a_room_is_heard_once_by_all(
    server: Server, worker_secrets: dict[str, str], transport: str
) -> None:
    guest = Guest(server.url, worker_secrets["JWT_SECRET"], "gina")
    room_id = f"open-{guest.user_id}"
    script = f"""
        const live = hear(followRoom(id, {{ base, token, transports: [{json.dumps(transport)}] }}));
        live.addEventListener("snapshot", async () => {{
          say("published", await live.publish({{ id: "m1", data: {{ text: "hi" }} }}));
          say("published", await live.publish({{ id: "m1", data: {{ text: "ho" }} }}));
          await live.publish({{ id: "m2" }});
        }}, {{ once: true }});
    """
    async with node_client(script, server.url, room_id, guest.token) as client:
        await client.until(lambda kind, told: kind == "event" and told["data"].get("id") == "m2")

    first, again = client.of("published")
    assert first == again
    said = [event["data"]["id"] for event in client.of("event") if "id" in event["data"]]
    assert said == ["m1", "m2"]


def follow(
    someone: Photographer, script: str, *tokens: str
) -> AbstractAsyncContextManager[NodeClient]:
    return node_client(script, someone.api.url, someone.order_id, *(tokens or (someone.token,)))
