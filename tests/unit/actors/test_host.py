"""The host around a core: effects that fail stay owed, bugs stay inside, the alarm is right."""

import asyncio
import json
from collections.abc import Callable

import pytest

from actors.effects import Effect, SendDispatch
from actors.host import Host
from actors.remote import accepted, opened
from domain.errors import Code, Outage, Refusal
from domain.happening import Happening
from domain.limits import EFFECT_RETRY_MAX_MS, EFFECTS_PER_WAKE_MAX
from domain.messages.file import Dispatch
from domain.messages.reply import Done
from domain.values import Value
from tests.fakes.local_actor import MemoryAlarm
from tests.unit.factories import JOB_ID, NOW_MS

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

RETRY_MS = NOW_MS + 1_000


def an_effect(number: int = 1) -> SendDispatch:
    return SendDispatch(Dispatch(file_id=f"file_{number:032x}", job_id=JOB_ID), attempt=0)


class PlainCore:
    """A core that owes what it is given; what was tried and not finished is owed later."""

    def __init__(self, *owed: Effect) -> None:
        self.owed = list(owed)
        self.tried: list[Effect] = []
        self.finished: list[Effect] = []
        self.later_ms: int | None = None
        self.reply: Callable[[], Value] = Done

    def receive(self, text: str, now_ms: int) -> Value:
        assert (text, now_ms) == ("hello", NOW_MS)
        return self.reply()

    def next_effect(self, now_ms: int) -> Effect | None:
        assert now_ms == NOW_MS
        if not self.owed:
            return None
        self.tried.append(self.owed.pop(0))
        return self.tried[-1]

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:
        assert (reply, now_ms) == (None, NOW_MS)
        self.finished.append(effect)

    def wake(self, now_ms: int) -> None:
        assert now_ms

    def take_happenings(self) -> list[Happening]:
        return []

    def next_deadline_ms(self) -> int | None:
        unfinished = [effect for effect in self.tried if effect not in self.finished]
        return RETRY_MS if unfinished or self.owed else self.later_ms


class Performed:
    """Performs effects by remembering them; raises what it is told to raise, each time."""

    def __init__(self, *troubles: Exception | None) -> None:
        self.effects: list[Effect] = []
        self.alarms_ms: list[int | None] = []
        self.alarm = MemoryAlarm()
        self._troubles = list(troubles)

    async def __call__(self, effect: Effect) -> None:
        self.effects.append(effect)
        self.alarms_ms.append(self.alarm.at_ms)
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble is not None:
            raise trouble


def a_host(core: PlainCore, perform: Performed) -> Host:
    return Host(core, perform.alarm, perform)


def refusing() -> Value:
    raise Refusal(Code.FILE_LOCKED, "locked", {"job_id": "job_1"})


def broken() -> Value:
    raise ZeroDivisionError


async def test_a_reply_is_answered_as_data() -> None:
    host = a_host(PlainCore(), Performed())

    assert host.answer("hello") == accepted(Done())


async def test_a_refusal_is_answered_as_data() -> None:
    core = PlainCore()
    core.reply = refusing

    answer = a_host(core, Performed()).answer("hello")

    with pytest.raises(Refusal) as refused:
        opened(answer, Done)
    assert refused.value.facts == {"job_id": "job_1"}


async def test_a_bug_is_logged_where_it_happened_once_and_raised(
    capsys: pytest.CaptureFixture[str],
) -> None:
    core, perform = PlainCore(), Performed()
    core.reply = broken

    with pytest.raises(ZeroDivisionError):
        Host(core, perform.alarm, perform, "file_1").answer("hello")

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["event"], line["actor"]) == ("actor.broke", "file_1")
    assert "in broken" in line["error"]


async def test_what_is_owed_is_performed_and_finished_in_order() -> None:
    core, perform = PlainCore(an_effect(1), an_effect(2)), Performed()

    await a_host(core, perform).settle()

    assert perform.effects == core.finished == [an_effect(1), an_effect(2)]


@pytest.mark.parametrize(
    "trouble",
    [Outage("R2: down"), Refusal(Code.FORBIDDEN, "no"), KeyError("a bug"), TimeoutError()],
    ids=repr,
)
async def test_an_effect_that_fails_stays_owed_and_the_others_are_performed(
    trouble: Exception,
) -> None:
    core, perform = PlainCore(an_effect(1), an_effect(2)), Performed(trouble)

    await a_host(core, perform).settle()

    assert perform.effects == [an_effect(1), an_effect(2)]
    assert core.finished == [an_effect(2)]
    assert perform.alarm.at_ms == RETRY_MS


