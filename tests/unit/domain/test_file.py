"""A file's lock, status and newest job: what each event makes of it, and what it refuses."""

from collections.abc import Callable

import pytest

from domain import file as files
from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import File, FileStatus
from domain.job import JobStatus
from domain.limits import LOCK_RETRY_AFTER_MAX_MS
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
    an_upload,
)


def claimed(file: File, now_ms: int = NOW_MS, job_id: str = JOB_ID) -> File:
    return files.claimed(file, job_id, "worker-1", lease_ms=LEASE_MS, now_ms=now_ms)


def completed(file: File, token: int, now_ms: int = NOW_MS) -> File:
    return files.completed(file, token, a_preview(), copied_bytes=5, now_ms=now_ms)


# --- Status and lock ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (a_file(), FileStatus.QUEUED),
        (a_file(job=a_job(JobStatus.QUEUED)), FileStatus.QUEUED),
        (a_locked_file(), FileStatus.IN_PROGRESS),
        (a_file(job=a_job(JobStatus.DONE)), FileStatus.DONE),
        (a_file(job=a_job(JobStatus.FAILED)), FileStatus.FAILED),
    ],
)
def test_the_status_is_read_off_the_newest_job(file: File, status: FileStatus) -> None:
    assert file.status is status


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (FailureCode.RAW_MISSING, FileStatus.QUEUED),
        (FailureCode.RAW_CHANGED, FileStatus.QUEUED),
        (FailureCode.UNSUPPORTED_IMAGE, FileStatus.FAILED),
        (FailureCode.IMAGE_TOO_LARGE, FileStatus.FAILED),
        (FailureCode.LEASE_EXPIRED, FileStatus.FAILED),
        (FailureCode.CANCELLED, FileStatus.FAILED),
    ],
)
def test_a_file_that_needs_a_new_upload_waits_and_is_not_called_failed(
    code: FailureCode, status: FileStatus
) -> None:
    file = a_file(job=a_job(JobStatus.FAILED, error=a_failure(code)))

    assert file.status is status


@pytest.mark.parametrize("status", JobStatus)
def test_a_file_is_locked_exactly_while_its_job_is_in_progress(status: JobStatus) -> None:
    file = a_file(job=a_job(status))

    assert (file.lock is not None) == (status is JobStatus.IN_PROGRESS)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: files.renamed(file, "new.jpg", NOW_MS),
        lambda file: files.marked(file, NOW_MS, value=True),
        lambda file: files.deleted(file, NOW_MS),
        lambda file: files.submitted(file, OTHER_JOB_ID, NOW_MS),
    ],
    ids=["rename", "mark", "delete", "submit"],
)
def test_a_locked_file_may_not_be_changed_deleted_or_submitted(
    change: Callable[[File], File],
) -> None:
    file = a_locked_file()

    with pytest.raises(Refusal) as refused:
        change(file)

    assert refused.value.code is Code.FILE_LOCKED
    assert refused.value.facts == {
        "file_id": file.id,
        "job_id": JOB_ID,
        "attempt": 1,
        "locked_since_ms": NOW_MS,
        "locked_until_ms": NOW_MS + LEASE_MS,
        "live_url": "/api/orders/summer-42/live",
        "retry_after_ms": LOCK_RETRY_AFTER_MAX_MS,
    }


def test_time_to_retry_is_never_negative() -> None:
    file = a_locked_file()

    with pytest.raises(Refusal) as refused:
        files.renamed(file, "new.jpg", NOW_MS + LEASE_MS + 1)

    assert refused.value.facts["retry_after_ms"] == 0


def test_towards_the_end_of_a_lease_there_is_less_time_to_wait() -> None:
    file = a_locked_file()

    with pytest.raises(Refusal) as refused:
        files.renamed(file, "new.jpg", NOW_MS + LEASE_MS - 200)

    assert refused.value.facts["retry_after_ms"] == 200


@pytest.mark.parametrize(
    "same",
    [
        lambda file: files.renamed(file, file.name, NOW_MS + 1),
        lambda file: files.marked(file, NOW_MS + 1, value=file.marked),
    ],
    ids=["rename", "mark"],
)
def test_a_change_to_what_is_so_already_is_no_new_version(same: Callable[[File], File]) -> None:
    file = a_file()

    assert same(file) is file
    with pytest.raises(Refusal, match="file_locked"):
        same(a_locked_file())


