"""The life of one edit job. Everything that may change a job's state is in this module.

`TRANSITIONS` is the whole life: a pair that is not in it cannot happen. The file decides *whether*
an event applies (`domain/file.py`); this module only knows what it makes of a job.
"""

from enum import StrEnum
from typing import Final, Self

from pydantic import model_validator

from domain.failure import RETRYABLE, Failure, FailureCode
from domain.limits import ATTEMPTS_MAX, RETRY_BACKOFF_MAX_MS
from domain.values import Stored


class JobState(StrEnum):
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


TRANSITIONS: Final[dict[tuple[JobState, JobEvent], JobState]] = {
    (JobState.QUEUED, JobEvent.CLAIM): JobState.IN_PROGRESS,
    (JobState.QUEUED, JobEvent.CANCEL): JobState.FAILED,
    (JobState.IN_PROGRESS, JobEvent.RENEW): JobState.IN_PROGRESS,
    (JobState.IN_PROGRESS, JobEvent.COMPLETE): JobState.DONE,
    (JobState.IN_PROGRESS, JobEvent.REQUEUE): JobState.QUEUED,
    (JobState.IN_PROGRESS, JobEvent.FAIL): JobState.FAILED,
}


class Lease(Stored):
    """A worker's hold on a job. `token` is the fencing token: the highest one is the valid one."""

    token: int
    worker_id: str
    since_ms: int
    expires_at_ms: int


class Job(Stored):
    id: str
    state: JobState = JobState.QUEUED
    attempt: int = 0  # counted from 1; 0 before the first claim
    created_at_ms: int
    not_before_ms: int = 0  # a retry waits for its backoff
    finished_at_ms: int | None = None
    lease: Lease | None = None
    failure: Failure | None = None  # of the last attempt; final once the state is failed

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        assert (self.state is JobState.IN_PROGRESS) == (self.lease is not None)
        assert (self.state in {JobState.DONE, JobState.FAILED}) == (self.finished_at_ms is not None)
        assert self.state is not JobState.FAILED or self.failure is not None
        return self

    @property
    def is_active(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.IN_PROGRESS}


def can(job: Job, event: JobEvent) -> bool:
    return (job.state, event) in TRANSITIONS


def claimed(job: Job, lease: Lease) -> Job:
    return _moved(job, JobEvent.CLAIM, lease=lease, attempt=job.attempt + 1)


def renewed(job: Job, expires_at_ms: int) -> Job:
    assert job.lease is not None
    lease = job.lease.model_copy(update={"expires_at_ms": expires_at_ms})
    return _moved(job, JobEvent.RENEW, lease=lease)


def completed(job: Job, now_ms: int) -> Job:
    return _moved(job, JobEvent.COMPLETE, lease=None, failure=None, finished_at_ms=now_ms)


def cancelled(job: Job, detail: str, now_ms: int) -> Job:
    failure = Failure(code=FailureCode.CANCELLED, detail=detail)
    return _moved(job, JobEvent.CANCEL, failure=failure, finished_at_ms=now_ms)


def attempt_failed(job: Job, failure: Failure, *, backoff_ms: int, now_ms: int) -> Job:
    """Queued again while the failure may pass and attempts are left; failed otherwise."""
    if failure.code in RETRYABLE and job.attempt < ATTEMPTS_MAX:
        return _moved(
            job, JobEvent.REQUEUE, lease=None, failure=failure, not_before_ms=now_ms + backoff_ms
        )
    return _moved(job, JobEvent.FAIL, lease=None, failure=failure, finished_at_ms=now_ms)


def backoff_ms(attempt: int, first_ms: int, jitter: float) -> int:
    """Exponential with "equal jitter": half is certain, half is drawn (`jitter` in 0..1).

    Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    assert attempt >= 1
    full = min(first_ms * 2 ** (attempt - 1), RETRY_BACKOFF_MAX_MS)
    return int(full / 2 + full / 2 * jitter)


def _moved(job: Job, event: JobEvent, **changes: object) -> Job:
    """A copy in the next state. Validated again, so that an impossible job cannot come to exist."""
    state = TRANSITIONS[job.state, event]
    return Job.model_validate({**dict(job), **changes, "state": state})
