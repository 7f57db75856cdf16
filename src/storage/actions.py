"""What operators did to an actor: the first answer to each action, and the record owed of it."""

from typing import Final

from domain.limits import ACTIONS_KEPT_MAX
from domain.messages.reply import Action, AuditRecord, Operated
from storage.sql import Sql

MIGRATION: Final = """
CREATE TABLE actions (
  position  INTEGER PRIMARY KEY,
  action_id TEXT NOT NULL UNIQUE,
  answer    TEXT NOT NULL,
  record    TEXT NOT NULL,
  is_owed   INTEGER NOT NULL DEFAULT 1
) STRICT
"""
ANSWER = "SELECT answer FROM actions WHERE action_id = ?"
KEEP = "INSERT INTO actions (action_id, answer, record, is_owed) VALUES (?, ?, ?, ?)"
FORGET_OLD = """
DELETE FROM actions
WHERE is_owed = 0 AND position <= (SELECT MAX(position) FROM actions) - ?
"""
RECORDS = """
SELECT record FROM actions WHERE json_extract(answer, '$.is_changed') ORDER BY position DESC
"""
OWED = "SELECT record FROM actions WHERE is_owed = 1 ORDER BY position LIMIT ?"
SETTLE = "UPDATE actions SET is_owed = 0 WHERE action_id = ?"


class Actions:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def answer(self, action_id: str) -> Operated | None:
        found = self._sql.rows(ANSWER, action_id)
        return Operated.model_validate_json(str(found[0][0])) if found else None

    def keep(self, action: Action, target: str, operated: Operated, now_ms: int) -> None:
        """The answer and, where something has changed, the record that is owed from now on."""
        record = AuditRecord(
            at_ms=now_ms,
            target=target,
            before=operated.before,
            after=operated.after,
            **action.model_dump(),
        )
        answer = operated.model_dump_json()
        is_owed = int(operated.is_changed)
        self._sql.rows(KEEP, operated.action_id, answer, record.model_dump_json(), is_owed)
        self._sql.rows(FORGET_OLD, ACTIONS_KEPT_MAX)

    def records(self) -> tuple[AuditRecord, ...]:
        """Newest first."""
        rows = self._sql.rows(RECORDS)
        return tuple(AuditRecord.model_validate_json(str(record)) for (record,) in rows)

    def owed(self) -> tuple[AuditRecord, ...]:
        rows = self._sql.rows(OWED, ACTIONS_KEPT_MAX)
        return tuple(AuditRecord.model_validate_json(str(record)) for (record,) in rows)

    def settle(self, action_id: str) -> None:
        self._sql.rows(SETTLE, action_id)
