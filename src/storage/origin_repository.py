"""The SQL of what an order's actor knows by the origin's word alone, and how well it knows it."""

from collections.abc import Sequence
from typing import Final

from domain.snapshot import FileSnapshot
from domain.values import Stored
from storage.sql import Sql

MIGRATIONS: Final = (
    "ALTER TABLE files ADD COLUMN origin_only INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE orders ADD COLUMN origin TEXT",
)
KEEP_STATE = "UPDATE orders SET origin = ?"
KNOWN = "SELECT snapshot FROM files WHERE origin_only = 1"
TOLD = "SELECT file_id FROM files WHERE origin_only = 0"
IS_TOLD = "SELECT 1 FROM files WHERE origin_only = 0 AND file_id = ?"
IS_NATIVE = """
SELECT EXISTS (SELECT 1 FROM files WHERE origin_only = 0)
  OR EXISTS (SELECT 1 FROM names WHERE expires_ms IS NOT NULL)
"""
KEEP = """
INSERT INTO files (file_id, version, status, marked, deleted, snapshot, origin_only)
VALUES (?, ?, ?, ?, 0, ?, 1)
ON CONFLICT (file_id) DO UPDATE SET version = excluded.version, status = excluded.status,
  marked = excluded.marked, snapshot = excluded.snapshot
"""
FORGET = "DELETE FROM files WHERE file_id = ?"
PLACES = "SELECT position, file_id FROM files WHERE deleted = 0 ORDER BY position"
LIFT = "UPDATE files SET position = ? WHERE file_id = ?"
SET_DOWN = "UPDATE files SET position = -position WHERE position < 0"
NAMES = """
SELECT file_id, json_extract(snapshot, '$.name') FROM files WHERE deleted = 0 ORDER BY position
"""
ACTIVE = """
SELECT snapshot FROM files WHERE deleted = 0 AND origin_only = 0
  AND COALESCE(json_extract(snapshot, '$.job.status'), '') IN ('queued', 'in_progress')
ORDER BY position
"""


class OriginState(Stored):
    """As of when the order is known by the origin's word.

    A revision is the time between two invalidations: who asked the origin in an earlier one may
    have been told what is no longer so.
    """

    etag: str | None = None
    as_of: tuple[int, int] | None = None  # a revision, and the time; None: it was never asked
    revision: int = 0  # of now


NEVER_ASKED: Final = OriginState()


class OriginRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def keep_state(self, state: OriginState) -> None:
        self._sql.rows(KEEP_STATE, state.model_dump_json())

    def known(self) -> dict[str, FileSnapshot]:
        """The files that no actor of theirs has told of."""
        rows = self._sql.rows(KNOWN)
        files = [FileSnapshot.model_validate_json(str(snapshot)) for (snapshot,) in rows]
        return {file.file_id: file for file in files}

    def told(self) -> frozenset[str]:
        """The other files, deleted ones too: of them the origin's word does not count."""
        return frozenset(str(file_id) for (file_id,) in self._sql.rows(TOLD))

    def is_told(self, file_id: str) -> bool:
        return bool(self._sql.rows(IS_TOLD, file_id))

    def is_native(self) -> bool:
        """Whether anything of the order was begun here."""
        ((is_native,),) = self._sql.rows(IS_NATIVE)
        return bool(is_native)

    def keep(self, file: FileSnapshot) -> None:
        self._sql.rows(
            KEEP,
            file.file_id,
            file.version,
            file.status.value,
            int(file.marked),
            file.model_dump_json(),
        )

    def forget(self, file_id: str) -> None:
        self._sql.rows(FORGET, file_id)

    def arrange(self, file_ids: Sequence[str]) -> bool:
        """Those first and in this order, as far as they are there; then the others, as they are.

        The places stay the same: tombstones are forgotten by theirs. Whether anything was moved.
        """
        rows = self._sql.rows(PLACES)
        now = [str(file_id) for _, file_id in rows]
        listed, there = dict.fromkeys(file_ids), set(now)
        wanted = [file_id for file_id in listed if file_id in there]
        wanted += [file_id for file_id in now if file_id not in listed]
        pairs = zip(rows, wanted, strict=True)
        moves = [(place, to) for (place, of), to in pairs if of != to]
        for place, file_id in moves:
            self._sql.rows(LIFT, -int(place or 0), file_id)
        if moves:
            self._sql.rows(SET_DOWN)
        return bool(moves)

    def names(self) -> tuple[tuple[str, str], ...]:
        """Of the files that are there, with their ids, in the order they were uploaded."""
        return tuple((str(file_id), str(name)) for file_id, name in self._sql.rows(NAMES))

    def active(self) -> tuple[FileSnapshot, ...]:
        """The files on which a job of ours waits or works."""
        rows = self._sql.rows(ACTIVE)
        return tuple(FileSnapshot.model_validate_json(str(snapshot)) for (snapshot,) in rows)
