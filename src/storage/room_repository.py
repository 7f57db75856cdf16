"""The SQL of a room's actor: its id, and the messages that are known should they come again.

Where a message stands is kept by its sender and id: one row, which is found without an index.
"""

from dataclasses import dataclass
from typing import Final

from storage import deadlines, hub_repository, presence_repository, published_repository
from storage.sql import Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE rooms (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      room_id  TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE publishes (
      user_id      TEXT NOT NULL,
      message_id   TEXT NOT NULL,
      event_offset INTEGER NOT NULL,
      at_ms        INTEGER NOT NULL,
      PRIMARY KEY (user_id, message_id)
    ) STRICT, WITHOUT ROWID
    """,
    deadlines.MIGRATION,
    *presence_repository.MIGRATIONS,
    *hub_repository.MIGRATIONS,
    published_repository.MIGRATION,
)
CREATE = "INSERT OR IGNORE INTO rooms (only_row, room_id) VALUES (1, ?)"
ROOM_ID = "SELECT room_id FROM rooms"
KNOWN = "SELECT event_offset, at_ms FROM publishes WHERE user_id = ? AND message_id = ?"
KEEP = """
INSERT INTO publishes (user_id, message_id, event_offset, at_ms) VALUES (?, ?, ?, ?)
"""
FORGET = "DELETE FROM publishes WHERE event_offset <= ? OR at_ms < ?"
COUNT = "SELECT COUNT(*) FROM publishes"


@dataclass(frozen=True, slots=True)
class KnownMessage:
    offset: int
    at_ms: int


class RoomRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def create(self, room_id: str) -> None:
        self._sql.rows(CREATE, room_id)

    def room_id(self) -> str | None:
        found = self._sql.rows(ROOM_ID)
        return str(found[0][0]) if found else None

    def known(self, user_id: str, message_id: str) -> KnownMessage | None:
        found = self._sql.rows(KNOWN, user_id, message_id)
        return KnownMessage(int(found[0][0] or 0), int(found[0][1] or 0)) if found else None

    def keep(self, user_id: str, message_id: str, offset: int, at_ms: int) -> None:
        self._sql.rows(KEEP, user_id, message_id, offset, at_ms)

    def forget(self, up_to_offset: int, before_ms: int) -> None:
        self._sql.rows(FORGET, up_to_offset, before_ms)

    def count(self) -> int:
        ((count,),) = self._sql.rows(COUNT)
        return int(count or 0)
