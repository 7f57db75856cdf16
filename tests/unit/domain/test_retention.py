"""A finished photo grows old: archived once, edited again nevertheless, and leftovers removed."""

import pytest

from domain import file as files
from domain import keys, operation, retention
from domain.failure import FailureCode
from domain.file import File, FileStatus
from domain.job import JobStatus
from domain.limits import LEFTOVER_KEYS_MAX
from domain.snapshot import snapshot
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

OLD_MS = NOW_MS + 90 * 24 * 3_600_000


def keys_of(token: int) -> tuple[str, ...]:
    return keys.of_attempt("alice", "summer-42", FILE_ID, token)


def claimed(file: File, job_id: str) -> File:
    return files.claimed(file, job_id, "w", lease_ms=LEASE_MS, now_ms=OLD_MS)


def completed(file: File, token: int, now_ms: int = NOW_MS) -> File:
    return files.completed(file, token, a_preview(), copied_bytes=5, now_ms=now_ms)


def archived(file: File, processed_key: str | None = None) -> File:
    return retention.archived(file, processed_key or PROCESSED_KEY, OLD_MS)


PROCESSED_KEY, PREVIEW_KEY = keys_of(1)
ARCHIVE_KEY = keys.archived(PROCESSED_KEY)
EDITED = completed(a_locked_file(), 1)
ARCHIVED = archived(EDITED)
REVISED = files.submitted(EDITED, OTHER_JOB_ID, OLD_MS)
UNDER_REVISION = claimed(REVISED, OTHER_JOB_ID)
FAILED_REVISION = files.attempt_failed(
    UNDER_REVISION, 2, a_failure(FailureCode.CORRUPT_IMAGE), backoff_ms=1, now_ms=OLD_MS
)
EDITED_AGAIN = completed(UNDER_REVISION, 2, OLD_MS)


# --- Which files are archived -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "may"),
    [
        (EDITED, True),
        (FAILED_REVISION, True),
        (operation.paused(EDITED, OLD_MS, value=True), True),
        (a_file(), False),
        (a_file(job=a_job(JobStatus.FAILED)), False),
        (REVISED, False),
        (UNDER_REVISION, False),
        (ARCHIVED, False),
        (files.deleted(EDITED, OLD_MS), False),
    ],
    ids=[
        "edited",
        "edited, and a revision failed",
        "edited and paused",
        "never edited",
        "never edited, for it failed",
        "to be edited again",
        "being edited again",
        "archived already",
        "deleted",
    ],
)
def test_only_an_edited_file_at_rest_may_be_archived(file: File, *, may: bool) -> None:
    assert retention.may_archive(file) is may


# --- What archiving makes of a file -------------------------------------------------------------


def test_an_archived_file_refers_to_the_archive_and_has_no_preview() -> None:
    assert ARCHIVED.processed_key == ARCHIVE_KEY
    assert ARCHIVED.preview is None
    assert (ARCHIVED.archived_at_ms, ARCHIVED.status) == (OLD_MS, FileStatus.DONE)
    assert ARCHIVED.version == EDITED.version + 1
    assert snapshot(ARCHIVED).archived_at_ms == OLD_MS


def test_what_lay_there_before_is_left_over() -> None:
    assert set(ARCHIVED.leftovers) == {PROCESSED_KEY, PREVIEW_KEY}


def test_an_archiving_that_is_told_twice_is_one() -> None:
    assert archived(ARCHIVED) is ARCHIVED
    assert archived(UNDER_REVISION) is UNDER_REVISION


def test_a_file_that_is_edited_again_meanwhile_is_not_called_archived() -> None:
    for_now, afterwards = archived(UNDER_REVISION), archived(EDITED_AGAIN)

    assert (for_now.archived_at_ms, afterwards.archived_at_ms) == (None, None)
    assert for_now.processed_key == PROCESSED_KEY
    assert afterwards.processed_key == keys_of(2)[0]
    assert afterwards.preview == EDITED_AGAIN.preview


