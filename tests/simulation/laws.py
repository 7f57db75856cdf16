"""All that must hold: after every step, at rest, and in the end."""

from collections.abc import Callable

from tests.fakes.memory_objects import MemoryObjects
from tests.simulation.alarm_law import AlarmLaw
from tests.simulation.cell import Cell
from tests.simulation.event_log import EventLogLaw
from tests.simulation.file_law import FileLaw
from tests.simulation.ledger import Ledger
from tests.simulation.order_law import OrderLaw
from tests.simulation.people import CALLER
from tests.simulation.publishing_law import PublishingLaw, is_audit
from tests.simulation.receivers import Receiver
from tests.simulation.rest_law import Cells, RestLaw
from tests.simulation.stage import Stage
from tests.simulation.told_law import InboxLaw, OperationsLaw
from tests.simulation.weather import Trip


class Laws:
    def __init__(
        self, stage: Stage, ledger: Ledger, cells: Cells, stored: MemoryObjects, receiver: Receiver
    ) -> None:
        self.files = FileLaw(stage, ledger)
        self.events = EventLogLaw(stage)
        self.publishing = PublishingLaw(stage, self.events.logs, stored, receiver)
        self._orders = OrderLaw(stage, ledger)
        self._inboxes = InboxLaw(stage, ledger)
        self._operations = OperationsLaw(stage, ledger)
        self._alarms = AlarmLaw(stage)
        self._rest = RestLaw(stage, ledger, cells)
        self._cells = cells
        self._stored = stored

    def kept(self, cell: Cell, backlog_changed: Callable[[], None]) -> None:
        """Of a stretch that has ended."""
        has_changed = cell.end_stretch()
        if has_changed:
            self._judge(cell, backlog_changed)
        elif cell.heard and cell.trip is Trip.FILE:
            self.files.refused(cell)
        if has_changed or cell.has_new_alarm:
            self._alarms.kept(cell)

    def _judge(self, cell: Cell, backlog_changed: Callable[[], None]) -> None:
        match cell.trip:
            case Trip.FILE:
                self.files.kept(cell, self._stored.keys)
            case Trip.ORDER:
                self._orders.kept(cell)
                self.events.kept(cell)
            case Trip.INBOX:
                self._inboxes.kept(cell)
            case Trip.OPERATIONS:
                self._operations.kept(cell)
            case Trip.BACKLOG:
                backlog_changed()
            case _:
                pass  # of webhooks their receiver judges

    def rested(self, *, is_resumed: bool, is_published: bool) -> None:
        self._rest.rested(is_resumed=is_resumed)
        self.events.rested([cell for cell in self._cells.values() if cell.trip is Trip.ORDER])
        if is_published:
            self.publishing.rested()

    def ended(self) -> None:
        self._rest.ended({key for key in self._stored.keys if not is_audit(key)})
        webhooks = self._cells.get((Trip.WEBHOOKS, CALLER))
        if webhooks is not None:
            self.publishing.ended(webhooks)
