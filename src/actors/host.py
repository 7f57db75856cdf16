"""What every actor's shell does around its core: answer as data, perform effects, set the alarm."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from actors.effects import Effect, ids_of
from actors.remote import accepted, refused
from domain.errors import Outage, Refusal
from domain.happening import Happening
from domain.limits import (
    EFFECT_MS_MAX,
    EFFECT_RETRY_FIRST_MS,
    EFFECT_RETRY_MAX_MS,
    EFFECTS_PER_WAKE_MAX,
    RPC_TIMEOUT_MS,
)
from domain.values import Value
from log import log, log_bug


class Receiver(Protocol):
    def receive(self, text: str, now_ms: int) -> Value: ...


class Core(Receiver, Protocol):
    def wake(self, now_ms: int) -> None: ...
    def next_effect(self, now_ms: int) -> Effect | None: ...
    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None: ...
    def next_deadline_ms(self) -> int | None: ...
    def take_happenings(self) -> list[Happening]: ...


class Alarm(Protocol):
    """The one alarm of a Durable Object, as `ctx.storage` has it."""

    async def setAlarm(self, at_ms: int) -> None: ...  # noqa: N802 -- the platform's spelling
    async def deleteAlarm(self) -> None: ...  # noqa: N802


def wall_clock_ms() -> int:
    return int(time.time() * 1000)


def answered(core: Receiver, text: str, now_ms: int, name: str = "") -> str:
    """The core's reply or refusal, as one JSON text. Never awaits.

    A bug's traceback is logged here, for to whoever called it will be an outage like any other.
    """
    try:
        return accepted(core.receive(text, now_ms))
    except Refusal as refusal:
        return refused(refusal)
    except Exception as bug:
        log_bug("actor.broke", bug, actor=name)
        raise


class Host:
    """Built by a shell around its core. Holds nothing that may not vanish between two calls."""

    def __init__(  # noqa: PLR0913 -- the last three have defaults
        self,
        core: Core,
        alarm: Alarm,
        perform: Callable[[Effect], Awaitable[Value | None]],
        name: str = "",
        clock: Callable[[], int] = wall_clock_ms,
        *,
        has_woken: Callable[[], None] = lambda: None,
    ) -> None:
        """`has_woken` is called in the stretch in which the core has woken."""
        self._core = core
        self._has_woken = has_woken
        self._alarm = alarm
        self._perform = perform
        self._name = name  # the actor's key, for the log
        self._clock = clock
        self._latest_ms = 0
        self._is_settling = False
        self._alarm_ms: int | None = None  # when the alarm rings, as far as is known here

    def answer(self, text: str) -> str:
        """The core's reply or refusal, as one JSON text. Never awaits."""
        answer = answered(self._core, text, self._now_ms(), self._name)
        self._log_happenings()
        return answer

    async def settle(self) -> None:
        """After every message and on every wake: do what is owed, then see to the alarm.

        An effect that fails stays owed and is tried again by the alarm, so the message that
        caused it has succeeded nevertheless. The alarm is set in the stretch that keeps the
        change, before the effect is tried: a crash from there on is found when it rings.

        One at a time: of messages that come together, the first one's round does what all owe.
        """
        if self._is_settling:
            await self._ring_meanwhile(RPC_TIMEOUT_MS)  # that round is alive, so there is no hurry
            return
        self._is_settling = True
        try:
            await self._settle()
            self._is_settling = False
            await self._ring_at(self._core.next_deadline_ms())
        except Exception as bug:  # noqa: BLE001 -- logged, and tried again for ever
            log_bug("settling.broke", bug, actor=self._name)
            await self._ring_at(self._now_ms() + EFFECT_RETRY_MAX_MS)
        finally:
            self._is_settling = False

    async def _settle(self) -> None:
        for _ in range(EFFECTS_PER_WAKE_MAX):
            effect = self._core.next_effect(self._now_ms())
            self._log_happenings()
            if effect is None:
                return
            await self._ring_meanwhile(EFFECT_RETRY_FIRST_MS)
            await self._try(effect)

    async def wake(self) -> None:
        """The alarm rang. The platform gives an alarm up that has raised seven times; we do not."""
        self._alarm_ms = None
        try:
            self._core.wake(self._now_ms())
            self._has_woken()
        except Exception as bug:  # noqa: BLE001 -- logged, and tried again for ever
            log_bug("alarm.broke", bug, actor=self._name)
            await self._ring_at(self._now_ms() + EFFECT_RETRY_MAX_MS)
        else:
            await self.settle()

    async def _try(self, effect: Effect) -> None:
        facts = {"effect": type(effect).__name__, **ids_of(effect)}
        try:
            async with asyncio.timeout(EFFECT_MS_MAX / 1000):
                reply = await self._perform(effect)
        except (Outage, Refusal, TimeoutError) as trouble:
            reason = str(trouble) or type(trouble).__name__
            log("effect.failed", level="warning", reason=reason, **facts)
        except Exception as bug:  # noqa: BLE001 -- a bug in one effect must not stop the others
            log_bug("effect.broke", bug, **facts)
        else:
            self._core.finish(effect, reply, self._now_ms())
            self._log_happenings()

    def _now_ms(self) -> int:
        """Never earlier than before: a clock may step back, and what is due must stay due."""
        self._latest_ms = max(self._latest_ms, self._clock())
        return self._latest_ms

    def _log_happenings(self) -> None:
        for happening in self._core.take_happenings():
            log(happening.event, level=happening.level, **happening.facts)

    async def _ring_meanwhile(self, pause_ms: int) -> None:
        """By the next deadline, in case of a crash; but not into the round that is under way.

        Too early does no harm, and each setting is a row written (Cloudflare's pricing).
        """
        due_ms = self._core.next_deadline_ms()
        if due_ms is None:
            return
        due_ms = max(due_ms, self._now_ms() + pause_ms)
        if self._alarm_ms is None or self._alarm_ms > due_ms:
            await self._ring_at(due_ms)

    async def _ring_at(self, due_ms: int | None) -> None:
        if due_ms == self._alarm_ms:
            return
        self._alarm_ms = due_ms
        if due_ms is None:
            await self._alarm.deleteAlarm()
        else:
            await self._alarm.setAlarm(due_ms)
