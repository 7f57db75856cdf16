"""How jobs ended: counted once and notified once, however often and whenever their files tell."""

from collections.abc import Sequence

import pytest

from actors.effects import NotifyOwner
from domain.failure import FailureCode
from domain.file import FileStatus
from domain.job import JobStatus
from domain.limits import EFFECT_RETRY_FIRST_MS
from domain.messages.inbox import Notification
from domain.messages.order import Apply
from domain.snapshot import OutcomeKind
from tests.unit.actors.cores import OrderOnPaper, job_id, of_kind
from tests.unit.factories import (
    FILE_ID,
    JOB_ID,
    NOW_MS,
    a_failure,
    a_file,
    a_job,
    a_locked_file,
    a_reservation,
    an_outcome,
    news,
)

MISSING = a_failure(FailureCode.RAW_MISSING)
DELETED = a_failure(FailureCode.FILE_DELETED)
CANCELLED = a_failure(FailureCode.CANCELLED)


def notified(order: OrderOnPaper) -> list[Notification]:
    """What its owner is told now, and hears."""
    effects = of_kind(NotifyOwner, order.settle(NOW_MS + EFFECT_RETRY_FIRST_MS))
    return [told for effect in effects for told in effect.deliver.notifications]


def ended(order: OrderOnPaper) -> dict[OutcomeKind, int]:
    return order.kept().totals.ended


DONE_NEWS = news(4, a_file(job=a_job(JobStatus.DONE)), an_outcome())
AGAIN = [
    DONE_NEWS,
    news(3, a_locked_file(), an_outcome()),
    news(5, a_file(job=a_job(JobStatus.DONE), name="new.jpg"), an_outcome()),
    news(6, a_file(job=a_job(id=job_id(9))), an_outcome()),
    news(7, a_file(job=a_job(JobStatus.DONE), deleted_at_ms=NOW_MS), an_outcome()),
]


@pytest.mark.parametrize("is_delivered", [False, True], ids=["owed", "delivered"])
@pytest.mark.parametrize(
    "again", AGAIN, ids=["the same", "older news", "newer news", "with another job", "deleted"]
)
def test_an_end_that_is_told_again_is_neither_counted_nor_notified_again(
    again: Apply, *, is_delivered: bool
) -> None:
    order = OrderOnPaper(DONE_NEWS)
    before = notified(order) if is_delivered else []

    order.tell(again)
    order.restart()
    order.tell(again)

    assert [told.kind for told in [*before, *notified(order)]] == [OutcomeKind.EDIT_DONE]
    assert ended(order) == {OutcomeKind.EDIT_DONE: 1}


def test_an_end_that_was_told_twice_in_one_message_counts_once() -> None:
    order = OrderOnPaper(news(4, a_file(job=a_job(JobStatus.DONE)), an_outcome(), an_outcome()))

    assert len(notified(order)) == 1
    assert ended(order) == {OutcomeKind.EDIT_DONE: 1}


def test_several_ends_in_one_message_are_all_counted_and_notified() -> None:
    ends = [an_outcome(job_id(1)), an_outcome(job_id(2), error=MISSING), an_outcome(job_id(3))]

    order = OrderOnPaper(news(9, a_file(job=a_job(id=job_id(4))), *ends))

    assert [told.job_id for told in notified(order)] == [job_id(1), job_id(2), job_id(3)]
    assert ended(order) == {OutcomeKind.EDIT_DONE: 2, OutcomeKind.REVISION_REQUIRED: 1}


@pytest.mark.parametrize(
    ("changes", "kind", "detail"),
    [
        ({}, OutcomeKind.EDIT_DONE, None),
        ({"error": MISSING}, OutcomeKind.REVISION_REQUIRED, MISSING.detail),
        ({"error": a_failure()}, OutcomeKind.EDIT_FAILED, a_failure().detail),
        ({"error": CANCELLED}, OutcomeKind.EDIT_CANCELLED, CANCELLED.detail),
    ],
)
def test_the_owner_hears_how_a_job_ended_and_when(
    changes: dict[str, object], kind: OutcomeKind, detail: str | None
) -> None:
    outcome = an_outcome(JOB_ID, finished_at_ms=NOW_MS + 700, **changes)

    (told,) = notified(OrderOnPaper(news(4, None, outcome)))

    assert (told.kind, told.detail, told.created_at_ms) == (kind, detail, NOW_MS + 700)
    assert (told.order_id, told.file_id) == ("summer-42", FILE_ID)


def test_who_deleted_a_file_is_not_notified_but_the_end_of_its_job_counts() -> None:
    order = OrderOnPaper(news(4, a_file(deleted_at_ms=NOW_MS), an_outcome(error=DELETED)))

    assert notified(order) == []
    assert ended(order) == {OutcomeKind.EDIT_CANCELLED: 1}


def test_the_status_says_how_many_files_wait_for_their_customer() -> None:
    missing = a_file(job=a_job(JobStatus.FAILED, error=MISSING))
    order = OrderOnPaper(news(4, missing, an_outcome(error=MISSING)))
    waiting = order.status()

    order.tell(news(5, a_locked_file()))

    assert (waiting.revision_required, waiting.counts[FileStatus.QUEUED]) == (1, 1)
    assert order.status().revision_required == 0


def test_ended_jobs_count_with_their_attempts_their_bytes_and_their_time() -> None:
    ends = [
        an_outcome(job_id(1), attempt=3, finished_at_ms=NOW_MS + 700),
        an_outcome(job_id(2), attempt=1, finished_at_ms=NOW_MS + 300),
    ]

    totals = OrderOnPaper(news(4, None, *ends)).kept().totals

    assert (totals.attempts, totals.copied_bytes, totals.worked_ms) == (4, 10, 1_000)


# --- The owner's inbox hears of the order -------------------------------------------------------


def orders_told(order: OrderOnPaper) -> list[str | None]:
    return [effect.deliver.order_id for effect in of_kind(NotifyOwner, order.settle())]


@pytest.mark.parametrize(
    "first", [[a_reservation()], [news()]], ids=["with its first upload", "with its first news"]
)
def test_an_orders_owner_hears_of_it_when_it_comes_to_be(first: Sequence[Apply]) -> None:
    order = OrderOnPaper(*first)

    told = orders_told(order)
    order.tell(news(2, a_locked_file()))

    assert told == ["summer-42"]
    assert orders_told(order) == []


def test_an_order_of_which_the_inbox_could_not_hear_is_told_until_it_does() -> None:
    order = OrderOnPaper(news())
    order.owed()
    order.restart()

    due_ms = order.core.next_deadline_ms()

    assert due_ms is not None
    (effect,) = of_kind(NotifyOwner, order.settle(due_ms))
    assert (effect.owner_id, effect.deliver.order_id) == ("alice", "summer-42")
