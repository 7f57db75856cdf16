"""A database that the first version wrote still opens, and nothing in it is lost."""

import pytest

from actors.effects import NotifyOwner, SendDispatch
from domain import ids
from domain.failure import FailureCode
from domain.file import FileStatus
from domain.job import JobStatus
from domain.limits import EFFECT_RETRY_FIRST_MS
from domain.messages.file import DescribeHistory, FileHistory
from domain.messages.inbox import ListNotifications, MarkRead, Notification, NotificationPage
from domain.messages.order import JobPage, ListJobs, ListMarked, MarkedFiles
from domain.snapshot import OutcomeKind
from storage import file_repository, inbox_repository, order_repository
from tests.unit.actors.cores import FileOnPaper, InboxOnPaper, OrderOnPaper, of_kind, told
from tests.unit.factories import FILE_ID, NOW_MS
from tests.unit.storage.old_documents import (
    NEW_JOB_ID,
    NEW_PAST_ID,
    PAST_JOB_ID,
    Document,
    OldDatabase,
    an_old_file,
    an_old_job,
    an_old_notification,
    an_old_outcome,
    an_old_snapshot,
)

FILE_STEPS, ORDER_STEPS, INBOX_STEPS = 4, 5, 1  # of the first version
# --- Files --------------------------------------------------------------------------------------


def an_old_file_actor(job: Document | None, *outcomes: Document) -> FileOnPaper:
    """With one more job behind it."""
    sql = OldDatabase(file_repository.MIGRATIONS[:FILE_STEPS])
    sql.keep("INSERT INTO file VALUES (1, ?)", an_old_file(job))
    past = an_old_job("done", id=PAST_JOB_ID)
    sql.keep("INSERT INTO past_jobs (job_id, document) VALUES (?, ?)", PAST_JOB_ID, past)
    for outcome in outcomes:
        sql.keep("INSERT INTO owed_outcomes VALUES (?, ?)", str(outcome["job_id"]), outcome)
    sql.keep("INSERT INTO deadlines VALUES ('tell', ?, 0)", NOW_MS)
    file = FileOnPaper(is_registered=False)
    file.sql = sql
    file.restart()
    return file


@pytest.mark.parametrize("state", ["queued", "in_progress", "done", "failed"])
def test_an_old_file_opens_with_its_job_as_it_was(state: str) -> None:
    seen = an_old_file_actor(an_old_job(state)).seen()

    job = seen.job
    assert job is not None
    assert (job.id, job.status, job.file_id) == (NEW_JOB_ID, JobStatus(state), FILE_ID)
    assert (job.order_id, job.user_id) == ("summer-42", "alice")
    assert seen.locked is (state == "in_progress")
    assert ids.is_job_id(job.id)


def test_an_old_file_without_a_job_opens() -> None:
    seen = an_old_file_actor(None).seen()

    assert (seen.job, seen.status, seen.marked) == (None, FileStatus.QUEUED, True)


def test_why_an_old_job_failed_is_still_known() -> None:
    seen = an_old_file_actor(an_old_job("failed")).seen()

    assert seen.job is not None
    assert seen.job.error is not None
    assert seen.job.error.code is FailureCode.RAW_MISSING
    assert (seen.status, seen.waits_for_revision) == (FileStatus.QUEUED, True)


def test_nothing_is_left_of_the_old_names() -> None:
    file = an_old_file_actor(an_old_job("failed"), an_old_outcome(PAST_JOB_ID))

    rows = file.sql.rows(
        "SELECT document FROM file UNION ALL SELECT document FROM past_jobs "
        "UNION ALL SELECT document FROM owed_outcomes"
    )

    assert '"state"' not in str(rows)
    assert '"failure"' not in str(rows)


def test_an_old_files_history_is_told() -> None:
    history = an_old_file_actor(an_old_job("queued")).tell(DescribeHistory(caller_id="alice"))

    assert isinstance(history, FileHistory)
    assert [(job.id, job.status) for job in history.jobs] == [
        (NEW_JOB_ID, JobStatus.QUEUED),
        (NEW_PAST_ID, JobStatus.DONE),
    ]


def test_a_job_that_waited_is_worked_on_to_its_end() -> None:
    file = an_old_file_actor(an_old_job("queued"))

    file.complete(file.claim(NEW_JOB_ID).token)

    assert file.seen().status is FileStatus.DONE


def test_a_job_that_waited_is_put_on_the_queue_by_its_new_id() -> None:
    file = an_old_file_actor(an_old_job("queued"))
    file.sql.rows("INSERT INTO deadlines VALUES ('dispatch', ?, 0)", NOW_MS)

    sent = of_kind(SendDispatch, file.settle())

    assert [effect.dispatch.job_id for effect in sent] == [NEW_JOB_ID]


