"""Bytes that nobody refers to any more: removed once no late worker can bring them back."""

import pytest

from actors.effects import ArchiveObject, PurgeObjects, SweepObjects
from domain import keys
from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import FileStatus
from domain.limits import EFFECT_RETRY_FIRST_MS
from domain.messages.file import DeleteFile
from tests.unit.actors.cores import FileOnPaper, job_id, of_kind, told
from tests.unit.factories import FILE_ID, LEASE_MS, NOW_MS, a_failure

DAY_MS = 24 * 3_600_000
SWEEP_AFTER_MS = 3_600_000
SWEPT_MS = NOW_MS + SWEEP_AFTER_MS
ARCHIVED_MS = NOW_MS + 90 * DAY_MS
CORRUPT = a_failure(FailureCode.CORRUPT_IMAGE)


def attempt(token: int) -> tuple[str, ...]:
    return keys.of_attempt("alice", "summer-42", FILE_ID, token)


def archive_key(token: int) -> str:
    return keys.archived(attempt(token)[0])


def swept(file: FileOnPaper, now_ms: int) -> list[str]:
    """What is removed now, and is gone."""
    return [
        key for effect in of_kind(SweepObjects, file.settle(now_ms)) for key in effect.object_keys
    ]


def archivings(file: FileOnPaper, now_ms: int) -> list[ArchiveObject]:
    """What is archived now, and the copy is made."""
    return of_kind(ArchiveObject, file.settle(now_ms))


def an_edited_file() -> FileOnPaper:
    file = FileOnPaper()
    file.finish_jobs(1)
    file.settle()
    return file


def a_failed_file() -> FileOnPaper:
    file = FileOnPaper()
    file.submit()
    file.fail(file.claim().token, CORRUPT)
    file.settle()
    return file


# --- Sweep --------------------------------------------------------------------------------------


def test_what_a_failed_attempt_may_have_written_is_removed_a_while_later() -> None:
    file = a_failed_file()

    assert swept(file, SWEPT_MS - 1) == []
    assert swept(file, SWEPT_MS) == list(attempt(1))
    assert file.core.next_deadline_ms() is None
    assert file.inspected().leftovers == ()


def test_what_a_worker_that_fell_silent_may_have_written_is_removed_too() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()
    file.settle()

    swept_ms = NOW_MS + LEASE_MS + SWEEP_AFTER_MS
    file.settle(NOW_MS + LEASE_MS)

    assert swept(file, swept_ms - 1) == []
    assert swept(file, swept_ms) == list(attempt(1))


def test_a_revision_removes_what_the_edit_before_it_made_and_nothing_of_its_own() -> None:
    file = an_edited_file()
    file.finish_jobs(2)
    file.settle()

    assert set(swept(file, SWEPT_MS)) == {*attempt(1), archive_key(1)}
    seen = file.seen()
    assert seen.preview is not None
    assert seen.preview.object_key == attempt(2)[1]


def test_a_finished_edit_alone_leaves_nothing_to_remove() -> None:
    assert "sweep" not in an_edited_file().deadlines()


def test_a_sweep_that_failed_is_tried_until_it_succeeds() -> None:
    file = a_failed_file()
    file.owed(SWEPT_MS)
    file.restart()

    assert swept(file, SWEPT_MS + EFFECT_RETRY_FIRST_MS) == list(attempt(1))


def test_what_came_up_while_a_sweep_was_under_way_is_removed_later() -> None:
    file = a_failed_file()
    (sweep,) = of_kind(SweepObjects, file.owed(SWEPT_MS))
    file.submit(job_id(2), SWEPT_MS)
    file.fail(file.claim(job_id(2), SWEPT_MS).token, CORRUPT, SWEPT_MS)

    file.core.finish(sweep, None, SWEPT_MS)

    assert swept(file, SWEPT_MS + SWEEP_AFTER_MS - 1) == []
    assert swept(file, SWEPT_MS + SWEEP_AFTER_MS) == list(attempt(2))


def test_a_sweep_is_told_to_nobody() -> None:
    file = a_failed_file()
    before = file.seen()

    effects = file.settle(SWEPT_MS)

    assert told(effects) == []
    assert file.seen() == before


# --- Purge --------------------------------------------------------------------------------------


def test_a_file_deleted_with_leftovers_is_purged_and_not_swept() -> None:
    file = a_failed_file()

    file.tell(DeleteFile(caller_id="alice"))

    effects = [*file.settle(), *file.settle(SWEPT_MS), *file.settle(NOW_MS + DAY_MS)]
    assert len(of_kind(PurgeObjects, effects)) == 2
    assert of_kind(SweepObjects, effects) == []
    assert file.core.next_deadline_ms() is None


def test_a_sweep_that_was_under_way_when_the_file_was_deleted_brings_nothing_back() -> None:
    file = a_failed_file()
    (sweep,) = of_kind(SweepObjects, file.owed(SWEPT_MS))
    file.tell(DeleteFile(caller_id="alice"), SWEPT_MS)

    file.core.finish(sweep, None, SWEPT_MS)

    assert set(file.deadlines(SWEPT_MS)) == {"purge", "tell"}


def test_the_second_purge_comes_after_the_first_however_late_the_first_was() -> None:
    file = FileOnPaper()
    file.settle()
    file.tell(DeleteFile(caller_id="alice"))
    file.owed()

    late_ms = NOW_MS + DAY_MS
    effects = [*file.settle(late_ms), *file.settle(late_ms + DAY_MS)]

    assert len(of_kind(PurgeObjects, effects)) == 1
    assert file.core.next_deadline_ms() is None


# --- Archive ------------------------------------------------------------------------------------


