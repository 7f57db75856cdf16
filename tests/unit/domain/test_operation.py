"""What operators do to a file: what it makes of it, that twice is once, and what is refused."""

from collections.abc import Callable

import pytest

from domain import file as files
from domain import keys, operation
from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import File, FileStatus, OrderPause
from domain.ids import file_of, is_job_id
from domain.job import JobStatus
from tests.unit.factories import (
    FILE_ID,
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

LATER_MS = NOW_MS + 700
WAITING = a_file(job=a_job())
LOCKED = a_locked_file(token=3)
DONE = a_file(job=a_job(JobStatus.DONE))
FAILED = a_file(job=a_job(JobStatus.FAILED))
DELETED = files.deleted(DONE, NOW_MS)
ATTEMPT = keys.of_attempt("alice", "summer-42", FILE_ID, 3)

Operate = Callable[[File], File]


def cancelled(file: File, job_id: str = JOB_ID) -> File:
    return operation.cancelled(file, job_id, LATER_MS)


def unlocked(file: File) -> File:
    return operation.force_unlocked(file, LATER_MS)


def redriven(file: File, job_id: str = JOB_ID) -> File:
    return operation.redriven(file, job_id, LATER_MS)


def paused(file: File) -> File:
    return operation.paused(file, LATER_MS, value=True)


def resumed(file: File) -> File:
    return operation.paused(file, LATER_MS, value=False)


def order_paused(file: File) -> File:
    return operation.order_paused(file, OrderPause(revision=1, is_paused=True), LATER_MS)


def claimed(file: File) -> File:
    return files.claimed(file, JOB_ID, "worker-1", lease_ms=LEASE_MS, now_ms=LATER_MS)


# --- Twice is once ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "operate"),
    [
        (WAITING, cancelled),
        (LOCKED, cancelled),
        (LOCKED, unlocked),
        (FAILED, redriven),
        (WAITING, paused),
        (paused(WAITING), resumed),
    ],
    ids=["cancel queued", "cancel in progress", "unlock", "redrive", "pause", "resume"],
)
def test_what_is_done_once_is_a_new_version_and_a_second_time_is_none(
    file: File, operate: Operate
) -> None:
    once = operate(file)

    twice = operate(once)

    assert once.version == file.version + 1
    assert once.updated_at_ms == LATER_MS
    assert twice is once


@pytest.mark.parametrize(
    ("file", "operate"),
    [
        (DONE, cancelled),
        (FAILED, cancelled),
        (WAITING, unlocked),
        (a_file(), unlocked),
        (WAITING, resumed),
        (DELETED, cancelled),
        (DELETED, unlocked),
        (DELETED, paused),
        (DELETED, order_paused),
    ],
    ids=[
        "cancel a done job",
        "cancel a failed job",
        "unlock a waiting file",
        "unlock a file without a job",
        "resume a file that is not paused",
        "cancel at a deleted file",
        "unlock a deleted file",
        "pause a deleted file",
        "pause the order of a deleted file",
    ],
)
def test_where_there_is_nothing_to_do_the_file_stays_as_it_was(
    file: File, operate: Operate
) -> None:
    assert operate(file) is file


# --- Cancel -------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [WAITING, LOCKED], ids=["queued", "in progress"])
def test_a_cancelled_job_fails_at_once_and_says_who_did_it(file: File) -> None:
    after = cancelled(file)

    assert after.job is not None
    assert (after.job.status, after.job.finished_at_ms) == (JobStatus.FAILED, LATER_MS)
    assert after.job.error is not None
    assert after.job.error.code is FailureCode.CANCELLED
    assert after.job.error.detail == "an operator cancelled it"
    assert (after.status, after.lock) == (FileStatus.FAILED, None)


def test_what_the_cancelled_attempt_may_have_written_is_left_over() -> None:
    assert cancelled(LOCKED).leftovers == ATTEMPT
    assert cancelled(WAITING).leftovers == ()


def test_the_worker_of_a_cancelled_job_is_refused() -> None:
    after = cancelled(LOCKED)

    with pytest.raises(Refusal) as refused:
        files.completed(after, 3, a_preview(), copied_bytes=5, now_ms=LATER_MS)

    assert refused.value.code is Code.LEASE_LOST


@pytest.mark.parametrize("operate", [cancelled, redriven], ids=["cancel", "redrive"])
@pytest.mark.parametrize("file", [a_file(), a_file(job=a_job(id=OTHER_JOB_ID))])
def test_only_the_newest_job_can_be_cancelled_or_redriven(file: File, operate: Operate) -> None:
    with pytest.raises(Refusal) as refused:
        operate(file)

    assert refused.value.code is Code.JOB_NOT_FOUND


