"""The product on the stage: real cores, hosts, clients, performer, editor; and laws that watch."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Literal

from actors.backlog import BacklogCore, BacklogQueue
from actors.client import (
    BacklogClient,
    FileClient,
    InboxClient,
    OperationsClient,
    OrderClient,
    RoomClient,
)
from actors.courier import Courier
from actors.effects import Effect, SendDispatch
from actors.fanout import Fanout
from actors.file import FileCore
from actors.host import Host
from actors.inbox import InboxCore
from actors.operations import OperationsCore
from actors.order import OrderCore
from actors.performer import Performer
from actors.webhook import WebhookCore
from actors.webhook_client import WebhookClient
from consumer.edit import Editor
from domain.settings import Settings
from domain.values import Value
from tests.simulation.bounds import Bounds
from tests.simulation.bucket import Bucket
from tests.simulation.carriers import EVENTS, JOBS, Cron, SimulatedQueue, Workshop
from tests.simulation.cell import Cell, Life, LifeAlarm, Shell
from tests.simulation.laws import Laws
from tests.simulation.ledger import Ledger
from tests.simulation.maker import DrawnMaker
from tests.simulation.namespace import Namespace
from tests.simulation.order_shell import OrderShell, Sockets
from tests.simulation.receivers import Receiver
from tests.simulation.shells import HostedShell, PlainShell
from tests.simulation.stage import Stage
from tests.simulation.told_law import BucketLaw
from tests.simulation.weather import Trip

Transport = Literal["queue", "cron"]
MINUTE_MS: Final = 60_000
DAY_MS: Final = 24 * 60 * MINUTE_MS
LEASES_MS: Final = (10_000, 20_000, MINUTE_MS, 15 * MINUTE_MS)
INTENTS_MS: Final = (10 * MINUTE_MS, 60 * MINUTE_MS, DAY_MS)
PUBLISHED: Final = 0.25  # of the schedules tell their events to the audit and by webhooks
ARCHIVE_MS: Final = (5 * MINUTE_MS, 3 * 60 * MINUTE_MS, 90 * DAY_MS)


class World:
    def __init__(self, stage: Stage, transport: Transport) -> None:
        self.stage = stage
        self.ledger = Ledger()
        self.cells: dict[tuple[Trip, str], Cell] = {}
        self.touched: list[Cell] = []  # in this step
        self._draw = stage.draw("world")
        self._sockets: dict[str, Sockets] = {}  # of orders; they outlive a life that falls asleep
        self._is_published = stage.draw("events").random() < PUBLISHED
        self.bounds = Bounds.drawn(stage.draw("bounds"), is_published=self._is_published)
        self.settings = self._some_settings(transport)
        stage.weather.lease_s = self.settings.lease_ms / 1000
        self.bucket = Bucket(stage, BucketLaw(stage, self.ledger).removed)
        self.receiver = Receiver(stage)
        self.laws = Laws(stage, self.ledger, self.cells, self.bucket.store, self.receiver)
        self.files = FileClient(self._namespace(Trip.FILE))
        self.orders = OrderClient(self._namespace(Trip.ORDER))
        self.inboxes = InboxClient(self._namespace(Trip.INBOX))
        self.operations = OperationsClient(self._namespace(Trip.OPERATIONS))
        self.webhooks = WebhookClient(self._namespace(Trip.WEBHOOKS))
        no_rooms = RoomClient(self._namespace(Trip.WEBHOOKS))  # nobody asks for any
        fanout = Fanout(self.bucket, self.webhooks, self.orders, no_rooms)
        backlog = BacklogClient(self._namespace(Trip.BACKLOG))
        self.workshop = Workshop(stage, self._editor, self.operations, backlog, fanout)
        self._cron = Cron(stage, self.workshop, self._is_backlog_empty)
        is_queue = transport == "queue"
        jobs = SimulatedQueue(stage, self.workshop, JOBS) if is_queue else BacklogQueue(backlog)
        bury = self.laws.publishing.buried
        events = SimulatedQueue(stage, self.workshop, EVENTS, bury) if is_queue else None
        self.laws.publishing.queue = events
        self._performer = Performer(
            jobs=jobs,
            files=self.files,
            orders=self.orders,
            inboxes=self.inboxes,
            operations=self.operations,
            objects=self.bucket,
            fanout=fanout,
            events=events,
        )

    def watch(self) -> None:
        """After every step: what was written in it is kept, and must be lawful."""
        for cell in self.touched:
            self.laws.kept(cell, self._cron.look)
            cell.heard.clear()
            cell.has_woken = cell.has_new_alarm = False
        self.touched.clear()

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
            events_enabled=self._is_published,
            publish_interval_ms=choice((100, 1_000, 60_000)),
            lease_ms=choice(LEASES_MS),
            dispatch_timeout_ms=choice((3_000, 30_000)),
            retry_backoff_ms=choice((100, 5_000)),
            archive_after_ms=choice(ARCHIVE_MS),
            intent_lifetime_ms=choice(INTENTS_MS),
            report_interval_ms=choice((100, 10_000)),
        )

    def _namespace(self, trip: Trip) -> Namespace:
        return Namespace(self.stage, trip, self.cell)

    def cell(self, trip: Trip, key: str) -> Cell:
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
                host, log = self._host(cell, life, order), self.laws.events.of(cell.key)
                sockets = self._sockets.setdefault(cell.key, Sockets(self.bounds.crowd))
                return OrderShell(cell, host, order, sockets, log)
            case Trip.WEBHOOKS:
                return self._webhook_shell(cell, life)
            case Trip.OPERATIONS:
                return HostedShell(cell, self._host(cell, life, OperationsCore(cell.sql)))
            case Trip.INBOX:
                return PlainShell(cell, InboxCore(cell.sql), self.stage)
            case _:
                return PlainShell(cell, BacklogCore(cell.sql), self.stage)

    def _host(self, cell: Cell, life: Life, core: FileCore | OrderCore | OperationsCore) -> Host:
        alarm = LifeAlarm(cell, life)
        return Host(core, alarm, self._perform(cell), cell.key, cell.clock_ms)

    def _webhook_shell(self, cell: Cell, life: Life) -> HostedShell:
        core = WebhookCore(cell.sql, self.settings, self._draw.random)

        async def tell(text: str) -> object:
            return await life.shell.receive(text)

        later = partial(self.stage.begin, life)
        courier = Courier(self.settings, self.receiver, cell.clock_ms, later, tell)
        alarm = LifeAlarm(cell, life)
        return HostedShell(cell, Host(core, alarm, courier.perform, cell.key, cell.clock_ms))

    def _perform(self, cell: Cell) -> Callable[[Effect], Awaitable[Value | None]]:
        async def perform(effect: Effect) -> Value | None:
            if isinstance(effect, SendDispatch) and cell.trip is Trip.FILE:
                self.laws.files.dispatched(cell, effect.dispatch.job_id)
            return await self._performer.perform(effect)

        return perform

    def _editor(self, worker_id: str) -> Editor:
        maker = DrawnMaker(self.stage, self.bucket)
        return Editor(self.files, self.bucket, [maker], worker_id)

    def _is_backlog_empty(self) -> bool:
        cell = self.cells.get((Trip.BACKLOG, "only"))
        return cell is None or not cell.sql.peek("SELECT 1 FROM dispatches LIMIT 1")
