"""Requests made with an Idempotency-Key: what was asked and, once there is one, the answer.

IETF draft "The Idempotency-Key HTTP Header Field" (httpapi-idempotency-key-header), 2.6.
"""

from dataclasses import dataclass
from typing import Final

from domain.limits import IDEMPOTENCY_KEY_LIFETIME_MS, IDEMPOTENCY_KEYS_MAX
from storage.sql import Sql

MIGRATION: Final = """
CREATE TABLE requests (
  position    INTEGER PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE,
  fingerprint TEXT NOT NULL,
  began_ms    INTEGER NOT NULL,
  answer      TEXT
) STRICT
"""
RESUMED: Final = "ALTER TABLE requests ADD COLUMN resumed_ms INTEGER"
KNOWN = """
SELECT fingerprint, began_ms, resumed_ms, answer FROM requests WHERE key = ? AND began_ms > ?
"""
BEGIN = """
INSERT OR REPLACE INTO requests (key, fingerprint, began_ms, resumed_ms) VALUES (?, ?, ?, ?)
"""
RESUME = "UPDATE requests SET resumed_ms = ? WHERE key = ?"
FINISH = "UPDATE requests SET answer = ? WHERE key = ?"
FORGET_OLD = """
DELETE FROM requests
WHERE began_ms <= ? OR position <= (SELECT MAX(position) FROM requests) - ?
"""


@dataclass(frozen=True, slots=True)
class MadeRequest:
    fingerprint: str
    began_ms: int  # the first time
    resumed_ms: int  # the last time; 0 once it is known to have broken off
    answer: str | None


class Requests:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def known(self, key: str, now_ms: int) -> MadeRequest | None:
        found = self._sql.rows(KNOWN, key, now_ms - IDEMPOTENCY_KEY_LIFETIME_MS)
        if not found:
            return None
        fingerprint, began_ms, resumed_ms, answer = found[0]
        return MadeRequest(
            str(fingerprint),
            int(began_ms or 0),
            int(resumed_ms or 0),
            str(answer) if answer else None,
        )

    def begin(self, key: str, fingerprint: str, now_ms: int) -> None:
        self._sql.rows(BEGIN, key, fingerprint, now_ms, now_ms)
        self._sql.rows(FORGET_OLD, now_ms - IDEMPOTENCY_KEY_LIFETIME_MS, IDEMPOTENCY_KEYS_MAX)

    def resume(self, key: str, at_ms: int) -> None:
        self._sql.rows(RESUME, at_ms, key)

    def finish(self, key: str, answer: str) -> None:
        self._sql.rows(FINISH, answer, key)
