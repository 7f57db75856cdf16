"""Operators at a file's job: cancelled, taken from its worker, or made anew after it failed."""

import pytest

from domain import keys
from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import FileStatus
from domain.operation import Operation
from domain.snapshot import OutcomeKind
from tests.unit.actors.cores import FileOnPaper, dispatched, told
from tests.unit.factories import FILE_ID, JOB_ID, LEASE_MS, NOW_MS, OTHER_JOB_ID


def a_locked_file() -> FileOnPaper:
    """Whose job is in progress; it owes nothing."""
    file = FileOnPaper()
    file.submit()
    file.claim()
    file.settle()
    return file


def test_a_cancelled_job_is_an_outcome_of_which_the_owner_hears() -> None:
    file = a_locked_file()

    file.operate(Operation.CANCEL)

    (tell,) = told(file.settle())
    (outcome,) = tell.apply.outcomes
    assert (outcome.kind, outcome.is_news) == (OutcomeKind.EDIT_CANCELLED, True)
    assert tell.apply.snapshot.status is FileStatus.FAILED


def test_a_cancelled_job_is_not_dispatched_and_its_late_worker_is_refused() -> None:
    file = a_locked_file()
    file.operate(Operation.CANCEL)

    with pytest.raises(Refusal) as refused:
        file.complete(1)

    assert refused.value.code is Code.LEASE_LOST
    assert dispatched(file.owed(NOW_MS + 10**9)) == []


def test_after_a_forced_unlock_the_late_worker_is_refused_and_the_next_one_gets_the_job() -> None:
    file = a_locked_file()
    file.operate(Operation.FORCE_UNLOCK)

    with pytest.raises(Refusal) as refused:
        file.complete(1)
    assert dispatched(file.settle()) != []
    grant = file.claim()

    assert refused.value.code is Code.LEASE_LOST
    assert grant.token == 3
    assert grant.processed_key == keys.processed("alice", "summer-42", FILE_ID, 3)
    file.complete(grant.token)
    assert file.seen().status is FileStatus.DONE


def test_a_lease_that_was_taken_away_does_not_run_out_later() -> None:
    file = a_locked_file()
    file.operate(Operation.FORCE_UNLOCK)

    job = file.seen(NOW_MS + 2 * LEASE_MS).job

    assert job is not None
    assert job.error is not None
    assert job.error.code is FailureCode.FORCE_UNLOCKED


def test_a_lease_that_has_run_out_by_itself_is_nothing_to_unlock() -> None:
    file = a_locked_file()

    operated = file.operate(Operation.FORCE_UNLOCK, now_ms=NOW_MS + LEASE_MS)

    assert not operated.is_changed
    assert file.inspected(NOW_MS + LEASE_MS).fencing_token == 1


def test_a_redriven_job_is_another_one_that_is_dispatched_at_once() -> None:
    file = a_locked_file()
    file.operate(Operation.CANCEL)
    file.settle()

    operated = file.operate(Operation.REDRIVE, "action-2")

    (dispatch,) = dispatched(file.settle())
    assert operated.job_id == dispatch.dispatch.job_id != JOB_ID
    assert [job.id for job in file.inspected().jobs] == [operated.job_id, JOB_ID]


def test_two_operators_who_redrive_one_job_make_one_job() -> None:
    file = a_locked_file()
    file.operate(Operation.CANCEL)

    first = file.operate(Operation.REDRIVE, "action-2")
    second = file.operate(Operation.REDRIVE, "action-3")

    assert (first.is_changed, second.is_changed) == (True, False)
    assert first.job_id == second.job_id


def test_a_job_that_was_redriven_is_no_repeat_of_a_submit() -> None:
    file = a_locked_file()
    file.operate(Operation.CANCEL)
    file.operate(Operation.REDRIVE, "action-2")

    with pytest.raises(Refusal) as refused:
        file.submit(OTHER_JOB_ID)

    assert refused.value.code is Code.JOB_ACTIVE
