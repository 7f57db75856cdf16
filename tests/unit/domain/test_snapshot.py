"""What a file tells others: everything they may see, no lease, and how its job ended."""

import pytest

from domain.failure import FailureCode
from domain.file import File
from domain.job import JobStatus
from domain.snapshot import FileSnapshot, OutcomeKind, outcome, snapshot
from tests.unit.factories import (
    NOW_MS,
    a_failure,
    a_file,
    a_job,
    a_locked_file,
    a_preview,
)


def test_a_snapshot_never_holds_a_lease_or_its_token() -> None:
    told = snapshot(a_locked_file(token=424_242)).model_dump_json()

    assert "lease" not in told
    assert "token" not in told
    assert "worker" not in told
    assert "424242" not in told


def test_a_snapshot_says_that_the_file_is_locked() -> None:
    assert snapshot(a_locked_file()).locked
    assert not snapshot(a_file(job=a_job())).locked


@pytest.mark.parametrize(
    "file",
    [
        a_file(),
        a_locked_file(),
        a_file(job=a_job(JobStatus.DONE), preview=a_preview()),
        a_file(job=a_job(JobStatus.FAILED), deleted_at_ms=NOW_MS),
    ],
)
def test_a_snapshot_survives_being_sent(file: File) -> None:
    told = snapshot(file)

    assert FileSnapshot.model_validate_json(told.model_dump_json()) == told


def test_a_snapshot_says_whether_the_file_is_gone() -> None:
    assert snapshot(a_file(deleted_at_ms=NOW_MS)).deleted
    assert not snapshot(a_file()).deleted


def test_what_a_newer_version_told_is_kept() -> None:
    newer = snapshot(a_file()).model_dump() | {"colour": "sepia"}

    kept = FileSnapshot.model_validate(newer)

    assert kept.model_dump() == newer


@pytest.mark.parametrize(
    "file",
    [a_file(), a_file(job=a_job()), a_locked_file()],
    ids=["no job", "queued", "in progress"],
)
def test_there_is_no_outcome_before_the_job_has_ended(file: File) -> None:
    assert outcome(file) is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (FailureCode.RAW_MISSING, OutcomeKind.REVISION_REQUIRED),
        (FailureCode.RAW_CHANGED, OutcomeKind.REVISION_REQUIRED),
        (FailureCode.UNSUPPORTED_IMAGE, OutcomeKind.EDIT_FAILED),
        (FailureCode.IMAGE_TOO_LARGE, OutcomeKind.EDIT_FAILED),
        (FailureCode.PROCESSING_FAILED, OutcomeKind.EDIT_FAILED),
        (FailureCode.LEASE_EXPIRED, OutcomeKind.EDIT_FAILED),
        (FailureCode.CORRUPT_IMAGE, OutcomeKind.EDIT_FAILED),
        (FailureCode.OUTAGE, OutcomeKind.EDIT_FAILED),
        (FailureCode.CANCELLED, OutcomeKind.EDIT_CANCELLED),
    ],
)
def test_the_owner_hears_why_an_edit_failed(code: FailureCode, kind: OutcomeKind) -> None:
    ended = outcome(a_file(job=a_job(JobStatus.FAILED, error=a_failure(code))))

    assert ended is not None
    assert ended.kind is kind
    assert ended.job.error == a_failure(code)


def test_the_owner_hears_that_an_edit_is_done_under_the_name_of_that_time() -> None:
    ended = outcome(a_file(name="new.jpg", job=a_job(JobStatus.DONE)))

    assert ended is not None
    assert (ended.kind, ended.file_name) == (OutcomeKind.EDIT_DONE, "new.jpg")
    assert (ended.job.finished_at_ms, ended.job.error) == (NOW_MS, None)


def test_who_deleted_a_file_is_not_told_that_its_edit_was_cancelled() -> None:
    ended = outcome(a_file(job=a_job(JobStatus.FAILED, error=a_failure(FailureCode.FILE_DELETED))))

    assert ended is not None
    assert (ended.kind, ended.is_news) == (OutcomeKind.EDIT_CANCELLED, False)


def test_every_failure_is_one_the_owner_hears_of_or_has_caused() -> None:
    silent = [
        code
        for code in FailureCode
        if (ended := outcome(a_file(job=a_job(JobStatus.FAILED, error=a_failure(code)))))
        and not ended.is_news
    ]

    assert silent == [FailureCode.FILE_DELETED]
