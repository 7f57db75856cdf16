"""The SQL of an order actor: its files' newest snapshots, its names, what it owes the inbox."""

from dataclasses import dataclass
from typing import Final

from domain.file import FileStatus, OrderPause
from domain.limits import ORDER_TOMBSTONES_MAX
from domain.messages.inbox import Notification
from domain.messages.operations import OrderTotals
from domain.snapshot import FileSnapshot
from storage import (
    actions,
    deadlines,
    hub_repository,
    job_index,
    old_jobs,
    origin_repository,
    owed,
    published_repository,
    requests,
)
from storage.origin_repository import NEVER_ASKED, OriginState
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
    job_index.MIGRATION,
    requests.MIGRATION,
    owed.MIGRATION,
    actions.MIGRATION,
    "ALTER TABLE orders ADD COLUMN totals TEXT",
    "ALTER TABLE orders ADD COLUMN pause_revision INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE orders ADD COLUMN is_paused INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE names ADD COLUMN name TEXT",
    requests.RESUMED,
    old_jobs.IN_SNAPSHOTS,
    old_jobs.LISTED,
    old_jobs.OWED_NOTIFICATIONS,
    "ALTER TABLE orders ADD COLUMN quiet_changes INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE names ADD COLUMN announced_ms INTEGER",
    *origin_repository.MIGRATIONS,
    *hub_repository.MIGRATIONS,
    published_repository.MIGRATION,
)
ORDER = """
SELECT order_id, owner_id, epoch, version, totals, pause_revision, is_paused, quiet_changes, origin
FROM orders
"""
CREATE = "INSERT INTO orders (only_row, order_id, owner_id, epoch) VALUES (1, ?, ?, ?)"
ADVANCE = "UPDATE orders SET version = version + ?, totals = ?"
KEEP_TOTALS = "UPDATE orders SET totals = ?, quiet_changes = quiet_changes + 1"
PAUSE = "UPDATE orders SET pause_revision = pause_revision + 1, is_paused = ?"
KNOWN = "SELECT snapshot FROM files WHERE file_id = ?"
SAVE_FILE = """
INSERT INTO files (file_id, version, status, marked, deleted, snapshot) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (file_id) DO UPDATE SET version = excluded.version, status = excluded.status,
  marked = excluded.marked, deleted = excluded.deleted, snapshot = excluded.snapshot,
  origin_only = 0
"""
SAVE_TOMBSTONE = """
INSERT OR REPLACE INTO files (file_id, version, status, marked, deleted, snapshot)
VALUES (?, ?, ?, ?, ?, ?)
"""
COUNTS = """
SELECT status, COUNT(*), SUM(COALESCE(json_extract(snapshot, '$.waits_for_revision'), 0))
FROM files WHERE deleted = 0 GROUP BY status
"""
FORGET_TOMBSTONES = """
DELETE FROM files WHERE deleted = 1 AND position <= (SELECT MAX(position) FROM files) - ?
"""
FILE_IDS = "SELECT file_id FROM files WHERE origin_only = 0 ORDER BY position"
PAGE = """
SELECT position, snapshot FROM files WHERE deleted = 0 AND position > ? ORDER BY position LIMIT ?
"""
IDLE_MARKED = """
SELECT file_id FROM files WHERE deleted = 0 AND marked = 1
  AND COALESCE(json_extract(snapshot, '$.job.status'), '') NOT IN ('queued', 'in_progress')
ORDER BY position LIMIT ?
"""
NAME_HOLDER = """
SELECT file_id, expires_ms, name, announced_ms FROM names
WHERE name_key = ? AND (expires_ms IS NULL OR expires_ms > ?)
"""
HELD_FILES = """
SELECT COUNT(DISTINCT file_id) FROM names WHERE expires_ms IS NULL OR expires_ms > ?
"""
RESERVE = """
INSERT INTO names (name_key, file_id, expires_ms, name, announced_ms) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (name_key) DO UPDATE SET
  file_id = excluded.file_id, expires_ms = excluded.expires_ms, name = excluded.name,
  announced_ms = excluded.announced_ms
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
ABANDONED = """
SELECT file_id FROM names
WHERE expires_ms <= ? AND file_id NOT IN (SELECT file_id FROM files)
"""
FREE_EXPIRED = "DELETE FROM names WHERE expires_ms <= ?"
NEXT_EXPIRY = "SELECT MIN(expires_ms) FROM names"
OWE = "INSERT OR IGNORE INTO owed_notifications (notification_id, document) VALUES (?, ?)"
OWED = "SELECT document FROM owed_notifications ORDER BY notification_id LIMIT ?"
SETTLE = "DELETE FROM owed_notifications WHERE notification_id = ?"


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    owner_id: str
    epoch: str  # tells this life of the order's event log from any other
    version: int  # also the offset of the newest event
    totals: OrderTotals
    pause: OrderPause
    quiet_changes: int = 0  # of the totals, of which no event has told
    origin: OriginState = NEVER_ASKED

    @property
    def totals_version(self) -> int:
        """Grows with each change of the totals, whether or not there was an event."""
        return self.version + self.quiet_changes


@dataclass(frozen=True, slots=True)
class NameHolder:
    file_id: str
    is_reservation: bool
    name: str | None  # as it was spelled when it was reserved
    announced_ms: int | None  # when its upload was, if that is what it was reserved for


class OrderRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def load(self) -> Order | None:
        found = self._sql.rows(ORDER)
        if not found:
            return None
        order_id, owner_id, epoch, version, kept, revision, is_paused, *rest = found[0]
        quiet, origin = rest
        return Order(
            str(order_id),
            str(owner_id),
            str(epoch),
            int(version or 0),
            OrderTotals.model_validate_json(str(kept)) if kept else self.recounted(OrderTotals()),
            OrderPause(revision=int(revision or 0), is_paused=bool(is_paused)),
            int(quiet or 0),
            OriginState.model_validate_json(str(origin)) if origin else NEVER_ASKED,
        )

    def create(self, order_id: str, owner_id: str, epoch: str) -> Order:
        self._sql.rows(CREATE, order_id, owner_id, epoch)
        return Order(order_id, owner_id, epoch, 0, self.recounted(OrderTotals()), OrderPause())

    def advance(self, totals: OrderTotals, changes: int = 1) -> None:
        self._sql.rows(ADVANCE, changes, totals.model_dump_json())

    def keep_totals(self, totals: OrderTotals) -> None:
        """Without an event: no watcher sees of them what has changed."""
        self._sql.rows(KEEP_TOTALS, totals.model_dump_json())

    def pause(self, *, value: bool) -> None:
        self._sql.rows(PAUSE, int(value))

    def recounted(self, totals: OrderTotals) -> OrderTotals:
        """With the figures of now counted anew from the files' rows."""
        rows = self._sql.rows(COUNTS)
        counted = {FileStatus(str(status)): int(n or 0) for status, n, _ in rows}
        files = {status: counted.get(status, 0) for status in FileStatus}
        waiting = sum(int(n or 0) for _, _, n in rows)
        return totals.model_copy(update={"files": files, "revision_required": waiting})

    def known(self, file_id: str) -> FileSnapshot | None:
        found = self._sql.rows(KNOWN, file_id)
        return FileSnapshot.model_validate_json(str(found[0][0])) if found else None

    def save(self, snapshot: FileSnapshot) -> None:
        """A deleted one goes to the end: tombstones are forgotten in the order they were set."""
        self._sql.rows(
            SAVE_TOMBSTONE if snapshot.deleted else SAVE_FILE,
            snapshot.file_id,
            snapshot.version,
            snapshot.status.value,
            int(snapshot.marked),
            int(snapshot.deleted),
            snapshot.model_dump_json(),
        )
        if snapshot.deleted:
            self._sql.rows(FORGET_TOMBSTONES, ORDER_TOMBSTONES_MAX)

    def page(self, after: int, limit: int) -> list[tuple[int, FileSnapshot]]:
        rows = self._sql.rows(PAGE, after, limit)
        return [(int(at or 0), FileSnapshot.model_validate_json(str(s))) for at, s in rows]

    def file_ids(self) -> tuple[str, ...]:
        return tuple(str(file_id) for (file_id,) in self._sql.rows(FILE_IDS))

    def idle_marked(self, limit: int) -> tuple[str, ...]:
        """Marked files without an active job: so that who asks again gets to the next ones."""
        return tuple(str(file_id) for (file_id,) in self._sql.rows(IDLE_MARKED, limit))

    def name_holder(self, name_key: str, now_ms: int) -> NameHolder | None:
        found = self._sql.rows(NAME_HOLDER, name_key, now_ms)
        if not found:
            return None
        file_id, expires_ms, name, announced_ms = found[0]
        assert announced_ms is None or isinstance(announced_ms, int)
        return NameHolder(
            str(file_id), expires_ms is not None, str(name) if name else None, announced_ms
        )

    def held_files(self, now_ms: int) -> int:
        ((count,),) = self._sql.rows(HELD_FILES, now_ms)
        assert isinstance(count, int)
        return count

    def reserve(
        self, name_key: str, file_id: str, expires_ms: int, name: str, announced_ms: int | None
    ) -> None:
        self._sql.rows(RESERVE, name_key, file_id, expires_ms, name, announced_ms)

    def abandoned(self, now_ms: int) -> tuple[str, ...]:
        """The ids of the files whose upload was announced, never finalized, and has expired."""
        return tuple(str(file_id) for (file_id,) in self._sql.rows(ABANDONED, now_ms))

    def free_expired(self, now_ms: int) -> None:
        self._sql.rows(FREE_EXPIRED, now_ms)

    def next_expiry_ms(self) -> int | None:
        ((expires_ms,),) = self._sql.rows(NEXT_EXPIRY)
        assert expires_ms is None or isinstance(expires_ms, int)
        return expires_ms

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
