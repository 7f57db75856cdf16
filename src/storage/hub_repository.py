"""The SQL of a hub: the events that are kept, and where its log began.

The number of the newest event is read off the events, of which the newest one is always kept: so
an event costs one row.
"""

from dataclasses import dataclass
from typing import Final

from domain.cursor import Cursor
from storage.sql import Row, Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE hub (
      only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
      epoch        TEXT NOT NULL,
      begun_offset INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE hub_events (
      event_offset INTEGER PRIMARY KEY,
      at_ms        INTEGER NOT NULL,
      kind         TEXT NOT NULL,
      event_key    TEXT NOT NULL,
      bytes        INTEGER NOT NULL,
      event        TEXT NOT NULL
    ) STRICT
    """,
)
BEGIN = """
INSERT INTO hub (only_row, epoch, begun_offset) VALUES (1, ?, ?)
ON CONFLICT (only_row) DO UPDATE SET epoch = excluded.epoch, begun_offset = excluded.begun_offset
"""
FORGET_ALL = "DELETE FROM hub_events"
SPAN = """
SELECT epoch, begun_offset,
  (SELECT MIN(event_offset) FROM hub_events), (SELECT MAX(event_offset) FROM hub_events)
FROM hub
"""
ADD = """
INSERT INTO hub_events (event_offset, at_ms, kind, event_key, bytes, event)
VALUES (?, ?, ?, ?, ?, ?)
"""
AFTER = """
SELECT event_offset, at_ms, kind, event_key, event FROM hub_events
WHERE event_offset > ? ORDER BY event_offset LIMIT ?
"""
NEWEST_AFTER = """
SELECT event_offset, at_ms, kind, event_key, event FROM hub_events
WHERE event_offset > ?1 AND (event_key = '' OR event_offset IN
  (SELECT MAX(event_offset) FROM hub_events WHERE event_offset > ?1 GROUP BY event_key))
ORDER BY event_offset LIMIT ?2
"""
BEYOND_AGE = "SELECT MAX(event_offset) FROM hub_events WHERE at_ms < ?"
BEYOND_BYTES = """
SELECT MAX(event_offset) FROM
  (SELECT event_offset, SUM(bytes) OVER (ORDER BY event_offset DESC) AS total FROM hub_events)
WHERE total > ?
"""
FORGET = "DELETE FROM hub_events WHERE event_offset <= ?"


@dataclass(frozen=True, slots=True)
class Published:
    """An event as it is kept and sent: its text was made once."""

    cursor: Cursor
    at_ms: int
    kind: str
    key: str  # events of one key replace each other; "": this one is replaced by none
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """What of the log is kept: all events after `start`, up to `head`."""

    start: Cursor
    head: Cursor

    def reaches(self, cursor: Cursor) -> bool:
        """Whether everything after the cursor is here, and the cursor is one of this log."""
        is_ours = cursor.epoch == self.head.epoch
        return is_ours and self.start.offset <= cursor.offset <= self.head.offset


class HubRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def begin(self, at: Cursor) -> None:
        """The log goes on from there, and nothing of it is kept from before."""
        self._sql.rows(FORGET_ALL)
        self._sql.rows(BEGIN, at.epoch, at.offset)

    def span(self) -> Span | None:
        """None: it has not begun."""
        found = self._sql.rows(SPAN)
        if not found:
            return None
        epoch, begun, first, last = found[0]
        begun_at = Cursor(str(epoch), int(begun or 0))
        if first is None:
            return Span(begun_at, begun_at)
        return Span(begun_at.moved_to(int(first) - 1), begun_at.moved_to(int(last or 0)))

    def add(self, event: Published) -> None:
        self._sql.rows(
            ADD,
            event.cursor.offset,
            event.at_ms,
            event.kind,
            event.key,
            len(event.text.encode()),
            event.text,
        )

    def after(self, cursor: Cursor, limit: int) -> tuple[Published, ...]:
        rows = self._sql.rows(AFTER, cursor.offset, limit)
        return tuple(_published(cursor, row) for row in rows)

    def newest_after(self, cursor: Cursor, limit: int) -> tuple[Published, ...]:
        """The same, and of each key the newest one alone."""
        rows = self._sql.rows(NEWEST_AFTER, cursor.offset, limit)
        return tuple(_published(cursor, row) for row in rows)

    def last_beyond_age(self, earliest_ms: int) -> int:
        """The offset of the newest event that is older than that; 0: there is none."""
        ((offset,),) = self._sql.rows(BEYOND_AGE, earliest_ms)
        return int(offset or 0)

    def last_beyond_bytes(self, bytes_max: int) -> int:
        """The offset of the newest event with which those up to now take more than that."""
        ((offset,),) = self._sql.rows(BEYOND_BYTES, bytes_max)
        return int(offset or 0)

    def forget(self, up_to: int) -> None:
        self._sql.rows(FORGET, up_to)


def _published(cursor: Cursor, row: Row) -> Published:
    offset, at_ms, kind, key, text = row
    return Published(
        cursor.moved_to(int(offset or 0)), int(at_ms or 0), str(kind), str(key), str(text)
    )
