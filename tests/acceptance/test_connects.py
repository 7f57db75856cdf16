"""Who connects in a loop gets a documented answer each time, and nobody else notices.

As often as `--connects` says; ten thousand by hand. From 3,000 on, the limits of an order's and of
a room's sockets are driven to as well, which takes some thousand connections each.
"""

import asyncio
import itertools
import resource
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack
from typing import Final

import pytest

from tests.acceptance.conftest import FAULT
from tests.acceptance.dialer import Call, Outcome, dial, dialled
from tests.acceptance.followers import Follower, follow, offset_of
from tests.acceptance.guest import Guest, settled
from tests.acceptance.memory import resident_bytes
from tests.acceptance.photographer import Photographer, eventually, photographer
from tools import dev_token
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

AT_ONCE: Final = 16
EVENTS: Final = 20  # happen meanwhile, in the order and in the room each
# Of a plain `GET /health`, too, wrangler and the Worker keep 0.09 MB for the time being: locally,
# nobody collects garbage before there is a gigabyte of it.
GROWTH_MAX: Final = 100_000_000
GROWTH_PER_CONNECT_MAX: Final = 200_000
LIMITS_FROM: Final = 3_000
WATCHERS_MAX: Final = 2_500
ROOM_WATCHERS_MAX: Final = 2_000
KNOCKING_S_MAX: Final = 120
OFTEN: Final = (429, "rate_limited")
TOO_MANY: Final = (429, "too_many_watchers", "30")
PROTOCOL: Final = "darkroom.v1"
ROOM_ID: Final = "open-house"
HELLO: Final = (101, "hello")

Answer = tuple[int, str]


