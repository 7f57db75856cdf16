"""An order's shell without a platform: its core and host, and who watches it."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Final

from actors.audience import Audience
from actors.host import Host
from actors.live import poll
from actors.opening import Open, Opening
from actors.order import OrderCore
from actors.remote import refused
from actors.sessions import Attachment
from actors.watchers import OPEN
from domain.cursor import Cursor
from domain.errors import Outage, Refusal
from domain.messages.live import Watch
from domain.messages.order import AwaitOrder
from storage.foreign import outages_of
from storage.hub_repository import Published
from tests.simulation.cell import Cell
from tests.simulation.event_log import EventLog
from tests.simulation.lines import Line, ServerSocket, Taken
from tests.simulation.shells import HostedShell
from tests.simulation.weather import Trouble

KEPT: Final = "SELECT event FROM hub_events WHERE event_offset = ?"
BREAKS_S: Final = 60.0  # at most, from its beginning


class Sockets:
    """An order's, as `actors.watchers.Crowd` has them. Each may stand for thousands."""

    def __init__(self, crowd: int) -> None:
        self._crowd = crowd
        self._sockets: list[ServerSocket] = []

    def __iter__(self) -> Iterator[ServerSocket]:
        self._sockets = [s for s in self._sockets if s.readyState == OPEN and not s.line.is_cut]
        return iter(self._sockets)

    def __len__(self) -> int:
        return self._crowd * sum(1 for _ in self)

    def send(self, texts: list[str]) -> Iterator[tuple[ServerSocket, str]]:
        for socket in self:
            try:
                for text in socket.watch.framed(texts):
                    socket.send(text)
            except ConnectionError as error:
                yield socket, str(error)

    def singles(self) -> int:
        return len(self)

    def add(self, socket: ServerSocket) -> None:
        self._sockets.append(socket)


class Watched:
    """An order's core for its audience, which only reads; and hears of nothing that is not kept.

    On the platform a failing read takes the actor along, sockets and all; here it would take only
    what was read for.
    """

    def __init__(self, core: OrderCore, cell: Cell) -> None:
        self.sessions = core.sessions
        self._core = core
        self._sql = cell.sql
        self._expect = cell.stage.expect

    def cursor(self) -> str | None:
        self._sql.spare()
        return self._core.cursor()

    def take_events(self) -> list[Published]:
        self._sql.spare()
        events = self._core.take_events()
        for event in events:
            kept = self._sql.peek(KEPT, event.cursor.offset)
            self._expect(kept == [(event.text,)], "what is told is kept", kept, event.text)
        return events

    def catch_up(self, since: Cursor) -> Opening:
        self._sql.spare()
        return self._core.catch_up(since)


class OrderShell(HostedShell):
    """As `order_actor.py`."""

    def __init__(
        self, cell: Cell, host: Host, core: OrderCore, sockets: Sockets, log: EventLog
    ) -> None:
        super().__init__(cell, host)
        self._core = core
        self._sockets = sockets
        self._log = log
        self._stage = stage = cell.stage
        watched = Watched(core, cell)
        self._audience = Audience(watched, sockets, cell.name, lambda: stage.now_ms)

    async def receive(self, text: str) -> str:
        answer = self._host.answer(text)
        self._cell.hear(text, answer)
        self._audience.hear()
        await self._host.settle()
        return answer

    async def wait(self, text: str) -> str:
        message = AwaitOrder.model_validate_json(text)
        return await self._audience.waiting.answer(message, lambda: self._host.answer(text))

    async def alarm(self) -> None:
        self._audience.end_sessions()
        await super().alarm()

    # --- Who watches ----------------------------------------------------------------------------

    async def accept(self, watch: Watch, line: Line) -> str:
        """A socket: nothing is answered but a refusal."""
        open_at, since = self._opening(watch)
        try:
            await self._audience.level()
            opening = open_at(since, 10**9)
        except Refusal as refusal:
            return refused(refusal)
        socket = ServerSocket(line, watch, self._cell.send_out)
        attached = Attachment(user_id=watch.caller_id, expires_at_ms=watch.expires_at_ms)
        socket.serializeAttachment(attached.model_dump_json())
        self._take(line, socket)
        for frame in watch.framed(opening.frames):
            socket.send(frame)
        if self._core.sessions.expect(attached.due_ms):
            self._stage.begin(self._cell.living, self._host.settle())
        return ""

    async def stream(self, watch: Watch, line: Line) -> str:
        open_at, since = self._opening(watch)
        try:
            opening = self._audience.streams.opening(open_at, since)
        except Refusal as refusal:
            return refused(refusal)
        self._cell.lines.append(line)
        self._stage.begin(self._cell.living, self._streamed(watch, opening, open_at, line))
        return ""

    async def poll(self, watch: Watch) -> str:
        """Nothing: there is nothing new."""
        open_at, since = self._opening(watch)
        try:
            page = await poll(self._audience.waiting, open_at, since, watch.wait_ms)
        except Refusal as refusal:
            return refused(refusal)
        if page is None:
            self._nothing_new(str(since))
        return page or ""

    def _opening(self, watch: Watch) -> tuple[Open, Cursor | None]:
        since = None if watch.since is None else Cursor.parsed(watch.since)
        return partial(self._core.opening, watch.caller_id), since

    def _take(self, line: Line, socket: ServerSocket) -> None:
        line.left = socket.forget
        if not line.is_open:
            socket.forget()
        self._sockets.add(socket)
        self._cell.lines.append(line)
        weather = self._stage.weather
        if weather.strikes(Trouble.SOCKET_BREAKS):
            self._stage.later(weather.draw.random() * BREAKS_S, socket.break_off)
            self._stage.note(self._cell.name, "has a socket that will break")

    async def _streamed(self, watch: Watch, opening: Opening, open_at: Open, line: Line) -> None:
        told = str(opening.reached)

        async def write(text: str) -> None:
            nonlocal told
            if text.startswith(":"):
                self._nothing_new(told)
            told = text.rpartition("id: ")[2].split("\n")[0] if "id: " in text else told
            taken: Taken = asyncio.get_running_loop().create_future()
            self._cell.send_out(lambda: line.send(text, taken))
            with outages_of("stream"):
                await taken

        try:
            await self._audience.streams.run(opening, open_at, watch.expires_at_ms, write)
            self._cell.send_out(lambda: line.send(None))
        except (Outage, Refusal, TimeoutError):
            line.cut()

    def _nothing_new(self, since: str) -> None:
        """Who is told so knows the newest; but for what comes in the moment of the telling."""
        known = Cursor.parsed(since)
        assert known is not None
        for event in self._log.events[known.offset :]:
            is_now = event.kept_s >= self._stage.loop.time()
            self._stage.expect(is_now, "nothing new is nothing new", since, self._log.cursor)
