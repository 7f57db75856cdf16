"""The jobs of an order, newest first: one row each, rewritten as the job moves on."""

from typing import Final

from domain.job import JobStatus
from domain.limits import ORDER_JOBS_MAX
from domain.snapshot import JobSummary
from storage.sql import Sql

MIGRATION: Final = """
CREATE TABLE jobs (
  created_at_ms INTEGER NOT NULL,
  job_id        TEXT NOT NULL,
  status        TEXT NOT NULL,
  document      TEXT NOT NULL,
  PRIMARY KEY (created_at_ms, job_id)
) STRICT, WITHOUT ROWID
"""
KEEP = """
INSERT INTO jobs (created_at_ms, job_id, status, document) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET status = excluded.status, document = excluded.document
"""
PAGE = """
SELECT document FROM jobs
WHERE (created_at_ms, job_id) < (?, ?) AND (? IS NULL OR status = ?)
ORDER BY created_at_ms DESC, job_id DESC LIMIT ?
"""
HAS_ENDED = """
SELECT 1 FROM jobs WHERE created_at_ms = ? AND job_id = ? AND status IN ('done', 'failed')
"""
FORGET_OLD = """
DELETE FROM jobs WHERE (created_at_ms, job_id) IN (
  SELECT created_at_ms, job_id FROM jobs
  ORDER BY created_at_ms DESC, job_id DESC LIMIT -1 OFFSET ?
)
"""
NOW_AND_THEN: Final = "00"  # one job in 256: to count them all takes reading them all
PAST_THE_NEWEST: Final = (2**52, "")


class JobIndex:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def keep(self, job: JobSummary) -> None:
        self._sql.rows(KEEP, job.created_at_ms, job.id, job.status.value, job.model_dump_json())

        if job.id.endswith(NOW_AND_THEN):
            self._sql.rows(FORGET_OLD, ORDER_JOBS_MAX)

    def has_ended(self, job: JobSummary) -> bool:
        return bool(self._sql.rows(HAS_ENDED, job.created_at_ms, job.id))

    def page(
        self, status: JobStatus | None, before: tuple[int, str] | None, limit: int
    ) -> tuple[JobSummary, ...]:
        wanted = None if status is None else status.value
        rows = self._sql.rows(PAGE, *(before or PAST_THE_NEWEST), wanted, wanted, limit)
        return tuple(JobSummary.model_validate_json(str(document)) for (document,) in rows)