def test_a_finished_file_is_archived_after_90_days_and_not_a_moment_before() -> None:
    file = an_edited_file()

    assert archivings(file, ARCHIVED_MS - 1) == []
    assert archivings(file, ARCHIVED_MS) == [ArchiveObject(FILE_ID, attempt(1)[0], archive_key(1))]


def test_an_archived_file_says_when_has_no_preview_and_its_order_hears() -> None:
    file = an_edited_file()

    (tell,) = told(file.settle(ARCHIVED_MS))

    seen = tell.apply.snapshot
    assert seen == file.seen(ARCHIVED_MS)
    assert (seen.archived_at_ms, seen.preview) == (ARCHIVED_MS, None)
    assert seen.status is FileStatus.DONE
    assert tell.apply.outcomes == ()


def test_once_it_is_archived_the_first_copy_and_the_preview_are_removed_and_it_rests() -> None:
    file = an_edited_file()
    file.settle(ARCHIVED_MS)

    assert swept(file, ARCHIVED_MS + SWEEP_AFTER_MS - 1) == []
    assert set(swept(file, ARCHIVED_MS + SWEEP_AFTER_MS)) == set(attempt(1))
    assert file.core.next_deadline_ms() is None


def test_an_archiving_that_failed_is_tried_again_and_nothing_is_removed_before() -> None:
    file = an_edited_file()
    file.owed(ARCHIVED_MS)

    assert file.seen(ARCHIVED_MS).archived_at_ms is None
    assert file.inspected(ARCHIVED_MS).leftovers == ()
    assert len(archivings(file, ARCHIVED_MS + EFFECT_RETRY_FIRST_MS)) == 1


def test_a_file_edited_again_counts_its_90_days_anew() -> None:
    file = an_edited_file()
    file.submit(job_id(2), NOW_MS + DAY_MS)
    file.complete(file.claim(job_id(2), NOW_MS + DAY_MS).token, NOW_MS + DAY_MS)
    file.settle(NOW_MS + DAY_MS)

    assert archivings(file, ARCHIVED_MS) == []
    assert len(archivings(file, ARCHIVED_MS + DAY_MS)) == 1


def test_a_file_whose_revision_waits_is_not_archived_until_that_has_failed() -> None:
    file = an_edited_file()
    file.submit(job_id(2), ARCHIVED_MS - 1)

    waited = archivings(file, ARCHIVED_MS)
    file.fail(file.claim(job_id(2), ARCHIVED_MS).token, CORRUPT, ARCHIVED_MS)

    assert waited == []
    assert len(archivings(file, ARCHIVED_MS)) == 1


def test_an_archived_file_is_edited_again_from_its_raw_photo_and_its_archive_is_removed() -> None:
    file = an_edited_file()
    file.settle(ARCHIVED_MS)
    file.settle(ARCHIVED_MS + SWEEP_AFTER_MS)
    again_ms = ARCHIVED_MS + DAY_MS

    file.submit(job_id(2), again_ms)
    file.complete(file.claim(job_id(2), again_ms).token, again_ms)

    seen = file.seen(again_ms)
    assert (seen.status, seen.archived_at_ms) == (FileStatus.DONE, None)
    assert seen.preview is not None
    assert swept(file, again_ms + SWEEP_AFTER_MS) == [archive_key(1)]
    assert len(archivings(file, again_ms + 90 * DAY_MS)) == 1


def test_a_revision_submitted_while_the_copy_was_made_wins_and_the_copy_is_removed() -> None:
    file = an_edited_file()
    (archiving,) = of_kind(ArchiveObject, file.owed(ARCHIVED_MS))
    file.submit(job_id(2), ARCHIVED_MS)

    file.core.finish(archiving, None, ARCHIVED_MS)
    file.complete(file.claim(job_id(2), ARCHIVED_MS).token, ARCHIVED_MS)

    assert file.seen(ARCHIVED_MS).archived_at_ms is None
    assert set(swept(file, ARCHIVED_MS + SWEEP_AFTER_MS)) == {archive_key(1), *attempt(1)}


def test_a_copy_of_which_nobody_heard_is_removed_once_a_revision_is_done() -> None:
    file = an_edited_file()
    of_kind(ArchiveObject, file.owed(ARCHIVED_MS))
    file.submit(job_id(2), ARCHIVED_MS)

    file.complete(file.claim(job_id(2), ARCHIVED_MS).token, ARCHIVED_MS)

    assert archive_key(1) in swept(file, ARCHIVED_MS + SWEEP_AFTER_MS)


def test_a_file_deleted_while_the_copy_was_made_is_purged_once_more_later() -> None:
    file = an_edited_file()
    (archiving,) = of_kind(ArchiveObject, file.owed(ARCHIVED_MS))
    file.tell(DeleteFile(caller_id="alice"), ARCHIVED_MS)

    file.core.finish(archiving, None, ARCHIVED_MS)

    effects = [*file.settle(ARCHIVED_MS), *file.settle(ARCHIVED_MS + SWEEP_AFTER_MS)]
    assert len(of_kind(PurgeObjects, effects)) == 2
    with pytest.raises(Refusal) as refused:
        file.seen(ARCHIVED_MS)
    assert refused.value.code is Code.FILE_DELETED


def test_a_file_that_was_never_edited_is_not_archived() -> None:
    file = a_failed_file()

    assert archivings(file, NOW_MS + 1_000 * DAY_MS) == []


@pytest.mark.parametrize(
    ("settings", "after_ms"),
    [({}, 90 * DAY_MS), ({"archive_after_ms": 1_000}, 1_000)],
    ids=["by default", "shortened"],
)
def test_the_time_until_a_file_is_archived_may_be_set(
    settings: dict[str, int], after_ms: int
) -> None:
    file = FileOnPaper(is_registered=True, **settings)
    file.finish_jobs(1)

    assert file.deadlines()["archive"] == NOW_MS + after_ms
