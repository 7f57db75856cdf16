"""A file that the origin knew first becomes ours: with all of it that a client can see."""

from typing import Self

from pydantic import model_validator

from domain import file as files
from domain.file import File, Preview, Upload
from domain.job import EditJob, JobStatus
from domain.snapshot import JobSummary
from domain.values import Value

ENDED = frozenset({JobStatus.DONE, JobStatus.FAILED})


class Adoption(Value):
    """What the origin knows of it beyond its upload."""

    marked: bool
    version: int  # ours goes on from there, so that tags which clients hold stay true
    job: JobSummary | None  # one that has ended: a job has one master
    past_jobs: tuple[JobSummary, ...] = ()  # before that, newest first
    preview: Preview | None
    created_at_ms: int
    updated_at_ms: int

    @model_validator(mode="after")
    def _is_idle(self) -> Self:
        newest = () if self.job is None else (self.job,)
        assert {job.status for job in (*newest, *self.past_jobs)} <= ENDED
        return self


def of_summary(job: JobSummary) -> EditJob:
    """What is not told of its runs and its leases, nobody knows here."""
    return EditJob.model_validate(job.model_dump())


def adopted(upload: Upload, facts: Adoption) -> File:
    job = None if facts.job is None else of_summary(facts.job)
    return files.registered(upload, facts.created_at_ms).model_copy(
        update={
            "marked": facts.marked,
            "version": facts.version,
            "job": job,
            "preview": facts.preview,
            "updated_at_ms": facts.updated_at_ms,
        }
    )
