"""A file actor's core: messages that come twice, late or out of turn, and what it owes."""

from collections.abc import Sequence

import pytest
from pydantic import ValidationError

from actors.effects import Effect, PurgeObjects, SendDispatch, TellOrder
from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import FileStatus
from domain.job import JobState
from domain.limits import ATTEMPTS_MAX, EFFECT_RETRY_FIRST_MS, JOB_HISTORY_MAX
from domain.messages import (
    Claim,
    Complete,
    DeleteFile,
    DescribeFile,
    Dispatch,
    Fail,
    Grant,
    Register,
    Registered,
    Renew,
    Submit,
    Submitted,
    UpdateFile,
)
from domain.snapshot import OutcomeKind
from domain.values import Value
from tests.unit.actors.cores import FileOnPaper
from tests.unit.factories import (
    FILE_ID,
    JOB_ID,
    LEASE_MS,
    NOW_MS,
    OTHER_JOB_ID,
    a_failure,
    a_preview,
    an_upload,
)

FIRST_DISPATCH = SendDispatch(Dispatch(file_id=FILE_ID, job_id=JOB_ID), attempt=0)
SECOND_DISPATCH = SendDispatch(Dispatch(file_id=FILE_ID, job_id=JOB_ID), attempt=1)
SUBMIT = Submit(caller_id="alice", order_id="summer-42", job_id=JOB_ID)
DELETE = DeleteFile(caller_id="alice")
EXPIRED_MS = NOW_MS + LEASE_MS
BACKOFF_MS = 5_000
DISPATCH_TIMEOUT_MS = 30_000


def told(effects: Sequence[Effect]) -> list[TellOrder]:
    return [effect for effect in effects if isinstance(effect, TellOrder)]


def dispatched(effects: Sequence[Effect]) -> list[SendDispatch]:
    return [effect for effect in effects if isinstance(effect, SendDispatch)]


def expire_and_claim(file: FileOnPaper, token: int) -> Grant:
    """The lease of `token` runs out, its backoff passes, and another worker claims the job."""
    expired_ms = NOW_MS + (2 * token - 1) * LEASE_MS
    assert not file.seen(expired_ms).locked
    return file.claim(now_ms=expired_ms + LEASE_MS)


# --- Register -----------------------------------------------------------------------------------


def test_registering_twice_gives_the_first_answer() -> None:
    file = FileOnPaper(is_registered=False)

    first = file.tell(Register(upload=an_upload()), NOW_MS)
    second = file.tell(Register(upload=an_upload(etag="e2")), NOW_MS + 5)

    assert first == Registered(upload=an_upload(), created_at_ms=NOW_MS)
    assert second == first


def test_a_file_of_another_user_cannot_be_registered_over() -> None:
    file = FileOnPaper()

    with pytest.raises(Refusal) as refused:
        file.tell(Register(upload=an_upload(owner_id="bob")))

    assert refused.value.code is Code.FORBIDDEN


def test_a_deleted_file_cannot_be_registered_again() -> None:
    file = FileOnPaper()
    file.tell(DELETE)

    with pytest.raises(Refusal) as refused:
        file.tell(Register(upload=an_upload()))

    assert refused.value.code is Code.FILE_DELETED


# --- Who may ask --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        DescribeFile(caller_id="alice"),
        SUBMIT,
        Claim(job_id=JOB_ID, worker_id="w"),
        Renew(token=1),
        Complete(token=1, processed_key="p", preview=a_preview()),
        Fail(token=1, failure=a_failure()),
        UpdateFile(caller_id="alice", marked=True),
        DELETE,
    ],
    ids=lambda message: message.type,
)
def test_a_file_that_was_never_registered_is_not_found(message: Value) -> None:
    file = FileOnPaper(is_registered=False)

    with pytest.raises(Refusal) as refused:
        file.tell(message)

    assert refused.value.code is Code.FILE_NOT_FOUND


@pytest.mark.parametrize(
    "message",
    [
        DescribeFile(caller_id="bob"),
        SUBMIT.model_copy(update={"caller_id": "bob"}),
        UpdateFile(caller_id="bob", name="mine.jpg"),
        DeleteFile(caller_id="bob"),
    ],
    ids=lambda message: message.type,
)
def test_only_its_owner_may_see_or_change_a_file(message: Value) -> None:
    file = FileOnPaper()

    with pytest.raises(Refusal) as refused:
        file.tell(message)

    assert refused.value.code is Code.FORBIDDEN


@pytest.mark.parametrize(
    "message",
    [DescribeFile(caller_id="alice"), SUBMIT, UpdateFile(caller_id="alice", marked=True)],
    ids=lambda message: message.type,
)
def test_a_deleted_file_says_that_it_was_deleted(message: Value) -> None:
    file = FileOnPaper()
    file.tell(DELETE)

    with pytest.raises(Refusal) as refused:
        file.tell(message)

    assert refused.value.code is Code.FILE_DELETED


