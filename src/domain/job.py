"""The life of one edit job. Everything that may change a job's status is in this module.

`TRANSITIONS` is the whole life: a pair that is not in it cannot happen. The file decides *whether*
an event applies (`domain/file.py`); this module only knows what it makes of a job.
"""

from enum import StrEnum
from typing import Final, Self

from pydantic import model_validator

from domain.failure import RETRYABLE, Failure
from domain.limits import ATTEMPTS_MAX, JOB_RUNS_MAX, RETRY_BACKOFF_MAX_MS
from domain.values import Stored


class JobStatus(StrEnum):
    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"


class JobEvent(StrEnum):
    CLAIM = "claim"
    RENEW = "renew"
    COMPLETE = "complete"
    REQUEUE = "requeue"
    FAIL = "fail"
    CANCEL = "cancel"


TRANSITIONS: Final[dict[tuple[JobStatus, JobEvent], JobStatus]] = {
    (JobStatus.QUEUED, JobEvent.CLAIM): JobStatus.IN_PROGRESS,
    (JobStatus.QUEUED, JobEvent.CANCEL): JobStatus.FAILED,
    (JobStatus.IN_PROGRESS, JobEvent.RENEW): JobStatus.IN_PROGRESS,
    (JobStatus.IN_PROGRESS, JobEvent.COMPLETE): JobStatus.DONE,
    (JobStatus.IN_PROGRESS, JobEvent.REQUEUE): JobStatus.QUEUED,
    (JobStatus.IN_PROGRESS, JobEvent.FAIL): JobStatus.FAILED,
    (JobStatus.IN_PROGRESS, JobEvent.CANCEL): JobStatus.FAILED,
}


class Lease(Stored):
    """A worker's hold on a job. `token` is the fencing token: the highest one is the valid one."""

    token: int
    worker_id: str
    since_ms: int
    expires_at_ms: int


class Run(Stored):
    """One attempt that is over, for the file's timeline."""

    attempt: int
    token: int
    worker_id: str
    started_at_ms: int
    ended_at_ms: int
    error: Failure | None = None


class Result(Stored):
    """What a finished edit was made with."""

    preview_maker: str
    copied_bytes: int = 0


class EditJob(Stored):
    id: str
    file_id: str
    order_id: str
    user_id: str
    status: JobStatus = JobStatus.QUEUED
    attempt: int = 0  # counted from 1; 0 before the first claim
    created_at_ms: int
    not_before_ms: int = 0  # a retry waits for its backoff
    started_at_ms: int | None = None  # of the first attempt
    finished_at_ms: int | None = None
    lease: Lease | None = None
    error: Failure | None = None  # of the last attempt; final once the status is failed
    result: Result | None = None
    runs: tuple[Run, ...] = ()

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        has_ended = self.status in {JobStatus.DONE, JobStatus.FAILED}
        assert (self.status is JobStatus.IN_PROGRESS) == (self.lease is not None)
        assert has_ended == (self.finished_at_ms is not None)
        assert self.status is not JobStatus.FAILED or self.error is not None
        return self

    @property
    def is_active(self) -> bool:
        return self.status in {JobStatus.QUEUED, JobStatus.IN_PROGRESS}


def can(job: EditJob, event: JobEvent) -> bool:
    return (job.status, event) in TRANSITIONS


def claimed(job: EditJob, lease: Lease) -> EditJob:
    started_at_ms = lease.since_ms if job.started_at_ms is None else job.started_at_ms
    return _moved(
        job, JobEvent.CLAIM, lease=lease, attempt=job.attempt + 1, started_at_ms=started_at_ms
    )


def renewed(job: EditJob, expires_at_ms: int) -> EditJob:
    assert job.lease is not None
    lease = job.lease.model_copy(update={"expires_at_ms": expires_at_ms})
    return _moved(job, JobEvent.RENEW, lease=lease)


def completed(job: EditJob, result: Result, now_ms: int) -> EditJob:
    return _released(job, JobEvent.COMPLETE, None, now_ms, result=result, finished_at_ms=now_ms)


def cancelled(job: EditJob, failure: Failure, now_ms: int) -> EditJob:
    """By its owner or an operator. Its worker, if it has one, will hold an old token."""
    return _released(job, JobEvent.CANCEL, failure, now_ms, finished_at_ms=now_ms)


def requeued(job: EditJob, failure: Failure, *, backoff_ms: int, now_ms: int) -> EditJob:
    return _released(job, JobEvent.REQUEUE, failure, now_ms, not_before_ms=now_ms + backoff_ms)


def attempt_failed(job: EditJob, failure: Failure, *, backoff_ms: int, now_ms: int) -> EditJob:
    """Queued again while the failure may pass and attempts are left; failed otherwise."""
    if failure.code in RETRYABLE and job.attempt < ATTEMPTS_MAX:
        return requeued(job, failure, backoff_ms=backoff_ms, now_ms=now_ms)
    return _released(job, JobEvent.FAIL, failure, now_ms, finished_at_ms=now_ms)


def backoff_ms(attempt: int, first_ms: int, jitter: float) -> int:
    """Exponential with "equal jitter": half is certain, half is drawn (`jitter` in 0..1).

    Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    assert attempt >= 1
    full = min(first_ms * 2 ** (attempt - 1), RETRY_BACKOFF_MAX_MS)
    return int(full / 2 + full / 2 * jitter)


def _released(
    job: EditJob, event: JobEvent, error: Failure | None, now_ms: int, **changes: object
) -> EditJob:
    """Moved on, with its lease given up and, if it had one, its run kept."""
    runs = job.runs if job.lease is None else (*job.runs, _run(job, job.lease, error, now_ms))
    return _moved(job, event, lease=None, error=error, runs=runs[-JOB_RUNS_MAX:], **changes)


def _run(job: EditJob, lease: Lease, error: Failure | None, now_ms: int) -> Run:
    return Run(
        attempt=job.attempt,
        token=lease.token,
        worker_id=lease.worker_id,
        started_at_ms=lease.since_ms,
        ended_at_ms=now_ms,
        error=error,
    )


def _moved(job: EditJob, event: JobEvent, **changes: object) -> EditJob:
    """A copy in the next status. Validated again, so that an impossible job cannot come to be."""
    status = TRANSITIONS[job.status, event]
    return EditJob.model_validate({**dict(job), **changes, "status": status})
