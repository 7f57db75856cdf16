"""The SQL of the backlog's actor: jobs to be claimed, oldest first, each once."""

from typing import Final

from domain.messages.file import Dispatch
from storage.sql import Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE dispatches (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      job_id   TEXT NOT NULL UNIQUE,
      document TEXT NOT NULL
    ) STRICT
    """,
)
ADD = "INSERT OR IGNORE INTO dispatches (job_id, document) VALUES (?, ?)"
FIRST = "SELECT job_id, document FROM dispatches ORDER BY position LIMIT ?"
REMOVE = "DELETE FROM dispatches WHERE job_id = ?"


class BacklogRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add(self, dispatch: Dispatch) -> None:
        self._sql.rows(ADD, dispatch.job_id, dispatch.model_dump_json())

    def take(self, limit: int) -> tuple[Dispatch, ...]:
        rows = self._sql.rows(FIRST, limit)
        for job_id, _ in rows:
            self._sql.rows(REMOVE, str(job_id))
        return tuple(Dispatch.model_validate_json(str(document)) for _, document in rows)
