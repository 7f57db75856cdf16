"""The product on the stage: real cores, hosts, clients, performer, editor; and laws that watch."""

from collections.abc import Awaitable, Callable
from typing import Final, Literal

from actors.backlog import BacklogCore, BacklogQueue
from actors.client import (
    BacklogClient,
    FileClient,
    InboxClient,
    OperationsClient,
    OrderClient,
)
from actors.effects import Effect, SendDispatch
from actors.file import FileCore
from actors.host import Host
from actors.inbox import InboxCore
from actors.operations import OperationsCore
from actors.order import OrderCore
from actors.performer import Performer
from consumer.edit import Editor
from domain.settings import Settings
from domain.values import Value
from tests.simulation.alarm_law import AlarmLaw
from tests.simulation.bucket import Bucket
from tests.simulation.carriers import Cron, SimulatedQueue, Workshop
from tests.simulation.cell import Cell, Life, LifeAlarm, Shell
from tests.simulation.file_law import FileLaw
from tests.simulation.ledger import Ledger
from tests.simulation.maker import DrawnMaker
from tests.simulation.namespace import Namespace
from tests.simulation.order_law import OrderLaw
from tests.simulation.rest_law import RestLaw
from tests.simulation.shells import HostedShell, OrderShell, PlainShell
from tests.simulation.stage import Stage
from tests.simulation.told_law import BucketLaw, InboxLaw, OperationsLaw
from tests.simulation.weather import Trip

Transport = Literal["queue", "cron"]
MINUTE_MS: Final = 60_000
DAY_MS: Final = 24 * 60 * MINUTE_MS
LEASES_MS: Final = (10_000, 20_000, MINUTE_MS, 15 * MINUTE_MS)
INTENTS_MS: Final = (10 * MINUTE_MS, 60 * MINUTE_MS, DAY_MS)
ARCHIVE_MS: Final = (5 * MINUTE_MS, 3 * 60 * MINUTE_MS, 90 * DAY_MS)


class World:
    def __init__(self, stage: Stage, transport: Transport) -> None:
        self.stage = stage
        self.ledger = Ledger()
        self.cells: dict[tuple[Trip, str], Cell] = {}
        self.touched: list[Cell] = []  # in this step
        self._draw = stage.draw("world")
        self.settings = self._some_settings(transport)
        stage.weather.lease_s = self.settings.lease_ms / 1000
        self._bucket_law = BucketLaw(stage, self.ledger)
        self.bucket = Bucket(stage, self._bucket_law.removed)
        self.files = FileClient(self._namespace(Trip.FILE))
        self.orders = OrderClient(self._namespace(Trip.ORDER))
        self.inboxes = InboxClient(self._namespace(Trip.INBOX))
        self.operations = OperationsClient(self._namespace(Trip.OPERATIONS))
        backlog = BacklogClient(self._namespace(Trip.BACKLOG))
        self.workshop = Workshop(stage, self._editor, self.operations, backlog)
        self._cron = Cron(stage, self.workshop, self._is_backlog_empty)
        is_queue = transport == "queue"
        self._performer = Performer(
            jobs=SimulatedQueue(stage, self.workshop) if is_queue else BacklogQueue(backlog),
            files=self.files,
            orders=self.orders,
            inboxes=self.inboxes,
            operations=self.operations,
            objects=self.bucket,
        )
        self._file_law = FileLaw(stage, self.ledger)
        self._order_law = OrderLaw(stage, self.ledger)
        self._inbox_law = InboxLaw(stage, self.ledger)
        self._operations_law = OperationsLaw(stage, self.ledger)
        self._alarm_law = AlarmLaw(stage)
        self.rest_law = RestLaw(stage, self.ledger, self.cells)

    def watch(self) -> None:
        """After every step: what was written in it is kept, and must be lawful."""
        for cell in self.touched:
            has_changed = cell.end_stretch()
            if has_changed:
                self._judge(cell)
            elif cell.heard and cell.trip is Trip.FILE:
                self._file_law.refused(cell)
            if has_changed or cell.has_new_alarm:
                self._alarm_law.kept(cell)
            cell.heard.clear()
            cell.has_woken = cell.has_new_alarm = False
        self.touched.clear()

    def _judge(self, cell: Cell) -> None:
        match cell.trip:
            case Trip.FILE:
                self._file_law.kept(cell, self.bucket.store.keys)
            case Trip.ORDER:
                self._order_law.kept(cell)
            case Trip.INBOX:
                self._inbox_law.kept(cell)
            case Trip.OPERATIONS:
                self._operations_law.kept(cell)
            case _:
                self._cron.look()

    def close(self) -> None:
        """What would otherwise lie about until somebody collects garbage."""
        for cell in self.cells.values():
            cell.close()
        self.cells.clear()

    # --- Its parts ------------------------------------------------------------------------------

    def _some_settings(self, transport: Transport) -> Settings:
        choice = self._draw.choice
        return Settings(
            jwt_secret="j" * 32,
            url_signing_secret="u" * 32,
            job_transport=transport,
            events_enabled=False,  # there is nobody to tell in this world
            lease_ms=choice(LEASES_MS),
            dispatch_timeout_ms=choice((3_000, 30_000)),
            retry_backoff_ms=choice((100, 5_000)),
            archive_after_ms=choice(ARCHIVE_MS),
            intent_lifetime_ms=choice(INTENTS_MS),
            report_interval_ms=choice((100, 10_000)),
        )

    def _namespace(self, trip: Trip) -> Namespace:
        return Namespace(self.stage, trip, self._cell)

    def _cell(self, trip: Trip, key: str) -> Cell:
        cell = self.cells.get((trip, key))
        if cell is None:
            cell = self.cells[trip, key] = Cell(self.stage, trip, key, self._shell, self.touched)
        return cell

    def _shell(self, cell: Cell, life: Life) -> Shell:
        settings, draw = self.settings, self._draw
        match cell.trip:
            case Trip.FILE:
                file = FileCore(cell.sql, settings, draw.random)
                return HostedShell(cell, self._host(cell, life, file))
            case Trip.ORDER:
                order = OrderCore(cell.sql, settings, lambda: f"{draw.getrandbits(32):08x}")
                return OrderShell(cell, self._host(cell, life, order), order)
            case Trip.OPERATIONS:
                return HostedShell(cell, self._host(cell, life, OperationsCore(cell.sql)))
            case Trip.INBOX:
                return PlainShell(cell, InboxCore(cell.sql), self.stage)
            case _:
                return PlainShell(cell, BacklogCore(cell.sql), self.stage)

    def _host(self, cell: Cell, life: Life, core: FileCore | OrderCore | OperationsCore) -> Host:
        alarm = LifeAlarm(cell, life)
        return Host(core, alarm, self._perform(cell), cell.key, cell.clock_ms)

    def _perform(self, cell: Cell) -> Callable[[Effect], Awaitable[Value | None]]:
        async def perform(effect: Effect) -> Value | None:
            if isinstance(effect, SendDispatch) and cell.trip is Trip.FILE:
                self._file_law.dispatched(cell, effect.dispatch.job_id)
            return await self._performer.perform(effect)

        return perform

    def _editor(self, worker_id: str) -> Editor:
        maker = DrawnMaker(self.stage, self.bucket)
        return Editor(self.files, self.bucket, [maker], worker_id)

    def _is_backlog_empty(self) -> bool:
        cell = self.cells.get((Trip.BACKLOG, "only"))
        return cell is None or not cell.sql.peek("SELECT 1 FROM dispatches LIMIT 1")