async def test_a_failed_effect_is_one_warning_with_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await a_host(PlainCore(an_effect()), Performed(Outage("queue: lost"))).settle()

    logged = capsys.readouterr().out
    assert logged.count("\n") == 1
    assert '"event": "effect.failed"' in logged
    assert '"reason": "queue: lost"' in logged
    assert f'"file_id": "file_{1:032x}", "job_id": "{JOB_ID}"' in logged


async def test_a_bug_in_an_effect_is_logged_with_its_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await a_host(PlainCore(an_effect()), Performed(KeyError("a bug"))).settle()

    logged = capsys.readouterr().out
    assert '"event": "effect.broke"' in logged
    assert "Traceback" in logged
    assert logged.count("\n") == 1


async def test_the_alarm_is_set_to_the_earliest_deadline() -> None:
    core, perform = PlainCore(), Performed()
    core.later_ms = NOW_MS + 900_000

    await a_host(core, perform).settle()

    assert perform.alarm.at_ms == NOW_MS + 900_000


async def test_the_alarm_is_set_before_an_effect_is_tried() -> None:
    perform = Performed()

    await a_host(PlainCore(an_effect()), perform).settle()

    assert perform.alarms_ms == [RETRY_MS]


async def test_the_alarm_is_removed_when_nothing_is_due_any_more() -> None:
    perform = Performed()

    await a_host(PlainCore(an_effect()), perform).settle()

    assert perform.alarm.at_ms is None


async def test_an_alarm_that_is_right_already_is_not_set_again() -> None:
    core, perform = PlainCore(), Performed()
    core.later_ms = NOW_MS + 900_000
    host = a_host(core, perform)

    await host.settle()
    await host.settle()

    assert perform.alarm.times_set == 1


async def test_an_alarm_that_has_rung_is_set_again_even_to_the_same_moment() -> None:
    core, perform = PlainCore(), Performed()
    core.later_ms = NOW_MS + 900_000
    host = a_host(core, perform)
    await host.settle()

    perform.alarm.at_ms = None
    await host.wake()

    assert perform.alarm.at_ms == NOW_MS + 900_000


async def test_one_wake_has_an_end_and_the_alarm_goes_on() -> None:
    effects = [an_effect(number) for number in range(EFFECTS_PER_WAKE_MAX + 5)]
    core, perform = PlainCore(*effects), Performed()

    await a_host(core, perform).wake()

    assert len(perform.effects) == EFFECTS_PER_WAKE_MAX
    assert perform.alarm.at_ms == RETRY_MS


class DueCore(PlainCore):
    """Owes an effect from the moment on in which a message came."""

    def receive(self, text: str, now_ms: int) -> Value:
        assert text
        self.later_ms = now_ms
        return Done()

    def next_effect(self, now_ms: int) -> Effect | None:
        is_due = self.later_ms is not None and self.later_ms <= now_ms
        self.later_ms = None if is_due else self.later_ms
        return an_effect() if is_due else None

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:
        assert reply is None
        assert now_ms
        self.finished.append(effect)


async def test_a_clock_that_steps_back_leaves_due_what_was_due() -> None:
    core, perform = DueCore(), Performed()
    ticks = iter([NOW_MS, NOW_MS - 1, NOW_MS - 1, NOW_MS - 1])
    host = Host(core, perform.alarm, perform, "file_1", lambda: next(ticks))

    host.answer("hello")
    await host.settle()

    assert core.finished == [an_effect()]


class SlowlyPerformed(Performed):
    """Gives others a turn within each effect."""

    async def __call__(self, effect: Effect) -> None:
        turn = asyncio.Event()
        asyncio.get_running_loop().call_soon(turn.set)
        await turn.wait()
        await super().__call__(effect)


async def test_of_rounds_that_come_together_one_does_it_all() -> None:
    core, perform = PlainCore(an_effect(1), an_effect(2)), SlowlyPerformed()
    host = a_host(core, perform)

    await asyncio.gather(host.settle(), host.settle())

    assert perform.effects == core.finished == [an_effect(1), an_effect(2)]
    assert perform.alarm.at_ms is None


class BrokenCore(PlainCore):
    def next_effect(self, now_ms: int) -> Effect | None:
        raise KeyError(now_ms)


async def test_an_alarm_that_breaks_is_logged_and_set_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    perform = Performed()

    await a_host(BrokenCore(), perform).wake()

    assert perform.alarm.at_ms == NOW_MS + EFFECT_RETRY_MAX_MS
    assert '"event": "settling.broke"' in capsys.readouterr().out