@pytest.mark.parametrize(
    "file",
    [archived(EDITED_AGAIN), completed(archived(UNDER_REVISION), 2, OLD_MS)],
    ids=["edited again before the copy was told", "edited again after it was told"],
)
def test_a_copy_that_came_too_late_is_left_over_and_not_forgotten(file: File) -> None:
    assert ARCHIVE_KEY in file.leftovers


def test_a_copy_that_came_too_late_and_is_used_after_all_is_not_removed() -> None:
    too_late = archived(UNDER_REVISION)
    at_rest = files.attempt_failed(
        too_late, 2, a_failure(FailureCode.CORRUPT_IMAGE), backoff_ms=1, now_ms=OLD_MS
    )

    after_all = archived(at_rest)

    assert after_all.processed_key == ARCHIVE_KEY
    assert ARCHIVE_KEY not in after_all.leftovers


def test_a_deleted_file_is_not_archived() -> None:
    deleted = files.deleted(EDITED, OLD_MS)

    assert archived(deleted) is deleted


# --- What cannot be archived, for it is gone ----------------------------------------------------


def test_a_file_whose_photo_is_gone_keeps_its_preview_and_is_not_to_be_archived() -> None:
    lost = retention.lost(EDITED, PROCESSED_KEY)

    assert (lost.preview, lost.archived_at_ms) == (EDITED.preview, None)
    assert not retention.may_archive(lost)
    assert snapshot(lost) == snapshot(EDITED)


@pytest.mark.parametrize(
    "file",
    [ARCHIVED, EDITED_AGAIN, files.deleted(EDITED, OLD_MS)],
    ids=["archived already", "edited again", "deleted"],
)
def test_a_file_that_has_moved_on_has_not_lost_what_it_refers_to(file: File) -> None:
    assert retention.lost(file, PROCESSED_KEY) is file


# --- A revision of an archived file -------------------------------------------------------------


def test_an_archived_file_can_be_edited_again_and_is_archived_no_longer() -> None:
    again = completed(claimed(files.submitted(ARCHIVED, JOB_ID, OLD_MS), JOB_ID), 2, OLD_MS)

    assert again.archived_at_ms is None
    assert (again.processed_key, again.edited_at_ms) == (keys_of(2)[0], OLD_MS)
    assert again.preview is not None
    assert ARCHIVE_KEY in again.leftovers
    assert retention.may_archive(again)


def test_while_it_is_edited_again_an_archived_file_stays_archived() -> None:
    under_way = claimed(files.submitted(ARCHIVED, JOB_ID, OLD_MS), JOB_ID)

    assert under_way.archived_at_ms == OLD_MS
    assert under_way.processed_key == ARCHIVE_KEY


# --- Leftovers ----------------------------------------------------------------------------------


def test_what_was_swept_is_remembered_no_longer_and_what_came_since_is() -> None:
    file = a_file(leftovers=("a", "b", "c"))

    assert retention.swept(file, ("a", "b")).leftovers == ("c",)


def test_a_sweep_is_no_new_version_for_nobody_could_see_it() -> None:
    file = a_file(leftovers=("a",))

    assert snapshot(retention.swept(file, ("a",))) == snapshot(file)


def test_a_finished_edit_leaves_over_what_the_one_before_had_made_and_any_copy_of_it() -> None:
    assert EDITED.leftovers == ()
    assert set(EDITED_AGAIN.leftovers) == {PROCESSED_KEY, PREVIEW_KEY, ARCHIVE_KEY}


def test_a_failed_attempt_leaves_over_what_it_may_have_written_and_nothing_in_use() -> None:
    assert set(FAILED_REVISION.leftovers) == set(keys_of(2))
    assert FAILED_REVISION.processed_key == PROCESSED_KEY


def test_a_file_remembers_only_so_many_leftovers_the_newest_ones() -> None:
    full = a_file(leftovers=tuple(str(number) for number in range(LEFTOVER_KEYS_MAX)))

    remembered = files.left_over(full, ("new",))

    assert len(remembered) == LEFTOVER_KEYS_MAX
    assert remembered[-2:] == (str(LEFTOVER_KEYS_MAX - 1), "new")


def test_a_deleted_file_has_no_leftovers_for_everything_of_it_is_purged() -> None:
    assert files.deleted(FAILED_REVISION, OLD_MS).leftovers == ()
