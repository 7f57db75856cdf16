"""What the simulation itself keeps of an order's events, from what it saw kept; and what holds."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from domain.cursor import Cursor
from tests.simulation.cell import Cell
from tests.simulation.ledger import Document
from tests.simulation.stage import Stage

HUB: Final = """
SELECT hub.epoch, orders.epoch, version,
  (SELECT MIN(event_offset) FROM hub_events), (SELECT MAX(event_offset) FROM hub_events)
FROM hub, orders
"""
NEW: Final = """
SELECT event_offset, event_key, event FROM hub_events WHERE event_offset > ? ORDER BY event_offset
"""
ROWS: Final = "SELECT snapshot FROM files WHERE deleted = 0"
SHOWN: Final = ("name", "version", "status", "marked", "locked")


@dataclass(frozen=True, slots=True)
class KeptEvent:
    offset: int
    key: str
    text: str
    frame: Document
    kept_s: float  # by the loop's clock


@dataclass(slots=True)
class EventLog:
    """Of one order: all events that ever were kept, also those that its actor has forgotten."""

    epoch: str = ""
    events: list[KeptEvent] = field(default_factory=list)  # of the offsets 1, 2, 3 …
    first: int = 1  # that is still kept
    by_text: dict[str, KeptEvent] = field(default_factory=dict)
    has_grown: asyncio.Event = field(default_factory=asyncio.Event)  # another one each time

    @property
    def head(self) -> int:
        return len(self.events)

    @property
    def cursor(self) -> str:
        return f"{self.epoch}-{self.head}"

    def has(self, cursor: Cursor) -> bool:
        return cursor.epoch == self.epoch and cursor.offset <= self.head

    def reaches(self, cursor: Cursor) -> bool:
        """Whether whoever comes with that cursor is to be told what they have missed."""
        return self.has(cursor) and cursor.offset >= self.first - 1

    def between(self, after: int, before: int) -> list[KeptEvent]:
        return self.events[after : before - 1]

    def is_replaced(self, event: KeptEvent) -> bool:
        """By a newer one of its key."""
        newer = self.events[event.offset :]
        return event.key != "" and any(one.key == event.key for one in newer)

    def files(self, offset: int) -> dict[str, Document]:
        """What the events come to, up to there."""
        files: dict[str, Document] = {}
        for event in self.events[:offset]:
            follow(files, event.frame)
        return files

    def status(self, offset: int) -> Document | None:
        status: Document | None = (
            self.events[offset - 1].frame["data"]["status"] if offset else None
        )
        return status


def follow(files: dict[str, Document], event: Document) -> None:
    """What an event changes, for who shows an order's files."""
    if event["type"] == "darkroom.file.changed":
        files[event["subject"]] = event["data"]["file"]
    elif event["type"] == "darkroom.file.deleted":
        files.pop(event["subject"], None)


class EventLogLaw:
    def __init__(self, stage: Stage) -> None:
        self.logs: dict[str, EventLog] = {}
        self._stage = stage
        self._expect = stage.expect

    def of(self, order_id: str) -> EventLog:
        return self.logs.setdefault(order_id, EventLog())

    def kept(self, cell: Cell) -> None:
        """Every version is one event, one after the other, in one log."""
        hub = cell.sql.peek(HUB)
        if not hub:
            return
        epoch, *version, first, last = hub[0]
        log = self.of(cell.key)
        self._expect(log.epoch in {"", epoch}, "an order has one log", log.epoch, epoch)
        log.epoch = str(epoch)
        new = cell.sql.peek(NEW, log.head) if last != log.head else ()
        for offset, key, text in new:
            follows = offset == log.head + 1
            self._expect(follows, "one event follows the other", cell.key, offset, log.head)
            self._keep(log, str(key), str(text))
        log.first = int(first or 1)
        is_one = version == [epoch, log.head]
        self._expect(is_one, "every version is one event", cell.key, version, log.cursor)

    def _keep(self, log: EventLog, key: str, text: str) -> None:
        now_s = self._stage.loop.time()
        kept = KeptEvent(log.head + 1, key, text, json.loads(text), now_s)
        is_named = kept.frame["cursor"] == kept.frame["id"] == f"{log.epoch}-{kept.offset}"
        self._expect(is_named, "an event knows its place", kept.text)
        log.events.append(kept)
        log.by_text[kept.text] = kept
        log.has_grown.set()
        log.has_grown = asyncio.Event()

    def rested(self, cells: Iterable[Cell]) -> None:
        """What an order's events come to is what the order is."""
        for cell in cells:
            log = self.of(cell.key)
            rows = [json.loads(str(text)) for (text,) in cell.sql.peek(ROWS)]
            true = {row["file_id"]: [row[key] for key in SHOWN] for row in rows}
            files = log.files(log.head)
            told = {file_id: [file[key] for key in SHOWN] for file_id, file in files.items()}
            self._expect(told == true, "the events come to what is so", cell.key, told, true)
            status = log.status(log.head)
            total = status["total"] if status else 0
            self._expect(total == len(true), "and so do the counts", cell.key, status, true)
