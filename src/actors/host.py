"""What every actor's shell does around its core: answer as data, perform effects, set the alarm."""

import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from actors.effects import Effect, ids_of
from actors.remote import accepted, refused
from domain.errors import Outage, Refusal
from domain.limits import EFFECT_RETRY_MAX_MS, EFFECTS_PER_WAKE_MAX
from domain.values import Value
from log import log, log_bug


class Receiver(Protocol):
    def receive(self, text: str, now_ms: int) -> Value: ...


class Core(Receiver, Protocol):
    def next_effect(self, now_ms: int) -> Effect | None: ...
    def finish(self, effect: Effect, now_ms: int) -> None: ...
    def next_deadline_ms(self) -> int | None: ...


class Alarm(Protocol):
    """The one alarm of a Durable Object, as `ctx.storage` has it."""

    async def setAlarm(self, at_ms: int) -> None: ...  # noqa: N802 -- the platform's spelling
    async def deleteAlarm(self) -> None: ...  # noqa: N802


def answered(core: Receiver, text: str) -> str:
    """The core's reply or refusal, as one JSON text. Never awaits."""
    try:
        return accepted(core.receive(text, _now_ms()))
    except Refusal as refusal:
        return refused(refusal)


class Host:
    """Built by a shell around its core. Holds nothing that may not vanish between two calls."""

    def __init__(
        self,
        core: Core,
        alarm: Alarm,
        perform: Callable[[Effect], Awaitable[None]],
        name: str = "",
    ) -> None:
        self._core = core
        self._alarm = alarm
        self._perform = perform
        self._name = name  # the actor's key, for the log
        self._alarm_ms: int | None = None  # when the alarm rings, as far as is known here

    def answer(self, text: str) -> str:
        """The core's reply or refusal, as one JSON text. Never awaits."""
        return answered(self._core, text)

    async def settle(self) -> None:
        """After every message and on every wake: do what is owed, then see to the alarm.

        An effect that fails stays owed and is tried again by the alarm, so the message that
        caused it has succeeded nevertheless. The alarm is set in the stretch that keeps the
        change, before the effect is tried: a crash from there on is found when it rings.
        """
        for _ in range(EFFECTS_PER_WAKE_MAX):
            effect = self._core.next_effect(_now_ms())
            if effect is None:
                break
            await self._ring_by(self._core.next_deadline_ms())
            await self._try(effect)
        await self._ring_at(self._core.next_deadline_ms())

    async def wake(self) -> None:
        """The alarm rang. The platform gives an alarm up that has raised seven times; we do not."""
        self._alarm_ms = None
        try:
            await self.settle()
        except Exception as bug:  # noqa: BLE001 -- logged, and tried again for ever
            log_bug("alarm.broke", bug, actor=self._name)
            await self._ring_at(_now_ms() + EFFECT_RETRY_MAX_MS)

    async def _try(self, effect: Effect) -> None:
        facts = {"effect": type(effect).__name__, **ids_of(effect)}
        try:
            await self._perform(effect)
        except (Outage, Refusal) as trouble:
            log("effect.failed", level="warning", reason=str(trouble), **facts)
        except Exception as bug:  # noqa: BLE001 -- a bug in one effect must not stop the others
            log_bug("effect.broke", bug, **facts)
        else:
            self._core.finish(effect, _now_ms())

    async def _ring_by(self, due_ms: int | None) -> None:
        """Too early does no harm; and each setting is a row written (Cloudflare's pricing)."""
        if due_ms is not None and (self._alarm_ms is None or self._alarm_ms > due_ms):
            await self._ring_at(due_ms)

    async def _ring_at(self, due_ms: int | None) -> None:
        if due_ms == self._alarm_ms:
            return
        self._alarm_ms = due_ms
        if due_ms is None:
            await self._alarm.deleteAlarm()
        else:
            await self._alarm.setAlarm(due_ms)


def _now_ms() -> int:
    return int(time.time() * 1000)
