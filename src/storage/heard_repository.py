"""How far a user's webhook actor has heard each order or room, and what it had to leave out.

What was left out, because it came neither in time nor could be looked up, is heard whenever it
comes: late, and once.
"""

from typing import Final

from domain.limits import WEBHOOK_GAPS_MAX
from storage.sql import Sql

MIGRATION: Final = """
CREATE TABLE left_out (
  position     INTEGER PRIMARY KEY AUTOINCREMENT,
  source       TEXT NOT NULL,
  epoch        TEXT NOT NULL,
  first_offset INTEGER NOT NULL,
  last_offset  INTEGER NOT NULL
) STRICT
"""
HEARD = "SELECT event_offset FROM heard WHERE source = ? AND epoch = ?"
HEAR = """
INSERT INTO heard (source, epoch, event_offset) VALUES (?, ?, ?)
ON CONFLICT (source) DO UPDATE SET epoch = excluded.epoch, event_offset = excluded.event_offset
"""
LEAVE_OUT = "INSERT INTO left_out (source, epoch, first_offset, last_offset) VALUES (?, ?, ?, ?)"
LEFT_OUT = """
SELECT position, first_offset, last_offset FROM left_out
WHERE source = ? AND epoch = ? AND first_offset <= ? AND last_offset >= ?
"""
REMOVE = "DELETE FROM left_out WHERE position = ?"
FORGET_OLD = "DELETE FROM left_out WHERE position <= (SELECT MAX(position) FROM left_out) - ?"


class HeardRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def heard(self, source: str, epoch: str) -> int | None:
        """The newest offset. None: nothing of that life of its log."""
        found = self._sql.rows(HEARD, source, epoch)
        return int(found[0][0] or 0) if found else None

    def hear(self, source: str, epoch: str, first: int, last: int) -> frozenset[int]:
        """Those of these offsets that were not heard before. Now they are."""
        known = self.heard(source, epoch) or 0
        news = set(range(max(known + 1, first), last + 1))
        for position, left_first, left_last in self._left_out(source, epoch, first, last):
            self._sql.rows(REMOVE, position)
            self._leave_out(source, epoch, left_first, first - 1)
            self._leave_out(source, epoch, last + 1, left_last)
            news.update(range(max(first, left_first), min(last, left_last) + 1))
        self._leave_out(source, epoch, known + 1, first - 1)
        if last > known:
            self._sql.rows(HEAR, source, epoch, last)
        return frozenset(news)

    def _left_out(
        self, source: str, epoch: str, first: int, last: int
    ) -> list[tuple[int, int, int]]:
        rows = self._sql.rows(LEFT_OUT, source, epoch, last, first)
        return [(int(at or 0), int(begin or 0), int(end or 0)) for at, begin, end in rows]

    def _leave_out(self, source: str, epoch: str, first: int, last: int) -> None:
        if first <= last:
            self._sql.rows(LEAVE_OUT, source, epoch, first, last)
            self._sql.rows(FORGET_OLD, WEBHOOK_GAPS_MAX)
