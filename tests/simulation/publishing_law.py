"""What holds of events on their way out: each is in the audit once, and comes to receivers."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from domain.event_batch import EventBatch
from tests.fakes.memory_objects import MemoryObjects
from tests.simulation.bucket import at_once
from tests.simulation.carriers import SimulatedQueue
from tests.simulation.cell import Cell
from tests.simulation.event_log import EventLog
from tests.simulation.receivers import Receiver
from tests.simulation.stage import Stage

AUDIT: Final = "audit/orders/"
UNSENT: Final = "SELECT webhook_id FROM deliveries WHERE status = 'dead'"
DISABLED: Final = "SELECT document FROM endpoints WHERE json_extract(document, '$.disabled') <> ''"


class PublishingLaw:
    def __init__(
        self,
        stage: Stage,
        logs: dict[str, EventLog],
        stored: MemoryObjects,
        receiver: Receiver,
    ) -> None:
        self.queue: SimulatedQueue | None = None  # by which they go, if there is one
        self._expect = stage.expect
        self._logs = logs
        self._stored = stored
        self._receiver = receiver
        self._buried: defaultdict[str, set[int]] = defaultdict(set)  # offsets, by order

    def buried(self, text: str) -> None:
        """It came to the dead letters; from there it may be sent again, late."""
        batch = EventBatch.parsed(text)
        if batch is not None:
            self._buried[batch.source.id].update(_span(batch))
            self._receiver.excuse(batch.source.id)

    def rested(self) -> None:
        sent = () if self.queue is None else self._batches(self.queue.sent)
        for order_id, log in self._logs.items():
            whole = set(range(1, log.head + 1))
            if self.queue is not None:
                told = {n for batch in sent if batch.source.id == order_id for n in _span(batch)}
                self._expect(told == whole, "each event is published", order_id, whole - told)
            kept = self._segments(order_id, log)
            missing = whole - kept - self._buried[order_id]
            self._expect(not missing, "the audit has each event", order_id, missing)
            self._expect(kept <= whole, "the audit has what was kept", order_id, kept - whole)

    def ended(self, webhooks: Cell) -> None:
        """But for what lies among dead letters, or was given up after three days of trying."""
        if webhooks.sql.peek(DISABLED):
            return
        unsent = {str(one) for (one,) in webhooks.sql.peek(UNSENT)}
        for order_id, log in self._logs.items():
            source = f"/api/orders/{order_id}"
            for event in log.events:
                heard = self._receiver.heard.get(f"{source} {event.frame['id']}")
                if heard is not None:
                    self._expect(heard.body == event.text, "webhooks say what was kept", heard)
                    continue
                is_lost = event.offset in self._buried[order_id]
                is_known = is_lost or event.frame["id"] in unsent
                self._expect(is_known, "each event comes to its receivers", event.text)

    def _segments(self, order_id: str, log: EventLog) -> set[int]:
        kept: set[int] = set()
        for key in sorted(
            key for key in self._stored.keys if key.startswith(f"{AUDIT}{order_id}/")
        ):
            first, last = map(int, key.rpartition("/")[2].removesuffix(".jsonl").split("-"))
            span = set(range(first, last + 1))
            self._expect(not span & kept, "no two segments overlap", key, kept)
            kept |= span
            lines = EventBatch.lines((at_once(self._stored.read(key)) or b"").decode())
            true = tuple(event.text for event in log.events[first - 1 : last])
            self._expect(lines == true, "a segment is what was kept", key)
        return kept

    def _batches(self, texts: Iterable[str]) -> list[EventBatch]:
        found = map(EventBatch.parsed, texts)
        return [batch for batch in found if batch is not None]


def is_audit(key: str) -> bool:
    return key.startswith(AUDIT)


def _span(batch: EventBatch) -> range:
    return range(batch.first, batch.last + 1)
