"""One schedule from its seed: trouble for a while, then peace; and then all must be right."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Final

import pytest

import actors.fanout
import actors.host
import actors.watchers
import consumer.edit
import consumer.events
import consumer.transport
from domain.errors import Outage, Refusal
from domain.messages.webhook import CreateEndpoint
from tests.simulation.loop import Step
from tests.simulation.onlookers import Onlooker
from tests.simulation.operators import Operator
from tests.simulation.people import CALLER, ORDERS, Photographer, Services
from tests.simulation.receivers import ENDPOINT
from tests.simulation.stage import Party, Stage
from tests.simulation.storm import Storm
from tests.simulation.stretch_sql import Crash, SqlTrouble
from tests.simulation.watching import watching_in
from tests.simulation.world import Transport, World

SPEAKERS: Final[tuple[ModuleType, ...]] = (
    actors.fanout, actors.host, actors.watchers,
    consumer.edit, consumer.events, consumer.transport,
)  # fmt: skip
DAY_S: Final = 24 * 3600.0
PAUSES_S: Final = (0.0, 0.0, 0.01, 0.5, 5.0, 5.0, 60.0, 60.0, 600.0, 7200.0, 2 * DAY_S)
CATCH_UP_S: Final = 60.0
REST_S: Final = 6 * 3600.0
LONG_S: Final = 200 * DAY_S
ACTS: Final = (1, 2, 3, 4, 6, 8, 12, 16)  # most schedules are short: so there are many
UPLOADING_MAX: Final = 5  # looks at whether something was uploaded
GUSTS: Final = (0, 2, 4, 12)
DISCONNECTS: Final = 0.05  # of requests are given up, or lose their worker
IN_THE_NICK: Final = 0.2  # of requests come just when something else is due
STEPS_MAX: Final = 60_000  # a schedule that takes more does not come to rest
EXPECTED: Final = (SqlTrouble, Crash, asyncio.CancelledError)


@dataclass(frozen=True, slots=True)
class Result:
    seed: int
    transport: Transport
    steps: int  # of trouble; all that came after is peace
    violation: str | None
    lines: tuple[str, ...] = ()
    jobs: int = 0


class Schedule:
    def __init__(self, seed: int, transport: Transport, *, is_told: bool) -> None:
        self.seed = seed
        self.transport = transport
        self._is_told = is_told
        self.stage = Stage(seed, is_told_whole=is_told)
        self.world = World(self.stage, transport)
        self._draw = draw = self.stage.draw("people")
        world = self.world
        services = Services(world.files, world.orders, world.inboxes, world.bucket)
        self.photographer = Photographer(
            services, self.stage, draw, world.settings.intent_lifetime_ms, world.ledger.at_work
        )
        self.photographer.orders = ORDERS if draw.random() < 0.2 else ORDERS[:1]
        self.operator = Operator(
            world.files, world.orders, world.operations, self.photographer, draw
        )
        self.onlooker = Onlooker(self.photographer, self.stage, draw)
        self.watching = watching_in(world, self.photographer.orders)
        self._requests = 0
        self._limit = STEPS_MAX

    def run(self, steps: int | None = None) -> Result:
        """`steps`: so much trouble, and then peace."""
        with hushed(self.stage, self.world.receiver.excuse) as patch:
            self.world.bounds.set(patch)
            try:
                self._subscribe()
                self._trouble(steps)
                troubled = self.stage.loop.steps
                self._peace()
            finally:
                self.stage.close()
                self.world.close()
        violation = self.stage.violation
        is_read = violation is not None or self._is_told
        return Result(
            seed=self.seed,
            transport=self.transport,
            steps=troubled,
            violation=None if violation is None else str(violation),
            lines=self.stage.trace.lines() if is_read else (),
            jobs=sum(len(book.ended) for book in self.world.ledger.files.values()),
        )

    # --- Trouble --------------------------------------------------------------------------------

    def _subscribe(self) -> None:
        """Before anything happens, so that whoever is told by webhooks is to hear of all of it."""
        if self.world.settings.events_enabled:
            self.stage.weather.is_fair = True
            create = self.world.webhooks.create(CALLER, CreateEndpoint(endpoint=ENDPOINT))
            task = self.stage.begin(Party("subscriber"), create)
            self._go_on(1.0, task.done)
            self.stage.weather.is_fair = False

    def _trouble(self, steps: int | None) -> None:
        draw, stage = self._draw, self.stage
        pauses_s = draw.sample(PAUSES_S, 3)
        storm = Storm(
            stage,
            stage.draw("storm"),
            self.world.ledger,
            self.world.bucket,
            lambda: list(self.world.cells.values()),
            lambda: self.world.workshop.workers,
        )
        task = stage.begin(stage.itself, self._both(storm, pauses_s))
        self.watching.begin(pauses_s)
        self._limit = STEPS_MAX if steps is None else steps
        self._go_on(float("inf"), task.done)
        self._go_on(stage.loop.time() + draw.random() * draw.choice((1.0, 60.0, 3600.0)))
        task.cancel()

    async def _both(self, storm: Storm, pauses_s: list[float]) -> None:
        acts, gusts = self._draw.choice(ACTS), self._draw.choice(GUSTS)
        async with asyncio.TaskGroup() as together:
            together.create_task(self._people(pauses_s, acts))
            together.create_task(storm.blow(pauses_s, gusts))

    async def _people(self, pauses_s: list[float], count: int) -> None:
        """Some photos, an order for edits, and then this and that."""
        for _ in range(self._draw.randint(1, 3)):
            self._request(self.photographer.upload)
            await asyncio.sleep(self._draw.random() * self._draw.choice((0.0, 1.0)))
        await self._first_file()
        self._request(self.photographer.submit_all)
        for _ in range(count):
            await asyncio.sleep(self._pause_s(pauses_s))
            self._request(self._something())

    async def _first_file(self) -> None:
        """There is one, or there seems to be none in a hurry."""
        for _ in range(UPLOADING_MAX):
            await asyncio.sleep(self._draw.random() * self._draw.choice((0.0, 1.0, 10.0)))
            if self.world.ledger.present():
                return

    def _pause_s(self, pauses_s: list[float]) -> float:
        """Any; or until the very moment in which a lease ends, a retry is due, a file archived."""
        settings, now_ms = self.world.settings, self.stage.now_ms
        moments = self.world.ledger.moments(settings.archive_after_ms)
        ahead = [moment for moment in moments if moment > now_ms]
        if ahead and self._draw.random() < IN_THE_NICK:
            until_s = self.stage.seconds_until(self._draw.choice(ahead))
            return until_s + self._draw.choice((0.0, 0.001, self._draw.random() * 3))
        return self._draw.random() * self._draw.choice(pauses_s)

    def _request(self, act: Callable[[], Awaitable[None]]) -> None:
        self._requests += 1
        party = Party(f"request {self._requests} {act.__name__}")
        self.stage.begin(party, self._attempt(act))
        if self._draw.random() < DISCONNECTS:
            self.stage.later(self._draw.random(), party.end)

    def _something(self) -> Callable[[], Awaitable[None]]:
        one, other = self.photographer, self.operator
        if not one.file_ids:
            return one.upload
        acts = [
            one.upload, one.submit, one.submit_all, one.submit_all, one.submit_once,
            one.revise, one.revise, one.revise, one.mark, one.fidget, one.rename, one.delete,
            one.regret, one.finalize_again, one.renew_intent, one.put_late,
            self.onlooker.look, self.onlooker.wait,
            other.act_on_file, other.act_on_file, other.act_on_order,
            other.hold_back, other.hold_back,
        ]  # fmt: skip
        if one.asked:
            acts += [one.ask_again, other.act_on_job, other.act_on_job, other.look]
        if other.acted:
            acts += [other.act_again, other.act_again]
        return self._draw.choice(acts)

    async def _attempt(self, act: Callable[[], Awaitable[None]]) -> None:
        """What is refused or cannot be reached is part of life."""
        try:
            await act()
        except (Refusal, Outage) as trouble:
            self.stage.note("", f"{act.__name__}: {trouble}")
        except Exception as bug:  # noqa: BLE001 -- whatever it is, it is told with the trace
            self.stage.blame("nothing breaks down", act.__name__, repr(bug))

    # --- Peace ----------------------------------------------------------------------------------

    def _peace(self) -> None:
        stage, world = self.stage, self.world
        stage.note("", "peace: from here on everything works")
        stage.weather.clear()
        self.watching.be_in_peace()
        self._limit = stage.loop.steps + STEPS_MAX
        self._rest(REST_S)
        if stage.violation is None:
            self._at_rest(is_resumed=False)
        if stage.violation is None:
            files = [book.file_id for book in world.ledger.present()]
            orders = sorted({book.known["upload"]["order_id"] for book in world.ledger.present()})
            stage.begin(Party("operator"), self.operator.resume(files, orders))
            self._rest(REST_S)
        if stage.violation is None:
            self._at_rest(is_resumed=True)
            self.watching.catch_up()
            self._rest(CATCH_UP_S)
            self.watching.ended()
            self._rest(LONG_S)
        if stage.violation is None:
            world.laws.ended()

    def _at_rest(self, *, is_resumed: bool) -> None:
        is_published = self.world.settings.events_enabled
        self.world.laws.rested(is_resumed=is_resumed, is_published=is_published)
        self.watching.rested()

    def _rest(self, seconds: float) -> None:
        self._go_on(self.stage.loop.time() + seconds)
        if self.stage.loop.steps >= self._limit:
            self.stage.blame("it comes to rest", self._limit)

    # --- Steps ----------------------------------------------------------------------------------

    def _go_on(self, until: float, is_enough: Callable[[], bool] | None = None) -> None:
        stage, world, loop = self.stage, self.world, self.stage.loop

        def after(_: Step) -> bool:
            if world.touched:
                world.watch()
            if loop.broken is not None and not isinstance(loop.broken, EXPECTED):
                stage.blame("nothing breaks down", repr(loop.broken))
            if stage.violation is not None or loop.steps >= self._limit:
                return True
            return is_enough is not None and is_enough()

        if stage.violation is None and loop.steps < self._limit:
            loop.run(until, after)


@contextlib.contextmanager
def hushed(stage: Stage, excuse: Callable[[object], None]) -> Iterator[pytest.MonkeyPatch]:
    """The product says nothing meanwhile. That it has found a bug is a violation.

    Where it says that events have come out of turn and could not be looked up, that excuses it.
    """

    def log(event: str, **facts: object) -> None:
        if event == "events.not_found":
            excuse(facts["events_of"])

    def log_bug(event: str, error: BaseException, **facts: object) -> None:
        if not isinstance(error, EXPECTED):
            stage.blame("nothing breaks down", event, repr(error), facts)

    with pytest.MonkeyPatch.context() as patch:
        for module in SPEAKERS:
            patch.setattr(module, "log", log)
            patch.setattr(module, "log_bug", log_bug, raising=False)
        yield patch
