"""Deadlines: which a change of a file sets, moves and clears."""

import pytest

from domain import file as files
from domain.file import File
from domain.job import JobStatus
from domain.wakeup import Deadline, changes
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
    some_settings,
)

SETTINGS = some_settings()

LATER_MS = NOW_MS + 1_000
WAITING = a_file(job=a_job())
LOCKED = a_locked_file()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, a_file(), {Deadline.TELL: LATER_MS}),
        (
            a_file(),
            files.submitted(a_file(), JOB_ID, LATER_MS),
            {Deadline.TELL: LATER_MS, Deadline.DISPATCH: LATER_MS},
        ),
        (
            WAITING,
            files.claimed(WAITING, JOB_ID, "w", lease_ms=LEASE_MS, now_ms=LATER_MS),
            {
                Deadline.TELL: LATER_MS,
                Deadline.DISPATCH: None,
                Deadline.LEASE: LATER_MS + LEASE_MS,
            },
        ),
        (
            LOCKED,
            files.renewed(LOCKED, 1, lease_ms=LEASE_MS, now_ms=LATER_MS),
            {Deadline.LEASE: LATER_MS + LEASE_MS},
        ),
        (
            LOCKED,
            files.completed(LOCKED, 1, a_preview(), copied_bytes=5, now_ms=LATER_MS),
            {
                Deadline.TELL: LATER_MS,
                Deadline.LEASE: None,
                Deadline.ARCHIVE: LATER_MS + SETTINGS.archive_after_ms,
            },
        ),
        (
            LOCKED,
            files.attempt_failed(LOCKED, 1, a_failure(), backoff_ms=700, now_ms=LATER_MS),
            {
                Deadline.TELL: LATER_MS,
                Deadline.LEASE: None,
                Deadline.DISPATCH: LATER_MS + 700,
                Deadline.SWEEP: LATER_MS + SETTINGS.sweep_after_ms,
            },
        ),
        (
            WAITING,
            files.deleted(WAITING, LATER_MS),
            {
                Deadline.TELL: LATER_MS,
                Deadline.DISPATCH: None,
                Deadline.PURGE: LATER_MS,
            },
        ),
        (a_file(), files.renamed(a_file(), "b.jpg", LATER_MS), {Deadline.TELL: LATER_MS}),
    ],
    ids=["register", "submit", "claim", "renew", "complete", "fail", "delete", "rename"],
)
def test_a_change_sets_and_clears_exactly_its_deadlines(
    before: File | None, after: File, expected: dict[Deadline, int | None]
) -> None:
    assert changes(before, after, SETTINGS, LATER_MS) == expected


def test_a_change_beside_a_waiting_job_leaves_its_dispatch_alone() -> None:
    marked = files.marked(WAITING, LATER_MS, value=True)

    assert Deadline.DISPATCH not in changes(WAITING, marked, SETTINGS, LATER_MS)


def test_a_new_job_after_an_old_one_is_dispatched_at_once() -> None:
    before = a_file(job=a_job(JobStatus.DONE))
    after = files.submitted(before, OTHER_JOB_ID, LATER_MS)

    assert changes(before, after, SETTINGS, LATER_MS)[Deadline.DISPATCH] == LATER_MS


def test_a_purge_is_due_once() -> None:
    deleted = files.deleted(a_file(), NOW_MS)

    assert changes(a_file(), deleted, SETTINGS, NOW_MS)[Deadline.PURGE] == NOW_MS
    assert changes(deleted, deleted, SETTINGS, LATER_MS) == {}
