"""Watching an order: every event once and in order, by each transport, whatever restarts.

As many sockets as `--watchers` says, and as many photos as `--photos`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise

import pytest
import websockets

from tests.acceptance.followers import Follower, Transport, follow, follow_once, offset_of
from tests.acceptance.photographer import Photographer, eventually, photographer
from tests.acceptance.test_kill import SHORT_MS
from tools import dev_token
from tools.photos import Photo, PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

UPLOADS_AT_ONCE = 8
WORK_S_MAX = 600  # of hundreds of photos, on a busy machine
LEASE_MS = "10000"  # as short as hundreds of watchers of hundreds of photos leave time to renew it
ASLEEP_AFTER_S = 12  # the runtime lets an idle actor go after ten
TRANSPORTS = [Follower.by_socket, Follower.by_batches, Follower.by_stream, Follower.by_poll]
PROTOCOL = "darkroom.v1"


@pytest.fixture(scope="module")
def mortal(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    """A server of this module's own, for it is killed."""
    folder = tmp_path_factory.mktemp("live")
    with Server(
        persist_to=folder / "state",
        variables={**worker_secrets, **SHORT_MS, "LEASE_MS": LEASE_MS},
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
async def emma(mortal: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(mortal.url, worker_secrets["JWT_SECRET"], "emma") as someone:
        yield someone


@pytest.fixture
def sizes(request: pytest.FixtureRequest) -> tuple[int, int]:
    """How many sockets, and how many photos."""
    options = request.config.getoption("--watchers"), request.config.getoption("--photos")
    return int(options[0]), int(options[1])


def a_follower(of: Photographer) -> Follower:
    return Follower(of.api.url, of.order_id, of.token)


def is_named(file_id: str, name: str) -> Callable[[Follower], bool]:
    return lambda follower: bool(follower.files[file_id]["name"] == name)


def ended(follower: Follower) -> int:
    counts: dict[str, int] = follower.status.get("counts", {})
    return counts.get("done", 0) + counts.get("failed", 0)


# --- Crashes ------------------------------------------------------------------------------------


async def test_whatever_is_killed_every_watcher_ends_with_the_same_and_misses_nothing(
    mortal: Server, emma: Photographer, pictures: PhotoSet, sizes: tuple[int, int]
) -> None:
    watchers, count = sizes
    await upload_many(emma, pictures.rocket, count)
    sockets = [Follower.by_socket, Follower.by_batches] * (watchers // 2)
    transports = [*sockets, *[Follower.by_stream, Follower.by_poll] * 5]
    followers = [a_follower(emma) for _ in transports]

    async with asyncio.timeout(WORK_S_MAX), asyncio.TaskGroup() as tasks:
        for follower, transport in zip(followers, transports, strict=True):
            tasks.create_task(follow(follower, transport, lambda one: ended(one) == count))
        await until(lambda: all(follower.cursor for follower in followers))
        await emma.submit(*followers[0].files)
        await until(lambda: ended(followers[0]) >= count // 6)
        mortal.kill()
        mortal.start()

    files = {file["id"]: file for file in (await emma.api.files(emma.order_id, limit=500))["files"]}
    status = await emma.api.status(emma.order_id)
    for follower in followers:
        assert follower.files == files
        assert follower.status == status
        assert follower.snapshots == 1
        assert all(before < after for before, after in pairwise(follower.offsets))
    assert all(follower.resumptions for follower in followers[: len(sockets)])


async def upload_many(someone: Photographer, photo: Photo, count: int) -> None:
    content, turn = photo.path.read_bytes(), asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def upload(number: int) -> None:
        async with turn:
            await someone.api.upload(
                someone.order_id, f"{number}.jpg", content, content_type=photo.content_type
            )

    await asyncio.gather(*map(upload, range(count)))


async def until(is_so: Callable[[], bool]) -> None:
    async def look() -> bool:
        return is_so()

    await eventually(look, bool, WORK_S_MAX)


# --- Sleep --------------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda transport: transport.__name__)
async def test_a_change_after_a_long_silence_still_arrives(
    alice: Photographer, pictures: PhotoSet, transport: Transport
) -> None:
    file_id = await alice.upload(pictures.rocket)
    follower = a_follower(alice)
    following = asyncio.create_task(
        follow_once(follower, transport, is_named(file_id, "later.jpg"))
    )

    await asyncio.sleep(ASLEEP_AFTER_S)
    await alice.api.rename(file_id, "later.jpg")

    await following
    assert (follower.snapshots, len(follower.offsets)) == (1, 1)


# --- One cursor ---------------------------------------------------------------------------------


async def test_who_changes_from_one_transport_to_another_misses_and_repeats_nothing(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    follower = a_follower(alice)
    await follow_once(follower, Follower.by_poll, lambda one: bool(one.cursor))
    first = offset_of(follower.cursor)

    for turn in range(9):
        name = f"{turn}.jpg"
        await alice.api.rename(file_id, f"almost-{name}")
        await alice.api.rename(file_id, name)
        await follow_once(follower, TRANSPORTS[turn % len(TRANSPORTS)], is_named(file_id, name))

    assert follower.snapshots == 1
    assert follower.offsets == list(range(first + 1, first + 19))
    assert follower.cursor == (await alice.api.status(alice.order_id))["cursor"]


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda transport: transport.__name__)
@pytest.mark.parametrize("since", ["elsewhere-3", "{epoch}-999999999999999"])
async def test_from_a_cursor_that_leads_nowhere_one_starts_anew(
    alice: Photographer, pictures: PhotoSet, transport: Transport, since: str
) -> None:
    file_id = await alice.upload(pictures.rocket)
    now = (await alice.api.status(alice.order_id))["cursor"]
    follower = a_follower(alice)
    follower.cursor = since.format(epoch=now.partition("-")[0])

    await follow_once(follower, transport, lambda one: bool(one.snapshots))

    assert (follower.cursor, list(follower.files)) == (now, [file_id])


# --- Refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("since", ["x", "e--1", "e-99999999999999999999", "%00", "e-1%0A"])
async def test_a_cursor_that_nobody_gave_out_closes_the_socket(
    alice: Photographer, pictures: PhotoSet, since: str
) -> None:
    await alice.upload(pictures.rocket)

    async with connected(alice, f"/live?since={since}") as socket:
        assert await closing(socket) == 4400
    assert (await alice.api.send("GET", events(alice, f"?since={since}"))).status_code == 422


async def test_a_browser_elsewhere_comes_by_its_subprotocol(
    alice: Photographer, bob: Photographer, pictures: PhotoSet
) -> None:
    await alice.upload(pictures.rocket)

    async with by_protocol(alice, alice.token) as socket:
        assert socket.subprotocol == PROTOCOL
        assert json.loads(await socket.recv())["type"] == "hello"
    async with by_protocol(alice, bob.token) as socket:
        assert await closing(socket) == 4403
    async with by_protocol(alice, "none") as socket:
        assert await closing(socket) == 4401
    async with by_protocol(alice, alice.token, "nowhere") as socket:
        assert (await closing(socket), socket.subprotocol) == (4404, PROTOCOL)


async def test_a_session_is_renewed_on_the_open_socket_by_its_user_alone(
    alice: Photographer, bob: Photographer, worker_secrets: dict[str, str], pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    brief = dev_token.mint(worker_secrets["JWT_SECRET"], alice.user_id, 3)

    async with by_protocol(alice, brief) as socket:
        types = [json.loads(await socket.recv())["type"] for _ in range(2)]
        await socket.send(json.dumps({"type": "auth", "token": alice.token}))
        renewed = json.loads(await socket.recv())
        await asyncio.sleep(4)
        await alice.api.rename(file_id, "later.jpg")
        event = json.loads(await socket.recv())
        await socket.send(json.dumps({"type": "auth", "token": bob.token}))

        assert types == ["hello", "expiring"]
        assert renewed.keys() == {"type", "expires_at"}
        assert event["data"]["file"]["name"] == "later.jpg"
        assert await closing(socket) == 4403


@pytest.mark.parametrize("junk", ["{", "[]", "\x00", b"\xff\xfe", "null", '{"type": "auth"}'])
async def test_whatever_a_watcher_says_the_others_hear_of_changes(
    alice: Photographer, pictures: PhotoSet, junk: str | bytes
) -> None:
    file_id = await alice.upload(pictures.rocket)

    async with connected(alice) as socket:
        await socket.recv()
        await socket.send(junk)
        await alice.api.rename(file_id, "later.jpg")
        assert json.loads(await socket.recv())["data"]["file"]["name"] == "later.jpg"


def events(of: Photographer, query: str = "") -> str:
    return f"/api/orders/{of.order_id}/events{query}"


def connected(of: Photographer, path: str = "/live") -> websockets.connect:
    url = f"{of.api.url.replace('http', 'ws', 1)}/api/orders/{of.order_id}{path}"
    headers = {"authorization": f"Bearer {of.token}"}
    return websockets.connect(url, additional_headers=headers, proxy=None)


def by_protocol(of: Photographer, token: str, order_id: str = "") -> websockets.connect:
    url = f"{of.api.url.replace('http', 'ws', 1)}/api/orders/{order_id or of.order_id}/live"
    protocols = [websockets.Subprotocol(PROTOCOL), websockets.Subprotocol(f"bearer.{token}")]
    return websockets.connect(url, subprotocols=protocols, proxy=None)


async def closing(socket: websockets.ClientConnection) -> int | None:
    with pytest.raises(websockets.ConnectionClosed):
        await socket.recv()
    return socket.close_code
