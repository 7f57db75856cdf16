"""The life of a job: every pair of state and event, and no job that cannot be."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain import job as jobs
from domain.failure import FailureCode
from domain.job import TRANSITIONS, EditJob, JobEvent, JobStatus
from domain.limits import ATTEMPTS_MAX, RETRY_BACKOFF_MAX_MS
from tests.unit.factories import LEASE_MS, NOW_MS, a_failure, a_job, a_lease, a_result

RETRYABLE = a_failure(FailureCode.PROCESSING_FAILED)
FINAL = a_failure(FailureCode.RAW_MISSING)

HAPPENINGS: dict[JobEvent, Callable[[EditJob], EditJob]] = {
    JobEvent.CLAIM: lambda job: jobs.claimed(job, a_lease()),
    JobEvent.RENEW: lambda job: jobs.renewed(job, NOW_MS + LEASE_MS),
    JobEvent.COMPLETE: lambda job: jobs.completed(job, a_result(), NOW_MS),
    JobEvent.REQUEUE: lambda job: jobs.attempt_failed(job, RETRYABLE, backoff_ms=1, now_ms=NOW_MS),
    JobEvent.FAIL: lambda job: jobs.attempt_failed(job, FINAL, backoff_ms=1, now_ms=NOW_MS),
    JobEvent.CANCEL: lambda job: jobs.cancelled(job, FINAL, NOW_MS),
}
IMPOSSIBLE = [pair for pair in product(JobStatus, JobEvent) if pair not in TRANSITIONS]


@pytest.mark.parametrize(("pair", "after"), TRANSITIONS.items())
def test_every_transition_of_the_table_happens(
    pair: tuple[JobStatus, JobEvent], after: JobStatus
) -> None:
    status, event = pair

    moved = HAPPENINGS[event](a_job(status))

    assert moved.status is after


@pytest.mark.parametrize(("status", "event"), IMPOSSIBLE)
def test_a_pair_that_is_not_in_the_table_cannot_happen(status: JobStatus, event: JobEvent) -> None:
    job = a_job(status)

    with pytest.raises((KeyError, AssertionError)):
        HAPPENINGS[event](job)

    assert not jobs.can(job, event)


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.FAILED])
@pytest.mark.parametrize("event", JobEvent)
def test_a_job_that_has_ended_never_changes_again(status: JobStatus, event: JobEvent) -> None:
    assert not jobs.can(a_job(status), event)


def test_every_state_can_be_reached_from_queued() -> None:
    reached = {JobStatus.QUEUED} | set(TRANSITIONS.values())

    assert reached == set(JobStatus)


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (JobStatus.QUEUED, {"lease": a_lease()}),
        (JobStatus.QUEUED, {"finished_at_ms": NOW_MS}),
        (JobStatus.IN_PROGRESS, {"lease": None}),
        (JobStatus.IN_PROGRESS, {"finished_at_ms": NOW_MS}),
        (JobStatus.DONE, {"lease": a_lease()}),
        (JobStatus.DONE, {"finished_at_ms": None}),
        (JobStatus.FAILED, {"error": None}),
        (JobStatus.FAILED, {"finished_at_ms": None}),
        (JobStatus.FAILED, {"lease": a_lease()}),
    ],
)
def test_an_impossible_job_cannot_be_built(status: JobStatus, changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_job(status, **changes)


def test_a_state_nobody_knows_cannot_be_built() -> None:
    with pytest.raises(ValidationError):
        EditJob.model_validate(dict(a_job()) | {"status": "paused"})


def test_attempts_are_counted_from_one_by_the_claims() -> None:
    job = a_job()

    first = jobs.claimed(job, a_lease(1))
    again = jobs.attempt_failed(first, RETRYABLE, backoff_ms=1, now_ms=NOW_MS)
    second = jobs.claimed(again, a_lease(2))

    assert (job.attempt, first.attempt, second.attempt) == (0, 1, 2)


def test_a_renewal_changes_nothing_but_the_end_of_the_lease() -> None:
    job = a_job(JobStatus.IN_PROGRESS)

    renewed = jobs.renewed(job, NOW_MS + 99)

    assert renewed.lease is not None
    assert renewed.lease.expires_at_ms == NOW_MS + 99
    assert renewed == job.model_copy(update={"lease": renewed.lease})


@pytest.mark.parametrize(
    ("attempt", "code", "status"),
    [
        (1, FailureCode.PROCESSING_FAILED, JobStatus.QUEUED),
        (ATTEMPTS_MAX - 1, FailureCode.PROCESSING_FAILED, JobStatus.QUEUED),
        (ATTEMPTS_MAX - 1, FailureCode.LEASE_EXPIRED, JobStatus.QUEUED),
        (ATTEMPTS_MAX, FailureCode.PROCESSING_FAILED, JobStatus.FAILED),
        (ATTEMPTS_MAX, FailureCode.LEASE_EXPIRED, JobStatus.FAILED),
        (1, FailureCode.RAW_MISSING, JobStatus.FAILED),
        (1, FailureCode.RAW_CHANGED, JobStatus.FAILED),
        (1, FailureCode.UNSUPPORTED_IMAGE, JobStatus.FAILED),
        (1, FailureCode.IMAGE_TOO_LARGE, JobStatus.FAILED),
    ],
)
def test_only_what_may_pass_is_tried_again_and_only_while_attempts_are_left(
    attempt: int, code: FailureCode, status: JobStatus
) -> None:
    job = a_job(JobStatus.IN_PROGRESS, attempt=attempt)

    failed = jobs.attempt_failed(job, a_failure(code), backoff_ms=1, now_ms=NOW_MS)

    assert failed.status is status
    assert failed.error is not None
    assert failed.error.code is code


def test_a_retry_waits_for_its_backoff() -> None:
    job = a_job(JobStatus.IN_PROGRESS)

    queued = jobs.attempt_failed(job, RETRYABLE, backoff_ms=700, now_ms=NOW_MS)

    assert queued.not_before_ms == NOW_MS + 700


def test_a_completed_job_forgets_the_failure_of_an_earlier_attempt() -> None:
    job = a_job(JobStatus.IN_PROGRESS, failure=RETRYABLE)

    assert jobs.completed(job, a_result(), NOW_MS).error is None


@given(
    attempt=st.integers(1, ATTEMPTS_MAX),
    first_ms=st.integers(10, 300_000),
    jitter=st.floats(0, 1),
)
def test_a_backoff_lies_between_half_and_the_whole_of_its_doubling_step(
    attempt: int, first_ms: int, jitter: float
) -> None:
    whole_ms = min(first_ms * 2 ** (attempt - 1), RETRY_BACKOFF_MAX_MS)

    backoff_ms = jobs.backoff_ms(attempt, first_ms, jitter)

    assert whole_ms // 2 <= backoff_ms <= whole_ms


def test_what_a_newer_version_kept_in_a_job_is_not_lost_by_an_older_one() -> None:
    job = a_job(colour="sepia")

    claimed = jobs.claimed(job, a_lease())

    assert claimed.model_dump()["colour"] == "sepia"
