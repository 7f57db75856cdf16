"""One Durable Object: storage that lasts, and one life after the other on top of it."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, Protocol

from tests.simulation.lines import Line
from tests.simulation.loop import LAG_S, OWNER
from tests.simulation.stage import Call, Party, Stage
from tests.simulation.stretch_sql import Crash, SqlTrouble, StretchSql
from tests.simulation.weather import Trip, Trouble

ALARM_RETRY_S: Final = 2.0  # as seen on the platform
LATE_S: Final = (0.1, 10.0, 120.0)
STATEMENTS: Final = 40  # of a stretch, at most
BUG_RETRY_MS: Final = 60_000  # after what nobody expects
RINGS_MAX: Final = 40  # within a second; more often, and it is for nothing
IDLE_S: Final = 10.0  # then an actor falls asleep, as seen on the platform


class Shell(Protocol):
    """A Durable Object's class, as far as it can be called."""

    async def receive(self, text: str) -> str: ...
    async def wait(self, text: str) -> str: ...
    async def alarm(self) -> None: ...


class Life(Party):
    """An actor's memory: from its first message until it crashes."""

    dies_of = Trouble.CRASH

    def __init__(self, cell: "Cell") -> None:
        super().__init__(cell.name)
        self._cell = cell
        self.shell: Shell

    def end(self) -> None:
        if not self.is_dead:
            self._cell.forget(self)
        super().end()


