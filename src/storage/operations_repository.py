"""The SQL of the operators' actor: figures, failed files, parked messages, the audit."""

from typing import Final

from domain.limits import AUDIT_RECORDS_MAX, FAILED_FILES_MAX, PARKED_MAX
from domain.messages.operations import FailedFile, OrderTotals, Parked
from domain.messages.reply import AuditRecord
from domain.totals import combined
from storage import actions, deadlines
from storage.sql import Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE figures (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      orders   INTEGER NOT NULL,
      totals   TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE orders (
      order_id TEXT PRIMARY KEY,
      version  INTEGER NOT NULL,
      totals   TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE failed (
      position INTEGER PRIMARY KEY,
      file_id  TEXT NOT NULL UNIQUE,
      document TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE parked (
      position    INTEGER PRIMARY KEY,
      message_id  TEXT NOT NULL UNIQUE,
      job_id      TEXT,
      is_redriven INTEGER NOT NULL DEFAULT 0,
      document    TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE audit (
      position  INTEGER PRIMARY KEY,
      action_id TEXT NOT NULL UNIQUE,
      target    TEXT NOT NULL,
      document  TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX audit_of_target ON audit (target, position)",
    deadlines.MIGRATION,
    actions.MIGRATION,
    "ALTER TABLE parked ADD COLUMN events TEXT NOT NULL DEFAULT ''",
)
FIGURES = "SELECT orders, totals FROM figures"
KEEP_FIGURES = """
INSERT INTO figures (only_row, orders, totals) VALUES (1, ?, ?)
ON CONFLICT (only_row) DO UPDATE SET orders = excluded.orders, totals = excluded.totals
"""
ORDER = "SELECT version, totals FROM orders WHERE order_id = ?"
KEEP_ORDER = """
INSERT INTO orders (order_id, version, totals) VALUES (?, ?, ?)
ON CONFLICT (order_id) DO UPDATE SET version = excluded.version, totals = excluded.totals
"""
FAILED_DOCUMENT = "SELECT document FROM failed WHERE file_id = ?"
KEEP_FAILED = "INSERT OR REPLACE INTO failed (file_id, document) VALUES (?, ?)"
REMOVE_FAILED = "DELETE FROM failed WHERE file_id = ?"
FORGET_FAILED = "DELETE FROM failed WHERE position <= (SELECT MAX(position) FROM failed) - ?"
FAILED = "SELECT position, document FROM failed WHERE position < ? ORDER BY position DESC LIMIT ?"
COUNT_FAILED = "SELECT COUNT(*) FROM failed WHERE position < ?"
PARK = """
INSERT OR IGNORE INTO parked (message_id, job_id, document, events) VALUES (?, ?, ?, ?)
"""
FORGET_PARKED = """
DELETE FROM parked WHERE position IN (
  SELECT position FROM parked WHERE is_redriven = 0 ORDER BY position DESC LIMIT -1 OFFSET ?
)
"""
PARKED = """
SELECT position, document, is_redriven FROM parked
WHERE position < ? ORDER BY position DESC LIMIT ?
"""
ONE_PARKED = "SELECT document, is_redriven FROM parked WHERE message_id = ?"
COUNT_PARKED = "SELECT COUNT(*) FROM parked"
EVENTS_OF = "SELECT events FROM parked WHERE message_id = ?"
REDRIVE = "UPDATE parked SET is_redriven = 1 WHERE message_id = ?"
FIRST_REDRIVEN = """
SELECT document, is_redriven FROM parked WHERE is_redriven = 1 ORDER BY position LIMIT 1
"""
REMOVE_SENT = "DELETE FROM parked WHERE is_redriven = 1 AND job_id = ?"
REMOVE_SENT_EVENTS = "DELETE FROM parked WHERE is_redriven = 1 AND events = ?"
REMOVE_PARKED = "DELETE FROM parked WHERE message_id = ?"
RECORD = "INSERT OR IGNORE INTO audit (action_id, target, document) VALUES (?, ?, ?)"
FORGET_RECORDS = "DELETE FROM audit WHERE position <= (SELECT MAX(position) FROM audit) - ?"
AUDIT = "SELECT position, document FROM audit WHERE position < ? ORDER BY position DESC LIMIT ?"
AUDIT_OF = """
SELECT position, document FROM audit
WHERE target = ? AND position < ? ORDER BY position DESC LIMIT ?
"""
PAST_THE_NEWEST: Final = 2**52


class OperationsRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    # --- Figures --------------------------------------------------------------------------------

    def figures(self) -> tuple[int, OrderTotals]:
        """How many orders there are, and what theirs come to."""
        found = self._sql.rows(FIGURES)
        if not found:
            return 0, OrderTotals()
        orders, totals = found[0]
        return int(orders or 0), OrderTotals.model_validate_json(str(totals))

    def keep_order(self, order_id: str, version: int, totals: OrderTotals) -> bool:
        """False, and nothing kept, if a newer version is known."""
        orders, together = self.figures()
        found = self._sql.rows(ORDER, order_id)
        known = OrderTotals()
        if found:
            known_version, kept = found[0]
            if version < int(known_version or 0):
                return False
            known = OrderTotals.model_validate_json(str(kept))
        together = combined(together, combined(totals, known, -1))
        orders += not found
        self._sql.rows(KEEP_ORDER, order_id, version, totals.model_dump_json())
        self._sql.rows(KEEP_FIGURES, orders, together.model_dump_json())
        return True

    # --- Failed files ---------------------------------------------------------------------------

    def keep_failed(self, file: FailedFile) -> None:
        """One that fails again comes first again; one that is reported again stays in its place."""
        document = file.model_dump_json()
        if self._sql.rows(FAILED_DOCUMENT, file.file_id) != [[document]]:
            self._sql.rows(KEEP_FAILED, file.file_id, document)
            self._sql.rows(FORGET_FAILED, FAILED_FILES_MAX)

    def remove_failed(self, file_id: str) -> None:
        self._sql.rows(REMOVE_FAILED, file_id)

    def failed(self, before: int | None, limit: int) -> list[tuple[int, FailedFile]]:
        rows = self._sql.rows(FAILED, before or PAST_THE_NEWEST, limit)
        return [(int(at or 0), FailedFile.model_validate_json(str(file))) for at, file in rows]

    def count_failed(self, before: int = PAST_THE_NEWEST) -> int:
        ((count,),) = self._sql.rows(COUNT_FAILED, before)
        return int(count or 0)

    # --- Parked messages ------------------------------------------------------------------------

    def park(self, parked: Parked, job_id: str | None, events: str) -> None:
        self._sql.rows(PARK, parked.message_id, job_id, parked.model_dump_json(), events)
        self._sql.rows(FORGET_PARKED, PARKED_MAX)

    def parked(self, before: int | None, limit: int) -> list[tuple[int, Parked]]:
        rows = self._sql.rows(PARKED, before or PAST_THE_NEWEST, limit)
        return [(int(at or 0), _parked(document, redriven)) for at, document, redriven in rows]

    def one_parked(self, message_id: str) -> Parked | None:
        found = self._sql.rows(ONE_PARKED, message_id)
        return _parked(*found[0]) if found else None

    def events_of(self, message_id: str) -> str:
        """The batch of events that it is, whole; else nothing."""
        found = self._sql.rows(EVENTS_OF, message_id)
        return str(found[0][0]) if found else ""

    def count_parked(self) -> int:
        ((count,),) = self._sql.rows(COUNT_PARKED)
        return int(count or 0)

    def redrive(self, message_id: str) -> None:
        self._sql.rows(REDRIVE, message_id)

    def first_redriven(self) -> Parked | None:
        """The oldest one that is owed to the queue."""
        found = self._sql.rows(FIRST_REDRIVEN)
        return _parked(*found[0]) if found else None

    def remove_sent(self, job_id: str) -> None:
        self._sql.rows(REMOVE_SENT, job_id)

    def remove_sent_events(self, events: str) -> None:
        self._sql.rows(REMOVE_SENT_EVENTS, events)

    def remove_parked(self, message_id: str) -> None:
        self._sql.rows(REMOVE_PARKED, message_id)

    # --- Audit ----------------------------------------------------------------------------------

    def record(self, record: AuditRecord) -> None:
        """Once per action id."""
        document = record.model_dump_json()
        self._sql.rows(RECORD, record.action_id, record.target, document)
        self._sql.rows(FORGET_RECORDS, AUDIT_RECORDS_MAX)

    def audit(
        self, target: str | None, before: int | None, limit: int
    ) -> list[tuple[int, AuditRecord]]:
        """Newest first."""
        position = before or PAST_THE_NEWEST
        if target is None:
            rows = self._sql.rows(AUDIT, position, limit)
        else:
            rows = self._sql.rows(AUDIT_OF, target, position, limit)
        return [(int(at or 0), AuditRecord.model_validate_json(str(kept))) for at, kept in rows]


def _parked(document: object, is_redriven: object) -> Parked:
    parked = Parked.model_validate_json(str(document))
    return parked.model_copy(update={"is_redriven": bool(is_redriven)})