# --- Submit and claim ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.FAILED])
def test_a_file_whose_job_has_ended_may_be_submitted_again(status: JobStatus) -> None:
    file = a_file(job=a_job(status))

    again = files.submitted(file, OTHER_JOB_ID, NOW_MS)

    assert again.job == a_job(id=OTHER_JOB_ID)
    assert again.version == file.version + 1


def test_a_file_has_one_active_job_at_most() -> None:
    file = a_file(job=a_job(JobStatus.QUEUED))

    with pytest.raises(Refusal) as refused:
        files.submitted(file, OTHER_JOB_ID, NOW_MS)

    assert refused.value.code is Code.JOB_ACTIVE
    assert refused.value.facts == {"job_id": JOB_ID}


def test_a_claim_locks_the_file_for_one_lease() -> None:
    file = claimed(a_file(job=a_job()))

    assert file.status is FileStatus.IN_PROGRESS
    assert file.lock is not None
    assert file.lock.expires_at_ms == NOW_MS + LEASE_MS
    assert file.lock.worker_id == "worker-1"


@pytest.mark.parametrize(
    ("file", "job_id", "now_ms"),
    [
        (a_file(), JOB_ID, NOW_MS),
        (a_file(job=a_job()), OTHER_JOB_ID, NOW_MS),
        (a_locked_file(), JOB_ID, NOW_MS),
        (a_file(job=a_job(JobStatus.DONE)), JOB_ID, NOW_MS),
        (a_file(job=a_job(JobStatus.FAILED)), JOB_ID, NOW_MS),
        (a_file(job=a_job(not_before_ms=NOW_MS + 1)), JOB_ID, NOW_MS),
    ],
    ids=["no job", "another job", "claimed already", "done", "failed", "in its backoff"],
)
def test_only_a_job_that_waits_can_be_claimed(file: File, job_id: str, now_ms: int) -> None:
    with pytest.raises(Refusal) as refused:
        claimed(file, now_ms, job_id)

    assert refused.value.code is Code.JOB_NOT_CLAIMABLE


def test_a_job_can_be_claimed_the_moment_its_backoff_is_over() -> None:
    file = a_file(job=a_job(not_before_ms=NOW_MS))

    assert claimed(file, NOW_MS).lock is not None


# --- Who, and whether it is there ---------------------------------------------------------------


def test_a_file_belongs_to_one_user() -> None:
    file = a_file(upload=an_upload(owner_id="alice"))

    with pytest.raises(Refusal) as refused:
        files.check_owner(file, "bob")

    files.check_owner(file, "alice")
    assert refused.value.code is Code.FORBIDDEN


def test_a_deleted_file_is_a_tombstone() -> None:
    file = files.deleted(a_file(preview=a_preview()), NOW_MS)

    with pytest.raises(Refusal) as refused:
        files.check_present(file)

    assert refused.value.code is Code.FILE_DELETED
    assert file.preview is None
    assert file.deleted_at_ms == NOW_MS


def test_deleting_a_file_cancels_its_queued_job() -> None:
    file = files.deleted(a_file(job=a_job()), NOW_MS)

    assert file.job is not None
    assert file.job.status is JobStatus.FAILED
    assert file.job.error is not None
    assert file.job.error.code is FailureCode.FILE_DELETED


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.FAILED])
def test_deleting_a_file_leaves_a_job_that_has_ended_as_it_was(status: JobStatus) -> None:
    job = a_job(status)

    assert files.deleted(a_file(job=job), NOW_MS).job == job


def test_deleting_again_changes_nothing() -> None:
    deleted = files.deleted(a_file(), NOW_MS)

    assert files.deleted(deleted, NOW_MS + 1) is deleted


def test_every_change_that_others_can_see_is_a_new_version() -> None:
    registered = a_file()

    submitted = files.submitted(registered, JOB_ID, NOW_MS)
    running = claimed(submitted)
    done = completed(running, 1)
    renamed = files.renamed(done, "new.jpg", NOW_MS)
    deleted = files.deleted(renamed, NOW_MS)

    versions = [f.version for f in (registered, submitted, running, done, renamed, deleted)]
    assert versions == [1, 2, 3, 4, 5, 6]
