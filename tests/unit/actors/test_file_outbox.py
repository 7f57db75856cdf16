"""What a file owes the world, until it is done: dispatches, news, outcomes, removed bytes."""

from actors.effects import SendDispatch
from domain.failure import FailureCode
from domain.file import FileStatus
from domain.limits import DISPATCH_TIMEOUT_MAX_MS, EFFECT_RETRY_FIRST_MS
from domain.messages.file import DeleteFile, Dispatch, Renew, UpdateFile
from domain.messages.order import Applied
from domain.snapshot import OutcomeKind
from tests.unit.actors.cores import FileOnPaper, dispatched, job_id, told
from tests.unit.factories import (
    FILE_ID,
    JOB_ID,
    NOW_MS,
    a_failure,
)

FIRST_DISPATCH = SendDispatch(Dispatch(file_id=FILE_ID, job_id=JOB_ID), attempt=0)
SECOND_DISPATCH = SendDispatch(Dispatch(file_id=FILE_ID, job_id=JOB_ID), attempt=1)
DELETE = DeleteFile(caller_id="alice")
BACKOFF_MS = 5_000
DISPATCH_TIMEOUT_MS = 30_000


# --- What it owes: the queue --------------------------------------------------------------------


def test_a_submitted_job_is_owed_to_the_queue() -> None:
    file = FileOnPaper()

    file.submit()

    assert dispatched(file.owed()) == [FIRST_DISPATCH]


def test_a_dispatch_that_failed_is_owed_again_a_moment_later() -> None:
    file = FileOnPaper()
    file.submit()
    file.owed()

    assert dispatched(file.owed(NOW_MS + EFFECT_RETRY_FIRST_MS)) == [FIRST_DISPATCH]


def test_a_lost_dispatch_is_sent_again_after_its_timeout() -> None:
    file = FileOnPaper()
    file.submit()
    file.settle()

    assert dispatched(file.owed(NOW_MS + DISPATCH_TIMEOUT_MS - 1)) == []
    assert dispatched(file.owed(NOW_MS + DISPATCH_TIMEOUT_MS)) == [FIRST_DISPATCH]


def waits_ms(file: FileOnPaper, now_ms: int, times: int) -> list[int]:
    """How long until the next dispatch, each sent and lost the moment it was due."""
    waits: list[int] = []
    for _ in range(times):
        file.settle(now_ms)
        due_ms = file.core.next_deadline_ms()
        assert due_ms is not None
        waits.append(due_ms - now_ms)
        now_ms = due_ms
    return waits


def test_a_job_nobody_claims_is_sent_again_after_twice_as_long_each_time() -> None:
    file = FileOnPaper()
    file.submit()

    assert waits_ms(file, NOW_MS, 7) == [
        30_000,
        60_000,
        120_000,
        240_000,
        480_000,
        DISPATCH_TIMEOUT_MAX_MS,
        DISPATCH_TIMEOUT_MAX_MS,
    ]


def test_the_next_attempt_is_dispatched_without_the_patience_of_the_last() -> None:
    file = FileOnPaper()
    file.submit()
    waits_ms(file, NOW_MS, 5)
    late_ms = NOW_MS + 3_600_000
    file.fail(file.claim(now_ms=late_ms).token, now_ms=late_ms)
    file.settle(late_ms)

    assert waits_ms(file, late_ms + BACKOFF_MS, 2) == [30_000, 60_000]


def test_a_claimed_job_is_not_dispatched_again() -> None:
    file = FileOnPaper()
    file.submit()
    file.settle()
    file.claim()

    assert dispatched(file.owed(NOW_MS + DISPATCH_TIMEOUT_MS)) == []


def test_a_job_claimed_while_it_was_being_sent_is_not_dispatched_again() -> None:
    file = FileOnPaper()
    file.submit()
    (dispatch,) = dispatched(file.owed())
    file.claim()

    file.core.finish(dispatch, None, NOW_MS)

    assert dispatched(file.owed(NOW_MS + DISPATCH_TIMEOUT_MS)) == []


def test_a_failed_attempt_is_dispatched_again_when_its_backoff_is_over() -> None:
    file = FileOnPaper()
    file.submit()
    file.settle()
    file.fail(file.claim().token)
    file.settle()

    assert dispatched(file.owed(NOW_MS + BACKOFF_MS - 1)) == []
    assert dispatched(file.owed(NOW_MS + BACKOFF_MS)) == [SECOND_DISPATCH]


def test_a_slow_dispatch_of_an_earlier_attempt_does_not_hold_up_the_retry() -> None:
    file = FileOnPaper()
    file.submit()
    (slow,) = dispatched(file.owed())
    file.fail(file.claim().token)

    file.core.finish(slow, None, NOW_MS)

    assert dispatched(file.owed(NOW_MS + BACKOFF_MS)) == [SECOND_DISPATCH]


