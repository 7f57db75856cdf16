"""The SQL of a file actor: the file as one document, its past jobs, the outcomes it still owes."""

from typing import Final

from domain.file import File
from domain.job import EditJob
from domain.limits import JOB_HISTORY_MAX
from domain.snapshot import Outcome
from storage import actions, deadlines, old_jobs
from storage.sql import Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE file (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      document TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE past_jobs (
      position INTEGER PRIMARY KEY,
      job_id   TEXT NOT NULL UNIQUE,
      document TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE owed_outcomes (
      job_id   TEXT PRIMARY KEY,
      document TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    deadlines.MIGRATION,
    actions.MIGRATION,
    old_jobs.IN_FILE,
    old_jobs.PAST,
    old_jobs.OUTCOMES,
)
FILE = "SELECT document FROM file"
SAVE_FILE = """
INSERT INTO file (only_row, document) VALUES (1, ?)
ON CONFLICT (only_row) DO UPDATE SET document = excluded.document
"""
PAST_JOBS = "SELECT document FROM past_jobs ORDER BY position DESC"
PAST_JOB = "SELECT 1 FROM past_jobs WHERE job_id = ?"
KEEP_PAST_JOB = "INSERT OR IGNORE INTO past_jobs (job_id, document) VALUES (?, ?)"
FORGET_OLD_JOBS = """
DELETE FROM past_jobs WHERE position <= (SELECT MAX(position) FROM past_jobs) - ?
"""
OWED_OUTCOMES = "SELECT document FROM owed_outcomes ORDER BY job_id"
OWE_OUTCOME = "INSERT OR IGNORE INTO owed_outcomes (job_id, document) VALUES (?, ?)"
SETTLE_OUTCOME = "DELETE FROM owed_outcomes WHERE job_id = ?"


class FileRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self._known: File | None = None  # as it is in SQL, while this actor lives

    def load(self) -> File | None:
        if self._known is None and (found := self._sql.rows(FILE)):
            self._known = File.model_validate_json(str(found[0][0]))
        return self._known

    def save(self, file: File) -> None:
        self._known = file
        self._sql.rows(SAVE_FILE, file.model_dump_json())

    def forget(self) -> None:
        """After a transaction that was undone, memory may know what SQL does not."""
        self._known = None

    def past_jobs(self) -> tuple[EditJob, ...]:
        """Newest first."""
        rows = self._sql.rows(PAST_JOBS)
        return tuple(EditJob.model_validate_json(str(document)) for (document,) in rows)

    def had_job(self, job_id: str) -> bool:
        return bool(self._sql.rows(PAST_JOB, job_id))

    def keep_past_job(self, job: EditJob) -> None:
        self._sql.rows(KEEP_PAST_JOB, job.id, job.model_dump_json())
        self._sql.rows(FORGET_OLD_JOBS, JOB_HISTORY_MAX)

    def owe(self, outcome: Outcome) -> None:
        self._sql.rows(OWE_OUTCOME, outcome.job.id, outcome.model_dump_json())

    def owed(self) -> tuple[Outcome, ...]:
        rows = self._sql.rows(OWED_OUTCOMES)
        return tuple(Outcome.model_validate_json(str(document)) for (document,) in rows)

    def settle(self, job_id: str) -> None:
        self._sql.rows(SETTLE_OUTCOME, job_id)
