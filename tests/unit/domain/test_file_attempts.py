"""An attempt at a file's job: whose token counts, and how it ends."""

from collections.abc import Callable

import pytest

from domain import file as files
from domain import keys
from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import File, FileStatus
from domain.job import JobStatus
from domain.limits import ATTEMPTS_MAX
from tests.unit.factories import (
    JOB_ID,
    LEASE_MS,
    NOW_MS,
    OTHER_JOB_ID,
    a_failure,
    a_file,
    a_job,
    a_locked_file,
    a_preview,
)


def claimed(file: File, now_ms: int = NOW_MS, job_id: str = JOB_ID) -> File:
    return files.claimed(file, job_id, "worker-1", lease_ms=LEASE_MS, now_ms=now_ms)


def completed(file: File, token: int, now_ms: int = NOW_MS) -> File:
    return files.completed(file, token, a_preview(), copied_bytes=5, now_ms=now_ms)


def attempt_failed(
    file: File, token: int, code: FailureCode = FailureCode.PROCESSING_FAILED
) -> File:
    return files.attempt_failed(file, token, a_failure(code), backoff_ms=500, now_ms=NOW_MS)


def renewed(file: File, token: int, now_ms: int = NOW_MS) -> File:
    return files.renewed(file, token, lease_ms=LEASE_MS, now_ms=now_ms)


# --- Tokens -------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [0, 1, 3])
@pytest.mark.parametrize("act", [completed, attempt_failed, renewed])
def test_only_the_newest_token_counts(act: Callable[[File, int], File], token: int) -> None:
    file = a_locked_file(token=2)

    with pytest.raises(Refusal) as refused:
        act(file, token)

    assert refused.value.code is Code.LEASE_LOST
    assert refused.value.facts == {"fencing_token": 2}


@pytest.mark.parametrize("act", [completed, attempt_failed, renewed])
def test_a_token_is_worth_nothing_once_its_job_has_ended(act: Callable[[File, int], File]) -> None:
    file = completed(a_locked_file(token=2), 2)

    with pytest.raises(Refusal) as refused:
        act(file, 2)

    assert refused.value.code is Code.LEASE_LOST


def test_a_late_worker_cannot_complete_a_job_another_has_claimed() -> None:
    file = claimed(a_file(job=a_job()))
    file = files.lease_expired(file, backoff_ms=0, now_ms=NOW_MS + LEASE_MS)
    file = claimed(file, NOW_MS + LEASE_MS)

    with pytest.raises(Refusal) as refused:
        completed(file, token=1)

    assert refused.value.code is Code.LEASE_LOST


def test_the_fencing_token_grows_past_retries_and_new_jobs() -> None:
    first = claimed(a_file(job=a_job()))
    second = claimed(attempt_failed(first, 1), NOW_MS + 500)
    done = completed(second, 2)
    third = claimed(files.submitted(done, OTHER_JOB_ID, NOW_MS), NOW_MS, OTHER_JOB_ID)

    tokens = [file.fencing_token for file in (first, second, done, third)]

    assert tokens == [1, 2, 2, 3]


def test_the_fencing_token_outlives_the_deletion_of_the_file() -> None:
    file = attempt_failed(claimed(a_file(job=a_job())), 1)

    deleted = files.deleted(file, NOW_MS)

    assert deleted.fencing_token == 1


# --- The end of an attempt ----------------------------------------------------------------------


def test_a_completed_edit_unlocks_the_file_and_shows_its_preview() -> None:
    file = completed(a_locked_file().model_copy(update={"marked": True}), 1)

    assert file.status is FileStatus.DONE
    assert file.lock is None
    made = keys.of_attempt("alice", "summer-42", file.id, 1)
    assert file.preview is not None
    assert (file.processed_key, file.preview.object_key) == made
    assert not file.marked


def test_a_renewal_is_no_new_version() -> None:
    file = a_locked_file()

    longer = renewed(file, 1, NOW_MS + 10)

    assert longer.lock is not None
    assert longer.lock.expires_at_ms == NOW_MS + 10 + LEASE_MS
    assert longer.version == file.version


def test_an_expired_lease_unlocks_the_file_and_queues_the_job_again() -> None:
    file = files.lease_expired(a_locked_file(), backoff_ms=500, now_ms=NOW_MS + LEASE_MS)

    assert file.lock is None
    assert file.job is not None
    assert file.job.status is JobStatus.QUEUED
    assert file.job.not_before_ms == NOW_MS + LEASE_MS + 500
    assert file.job.error is not None
    assert file.job.error.code is FailureCode.LEASE_EXPIRED


def test_a_lease_that_still_runs_is_not_taken_away() -> None:
    with pytest.raises(AssertionError):
        files.lease_expired(a_locked_file(), backoff_ms=500, now_ms=NOW_MS + LEASE_MS - 1)


def test_the_last_attempt_ends_in_failure() -> None:
    file = attempt_failed(a_locked_file(attempt=ATTEMPTS_MAX), 1)

    assert file.status is FileStatus.FAILED
    assert file.lock is None
