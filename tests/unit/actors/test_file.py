"""A file actor's core: messages that come twice, late or out of turn."""

import pytest

from domain.errors import Code, Refusal
from domain.limits import JOB_HISTORY_MAX
from domain.messages.file import (
    Claim,
    Complete,
    DeleteFile,
    DescribeFile,
    Fail,
    Register,
    Registered,
    Renew,
    Submit,
    Submitted,
    UpdateFile,
)
from domain.values import Value
from tests.unit.actors.cores import FileOnPaper
from tests.unit.factories import (
    JOB_ID,
    NOW_MS,
    OTHER_JOB_ID,
    a_failure,
    a_preview,
    an_upload,
)

SUBMIT = Submit(caller_id="alice", order_id="summer-42", job_id=JOB_ID)
DELETE = DeleteFile(caller_id="alice")


# --- Register -----------------------------------------------------------------------------------


def test_registering_twice_gives_the_first_answer() -> None:
    file = FileOnPaper(is_registered=False)

    first = file.tell(Register(upload=an_upload()), NOW_MS)
    second = file.tell(Register(upload=an_upload(etag="e2")), NOW_MS + 5)

    assert first == Registered(upload=an_upload(), created_at_ms=NOW_MS)
    assert second == first.model_copy(update={"is_repeat": True})


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
        Complete(token=1, preview=a_preview()),
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

    assert first == Submitted(job_id=JOB_ID)
    assert second == Submitted(job_id=JOB_ID, is_repeat=True)
    assert file.seen().version == version


def test_a_submit_that_comes_late_does_not_start_its_finished_job_again() -> None:
    file = FileOnPaper()
    file.submit()
    file.complete(file.claim().token)
    file.submit(OTHER_JOB_ID)

    again = file.tell(SUBMIT)

    job = file.seen().job
    assert again == Submitted(job_id=JOB_ID, is_repeat=True)
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


def test_the_history_of_jobs_is_bounded() -> None:
    file = FileOnPaper()

    file.finish_jobs(*range(JOB_HISTORY_MAX + 3))

    ((kept,),) = file.sql.rows("SELECT COUNT(*) FROM past_jobs")
    assert kept == JOB_HISTORY_MAX
