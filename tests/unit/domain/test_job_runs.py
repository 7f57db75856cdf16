"""What a job remembers of itself: its attempts, when it began, what it was made with."""

from collections.abc import Callable

import pytest

from domain import job as jobs
from domain.failure import Failure, FailureCode
from domain.job import EditJob, JobStatus, Run
from domain.limits import ATTEMPTS_MAX, JOB_RUNS_MAX
from tests.unit.factories import LEASE_MS, NOW_MS, a_failure, a_job, a_lease, a_result

RETRYABLE = a_failure(FailureCode.OUTAGE)
FINAL = a_failure(FailureCode.CORRUPT_IMAGE)
LATER_MS = NOW_MS + 700


def claimed(job: EditJob, token: int) -> EditJob:
    """A lease later for each token, by a worker of its own."""
    lease = a_lease(token, NOW_MS + token * LEASE_MS)
    return jobs.claimed(job, lease.model_copy(update={"worker_id": f"worker-{token}"}))


def failed(job: EditJob, failure: Failure = RETRYABLE, now_ms: int = LATER_MS) -> EditJob:
    return jobs.attempt_failed(job, failure, backoff_ms=1, now_ms=now_ms)


def a_run(token: int, error: Failure | None, ended_at_ms: int = LATER_MS) -> Run:
    return Run(
        attempt=token,
        token=token,
        worker_id=f"worker-{token}",
        started_at_ms=NOW_MS + (token - 1) * LEASE_MS,
        ended_at_ms=ended_at_ms,
        error=error,
    )


def test_a_job_that_was_never_claimed_has_no_runs() -> None:
    assert a_job().runs == ()
    assert jobs.cancelled(a_job(), FINAL, LATER_MS).runs == ()


def test_an_attempt_that_is_under_way_is_no_run_yet() -> None:
    assert claimed(a_job(), 1).runs == ()


@pytest.mark.parametrize(
    ("end", "error"),
    [
        (lambda job: jobs.completed(job, a_result(), LATER_MS), None),
        (lambda job: failed(job, RETRYABLE), RETRYABLE),
        (lambda job: failed(job, FINAL), FINAL),
        (lambda job: jobs.requeued(job, RETRYABLE, backoff_ms=0, now_ms=LATER_MS), RETRYABLE),
        (lambda job: jobs.cancelled(job, FINAL, LATER_MS), FINAL),
    ],
    ids=["completed", "to be retried", "failed", "requeued", "cancelled"],
)
def test_an_attempt_that_is_over_is_kept_with_how_it_ended(
    end: Callable[[EditJob], EditJob], error: Failure | None
) -> None:
    ended = end(claimed(a_job(), 1))

    assert ended.runs == (a_run(1, error),)
    assert ended.lease is None


def test_runs_are_kept_in_the_order_they_happened() -> None:
    first = failed(claimed(a_job(), 1))
    second = claimed(first, 2)

    done = jobs.completed(second, a_result(), LATER_MS + LEASE_MS)

    assert done.runs == (a_run(1, RETRYABLE), a_run(2, None, LATER_MS + LEASE_MS))


def test_a_renewal_leaves_the_attempt_when_it_began() -> None:
    renewed = jobs.renewed(claimed(a_job(), 1), NOW_MS + 2 * LEASE_MS)

    assert failed(renewed).runs == (a_run(1, RETRYABLE),)


def test_a_job_began_with_its_first_attempt() -> None:
    first = claimed(a_job(), 1)

    second = claimed(failed(first), 2)

    assert a_job().started_at_ms is None
    assert (first.started_at_ms, second.started_at_ms) == (NOW_MS, NOW_MS)


def test_a_job_cancelled_while_it_waits_for_its_second_attempt_keeps_what_it_did() -> None:
    waiting = failed(claimed(a_job(), 1))

    cancelled = jobs.cancelled(waiting, FINAL, LATER_MS + 5)

    assert cancelled.runs == (a_run(1, RETRYABLE),)
    assert (cancelled.error, cancelled.finished_at_ms) == (FINAL, LATER_MS + 5)
    assert cancelled.started_at_ms == NOW_MS


def test_a_job_in_progress_can_be_cancelled_and_its_lease_is_gone() -> None:
    cancelled = jobs.cancelled(claimed(a_job(), 1), FINAL, LATER_MS)

    assert (cancelled.status, cancelled.lease) == (JobStatus.FAILED, None)
    assert cancelled.error == FINAL


def test_a_finished_job_says_what_it_was_made_with_and_no_other_does() -> None:
    done = jobs.completed(claimed(a_job(), 1), a_result(), LATER_MS)

    assert done.result == a_result()
    assert failed(claimed(a_job(), 1)).result is None


def test_a_job_that_others_put_back_does_not_wait() -> None:
    job = jobs.requeued(claimed(a_job(), 1), RETRYABLE, backoff_ms=0, now_ms=LATER_MS)

    assert (job.status, job.not_before_ms, job.finished_at_ms) == (
        JobStatus.QUEUED,
        LATER_MS,
        None,
    )


def test_a_job_put_back_by_hand_may_be_claimed_beyond_its_last_attempt_and_then_fails() -> None:
    last = a_job(JobStatus.IN_PROGRESS, attempt=ATTEMPTS_MAX)

    again = claimed(jobs.requeued(last, RETRYABLE, backoff_ms=0, now_ms=LATER_MS), 9)

    assert again.attempt == ATTEMPTS_MAX + 1
    assert failed(again).status is JobStatus.FAILED


def put_back(job: EditJob, times: int) -> EditJob:
    for token in range(1, times + 1):
        job = jobs.requeued(claimed(job, token), RETRYABLE, backoff_ms=0, now_ms=LATER_MS)
    return job


def test_however_often_a_job_is_put_back_its_newest_runs_are_kept_up_to_a_bound() -> None:
    full = put_back(a_job(), JOB_RUNS_MAX)
    more = put_back(a_job(), JOB_RUNS_MAX + 2)

    assert [run.token for run in full.runs] == list(range(1, JOB_RUNS_MAX + 1))
    assert [run.token for run in more.runs] == list(range(3, JOB_RUNS_MAX + 3))
    assert more.attempt == JOB_RUNS_MAX + 2