@pytest.fixture(scope="module")
def besieged(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    """A server of this module's own, whose memory is looked at."""
    folder = tmp_path_factory.mktemp("connects")
    with Server(
        persist_to=folder / "state",
        variables={**worker_secrets, "PRESENCE_GRACE_MS": "300"},
        log_path=folder / "server.log",
    ) as running:
        yield running
    assert not [line for line in running.log().splitlines() if FAULT.search(line)]


@pytest.fixture
async def nora(besieged: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(besieged.url, worker_secrets["JWT_SECRET"], "nora") as someone:
        yield someone


@pytest.fixture
def connects(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--connects"))


@pytest.fixture
def many(connects: int) -> None:
    """For what needs thousands of sockets at once, as few shells allow by themselves."""
    if connects < LIMITS_FROM:
        pytest.skip(f"some thousand connections: --connects={LIMITS_FROM}")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def calls_of(nora: Photographer, secret: str) -> dict[Call, Answer]:
    """Everything that somebody may try, and what docs/api.md says to it."""
    own = f"/api/orders/{nora.order_id}/live"
    room = f"/ws/{ROOM_ID}"
    stranger = dev_token.mint(secret, "stranger", 3600)
    expired = dev_token.mint(secret, nora.user_id, -3600)
    guest = Guest("", secret, "guest").token
    return {
        Call(own, nora.token): HELLO,
        Call(f"{own}?batch=1", protocols=by(nora.token)): HELLO,
        Call(f"{own}?since=elsewhere-3&batch=1", nora.token): HELLO,
        Call(f"{own}?since=x", nora.token): (101, "4400"),
        Call(own): (401, "unauthenticated"),
        Call(own, protocols=PROTOCOL): (101, "4401"),
        Call(own, "forged"): (401, "unauthenticated"),
        Call(own, expired): (401, "token_expired"),
        Call(own, protocols=by(expired)): (101, "4401"),
        Call(own, stranger): (403, "forbidden"),
        Call(own, protocols=by(stranger)): (101, "4403"),
        Call("/api/orders/nowhere-1/live", nora.token): (404, "order_not_found"),
        Call("/api/orders/nowhere-1/live", protocols=by(nora.token)): (101, "4404"),
        Call("/api/orders/-bad/live", nora.token): (404, "order_not_found"),
        Call(room, guest): HELLO,
        Call(f"{room}?tab=1&batch=1", protocols=by(guest)): HELLO,
        Call(f"{room}?since=elsewhere-3&batch=1", guest): HELLO,
        Call(f"{room}?since=x", guest): (101, "4400"),
        Call(f"{room}?tab=%00", guest): (422, "invalid_query"),
        Call(room): (401, "unauthenticated"),
        Call(room, protocols=PROTOCOL): (101, "4401"),
        Call(room, stranger): (403, "room_forbidden"),
        Call(room, protocols=by(stranger)): (101, "4403"),
        Call("/ws/-bad", guest): (404, "room_not_found"),
        Call("/ws/-bad", protocols=by(guest)): (101, "4404"),
    }


def by(token: str) -> str:
    return f"{PROTOCOL}, bearer.{token}"


async def test_each_gets_a_documented_answer_and_who_was_there_hears_everything(
    besieged: Server,
    nora: Photographer,
    pictures: PhotoSet,
    worker_secrets: dict[str, str],
    connects: int,
) -> None:
    file_id = await nora.upload(pictures.rocket)
    host = Guest(besieged.url, worker_secrets["JWT_SECRET"], "host")
    expected = calls_of(nora, worker_secrets["JWT_SECRET"])
    watcher = Follower(besieged.url, nora.order_id, nora.token)
    last = f"{EVENTS - 1}.jpg"
    watching = asyncio.create_task(
        follow(watcher, Follower.by_socket, lambda one: name_of(one, file_id) == last)
    )

    async with host.enter(ROOM_ID) as line:
        await eventually(lambda: seen(watcher), bool)
        first, before = offset_of(watcher.cursor), resident_bytes(besieged)
        listening = asyncio.create_task(line.said(EVENTS))
        calls = itertools.cycle(expected)
        for number in range(EVENTS):
            some = itertools.islice(calls, connects // EVENTS)
            answers, _, _ = await asyncio.gather(
                answered(besieged, some),
                nora.api.rename(file_id, f"{number}.jpg"),
                host.publish(ROOM_ID, f"m{number}"),
            )
            assert {call: told for call, told in answers if told != expected[call]} == {}
        await watching
        said = await listening
        await settled(host, ROOM_ID, {host.user_id: 1})

    assert (watcher.snapshots, watcher.resumptions) == (1, 0)
    assert watcher.offsets == list(range(first + 1, first + 1 + EVENTS))
    assert said == [f"m{number}" for number in range(EVENTS)]
    growth = resident_bytes(besieged) - before
    print(f"{connects} connects: {before:,} bytes of memory, and {growth:,} more")  # noqa: T201 -- by hand
    assert growth < GROWTH_MAX + connects * GROWTH_PER_CONNECT_MAX


async def seen(watcher: Follower) -> str:
    return watcher.cursor


def name_of(watcher: Follower, file_id: str) -> str:
    """Nothing, until it has heard of the file."""
    return str(watcher.files.get(file_id, {}).get("name", ""))


async def answered(server: Server, calls: Iterable[Call]) -> list[tuple[Call, Answer]]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(call: Call) -> tuple[Call, Answer]:
        async with turn:
            outcome = await dial(server.url, call)
            return call, (outcome.status, outcome.told)

    return await asyncio.gather(*map(ask, calls))


# --- At the limits ------------------------------------------------------------------------------


@pytest.mark.usefixtures("many")
async def test_one_watcher_more_than_an_order_may_have_is_refused_until_another_goes(
    besieged: Server, nora: Photographer, pictures: PhotoSet
) -> None:
    file_id = await nora.upload(pictures.rocket)
    path = f"/api/orders/{nora.order_id}/live?batch=1"
    call = Call(path, nora.token)
    watcher = Follower(besieged.url, nora.order_id, nora.token)
    watching = asyncio.create_task(
        follow(watcher, Follower.by_socket, lambda one: name_of(one, file_id) == "later.jpg")
    )
    await eventually(lambda: seen(watcher), bool)

    async with AsyncExitStack() as sockets:
        held = await held_open(sockets, besieged, itertools.repeat(call, WATCHERS_MAX - 1))
        refused = await dial(besieged.url, call)
        closed = await dial(besieged.url, Call(path, protocols=by(nora.token)))
        await nora.api.rename(file_id, "later.jpg")
        await watching

    assert {(one.status, one.told) for one in held} == {HELLO}
    assert (refused.status, refused.told, refused.headers["retry-after"]) == TOO_MANY
    assert (closed.status, closed.told) == (101, "4429")
    assert (watcher.snapshots, watcher.resumptions) == (1, 0)
    await eventually(lambda: dial(besieged.url, call), lambda one: one.status == 101)


@pytest.mark.usefixtures("many")
async def test_a_room_that_is_full_and_who_goes_on_knocking_are_refused_each_by_its_code(
    besieged: Server, worker_secrets: dict[str, str]
) -> None:
    host, guest = (
        Guest(besieged.url, worker_secrets["JWT_SECRET"], name) for name in ("host", "guest")
    )
    room_id = "open-full"
    call = Call(f"/ws/{room_id}?batch=1", guest.token)

    async with host.enter(room_id) as line, AsyncExitStack() as sockets:
        held = await held_open(sockets, besieged, itertools.repeat(call, ROOM_WATCHERS_MAX - 1))
        full = await dial(besieged.url, call)
        knocking = await knocked(besieged, call)
        closed = await dial(besieged.url, Call(call.path, protocols=by(guest.token)))
        another = await dial(besieged.url, Call(call.path, host.token))
        await host.publish(room_id, "m1")
        said = await line.said(1)

    assert {(one.status, one.told) for one in held} == {HELLO}
    assert (full.status, full.told, full.headers["retry-after"]) == TOO_MANY
    assert knocking <= {TOO_MANY[:2], OFTEN}
    assert (closed.status, closed.told) == (101, "4429")
    assert (another.status, another.told) == (429, "too_many_watchers")
    assert said == ["m1"]
    await settled(host, room_id, {})


async def knocked(server: Server, call: Call) -> set[Answer]:
    """Until it was too often: each time counts, and twenty a second are forgotten."""
    told: set[Answer] = set()
    async with asyncio.timeout(KNOCKING_S_MAX):
        while OFTEN not in told:
            told |= {one for _, one in await answered(server, itertools.repeat(call, 200))}
    return told


async def held_open(
    sockets: AsyncExitStack, server: Server, calls: Iterable[Call]
) -> list[Outcome]:
    """For as long as the stack is."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def open_one(call: Call) -> Outcome:
        async with turn:
            return await sockets.enter_async_context(dialled(server.url, call))

    return await asyncio.gather(*map(open_one, calls))
