"""How far an actor's events were told to the audit and to webhooks, and what is under way.

What was begun is told as it was begun, however often: so no two segments of the audit overlap.
"""

from dataclasses import dataclass
from typing import Final

from storage.sql import Sql

MIGRATION: Final = """
CREATE TABLE published (
  only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
  epoch       TEXT NOT NULL,
  told_offset INTEGER NOT NULL,
  begun_count INTEGER NOT NULL
) STRICT
"""
PUBLISHED = "SELECT epoch, told_offset, begun_count FROM published"
KEEP = """
INSERT INTO published (only_row, epoch, told_offset, begun_count) VALUES (1, ?, ?, ?)
ON CONFLICT (only_row) DO UPDATE SET
  epoch = excluded.epoch, told_offset = excluded.told_offset, begun_count = excluded.begun_count
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """Told up to that offset; the next batch is of so many events, 0: none was begun."""

    epoch: str
    told_offset: int = 0
    begun_count: int = 0


class PublishedRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def load(self, epoch: str) -> Progress:
        """In that life of the log."""
        found = self._sql.rows(PUBLISHED)
        if not found or str(found[0][0]) != epoch:
            return Progress(epoch)
        return Progress(epoch, int(found[0][1] or 0), int(found[0][2] or 0))

    def keep(self, progress: Progress) -> None:
        self._sql.rows(KEEP, progress.epoch, progress.told_offset, progress.begun_count)