# --- Force-unlock -------------------------------------------------------------------------------


def test_a_forced_unlock_bumps_the_token_and_puts_the_job_back() -> None:
    after = unlocked(LOCKED)

    assert (after.fencing_token, after.lock) == (4, None)
    assert after.job is not None
    assert (after.job.status, after.job.not_before_ms) == (JobStatus.QUEUED, LATER_MS)
    assert after.job.error is not None
    assert after.job.error.code is FailureCode.FORCE_UNLOCKED
    assert after.job.error.detail == "an operator unlocked the file"
    assert [run.token for run in after.job.runs] == [3]
    assert after.leftovers == ATTEMPT


def test_the_next_worker_after_a_forced_unlock_gets_a_token_nobody_had() -> None:
    again = claimed(unlocked(LOCKED))

    assert again.lock is not None
    assert again.lock.token == again.fencing_token == 5


@pytest.mark.parametrize(
    "answer",
    [
        lambda file: files.completed(file, 3, a_preview(), copied_bytes=5, now_ms=LATER_MS),
        lambda file: files.renewed(file, 3, lease_ms=LEASE_MS, now_ms=LATER_MS),
        lambda file: files.attempt_failed(file, 3, a_failure(), backoff_ms=1, now_ms=LATER_MS),
    ],
    ids=["complete", "renew", "fail"],
)
@pytest.mark.parametrize(
    "file", [unlocked(LOCKED), claimed(unlocked(LOCKED))], ids=["unlocked", "claimed again"]
)
def test_the_worker_that_lost_its_lock_is_refused_whatever_it_says(
    file: File, answer: Operate
) -> None:
    with pytest.raises(Refusal) as refused:
        answer(file)

    assert refused.value.code is Code.LEASE_LOST


def test_an_unlocked_file_can_be_renamed_and_deleted() -> None:
    after = unlocked(LOCKED)

    assert files.renamed(after, "new.jpg", LATER_MS).name == "new.jpg"
    assert files.deleted(after, LATER_MS).deleted_at_ms == LATER_MS


# --- Redrive ------------------------------------------------------------------------------------


def test_a_redriven_job_is_a_new_one_that_waits_for_its_first_attempt() -> None:
    after = redriven(FAILED)

    assert after.job is not None
    assert after.job == a_job(id=after.job.id, created_at_ms=LATER_MS)
    assert after.job.id != JOB_ID
    assert is_job_id(after.job.id)
    assert file_of(after.job.id) == FILE_ID


def test_a_job_that_has_been_redriven_is_not_redriven_again_though_its_successor_ended() -> None:
    once = redriven(FAILED)
    assert once.job is not None
    ended = cancelled(once, once.job.id)

    assert redriven(ended) is ended


def test_a_redriven_job_that_failed_can_be_redriven_itself() -> None:
    once = redriven(FAILED)
    assert once.job is not None
    ended = cancelled(once, once.job.id)

    again = redriven(ended, once.job.id)

    assert again.job is not None
    assert again.job.status is JobStatus.QUEUED
    assert len({JOB_ID, once.job.id, again.job.id}) == 3


def test_a_file_that_waits_for_a_new_photo_can_be_redriven() -> None:
    missing = a_failure(FailureCode.RAW_MISSING)

    after = redriven(a_file(job=a_job(JobStatus.FAILED, error=missing)))

    assert not after.waits_for_revision
    assert after.job is not None
    assert after.job.status is JobStatus.QUEUED


@pytest.mark.parametrize("file", [WAITING, LOCKED, DONE], ids=["queued", "in progress", "done"])
def test_only_a_failed_job_can_be_redriven(file: File) -> None:
    with pytest.raises(Refusal) as refused:
        redriven(file)

    assert file.job is not None
    assert refused.value.code is Code.JOB_NOT_FAILED
    assert list(refused.value.facts.values()) == [file.job.status]


def test_the_job_of_a_deleted_file_cannot_be_redriven() -> None:
    with pytest.raises(Refusal) as refused:
        redriven(files.deleted(FAILED, NOW_MS))

    assert refused.value.code is Code.FILE_DELETED


# --- What the audit says ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (a_file(), "queued, token 0"),
        (WAITING, f"{JOB_ID} queued, token 0"),
        (LOCKED, f"{JOB_ID} in_progress, held by worker-1, token 3"),
        (paused(WAITING), f"{JOB_ID} queued, paused, token 0"),
        (DELETED, "deleted"),
    ],
    ids=["no job", "waiting", "locked", "paused", "deleted"],
)
def test_a_file_is_described_in_a_few_words(file: File, words: str) -> None:
    assert operation.described(file) == words
