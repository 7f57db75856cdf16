"""One Durable Object: storage that lasts, and one life after the other on top of it."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from tests.simulation.loop import LAG_S, OWNER
from tests.simulation.stage import Call, Party, Stage
from tests.simulation.stretch_sql import Crash, SqlTrouble, StretchSql
from tests.simulation.weather import Trip, Trouble

ALARM_RETRY_S: Final = 2.0  # as seen on the platform
LATE_S: Final = (0.1, 10.0, 120.0)
STATEMENTS: Final = 40  # of a stretch, at most
BUG_RETRY_MS: Final = 60_000  # after what nobody expects
RINGS_MAX: Final = 40  # within a second; more often, and it is for nothing


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
        self.has_new_alarm = False
        self.latest_ms = 0  # in this life: what its host takes for now, though a clock went back
        self.ringing = 0  # calls of its alarm that are under way
        self.patient_until_ms = 0  # something broke off: it is tried again by then, and not before
        self._stage = stage
        self._build = build
        self._touched = touched
        self._kept_alarm_ms: int | None = None
        self._timer: asyncio.Handle | None = None
        self.is_touched = False
        self._rung_s: deque[float] = deque(maxlen=RINGS_MAX)

    # --- What comes to it -----------------------------------------------------------------------

    def deliver(self, method: str, text: str, call: Call) -> None:
        life = self._alive()
        self._endanger(life)
        shell = life.shell
        work = shell.receive(text) if method == "receive" else shell.wait(text)
        task = self._stage.begin(life, work)
        task.add_done_callback(partial(self._answered, call), context=self._stage.itself.context)

    def _answered(self, call: Call, task: asyncio.Task[str]) -> None:
        if self._went_well(task):
            call.succeed(task.result())
        else:
            call.fail()

    def _went_well(self, task: asyncio.Task[str] | asyncio.Task[None]) -> bool:
        if task.cancelled():
            return False
        error = task.exception()
        if error is not None:
            self._stage.note(self.name, f"raises {error!r}")
        if error is not None and not isinstance(error, Crash | SqlTrouble):
            self._stage.blame("an actor breaks down", self.name, repr(error))
        return error is None

    def _alive(self) -> Life:
        if self.life is None:
            self.sql.light(None)
            self.latest_ms = 0
            self.life = life = Life(self)
            life.shell = life.context.run(self._build, self, life)
        return self.life

    def _endanger(self, life: Life) -> None:
        weather = self._stage.weather
        for trouble, error in ((Trouble.FUSE, Crash), (Trouble.SQL, SqlTrouble)):
            if weather.strikes(trouble):
                self.sql.light(weather.draw.randint(1, STATEMENTS), error)
        if weather.strikes(Trouble.CRASH):
            self._stage.later(0, life.end)

    def forget(self, life: Life) -> None:
        if self.life is life:
            self._stage.note(self.name, "crashes")
            self.life = None

    def close(self) -> None:
        self.life = None
        self.sql.close()

    def clock_ms(self) -> int:
        """For its host, which takes it never to be earlier than before in the same life."""
        self.latest_ms = self.now_ms
        return self.latest_ms

    @property
    def now_ms(self) -> int:
        return max(self.latest_ms, self._stage.now_ms)

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

    def end_stretch(self) -> bool:
        """Whether anything in it has changed for good."""
        self.is_touched = False
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
        return has_written

    # --- Its alarm ------------------------------------------------------------------------------

    def arm(self) -> None:
        """For the time that is set, as the clock now stands."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._kept_alarm_ms is not None:
            weather = self._stage.weather
            wait_s = self._stage.seconds_until(self._kept_alarm_ms) + LAG_S
            if weather.strikes(Trouble.ALARM_LATE):
                wait_s += weather.draw.random() * weather.draw.choice(LATE_S)
            self._timer = self._stage.later(wait_s, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.alarm_ms = self._kept_alarm_ms = None
        self._wake()
        if self._stage.weather.strikes(Trouble.ALARM_TWICE):
            self._stage.later(self._stage.weather.draw.random(), self._wake)

    def _wake(self) -> None:
        now_s = self._stage.loop.time()
        self._stage.note(self.name, "its alarm rings")
        if len(self._rung_s) == RINGS_MAX and now_s - self._rung_s[0] < 1:
            self._stage.blame("an alarm does not ring all the time", self.name)
        self._rung_s.append(now_s)
        life = self._alive()
        self._endanger(life)
        self.ringing += 1
        task = self._stage.begin(life, life.shell.alarm())
        task.add_done_callback(self._rung, context=self._stage.itself.context)

    def _rung(self, task: asyncio.Task[None]) -> None:
        """Cut off, it rings again; unless it has been set anew, and then it may."""
        self.ringing -= 1
        if self._went_well(task):
            return
        if self._kept_alarm_ms is None:
            self.alarm_ms = self._kept_alarm_ms = self._stage.now_ms + int(ALARM_RETRY_S * 1000)
            self.patient_until_ms = self.alarm_ms
            self.arm()
        elif self._stage.weather.strikes(Trouble.ALARM_TWICE):
            self._stage.later(ALARM_RETRY_S, self._wake)


class LifeAlarm:
    """The alarm of a Durable Object, as `ctx.storage` has it. Set in the stretch that sets it."""

    def __init__(self, cell: Cell, life: Life) -> None:
        self._cell = cell
        self._life = life

    async def setAlarm(self, at_ms: int) -> None:  # noqa: N802 -- the platform's spelling
        self._cell.set_alarm(self._life, at_ms)

    async def deleteAlarm(self) -> None:  # noqa: N802 -- as above
        self._cell.set_alarm(self._life, None)