def test_a_deleted_file_dispatches_nothing() -> None:
    file = FileOnPaper()
    file.submit()
    file.tell(DELETE)

    assert dispatched(file.owed()) == []


# --- What it owes: its order --------------------------------------------------------------------


def test_every_new_version_is_owed_to_the_order() -> None:
    file = FileOnPaper()

    (tell,) = told(file.owed())

    assert tell.order_id == "summer-42"
    assert tell.apply.snapshot == file.seen()


def test_what_the_order_was_told_is_not_told_again() -> None:
    file = FileOnPaper()
    file.settle()

    assert file.owed(NOW_MS + 10**9) == []
    assert file.core.next_deadline_ms() is None


def test_a_tell_that_failed_is_owed_until_it_succeeds() -> None:
    file = FileOnPaper()

    tries = [len(told(file.owed(NOW_MS + hour * 3_600_000))) for hour in range(5)]

    assert tries == [1] * 5


def test_a_change_while_the_order_is_being_told_is_told_too() -> None:
    file = FileOnPaper()
    (first,) = told(file.owed())
    file.tell(UpdateFile(caller_id="alice", marked=True))

    file.core.finish(first, Applied(), NOW_MS)

    (second,) = told(file.settle())
    assert second.apply.snapshot == file.seen()
    assert second.apply.snapshot.version > first.apply.snapshot.version


def test_only_the_newest_of_several_versions_is_told() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    (tell,) = told(file.settle())

    assert tell.apply.snapshot.version == 3
    assert tell.apply.snapshot.locked


def test_a_renewal_owes_nothing() -> None:
    file = FileOnPaper()
    file.submit()
    token = file.claim().token
    file.settle()

    file.tell(Renew(token=token))

    assert file.owed() == []


# --- What it owes: outcomes ---------------------------------------------------------------------


def test_an_outcome_is_owed_exactly_once_even_when_the_file_is_renamed_later() -> None:
    file = FileOnPaper()
    file.submit()
    file.complete(file.claim().token)
    (done,) = told(file.settle())

    file.tell(UpdateFile(caller_id="alice", name="renamed.jpg"))
    (renamed,) = told(file.settle())

    assert [outcome.kind for outcome in done.apply.outcomes] == [OutcomeKind.EDIT_DONE]
    assert renamed.apply.outcomes == ()


def test_an_outcome_the_order_has_not_heard_keeps_the_name_of_its_time() -> None:
    file = FileOnPaper()
    file.submit()
    file.complete(file.claim().token)
    file.owed()

    file.tell(UpdateFile(caller_id="alice", name="renamed.jpg"))

    (tell,) = told(file.settle())
    assert [outcome.file_name for outcome in tell.apply.outcomes] == ["beach.jpg"]
    assert tell.apply.snapshot.name == "renamed.jpg"


def test_outcomes_of_several_jobs_add_up_until_the_order_hears() -> None:
    file = FileOnPaper()
    file.finish_jobs(1, 2)

    (tell,) = told(file.settle())

    assert [outcome.job.id for outcome in tell.apply.outcomes] == [job_id(1), job_id(2)]


def test_an_outcome_that_came_while_the_order_was_being_told_is_not_lost() -> None:
    file = FileOnPaper()
    file.finish_jobs(1)
    (first,) = told(file.owed())
    file.finish_jobs(2)

    file.core.finish(first, Applied(), NOW_MS)

    (second,) = told(file.settle())
    assert [outcome.job.id for outcome in second.apply.outcomes] == [job_id(2)]


def test_an_attempt_that_will_be_repeated_is_no_outcome() -> None:
    file = FileOnPaper()
    file.submit()
    file.fail(file.claim().token)

    (tell,) = told(file.settle())

    assert tell.apply.outcomes == ()


def test_a_missing_raw_photo_asks_for_a_revision_and_the_file_waits() -> None:
    file = FileOnPaper()
    file.submit()
    file.fail(file.claim().token, a_failure(FailureCode.RAW_MISSING))

    (tell,) = told(file.settle())

    assert [outcome.kind for outcome in tell.apply.outcomes] == [OutcomeKind.REVISION_REQUIRED]
    assert tell.apply.snapshot.status is FileStatus.QUEUED


def test_a_job_that_ended_with_its_file_is_an_outcome_but_no_news() -> None:
    file = FileOnPaper()
    file.submit()
    file.tell(DELETE)

    (tell,) = told(file.settle())

    (outcome,) = tell.apply.outcomes
    assert (outcome.kind, outcome.is_news) == (OutcomeKind.EDIT_CANCELLED, False)
