"""A paused file: its jobs wait, whether the operators paused the file or its whole order."""

from collections.abc import Callable

import pytest

from domain import file as files
from domain import operation
from domain.errors import Code, Refusal
from domain.file import File, FileStatus, OrderPause
from tests.unit.factories import (
    JOB_ID,
    LEASE_MS,
    NOW_MS,
    a_file,
    a_job,
    a_locked_file,
    a_preview,
)

LATER_MS = NOW_MS + 700
WAITING = a_file(job=a_job())
LOCKED = a_locked_file(token=3)

Operate = Callable[[File], File]


def paused(file: File) -> File:
    return operation.paused(file, LATER_MS, value=True)


def resumed(file: File) -> File:
    return operation.paused(file, LATER_MS, value=False)


def order_paused(file: File, revision: int, *, value: bool = True) -> File:
    pause = OrderPause(revision=revision, is_paused=value)
    return operation.order_paused(file, pause, LATER_MS)


def claimed(file: File) -> File:
    return files.claimed(file, JOB_ID, "worker-1", lease_ms=LEASE_MS, now_ms=LATER_MS)


@pytest.mark.parametrize("pause", [paused, lambda file: order_paused(file, 1)])
def test_the_job_of_a_paused_file_cannot_be_claimed(pause: Operate) -> None:
    with pytest.raises(Refusal) as refused:
        claimed(pause(WAITING))

    assert refused.value.code is Code.JOB_NOT_CLAIMABLE


@pytest.mark.parametrize("pause", [paused, lambda file: order_paused(file, 1)])
def test_a_job_that_is_in_progress_goes_on_though_its_file_is_paused(pause: Operate) -> None:
    done = files.completed(pause(LOCKED), 3, a_preview(), copied_bytes=5, now_ms=LATER_MS)

    assert done.status is FileStatus.DONE
    assert done.holds_jobs_back


@pytest.mark.parametrize(
    ("file", "is_held"),
    [
        (resumed(paused(WAITING)), False),
        (order_paused(order_paused(WAITING, 1), 2, value=False), False),
        (resumed(order_paused(paused(WAITING), 1)), True),
        (order_paused(order_paused(paused(WAITING), 1), 2, value=False), True),
    ],
    ids=["file resumed", "order resumed", "order still paused", "file still paused"],
)
def test_a_file_and_its_order_are_paused_and_resumed_each_for_itself(
    file: File, *, is_held: bool
) -> None:
    assert file.holds_jobs_back is is_held


@pytest.mark.parametrize("revision", [1, 2])
def test_an_older_word_of_the_order_is_passed_over(revision: int) -> None:
    newest = order_paused(WAITING, 2)

    assert order_paused(newest, revision, value=False) is newest


def test_a_file_that_missed_a_pause_takes_the_newest_word() -> None:
    after = order_paused(WAITING, 7)

    assert after.order_pause == OrderPause(revision=7, is_paused=True)