def test_the_worker_that_holds_an_old_file_may_finish() -> None:
    file = an_old_file_actor(an_old_job("in_progress"))

    file.complete(1)

    assert file.seen().status is FileStatus.DONE


def test_an_end_that_was_still_owed_is_told() -> None:
    file = an_old_file_actor(an_old_job("done"), an_old_outcome(), an_old_outcome(PAST_JOB_ID))

    (tell,) = told(file.settle())

    assert [(end.kind, end.file_name, end.job.id) for end in tell.apply.outcomes] == [
        (OutcomeKind.EDIT_DONE, "beach.jpg", NEW_JOB_ID),
        (OutcomeKind.EDIT_DONE, "beach.jpg", NEW_PAST_ID),
    ]
    assert "lease" not in tell.apply.model_dump_json()


# --- Orders -------------------------------------------------------------------------------------


KEEP_SNAPSHOT = """
INSERT INTO files (file_id, version, status, marked, deleted, snapshot) VALUES (?, 3, ?, 1, 0, ?)
"""


def an_old_order(job: Document | None) -> OrderOnPaper:
    sql = OldDatabase(order_repository.MIGRATIONS[:ORDER_STEPS])
    sql.keep("INSERT INTO orders VALUES (1, 'summer-42', 'alice', 'epoch1', 7)")
    snapshot, owed = an_old_snapshot(job), an_old_notification()
    sql.keep(KEEP_SNAPSHOT, FILE_ID, str(snapshot["status"]), snapshot)
    sql.keep("INSERT INTO names VALUES ('beach.jpg', ?, NULL)", FILE_ID)
    sql.keep("INSERT INTO owed_notifications VALUES (?, ?)", str(owed["id"]), owed)
    sql.keep("INSERT INTO deadlines VALUES ('notify', ?, 0)", NOW_MS)
    order = OrderOnPaper()
    order.sql = sql
    order.restart()
    return order


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("queued", FileStatus.QUEUED),
        ("in_progress", FileStatus.IN_PROGRESS),
        ("done", FileStatus.DONE),
        ("failed", FileStatus.QUEUED),
    ],
)
def test_an_old_order_opens_with_its_files_and_counts_them(state: str, status: FileStatus) -> None:
    order = an_old_order(an_old_job(state))

    (file,) = order.listed().files
    assert file.job is not None
    assert (file.job.id, file.job.status) == (NEW_JOB_ID, JobStatus(state))
    assert order.counts() == dict.fromkeys(FileStatus, 0) | {status: 1}
    assert order.status().version == 7


def test_an_old_order_lists_the_jobs_it_knows() -> None:
    order = an_old_order(an_old_job("failed"))

    (job,) = order.ask(ListJobs(caller_id="alice"), JobPage).jobs

    assert (job.id, job.status) == (NEW_JOB_ID, JobStatus.FAILED)
    assert job.error is not None
    assert job.error.code is FailureCode.RAW_MISSING


def test_an_old_order_without_jobs_opens() -> None:
    order = an_old_order(None)

    assert [file.name for file in order.listed().files] == ["beach.jpg"]
    assert order.ask(ListJobs(caller_id="alice"), JobPage).jobs == ()
    assert order.ask(ListMarked(caller_id="alice"), MarkedFiles).file_ids == (FILE_ID,)


def test_a_notification_that_was_still_owed_is_delivered_under_its_new_id() -> None:
    order = an_old_order(an_old_job("done"))

    effects = of_kind(NotifyOwner, order.settle(NOW_MS + EFFECT_RETRY_FIRST_MS))

    (notification,) = (one for effect in effects for one in effect.deliver.notifications)
    assert (notification.id, notification.job_id) == (ids.notification_id(NEW_JOB_ID), NEW_JOB_ID)


def test_an_old_file_and_its_old_order_agree_again() -> None:
    file, order = an_old_file_actor(an_old_job("failed")), an_old_order(an_old_job("failed"))

    (tell,) = told(file.settle())
    order.tell(tell.apply)

    assert order.listed().files == (file.seen(),)
    assert order.status().revision_required == 1
    assert order.kept().totals.ended == {}


# --- Inboxes ------------------------------------------------------------------------------------


def test_an_old_inbox_opens_and_its_notifications_can_be_read() -> None:
    sql, kept = OldDatabase(inbox_repository.MIGRATIONS[:INBOX_STEPS]), an_old_notification()
    insert = "INSERT INTO notifications (notification_id, document) VALUES (?, ?)"
    sql.keep(insert, str(kept["id"]), kept)
    inbox = InboxOnPaper()
    inbox.sql = sql
    inbox.restart()

    (listed,) = inbox.ask(ListNotifications(), NotificationPage).notifications
    read = inbox.ask(MarkRead(notification_id=listed.id), Notification)

    assert ids.is_notification_id(listed.id)
    assert (read.id, read.read_at_ms) == (ids.notification_id(NEW_JOB_ID), NOW_MS)
