"""The host while a round of effects is under way: what comes meanwhile waits, and nothing spins."""

import asyncio

import pytest

from actors.effects import Effect, SendDispatch
from actors.host import Host
from domain.happening import Happening
from domain.limits import RPC_TIMEOUT_MS
from domain.messages.file import Dispatch
from domain.messages.reply import Done
from domain.values import Value
from tests.fakes.local_actor import MemoryAlarm
from tests.unit.factories import FILE_ID, JOB_ID, NOW_MS

pytestmark = pytest.mark.anyio

EFFECT = SendDispatch(Dispatch(file_id=FILE_ID, job_id=JOB_ID), attempt=0)
RETRY_MS = NOW_MS + 1_000


class OneEffect:
    """A core that owes one effect; until it is finished, it is to be tried again at RETRY_MS."""

    def __init__(self) -> None:
        self.is_owed = True
        self.is_finished = False

    def receive(self, text: str, now_ms: int) -> Value:
        assert text
        assert now_ms
        return Done()

    def next_effect(self, now_ms: int) -> Effect | None:
        assert now_ms
        was_owed, self.is_owed = self.is_owed, False
        return EFFECT if was_owed else None

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:
        assert (effect, reply) == (EFFECT, None)
        assert now_ms
        self.is_finished = True

    def wake(self, now_ms: int) -> None:
        assert now_ms

    def take_happenings(self) -> list[Happening]:
        return []

    def next_deadline_ms(self) -> int | None:
        return None if self.is_finished else RETRY_MS


class Held:
    """Performs an effect for as long as nobody lets go."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self.let_go = asyncio.Event()

    async def __call__(self, effect: Effect) -> None:
        assert effect is EFFECT
        self.has_begun.set()
        await self.let_go.wait()


class Round:
    """A host whose round is under way, from NOW_MS on."""

    def __init__(self) -> None:
        self.core, self.alarm, self.held = OneEffect(), MemoryAlarm(), Held()
        self.now_ms = NOW_MS
        self.host = Host(self.core, self.alarm, self.held, "file_1", lambda: self.now_ms)
        self.task = asyncio.ensure_future(self.host.settle())

    async def rings(self, now_ms: int) -> None:
        """The alarm, while the effect is still being performed."""
        await self.held.has_begun.wait()
        self.now_ms, self.alarm.at_ms = now_ms, None
        await self.host.wake()

    async def ends(self) -> None:
        self.held.let_go.set()
        await self.task


async def test_an_alarm_that_rings_during_a_long_round_does_not_ring_again_at_once() -> None:
    under_way = Round()

    await under_way.rings(RETRY_MS + 5)

    assert under_way.alarm.at_ms is not None
    assert under_way.alarm.at_ms > RETRY_MS + 5
    await under_way.ends()


async def test_after_a_round_that_did_everything_no_alarm_is_left() -> None:
    under_way = Round()
    await under_way.rings(RETRY_MS + 5)

    await under_way.ends()

    assert under_way.alarm.at_ms is None


async def test_an_alarm_is_set_for_whoever_finds_a_crash_in_the_middle_of_a_round() -> None:
    under_way = Round()

    await under_way.rings(NOW_MS + 5)

    assert under_way.alarm.at_ms is not None
    assert NOW_MS + 5 < under_way.alarm.at_ms <= NOW_MS + 5 + RPC_TIMEOUT_MS
    await under_way.ends()


async def test_a_round_that_was_cut_off_does_not_keep_the_next_from_beginning() -> None:
    under_way = Round()
    await under_way.held.has_begun.wait()
    under_way.task.cancel()
    await asyncio.gather(under_way.task, return_exceptions=True)

    under_way.core.is_owed = True
    under_way.held.let_go.set()
    await under_way.host.settle()

    assert under_way.core.is_finished
