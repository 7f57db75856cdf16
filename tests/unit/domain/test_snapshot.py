"""What a file tells others: everything they may see, no lease, and how its job ended."""

import pytest

from domain.failure import FailureCode
from domain.file import File
from domain.job import JobState
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
        a_file(job=a_job(JobState.DONE), preview=a_preview()),
        a_file(job=a_job(JobState.FAILED), deleted_at_ms=NOW_MS),
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
    ],
)
def test_the_owner_hears_why_an_edit_failed(code: FailureCode, kind: OutcomeKind) -> None:
    ended = outcome(a_file(job=a_job(JobState.FAILED, failure=a_failure(code))))

    assert ended is not None
    assert ended.kind is kind
    assert ended.detail == f"it was {code}"


def test_the_owner_hears_that_an_edit_is_done_under_the_name_of_that_time() -> None:
    ended = outcome(a_file(name="new.jpg", job=a_job(JobState.DONE)))

    assert ended is not None
    assert (ended.kind, ended.file_name, ended.at_ms) == (OutcomeKind.EDIT_DONE, "new.jpg", NOW_MS)
    assert ended.detail is None


def test_an_owner_is_not_told_of_what_they_cancelled() -> None:
    cancelled = a_failure(FailureCode.CANCELLED)

    assert outcome(a_file(job=a_job(JobState.FAILED, failure=cancelled))) is None


def test_every_failure_is_one_the_owner_hears_of_or_has_caused() -> None:
    silent = [
        code
        for code in FailureCode
        if outcome(a_file(job=a_job(JobState.FAILED, failure=a_failure(code)))) is None
    ]

    assert silent == [FailureCode.CANCELLED]