def test_a_stranger_does_not_hear_that_a_file_was_deleted() -> None:
    file = FileOnPaper()
    file.tell(DELETE)

    with pytest.raises(Refusal) as refused:
        file.tell(DescribeFile(caller_id="bob"))

    assert refused.value.code is Code.FORBIDDEN


# --- Submit -------------------------------------------------------------------------------------


def test_submitting_twice_under_one_job_id_makes_one_job() -> None:
    file = FileOnPaper()

    first = file.tell(SUBMIT)
    version = file.seen().version
    second = file.tell(SUBMIT)

    assert first == second == Submitted(job_id=JOB_ID)
    assert file.seen().version == version


def test_a_submit_that_comes_late_does_not_start_its_finished_job_again() -> None:
    file = FileOnPaper()
    file.submit()
    file.complete(file.claim().token)
    file.submit(OTHER_JOB_ID)

    again = file.tell(SUBMIT)

    job = file.seen().job
    assert again == Submitted(job_id=JOB_ID)
    assert job is not None
    assert job.id == OTHER_JOB_ID


def test_a_second_job_is_refused_while_the_first_is_active() -> None:
    file = FileOnPaper()
    file.submit()

    with pytest.raises(Refusal) as refused:
        file.submit(OTHER_JOB_ID)

    assert refused.value.code is Code.JOB_ACTIVE


def test_a_file_can_only_be_submitted_with_its_own_order() -> None:
    file = FileOnPaper()

    with pytest.raises(Refusal) as refused:
        file.tell(SUBMIT.model_copy(update={"order_id": "winter-7"}))

    assert refused.value.code is Code.FILE_NOT_FOUND


def job_id(number: int) -> str:
    return f"job_{number:032x}"


def finish_jobs(file: FileOnPaper, *numbers: int) -> None:
    for number in numbers:
        file.submit(job_id(number))
        file.complete(file.claim(job_id(number)).token)


def test_the_history_of_jobs_is_bounded() -> None:
    file = FileOnPaper()

    finish_jobs(file, *range(JOB_HISTORY_MAX + 3))

    ((kept,),) = file.sql.rows("SELECT COUNT(*) FROM past_jobs")
    assert kept == JOB_HISTORY_MAX


# --- Claim, renew, complete, fail ---------------------------------------------------------------


def test_a_grant_holds_all_that_a_worker_needs() -> None:
    file = FileOnPaper()
    file.submit()

    root = "user/alice/orders/summer-42"
    assert file.claim() == Grant(
        upload=an_upload(),
        token=1,
        attempt=1,
        lease_expires_at_ms=EXPIRED_MS,
        processed_key=f"{root}/processed/{FILE_ID}/1",
        preview_key=f"{root}/preview/{FILE_ID}/1.jpg",
    )


def test_of_two_workers_one_gets_the_job() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    with pytest.raises(Refusal) as refused:
        file.claim()

    assert refused.value.code is Code.JOB_NOT_CLAIMABLE


def test_a_renewed_lease_lasts_from_then_on() -> None:
    file = FileOnPaper()
    file.submit()
    token = file.claim().token

    grant = file.tell(Renew(token=token), EXPIRED_MS - 1)

    assert isinstance(grant, Grant)
    assert grant.lease_expires_at_ms == EXPIRED_MS - 1 + LEASE_MS
    assert file.seen(EXPIRED_MS).locked


def test_a_late_worker_cannot_complete_a_job_another_has_claimed() -> None:
    file = FileOnPaper()
    file.submit()
    late = file.claim()
    current = expire_and_claim(file, late.token)
    now_ms = current.lease_expires_at_ms - 1

    with pytest.raises(Refusal) as refused:
        file.complete(late.token, now_ms)

    assert refused.value.code is Code.LEASE_LOST
    assert file.seen(now_ms).status is FileStatus.IN_PROGRESS
    assert current.token > late.token


def test_a_worker_that_answers_after_its_lease_is_refused_though_nobody_else_has_claimed() -> None:
    file = FileOnPaper()
    file.submit()
    late = file.claim()

    with pytest.raises(Refusal) as refused:
        file.complete(late.token, EXPIRED_MS)

    assert refused.value.code is Code.LEASE_LOST


def test_completing_twice_is_refused_and_changes_nothing() -> None:
    file = FileOnPaper()
    file.submit()
    token = file.claim().token
    file.complete(token)
    done = file.seen()

    with pytest.raises(Refusal) as refused:
        file.complete(token)

    assert refused.value.code is Code.LEASE_LOST
    assert file.seen() == done


def test_a_message_finds_the_lease_expired_though_the_alarm_is_late() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    seen = file.seen(EXPIRED_MS)

    assert not seen.locked
    assert seen.job is not None
    assert seen.job.state is JobState.QUEUED


