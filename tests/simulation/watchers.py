"""People who watch an order, by whatever transport; who go, and come back with what they have."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from actors.remote import opened
from domain.cursor import Cursor
from domain.errors import Outage, Refusal
from domain.limits import RPC_TIMEOUT_MS
from domain.messages.live import Transport, Watch
from domain.messages.reply import Done
from storage.foreign import outages_of
from tests.simulation.cell import Cell, Shell
from tests.simulation.event_log import EventLog
from tests.simulation.lines import Line
from tests.simulation.order_shell import OrderShell
from tests.simulation.people import CALLER
from tests.simulation.stage import Call, Party, Stage
from tests.simulation.view import View
from tests.simulation.weather import Trip

Ask = Callable[[OrderShell], Coroutine[Any, Any, str]]
STAYS_S: Final = (0.5, 20.0, 90.0)
LAGS_S: Final = (0.0, 0.0, 0.0, 0.05, 5.0, 30.0)
NOTICES_S: Final = (0.0, 1.0, 25.0)  # until one side knows that the other is gone
SESSION_S: Final = 3600.0
SESSIONS_S: Final = (40.0, SESSION_S, SESSION_S)
WAITS_MS: Final = (0, 10, 25_000)
POLLS_MAX: Final = 3
TIMES: Final = (1, 2, 4, 8)  # they come while there is trouble
LONG_SESSION_S: Final = 10 * 24 * 3600.0
PAUSE_FIRST_S: Final = 1.0
PAUSE_MAX_S: Final = 7200.0
PEACE_PAUSE_S: Final = 600.0
FORGETS: Final = 0.1  # of the times that they come
EAGER: Final = 0.4
HASTE_S: Final = (0.0, 0.01, 1.0)
GOES_BACK: Final = 0.1
EDGES: Final = (0, 1, 2)  # before the first event that is kept


@dataclass(slots=True)
class Watcher:
    name: str
    order_id: str
    cell: Callable[[Trip, str], Cell]
    log: EventLog
    stage: Stage
    draw: random.Random
    peace: asyncio.Event
    view: View = field(init=False)
    stays: bool = field(init=False)  # connected, once they have come often enough
    line: Line | None = None
    _saved: View | None = None
    _times: int = 0

    def __post_init__(self) -> None:
        self.view = View(self.stage, self.name, self.log)
        self.stays = self.draw.random() < 0.5

    # --- As long as there is trouble ------------------------------------------------------------

    async def watch(self, pauses_s: Sequence[float]) -> None:
        draw = self.draw
        for _ in range(draw.choice(TIMES)):
            await self._pause(draw.random() * draw.choice(pauses_s))
            if self.peace.is_set():
                break
            await self._come(self._some_way(draw.random() * draw.choice(STAYS_S)))
        pause_s = PAUSE_FIRST_S
        while self.stays:
            before = self.view.cursor
            await self._come(lambda: self._by_socket(None))
            has_heard = self.view.cursor not in {None, before}
            pause_s = PAUSE_FIRST_S if has_heard else min(2 * pause_s, PAUSE_MAX_S)
            await self._pause(draw.random() * pause_s)

    async def _pause(self, seconds: float) -> None:
        """Or until something happens; at most until everything works again."""
        if self.peace.is_set():
            await asyncio.sleep(min(seconds, PEACE_PAUSE_S))
            return
        is_eager = self.draw.random() < EAGER
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await (self.log.has_grown if is_eager else self.peace).wait()
        if is_eager:
            await asyncio.sleep(self.draw.random() * self.draw.choice(HASTE_S))

    def _some_way(self, stay_s: float) -> Callable[[], Coroutine[Any, Any, None]]:
        match self.draw.choice(list(Transport)):
            case Transport.SOCKET:
                return lambda: self._by_socket(stay_s)
            case Transport.STREAM:
                return lambda: self._by_stream(stay_s)
            case Transport.POLL:
                return lambda: self._by_polls(self.draw.choice(WAITS_MS))

    async def _come(self, way: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """As somebody of their own, who may be struck down while they are at it."""
        self._times += 1
        party = Party(f"{self.name}, {self._times}")
        await asyncio.wait({self.stage.begin(party, self._attempt(way))})

    async def _attempt(self, way: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await way()
        except (Refusal, Outage) as trouble:
            self.stage.note(self.name, str(trouble))
        except Exception as bug:  # noqa: BLE001 -- whatever it is, it is told with the trace
            self.stage.blame("nothing breaks down", self.name, repr(bug))

    async def catch_up(self) -> None:
        """At last, by single looks."""
        if self.line is not None:
            self.line.leave()
        self.view.is_lost = False
        while await self._poll(self._watch(Transport.POLL, self.view.cursor)):
            pass

    # --- By each transport ----------------------------------------------------------------------

    async def _by_socket(self, stay_s: float | None) -> None:
        session_s = LONG_SESSION_S if stay_s is None else self.draw.choice(SESSIONS_S)
        watch = self._watch(Transport.SOCKET, self._since(), session_s=session_s)
        await self._hold(
            lambda shell, line: shell.accept(watch, line), self.view.take_frame, watch, stay_s
        )

    async def _by_stream(self, stay_s: float) -> None:
        watch = self._watch(Transport.STREAM, self._since())
        await self._hold(
            lambda shell, line: shell.stream(watch, line), self.view.take_stream, watch, stay_s
        )

    async def _by_polls(self, wait_ms: int) -> None:
        watch = self._watch(Transport.POLL, self._since(), wait_ms)
        for _ in range(self.draw.randint(1, POLLS_MAX)):
            await self._poll(watch)
            watch = self._watch(Transport.POLL, self.view.cursor, wait_ms)

    async def _hold(
        self,
        open_line: Callable[[OrderShell, Line], Coroutine[Any, Any, str]],
        take: Callable[[str], None],
        watch: Watch,
        stay_s: float | None,
    ) -> None:
        draw, stage = self.draw, self.stage
        lag_s = draw.choice(LAGS_S)
        line = Line(stage, lambda: draw.random() * lag_s, draw.random() * draw.choice(NOTICES_S))
        self.line = line

        def ask(shell: OrderShell) -> Coroutine[Any, Any, str]:
            mine = line
            if line.is_answered:  # asked twice: that one's other end is nobody's
                mine = Line(stage, lambda: 0.0, 0.0)
                mine.leave()
            line.is_answered = True
            return open_line(shell, mine)

        try:
            await self._ask(watch, ask)
            line.begin(take)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(stay_s):
                    await line.ended.wait()
        finally:
            line.leave()

    async def _poll(self, watch: Watch) -> bool:
        """Whether there was anything new."""
        page = await self._ask(watch, lambda shell: shell.poll(watch))
        if page:
            self.view.take_page(page)
        elif self.view.is_lost:
            self.stage.blame("a cursor that leads nowhere leads to a snapshot", watch)
        return bool(page)

    async def _ask(self, watch: Watch, ask: Ask) -> str:
        def of_order(shell: Shell) -> Coroutine[Any, Any, str]:
            assert isinstance(shell, OrderShell)
            return ask(shell)

        def happen(call: Call) -> None:
            self.cell(Trip.ORDER, self.order_id).deliver(of_order, call)

        told = f"{self.order_id}: {watch.transport} since {watch.since}"
        with outages_of("order actor"):
            async with asyncio.timeout((RPC_TIMEOUT_MS + watch.wait_ms) / 1000):
                answer: str = await self.stage.travel(Trip.ORDER, told, happen)
        if answer.startswith('{"ok":'):
            opened(answer, Done)
        return answer

    # --- Where they are -------------------------------------------------------------------------

    def _watch(
        self,
        transport: Transport,
        since: Cursor | None,
        wait_ms: int = 0,
        session_s: float = SESSION_S,
    ) -> Watch:
        return Watch(
            caller_id=CALLER,
            expires_at_ms=self.stage.now_ms + int(session_s * 1000),
            transport=transport,
            since=None if since is None else str(since),
            wait_ms=wait_ms,
            takes_batches=self.draw.random() < 0.5,
        )

    def _since(self) -> Cursor | None:
        """Where they were; or where they were another day; or where nobody ever was."""
        draw, view = self.draw, self.view
        if view.cursor is None or view.is_lost:
            self.view = View(self.stage, self.name, self.log)
            return None
        roll = draw.random()
        if roll < FORGETS:
            view.is_lost = True
            epoch, offset = view.cursor.epoch, self.log.head
            return draw.choice((Cursor("f00d", offset), Cursor(epoch, offset + 1000)))
        if roll < FORGETS + GOES_BACK:
            self.view = View(self.stage, self.name, self.log)
            self.view.be_at(min(max(self.log.first - draw.choice(EDGES), 0), self.log.head))
        elif roll < FORGETS + 2 * GOES_BACK and self._saved is not None:
            self.view = self._saved.copy()
        elif draw.random() < 0.5:
            self._saved = view.copy()
        return self.view.cursor
