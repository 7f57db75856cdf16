"""The origin's own SQLite file. One connection, used by the event loop's thread only."""

import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

Row = sqlite3.Row
Scalar = str | int | None

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS orders (
  position INTEGER PRIMARY KEY,
  id       TEXT NOT NULL UNIQUE,
  owner_id TEXT NOT NULL,
  epoch    TEXT NOT NULL,
  version  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS files (
  position       INTEGER PRIMARY KEY,
  id             TEXT NOT NULL UNIQUE,
  order_id       TEXT NOT NULL,
  owner_id       TEXT NOT NULL,
  name           TEXT NOT NULL,
  name_key       TEXT NOT NULL,
  object_key     TEXT NOT NULL,
  size_bytes     INTEGER NOT NULL,
  content_type   TEXT NOT NULL,
  finalized      TEXT NOT NULL,
  marked         INTEGER NOT NULL DEFAULT 0,
  deleted        INTEGER NOT NULL DEFAULT 0,
  version        INTEGER NOT NULL DEFAULT 1,
  native_version INTEGER NOT NULL DEFAULT 0,
  alias_of       TEXT,
  job_id         TEXT,
  preview_width  INTEGER,
  preview_height INTEGER,
  created_at     TEXT NOT NULL,
  updated_at     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS names ON files (order_id, name_key) WHERE deleted = 0;
CREATE TABLE IF NOT EXISTS jobs (
  position      INTEGER PRIMARY KEY,
  id            TEXT NOT NULL UNIQUE,
  file_id       TEXT NOT NULL,
  order_id      TEXT NOT NULL,
  user_id       TEXT NOT NULL,
  status        TEXT NOT NULL DEFAULT 'queued',
  attempt       INTEGER NOT NULL DEFAULT 0,
  created_at    TEXT NOT NULL,
  started_at    TEXT,
  finished_at   TEXT,
  error_code    TEXT,
  error_detail  TEXT,
  preview_maker TEXT,
  copied_bytes  INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_of_files ON jobs (file_id, position);
CREATE TABLE IF NOT EXISTS intents (
  id            TEXT PRIMARY KEY,
  file_id       TEXT NOT NULL,
  order_id      TEXT NOT NULL,
  owner_id      TEXT NOT NULL,
  name          TEXT NOT NULL,
  name_key      TEXT NOT NULL,
  object_key    TEXT NOT NULL,
  size_bytes    INTEGER NOT NULL,
  content_type  TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  is_finalized  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS intents_of_orders ON intents (order_id, name_key);
CREATE TABLE IF NOT EXISTS notifications (
  position   INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  user_id    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  file_id    TEXT NOT NULL,
  job_id     TEXT NOT NULL,
  file_name  TEXT NOT NULL,
  created_at TEXT NOT NULL,
  read_at    TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS notifications_of_users ON notifications (user_id, position);
CREATE TABLE IF NOT EXISTS answers (
  scope       TEXT NOT NULL,
  key         TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  body        TEXT NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT;
"""


class Database:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def rows(self, sql: str, *values: Scalar) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Scalar) -> Row | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    def number(self, sql: str, *values: Scalar) -> int:
        ((number,),) = self.rows(sql, *values)
        return int(number)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing. What is within does not await, so there is only ever one."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def fresh(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex}"
