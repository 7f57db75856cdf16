"""Deadlines of a file that is paused, that grows old, or that has leftovers to be removed."""

import pytest

from domain import file as files
from domain import operation, retention
from domain.failure import FailureCode
from domain.file import File, OrderPause
from domain.job import JobStatus
from domain.wakeup import Deadline, changes
from tests.unit.factories import (
    LEASE_MS,
    NOW_MS,
    OTHER_JOB_ID,
    a_failure,
    a_file,
    a_job,
    a_locked_file,
    a_preview,
    some_settings,
)

SETTINGS = some_settings()
ARCHIVE_AT_MS = NOW_MS + SETTINGS.archive_after_ms
LATER_MS = NOW_MS + 1_000
SWEEP_MS = LATER_MS + SETTINGS.sweep_after_ms
BACKOFF_MS = NOW_MS + 60_000
TELL = {Deadline.TELL: LATER_MS}

WAITING = a_file(job=a_job())
IN_BACKOFF = a_file(job=a_job(not_before_ms=BACKOFF_MS))
LOCKED = a_locked_file()
EDITED = files.completed(LOCKED, 1, a_preview(), copied_bytes=5, now_ms=NOW_MS)
REVISED = files.submitted(EDITED, OTHER_JOB_ID, NOW_MS)
UNDER_REVISION = files.claimed(REVISED, OTHER_JOB_ID, "w", lease_ms=LEASE_MS, now_ms=NOW_MS)


def paused(file: File) -> File:
    return operation.paused(file, LATER_MS, value=True)


def resumed(file: File) -> File:
    return operation.paused(file, LATER_MS, value=False)


def order_paused(file: File, revision: int, *, value: bool) -> File:
    pause = OrderPause(revision=revision, is_paused=value)
    return operation.order_paused(file, pause, LATER_MS)


def changed(before: File, after: File) -> dict[Deadline, int | None]:
    return changes(before, after, SETTINGS, LATER_MS)


# --- Paused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [WAITING, IN_BACKOFF], ids=["waiting", "in its backoff"])
def test_a_pause_takes_the_dispatch_back(file: File) -> None:
    after = order_paused(file, 1, value=True)

    assert changed(file, paused(file)) == {**TELL, Deadline.DISPATCH: None}
    assert changed(file, after) == {**TELL, Deadline.DISPATCH: None}


def test_a_resumed_job_is_dispatched_at_once_or_when_its_backoff_is_over() -> None:
    waiting, in_backoff = paused(WAITING), paused(IN_BACKOFF)

    assert changed(waiting, resumed(waiting)) == {**TELL, Deadline.DISPATCH: LATER_MS}
    assert changed(in_backoff, resumed(in_backoff)) == {**TELL, Deadline.DISPATCH: BACKOFF_MS}


def test_a_resumed_order_dispatches_nothing_while_the_file_itself_is_paused() -> None:
    before = order_paused(paused(WAITING), 1, value=True)

    assert changed(before, order_paused(before, 2, value=False)) == TELL


def test_a_paused_file_without_a_waiting_job_has_nothing_to_take_back() -> None:
    assert changed(a_file(), paused(a_file())) == TELL
    assert changed(LOCKED, paused(LOCKED)) == TELL
    assert changed(EDITED, paused(EDITED)) == TELL


def test_a_job_submitted_to_a_paused_file_is_not_dispatched() -> None:
    before = paused(a_file())

    assert changed(before, files.submitted(before, OTHER_JOB_ID, LATER_MS)) == TELL


def test_a_job_that_falls_back_into_a_pause_is_not_dispatched() -> None:
    before = paused(LOCKED)
    after = files.attempt_failed(before, 1, a_failure(), backoff_ms=700, now_ms=LATER_MS)

    assert changed(before, after) == {
        **TELL,
        Deadline.LEASE: None,
        Deadline.SWEEP: SWEEP_MS,
    }


# --- Operators ----------------------------------------------------------------------------------


def test_a_forced_unlock_ends_the_lease_and_dispatches_at_once() -> None:
    after = operation.force_unlocked(LOCKED, LATER_MS)

    assert changed(LOCKED, after) == {
        **TELL,
        Deadline.LEASE: None,
        Deadline.DISPATCH: LATER_MS,
        Deadline.SWEEP: SWEEP_MS,
    }


