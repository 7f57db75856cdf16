"""Who is in a room, on the real runtime: through reconnects, sleep and kill -9."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from tests.acceptance.conftest import FAULT
from tests.acceptance.guest import Guest, Line, come_and_go, settled
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

GRACE_MS = 2_000
SLEEP_S = 12  # an idle actor is put to sleep after ten seconds
JOINED, LEFT = "darkroom.room.joined", "darkroom.room.left"


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    """A server of this module's own, for it is killed, and its time of grace is short."""
    folder = tmp_path_factory.mktemp("house")
    with Server(
        persist_to=folder / "state",
        variables={**worker_secrets, "PRESENCE_GRACE_MS": str(GRACE_MS)},
        log_path=folder / "server.log",
    ) as running:
        yield running
    faults = [line for line in running.log().splitlines() if FAULT.search(line)]
    assert not faults, f"{running.log_path}: {faults[:3]}"


Invite = Callable[..., Guest]


@pytest.fixture
def invite(house: Server, worker_secrets: dict[str, str]) -> Invite:
    def invited(name: str, right: str = "rw") -> Guest:
        return Guest(house.url, worker_secrets["JWT_SECRET"], name, right)

    return invited


@pytest.fixture
def room_id() -> str:
    return f"open-{secrets.token_hex(4)}"


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


# --- Who is there -------------------------------------------------------------------------------


async def test_two_tabs_are_one_member_until_both_are_gone(invite: Invite, room_id: str) -> None:
    alice, bob = invite("alice"), invite("bob")
    async with bob.enter(room_id) as his:
        async with alice.enter(room_id):
            async with alice.enter(room_id):
                await settled(bob, room_id, {alice.user_id: 2, bob.user_id: 1})
            await settled(bob, room_id, {alice.user_id: 1, bob.user_id: 1})
        await settled(bob, room_id, {alice.user_id: 0, bob.user_id: 1})
        await settled(bob, room_id, {bob.user_id: 1})

        told = [await his.next(), await his.next()]

    assert [(event["type"], event["subject"]) for event in told] == [
        (JOINED, alice.user_id),
        (LEFT, alice.user_id),
    ]


async def test_who_is_back_at_once_has_made_no_noise(invite: Invite, room_id: str) -> None:
    alice, bob = invite("alice"), invite("bob")
    async with bob.enter(room_id) as his:
        await come_and_go(alice, room_id)
        async with alice.enter(room_id):
            await asyncio.sleep(2 * GRACE_MS / 1000)
            await bob.publish(room_id, "m1")

            told = [await his.next(), await his.next()]

    assert [event["type"] for event in told] == [JOINED, "darkroom.room.message"]


async def test_a_tab_that_connects_again_takes_its_own_place(invite: Invite, room_id: str) -> None:
    alice = invite("alice")
    async with alice.enter(room_id, tab="t1") as older, alice.enter(room_id, tab="t1"):
        assert await older.closed() == 4409
        await settled(alice, room_id, {alice.user_id: 1})


async def test_after_its_sleep_a_room_is_as_it_was(
    invite: Invite, room_id: str, stack: AsyncExitStack
) -> None:
    alice, bob, carol = invite("alice"), invite("bob"), invite("carol")
    hers = await stack.enter_async_context(alice.enter(room_id))
    his = await stack.enter_async_context(bob.enter(room_id))
    async with carol.enter(room_id):
        await asyncio.sleep(SLEEP_S)
    await settled(bob, room_id, {alice.user_id: 1, bob.user_id: 1})
    await asyncio.sleep(SLEEP_S)

    first = await bob.members(room_id)
    acknowledged = await hers.say("m1")
    heard = await his.said(1)

    assert first == {alice.user_id: 1, bob.user_id: 1}
    assert (acknowledged["type"], heard) == ("ack", ["m1"])


async def test_a_ping_is_answered_in_its_sleep(invite: Invite, room_id: str) -> None:
    async with invite("alice").enter(room_id) as line:
        await line.socket.send("ping")

        assert await line.socket.recv() == "pong"


async def test_after_kill_9_nobody_is_a_ghost(
    house: Server, invite: Invite, room_id: str, stack: AsyncExitStack
) -> None:
    alice, bob = invite("alice"), invite("bob")
    hers = await stack.enter_async_context(alice.enter(room_id))
    await stack.enter_async_context(bob.enter(room_id))
    acknowledged = await hers.say("m1")
    cursor = hers.cursor

    house.kill()
    house.start()

    async with alice.enter(room_id, since=cursor) as back:
        await settled(alice, room_id, {alice.user_id: 1})
        left = await back.until(LEFT)
        again = await back.say("m1")

    assert back.hello["recovered"]
    assert left["subject"] == bob.user_id
    assert (again["replayed"], again["cursor"]) == (True, acknowledged["cursor"])


async def test_after_kill_9_ghosts_go_even_when_nobody_comes(
    house: Server, invite: Invite, room_id: str, stack: AsyncExitStack
) -> None:
    alice = invite("alice")
    line: Line = await stack.enter_async_context(alice.enter(room_id))
    cursor = line.cursor

    house.kill()
    house.start()

    await settled(alice, room_id, {})
    told = (await alice.ask("GET", f"/rooms/{room_id}/events?since={cursor}")).json()
    assert [event["type"] for event in told["events"]] == [LEFT]
    assert re.fullmatch(r"[0-9a-f]{16}-2", told["cursor"])
