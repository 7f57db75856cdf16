"""Ids of what an actor still owes something, by kind. A set in SQL: to owe twice is to owe once."""

from typing import Final

from storage.sql import Sql

MIGRATION: Final = """
CREATE TABLE owed (
  kind TEXT NOT NULL,
  id   TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID
"""
ADD = "INSERT OR IGNORE INTO owed (kind, id) VALUES (?, ?)"
FIRST = "SELECT id FROM owed WHERE kind = ? ORDER BY id LIMIT ?"
HAS = "SELECT 1 FROM owed WHERE kind = ? AND id = ?"
SETTLE = "DELETE FROM owed WHERE kind = ? AND id = ?"


class Owed:
    def __init__(self, sql: Sql, kind: str) -> None:
        self._sql = sql
        self._kind = kind

    def add(self, *ids: str) -> None:
        for one in ids:
            self._sql.rows(ADD, self._kind, one)

    def first(self, limit: int) -> tuple[str, ...]:
        return tuple(str(found) for (found,) in self._sql.rows(FIRST, self._kind, limit))

    def has(self, one: str) -> bool:
        return bool(self._sql.rows(HAS, self._kind, one))

    def settle(self, *ids: str) -> None:
        for one in ids:
            self._sql.rows(SETTLE, self._kind, one)