class Cell:
    def __init__(
        self,
        stage: Stage,
        trip: Trip,
        key: str,
        build: Callable[["Cell", Life], Shell],
        touched: list["Cell"],
    ) -> None:
        """`build` makes the core and all around it, in each life anew."""
        self.trip = trip
        self.key = key
        self.name = key if key.startswith("file_") else f"{trip} {key}"
        self.sql = StretchSql(self._begin_stretch)
        self.life: Life | None = None
        self.heard: list[tuple[str, str]] = []  # messages and their answers, in this stretch
        self.has_woken = False  # for its alarm, in this stretch
        self.alarm_ms: int | None = None
        self.alarm_set_ms = 0  # when it was set; later than now, if the clocks went back
        self.has_new_alarm = False
        self.latest_ms = 0  # in this life: what its host takes for now, though a clock went back
        self.ringing = 0  # calls of its alarm that are under way
        self.patient_until_ms = 0  # something broke off: it is tried again by then, and not before
        self.stage = stage
        self._build = build
        self._touched = touched
        self._kept_alarm_ms: int | None = None
        self._timer: asyncio.Handle | None = None
        self.is_touched = False
        self.lines: list[Line] = []  # to who watches it; they end with the life that they are of
        self._outgoing: list[Callable[[], None]] = []  # once this stretch is kept
        self._rung_s: deque[float] = deque(maxlen=RINGS_MAX)

    # --- What comes to it -----------------------------------------------------------------------

    def deliver(self, ask: Callable[[Shell], Coroutine[Any, Any, str]], call: Call) -> None:
        life = self._alive()
        self._endanger(life)
        task = self.stage.begin(life, ask(life.shell))
        task.add_done_callback(partial(self._answered, call), context=self.stage.itself.context)

    def _answered(self, call: Call, task: asyncio.Task[str]) -> None:
        self._tire()
        if self._went_well(task):
            call.succeed(task.result())
        else:
            call.fail()

    def _went_well(self, task: asyncio.Task[str] | asyncio.Task[None]) -> bool:
        if task.cancelled():
            return False
        error = task.exception()
        if error is not None:
            self.stage.note(self.name, f"raises {error!r}")
        if error is not None and not isinstance(error, Crash | SqlTrouble):
            self.stage.blame("an actor breaks down", self.name, repr(error))
        return error is None

    def _alive(self) -> Life:
        if self.life is None:
            self.sql.light(None)
            self.latest_ms = 0
            self.life = life = Life(self)
            life.shell = life.context.run(self._build, self, life)
        return self.life

    @property
    def living(self) -> Life:
        assert self.life is not None
        return self.life

    def _endanger(self, life: Life) -> None:
        weather = self.stage.weather
        for trouble, error in ((Trouble.FUSE, Crash), (Trouble.SQL, SqlTrouble)):
            if weather.strikes(trouble):
                self.sql.light(weather.draw.randint(1, STATEMENTS), error)
        if weather.strikes(Trouble.CRASH):
            self.stage.later(0, life.end)

    def forget(self, life: Life) -> None:
        if self.life is life:
            self.stage.note(self.name, "crashes")
            self.life = None
            self.cut_off()

    def cut_off(self) -> None:
        """Its connections are gone with the machine that it lived on, or slept on."""
        for line in self.lines:
            line.cut()
        self.lines.clear()

    def _tire(self) -> None:
        if self.life is not None and self.stage.weather.strikes(Trouble.SLEEP):
            self.stage.later(IDLE_S, self._fall_asleep, self.life)

    def _fall_asleep(self, life: Life) -> None:
        """If nothing goes on in it. Its memory is gone then, and its sockets live on."""
        is_idle = not self.ringing and all(task.done() for task in life.tasks)
        if life is self.life and is_idle:
            self.stage.note(self.name, "falls asleep")
            self.life = None
            life.end()

    def close(self) -> None:
        self.life = None
        self.sql.close()

    def clock_ms(self) -> int:
        """For its host, which takes it never to be earlier than before in the same life."""
        self.latest_ms = self.now_ms
        return self.latest_ms

    @property
    def now_ms(self) -> int:
        return max(self.latest_ms, self.stage.now_ms)

    # --- Its storage ----------------------------------------------------------------------------

    def _begin_stretch(self) -> None:
        if OWNER.get() is not self.life:
            raise Crash("of another life")
        self._touch()

    def _touch(self) -> None:
        if not self.is_touched:
            self.is_touched = True
            self._touched.append(self)

    def hear(self, text: str, answer: str) -> None:
        self.heard.append((text, answer))
        self._touch()

    def set_alarm(self, life: Life, at_ms: int | None) -> None:
        if life is not self.life:
            raise Crash("of another life")
        self._touch()
        self.alarm_ms = at_ms
        self.alarm_set_ms = self.now_ms

    def send_out(self, do: Callable[[], None]) -> None:
        """Nothing leaves an actor before what was written until then is kept."""
        self._touch()
        self._outgoing.append(do)

    def end_stretch(self) -> bool:
        """Whether anything in it has changed for good."""
        self.is_touched = False
        outgoing, self._outgoing = self._outgoing, []
        if self.sql.has_crashed:
            self.sql.end_stretch()
            self.alarm_ms = self._kept_alarm_ms
            self.heard.clear()
            if self.life is not None:
                self.life.end()
            return False
        if self.sql.has_failed:
            self.patient_until_ms = self.now_ms + BUG_RETRY_MS
            self.has_woken = False
        has_written = self.sql.end_stretch()
        if self.alarm_ms != self._kept_alarm_ms:
            self._kept_alarm_ms = self.alarm_ms
            self.arm()
            self.has_new_alarm = True
        for do in outgoing:
            do()
        return has_written

    # --- Its alarm ------------------------------------------------------------------------------

    def arm(self) -> None:
        """For the time that is set, as the clock now stands."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._kept_alarm_ms is not None:
            weather = self.stage.weather
            wait_s = self.stage.seconds_until(self._kept_alarm_ms) + LAG_S
            if weather.strikes(Trouble.ALARM_LATE):
                wait_s += weather.draw.random() * weather.draw.choice(LATE_S)
            self._timer = self.stage.later(wait_s, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.alarm_ms = self._kept_alarm_ms = None
        self._wake()
        if self.stage.weather.strikes(Trouble.ALARM_TWICE):
            self.stage.later(self.stage.weather.draw.random(), self._wake)

    def _wake(self) -> None:
        now_s = self.stage.loop.time()
        self.stage.note(self.name, "its alarm rings")
        if len(self._rung_s) == RINGS_MAX and now_s - self._rung_s[0] < 1:
            self.stage.blame("an alarm does not ring all the time", self.name)
        self._rung_s.append(now_s)
        life = self._alive()
        self._endanger(life)
        self.ringing += 1
        task = self.stage.begin(life, life.shell.alarm())
        task.add_done_callback(self._rung, context=self.stage.itself.context)

    def _rung(self, task: asyncio.Task[None]) -> None:
        """Cut off, it rings again; unless it has been set anew, and then it may."""
        self.ringing -= 1
        self._tire()
        if self._went_well(task):
            return
        if self._kept_alarm_ms is None:
            self.alarm_ms = self._kept_alarm_ms = self.stage.now_ms + int(ALARM_RETRY_S * 1000)
            self.patient_until_ms = self.alarm_ms
            self.arm()
        elif self.stage.weather.strikes(Trouble.ALARM_TWICE):
            self.stage.later(ALARM_RETRY_S, self._wake)


class LifeAlarm:
    """The alarm of a Durable Object, as `ctx.storage` has it. Set in the stretch that sets it."""

    def __init__(self, cell: Cell, life: Life) -> None:
        self._cell = cell
        self._life = life

    async def setAlarm(self, at_ms: int) -> None:  # noqa: N802 -- the platform's spelling
        self._cell.set_alarm(self._life, at_ms)

    async def deleteAlarm(self) -> None:  # noqa: N802 -- as above
        self._cell.set_alarm(self._life, None)