def test_a_refused_message_does_not_undo_that_the_lease_has_expired() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    with pytest.raises(Refusal):
        file.tell(DescribeFile(caller_id="bob"), EXPIRED_MS)

    assert file.seen(NOW_MS).job == file.seen(EXPIRED_MS).job
    assert not file.seen(NOW_MS).locked


def test_the_alarm_alone_finds_the_lease_expired() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()
    file.settle()

    effects = file.owed(EXPIRED_MS)

    assert [tell.apply.snapshot.locked for tell in told(effects)] == [False]


def test_a_job_is_given_up_after_its_last_attempt() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()
    [expire_and_claim(file, token) for token in range(1, ATTEMPTS_MAX)]

    seen = file.seen(NOW_MS + 100 * LEASE_MS)

    assert seen.status is FileStatus.FAILED
    assert seen.job is not None
    assert seen.job.attempt == ATTEMPTS_MAX
    assert seen.job.failure is not None
    assert seen.job.failure.code is FailureCode.LEASE_EXPIRED


def test_a_refused_change_leaves_nothing_behind() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()
    before = file.seen()

    with pytest.raises(Refusal) as refused:
        file.tell(UpdateFile(caller_id="alice", marked=True, name="new.jpg"))

    assert refused.value.code is Code.FILE_LOCKED
    assert file.seen() == before


@pytest.mark.parametrize("text", ["", "{}", '{"type": "explode"}', '{"type": "submit"}', "[]"])
def test_a_message_of_another_shape_is_a_bug_and_changes_nothing(text: str) -> None:
    file = FileOnPaper()
    before = file.seen()

    with pytest.raises(ValidationError):
        file.core.receive(text, NOW_MS)

    assert file.seen() == before


def test_a_field_of_a_newer_version_is_passed_over() -> None:
    file = FileOnPaper()

    reply = file.core.receive('{"type": "describe", "caller_id": "alice", "colour": 1}', NOW_MS)

    assert reply == file.seen()


def test_a_restarted_actor_knows_all_it_knew() -> None:
    file = FileOnPaper()
    file.submit()
    token = file.claim().token

    file.restart()

    file.complete(token)
    assert file.seen().status is FileStatus.DONE


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

    file.core.finish(dispatch, NOW_MS)

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

    file.core.finish(slow, NOW_MS)

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

    file.core.finish(first, NOW_MS)

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
    finish_jobs(file, 1, 2)

    (tell,) = told(file.settle())

    assert [outcome.job_id for outcome in tell.apply.outcomes] == [job_id(1), job_id(2)]


def test_an_outcome_that_came_while_the_order_was_being_told_is_not_lost() -> None:
    file = FileOnPaper()
    finish_jobs(file, 1)
    (first,) = told(file.owed())
    finish_jobs(file, 2)

    file.core.finish(first, NOW_MS)

    (second,) = told(file.settle())
    assert [outcome.job_id for outcome in second.apply.outcomes] == [job_id(2)]


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


def test_a_job_that_the_owner_cancelled_is_no_outcome() -> None:
    file = FileOnPaper()
    file.submit()
    file.tell(DELETE)

    assert [tell.apply.outcomes for tell in told(file.settle())] == [()]


# --- What it owes: the removal of bytes ---------------------------------------------------------


def test_a_deleted_files_bytes_are_removed_before_the_order_hears() -> None:
    file = FileOnPaper()
    file.settle()
    file.tell(DELETE)

    purge, tell = file.settle()

    root = "user/alice/orders/summer-42"
    assert purge == PurgeObjects(
        f"{root}/raw/beach.jpg", (f"{root}/processed/{FILE_ID}/", f"{root}/preview/{FILE_ID}/")
    )
    assert isinstance(tell, TellOrder)
    assert (tell.apply.snapshot.deleted, tell.apply.snapshot.purged) == (True, True)


def test_while_bytes_cannot_be_removed_the_order_hears_of_the_deletion_alone() -> None:
    file = FileOnPaper()
    file.tell(DELETE)

    _purge, tell = file.owed()

    assert isinstance(tell, TellOrder)
    assert (tell.apply.snapshot.deleted, tell.apply.snapshot.purged) == (True, False)


def test_removing_bytes_is_owed_until_it_succeeds() -> None:
    file = FileOnPaper()
    file.tell(DELETE)
    file.owed()

    again = file.settle(NOW_MS + EFFECT_RETRY_FIRST_MS)

    assert any(isinstance(effect, PurgeObjects) for effect in again)
    assert file.owed(NOW_MS + 10**9) == []


def test_deleting_twice_owes_the_removal_once() -> None:
    file = FileOnPaper()
    file.tell(DELETE)
    file.settle()

    file.tell(DELETE)

    assert file.owed() == []
