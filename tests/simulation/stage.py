"""What everything in a schedule stands on: time, chance, and the way from one party to another."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from tests.simulation.loop import OWNER, Owner, Step, VirtualLoop
from tests.simulation.trace import Trace
from tests.simulation.weather import Fate, Mishap, Trip, Trouble, Weather

T = TypeVar("T")
UNHAPPENED: Final = frozenset({Mishap.LOST, Mishap.SILENT})
UNHEARD: Final = frozenset({Mishap.SILENT, Mishap.ANSWER_SILENT})
START_MS: Final = 1_795_341_600_000  # 22 November 2026, 10:00


class Violation(Exception):
    """Something has happened that never may."""


class Party(Owner):
    """An owner on the stage, which may be struck by what it dies of or stands still from."""

    dies_of: Trouble | None = None
    stalls_of: Trouble | None = None


class Call:
    """A message or an operation under way. Whoever it reaches answers it, perhaps to no avail."""

    __slots__ = ("_answer", "_caller", "_fate", "_stage")

    def __init__(self, stage: "Stage", caller: Party, fate: Fate) -> None:
        self._stage = stage
        self._caller = caller
        self._fate = fate
        self._answer: asyncio.Future[Any] = stage.loop.create_future()

    async def answer(self) -> Any:
        return await self._answer

    def succeed(self, value: object) -> None:
        if self._fate.mishap is Mishap.CALLER_DIES:
            self._caller.end()
        elif self._fate.mishap is Mishap.ANSWER_LOST:
            self.fail()
        elif self._fate.mishap not in UNHEARD:
            self._come_back(value, None)

    def fail(self) -> None:
        if self._fate.mishap not in UNHEARD:
            self._come_back(None, ConnectionError("Network connection lost."))

    def _come_back(self, value: object, error: Exception | None) -> None:
        if self._fate.back_s:
            self._stage.later(self._fate.back_s, self._settle, value, error)
        else:
            self._settle(value, error)

    def _settle(self, value: object, error: Exception | None) -> None:
        if self._answer.done():
            return
        if error is None:
            self._answer.set_result(value)
        else:
            self._answer.set_exception(error)


class Stage:
    def __init__(self, seed: int, *, is_told_whole: bool = False) -> None:
        self._seed = seed
        self.loop = VirtualLoop(self.draw("order of steps"))
        self.weather = Weather(self.draw("weather"))
        self.trace = Trace(None) if is_told_whole else Trace()
        self.itself = Party("stage")
        self.parties: list[Owner] = [self.itself]
        self.violation: Violation | None = None
        self._is_closed = False
        self._jumped_ms = 0

    def draw(self, what: str) -> random.Random:
        """A stream of its own, so that to draw from it more often leaves the others alone."""
        return random.Random(f"{self._seed} {what}")  # noqa: S311 -- it has to be the same again

    @property
    def now_ms(self) -> int:
        return START_MS + self._jumped_ms + int(self.loop.time() * 1000)

    def jump(self, ms: int) -> None:
        """Every clock goes forward, or back; nobody has had time to do anything."""
        self._jumped_ms += ms

    def seconds_until(self, at_ms: int) -> float:
        return max(0.0, (at_ms - self.now_ms) / 1000)

    def note(self, who: str, what: str) -> None:
        if not self._is_closed:
            self.trace.note(self.loop.steps, self.now_ms, who, what)

    def blame(self, law: str, *facts: object) -> None:
        """The first one counts: others may follow from it."""
        if self.violation is None:
            told = ", ".join(map(str, facts))
            self.note("!!!", f"{law}: {told}")
            self.violation = Violation(f"{law}: {told}")

    def expect(self, is_so: bool, law: str, *facts: object) -> None:  # noqa: FBT001 -- as `assert`
        if not is_so:
            self.blame(law, *facts)

    def later(
        self, delay_s: float, callback: Callable[..., object], *args: object
    ) -> asyncio.Handle:
        """Nobody's doing, and so not cut off with anybody's life."""
        context = self.itself.context
        if delay_s <= 0:
            return self.loop.call_soon(callback, *args, context=context)
        return self.loop.call_later(delay_s, callback, *args, context=context)

    def begin(self, party: Owner, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        if not party.tasks:
            self.parties.append(party)
        return self.loop.create_task(work, context=party.context)

    async def travel(self, trip: Trip, what: str, happen: Callable[[Call], None]) -> Any:
        """From whoever is running to the place where it happens, and back with the answer."""
        caller = OWNER.get()
        assert isinstance(caller, Party)
        if caller.is_dead:
            raise asyncio.CancelledError
        fate = self.weather.fate(trip, self.loop.time())
        self._strike(caller)
        told = f"→ {what}" if fate.mishap is None else f"→ {what}  [{fate.mishap}]"
        self.note(caller.name, told)
        call = Call(self, caller, fate)
        if fate.mishap not in UNHAPPENED:
            self.later(fate.there_s, happen, call)
            if fate.mishap is Mishap.TWICE:
                deaf = Call(self, caller, Fate(Mishap.SILENT))
                self.later(fate.there_s + fate.again_s, happen, deaf)
        elif fate.mishap is Mishap.LOST:
            self.later(fate.there_s, call.fail)
        return await call.answer()

    def _strike(self, caller: Party) -> None:
        if caller.dies_of is not None and self.weather.strikes(caller.dies_of):
            self.later(self.weather.draw.random() * 0.01, caller.end)
        if caller.stalls_of is not None and self.weather.strikes(caller.stalls_of):
            self.freeze(caller, self.weather.stall_s())

    def freeze(self, party: Owner, seconds: float) -> None:
        self.note(party.name, f"stands still for {seconds:.1f} s")
        party.frozen_until = self.loop.time() + seconds

    def close(self) -> None:
        """Whatever is still under way is brought to an end, so that nothing is left to complain."""
        self._is_closed = True
        self.loop.forget(self.itself)
        for party in self.parties:
            party.end()
        self.loop.run(self.loop.time(), _go_on)
        self.loop.close()
        for party in self.parties:
            for task in party.tasks:
                if not task.done() and (work := task.get_coro()) is not None:
                    work.close()  # it has not even begun
            party.tasks.clear()
        self.parties.clear()


def _go_on(_: Step) -> bool:
    return False
