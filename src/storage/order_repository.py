"""The SQL of an order actor: its files' newest snapshots, its names, what it owes the inbox."""

from dataclasses import dataclass
from typing import Final

from domain.file import FileStatus
from domain.messages import Notification
from domain.snapshot import FileSnapshot
from storage import deadlines
from storage.sql import Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE orders (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      order_id TEXT NOT NULL,
      owner_id TEXT NOT NULL,
      epoch    TEXT NOT NULL,
      version  INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    """
    CREATE TABLE files (
      position INTEGER PRIMARY KEY,
      file_id  TEXT NOT NULL UNIQUE,
      version  INTEGER NOT NULL,
      status   TEXT NOT NULL,
      marked   INTEGER NOT NULL,
      deleted  INTEGER NOT NULL,
      snapshot TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE names (
      name_key   TEXT PRIMARY KEY,
      file_id    TEXT NOT NULL,
      expires_ms INTEGER
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE owed_notifications (
      notification_id TEXT PRIMARY KEY,
      document        TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    deadlines.MIGRATION,
)
ORDER = "SELECT order_id, owner_id, epoch, version FROM orders"
CREATE = "INSERT INTO orders (only_row, order_id, owner_id, epoch) VALUES (1, ?, ?, ?)"
ADVANCE = "UPDATE orders SET version = version + 1 RETURNING version"
KNOWN = "SELECT snapshot FROM files WHERE file_id = ?"
SAVE_FILE = """
INSERT INTO files (file_id, version, status, marked, deleted, snapshot) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (file_id) DO UPDATE SET version = excluded.version, status = excluded.status,
  marked = excluded.marked, deleted = excluded.deleted, snapshot = excluded.snapshot
"""
COUNTS = "SELECT status, COUNT(*) FROM files WHERE deleted = 0 GROUP BY status"
PAGE = """
SELECT position, snapshot FROM files WHERE deleted = 0 AND position > ? ORDER BY position LIMIT ?
"""
IDLE_MARKED = """
SELECT file_id FROM files WHERE deleted = 0 AND marked = 1
  AND COALESCE(json_extract(snapshot, '$.job.state'), '') NOT IN ('queued', 'in_progress')
ORDER BY position LIMIT ?
"""
NAME_HOLDER = """
SELECT file_id, expires_ms FROM names
WHERE name_key = ? AND (expires_ms IS NULL OR expires_ms > ?)
"""
HELD_FILES = """
SELECT COUNT(DISTINCT file_id) FROM names WHERE expires_ms IS NULL OR expires_ms > ?
"""
RESERVE = """
INSERT INTO names (name_key, file_id, expires_ms) VALUES (?, ?, ?)
ON CONFLICT (name_key) DO UPDATE SET file_id = excluded.file_id, expires_ms = excluded.expires_ms
"""
HOLD = """
INSERT INTO names (name_key, file_id, expires_ms) VALUES (?, ?, NULL)
ON CONFLICT (name_key) DO UPDATE SET file_id = excluded.file_id, expires_ms = NULL
WHERE names.file_id = excluded.file_id OR names.expires_ms <= ?
"""
FREE_RESERVATION = """
DELETE FROM names WHERE name_key = ? AND file_id = ? AND expires_ms IS NOT NULL
"""
FREE_HELD = "DELETE FROM names WHERE file_id = ? AND expires_ms IS NULL"
FREE_NAMES = "DELETE FROM names WHERE file_id = ?"
FREE_EXPIRED = "DELETE FROM names WHERE expires_ms <= ?"
OWE = "INSERT OR IGNORE INTO owed_notifications (notification_id, document) VALUES (?, ?)"
OWED = "SELECT document FROM owed_notifications ORDER BY notification_id LIMIT ?"
SETTLE = "DELETE FROM owed_notifications WHERE notification_id = ?"


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    owner_id: str
    epoch: str  # tells this life of the order's event log from any other
    version: int  # also the offset of the newest event


@dataclass(frozen=True, slots=True)
class NameHolder:
    file_id: str
    is_reservation: bool


class OrderRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def load(self) -> Order | None:
        found = self._sql.rows(ORDER)
        if not found:
            return None
        order_id, owner_id, epoch, version = found[0]
        return Order(str(order_id), str(owner_id), str(epoch), int(version or 0))

    def create(self, order_id: str, owner_id: str, epoch: str) -> Order:
        self._sql.rows(CREATE, order_id, owner_id, epoch)
        return Order(order_id, owner_id, epoch, 0)

    def advance(self) -> int:
        ((version,),) = self._sql.rows(ADVANCE)
        assert isinstance(version, int)
        return version

    def known(self, file_id: str) -> FileSnapshot | None:
        found = self._sql.rows(KNOWN, file_id)
        return FileSnapshot.model_validate_json(str(found[0][0])) if found else None

    def save(self, snapshot: FileSnapshot) -> None:
        self._sql.rows(
            SAVE_FILE,
            snapshot.file_id,
            snapshot.version,
            snapshot.status.value,
            int(snapshot.marked),
            int(snapshot.deleted),
            snapshot.model_dump_json(),
        )

    def counts(self) -> dict[FileStatus, int]:
        counted = {FileStatus(str(status)): int(n or 0) for status, n in self._sql.rows(COUNTS)}
        return {status: counted.get(status, 0) for status in FileStatus}

    def page(self, after: int, limit: int) -> list[tuple[int, FileSnapshot]]:
        rows = self._sql.rows(PAGE, after, limit)
        return [(int(at or 0), FileSnapshot.model_validate_json(str(s))) for at, s in rows]

    def idle_marked(self, limit: int) -> tuple[str, ...]:
        """Marked files without an active job: so that who asks again gets to the next ones."""
        return tuple(str(file_id) for (file_id,) in self._sql.rows(IDLE_MARKED, limit))

    def name_holder(self, name_key: str, now_ms: int) -> NameHolder | None:
        found = self._sql.rows(NAME_HOLDER, name_key, now_ms)
        return NameHolder(str(found[0][0]), found[0][1] is not None) if found else None

    def held_files(self, now_ms: int) -> int:
        ((count,),) = self._sql.rows(HELD_FILES, now_ms)
        assert isinstance(count, int)
        return count

    def reserve(self, name_key: str, file_id: str, expires_ms: int, now_ms: int) -> None:
        self._sql.rows(FREE_EXPIRED, now_ms)
        self._sql.rows(RESERVE, name_key, file_id, expires_ms)

    def release(self, name_key: str, file_id: str) -> None:
        self._sql.rows(FREE_RESERVATION, name_key, file_id)

    def hold_name(self, file_id: str, name_key: str, now_ms: int) -> None:
        """The name is the file's from now on, and the one it held before is not.

        A reservation stays: a rename may be under way. A name another file has taken stays its.
        """
        self._sql.rows(FREE_HELD, file_id)
        self._sql.rows(HOLD, name_key, file_id, now_ms)

    def free_names(self, file_id: str) -> None:
        self._sql.rows(FREE_NAMES, file_id)

    def owe(self, notification: Notification) -> None:
        self._sql.rows(OWE, notification.id, notification.model_dump_json())

    def owed(self, limit: int) -> tuple[Notification, ...]:
        rows = self._sql.rows(OWED, limit)
        return tuple(Notification.model_validate_json(str(document)) for (document,) in rows)

    def settle(self, notification_id: str) -> None:
        self._sql.rows(SETTLE, notification_id)