def test_a_cancelled_job_is_neither_dispatched_nor_waited_for() -> None:
    waiting = operation.cancelled(WAITING, WAITING.job.id if WAITING.job else "", LATER_MS)
    locked = operation.cancelled(LOCKED, LOCKED.job.id if LOCKED.job else "", LATER_MS)

    assert changed(WAITING, waiting) == {**TELL, Deadline.DISPATCH: None}
    assert changed(LOCKED, locked) == {**TELL, Deadline.LEASE: None, Deadline.SWEEP: SWEEP_MS}


def test_a_redriven_job_is_dispatched_at_once() -> None:
    failed = a_file(job=a_job(JobStatus.FAILED))
    assert failed.job is not None

    after = operation.redriven(failed, failed.job.id, LATER_MS)

    assert changed(failed, after) == {**TELL, Deadline.DISPATCH: LATER_MS}


# --- Archive ------------------------------------------------------------------------------------


def test_a_finished_file_is_archived_so_long_after_it_was_finished() -> None:
    assert changes(LOCKED, EDITED, SETTINGS, NOW_MS)[Deadline.ARCHIVE] == ARCHIVE_AT_MS


def test_a_rename_neither_puts_archiving_off_nor_brings_it_forward() -> None:
    assert changed(EDITED, files.renamed(EDITED, "new.jpg", LATER_MS)) == TELL


def test_a_file_that_is_to_be_edited_again_is_not_archived() -> None:
    after = files.submitted(EDITED, OTHER_JOB_ID, LATER_MS)

    assert changed(EDITED, after) == {
        **TELL,
        Deadline.DISPATCH: LATER_MS,
        Deadline.ARCHIVE: None,
    }


def test_a_revision_that_failed_leaves_the_first_edit_to_be_archived_at_its_time() -> None:
    corrupt = a_failure(FailureCode.CORRUPT_IMAGE)

    after = files.attempt_failed(UNDER_REVISION, 2, corrupt, backoff_ms=1, now_ms=LATER_MS)

    assert changed(UNDER_REVISION, after)[Deadline.ARCHIVE] == ARCHIVE_AT_MS


def test_a_revision_that_is_done_is_archived_counted_from_then_on() -> None:
    after = files.completed(UNDER_REVISION, 2, a_preview(), copied_bytes=5, now_ms=LATER_MS)

    assert changed(UNDER_REVISION, after) == {
        **TELL,
        Deadline.LEASE: None,
        Deadline.ARCHIVE: LATER_MS + SETTINGS.archive_after_ms,
        Deadline.SWEEP: SWEEP_MS,
    }


def test_what_is_archived_is_not_archived_again_and_its_old_objects_are_swept() -> None:
    assert EDITED.processed_key is not None
    after = retention.archived(EDITED, EDITED.processed_key, LATER_MS)

    assert changed(EDITED, after) == {
        **TELL,
        Deadline.ARCHIVE: None,
        Deadline.SWEEP: SWEEP_MS,
    }


def test_a_deleted_file_is_purged_and_neither_archived_nor_swept() -> None:
    before = EDITED.model_copy(update={"leftovers": ("old",)})

    assert changed(before, files.deleted(before, LATER_MS)) == {
        **TELL,
        Deadline.PURGE: LATER_MS,
        Deadline.ARCHIVE: None,
        Deadline.SWEEP: None,
    }


# --- Sweep --------------------------------------------------------------------------------------


def test_a_sweep_waits_until_no_late_worker_can_write_any_more() -> None:
    before = a_file(leftovers=("old",))
    after = before.model_copy(update={"leftovers": ("old", "new")})

    assert changed(a_file(), before) == {Deadline.SWEEP: SWEEP_MS}
    assert changed(before, after) == {Deadline.SWEEP: SWEEP_MS}


def test_a_file_that_is_swept_clean_has_no_more_to_sweep() -> None:
    before = a_file(leftovers=("old",))

    assert changed(before, retention.swept(before, ("old",))) == {Deadline.SWEEP: None}


def test_what_came_while_it_was_swept_is_swept_later() -> None:
    before = a_file(leftovers=("old", "new"))

    assert changed(before, retention.swept(before, ("old",))) == {Deadline.SWEEP: SWEEP_MS}
