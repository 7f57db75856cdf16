"""An order actor's core: who may ask, news in any order, and what it owes its owner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.effects import NotifyOwner
from domain.errors import Code, Refusal
from domain.failure import Failure, FailureCode
from domain.file import FileStatus
from domain.job import EditJob, JobStatus
from domain.limits import (
    EFFECT_RETRY_FIRST_MS,
)
from domain.messages.inbox import Notification
from domain.messages.order import Apply, DescribeOrder, ListFiles, ListMarked, MarkedFiles
from domain.snapshot import OutcomeKind
from domain.values import Value
from tests.unit.actors.cores import OrderOnPaper
from tests.unit.factories import (
    FILE_ID,
    JOB_ID,
    NOW_MS,
    OTHER_FILE_ID,
    OTHER_JOB_ID,
    a_file,
    a_job,
    a_locked_file,
    a_reservation,
    an_outcome,
    another_file,
    news,
)

# --- Who may ask --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        a_reservation(caller_id="bob"),
        ListFiles(caller_id="bob"),
        DescribeOrder(caller_id="bob"),
        ListMarked(caller_id="bob"),
    ],
    ids=lambda message: message.type,
)
def test_only_its_owner_may_see_or_change_an_order(message: Value) -> None:
    order = OrderOnPaper()
    order.tell(a_reservation())

    with pytest.raises(Refusal) as refused:
        order.tell(message)

    assert refused.value.code is Code.FORBIDDEN


@pytest.mark.parametrize(
    "message",
    [ListFiles(caller_id="a"), DescribeOrder(caller_id="a"), ListMarked(caller_id="a")],
    ids=lambda message: message.type,
)
def test_an_order_without_a_file_is_not_found(message: Value) -> None:
    with pytest.raises(Refusal) as refused:
        OrderOnPaper().tell(message)

    assert refused.value.code is Code.ORDER_NOT_FOUND


def test_a_stranger_gets_no_hello() -> None:
    order = OrderOnPaper(news())

    with pytest.raises(Refusal) as refused:
        order.hello("bob")

    assert refused.value.code is Code.FORBIDDEN


# --- News ---------------------------------------------------------------------------------------


def test_news_is_counted_by_status() -> None:
    order = OrderOnPaper(news(1, a_locked_file()), news(1, another_file()))

    assert order.counts() == {
        FileStatus.QUEUED: 1,
        FileStatus.IN_PROGRESS: 1,
        FileStatus.DONE: 0,
        FileStatus.FAILED: 0,
    }


@pytest.mark.parametrize("again", [news(1, a_file()), news(2, a_locked_file())])
def test_stale_or_repeated_news_is_acknowledged_and_passed_over(again: Apply) -> None:
    order = OrderOnPaper(news(2, a_locked_file()))
    before = order.told(), order.counts(), order.listed()

    order.tell(again)

    assert order.told() == []
    assert (order.counts(), order.listed()) == before[1:]


HISTORY = (
    news(1, a_file()),
    news(2, a_file(job=a_job())),
    news(3, a_locked_file()),
    news(4, a_file(job=a_job(JobStatus.DONE)), an_outcome()),
    news(5, a_file(job=a_job(JobStatus.DONE), name="new.jpg"), an_outcome()),
)
FINAL = OrderOnPaper(*HISTORY).counts(), OrderOnPaper(*HISTORY).listed().files


@given(st.permutations(HISTORY), st.lists(st.sampled_from(HISTORY), max_size=4))
def test_news_lost_doubled_and_out_of_order_converges(
    shuffled: list[Apply], repeated: list[Apply]
) -> None:
    order = OrderOnPaper(*repeated, *shuffled, *repeated)

    assert (order.counts(), order.listed().files) == FINAL
    assert [
        len(effect.deliver.notifications)
        for effect in order.settle()
        if isinstance(effect, NotifyOwner)
    ] == [1]


@given(st.permutations(HISTORY))
def test_a_watcher_sees_only_growing_versions_and_cursors(shuffled: list[Apply]) -> None:
    events = OrderOnPaper(*shuffled).told()

    versions = [event.data.file.version for event in events]
    offsets = [int(event.cursor.removeprefix("epoch1-")) for event in events]

    assert versions == sorted(set(versions))
    assert offsets == list(range(1, len(events) + 1))
    assert versions[-1] == 5


def test_the_newest_news_alone_is_enough() -> None:
    order = OrderOnPaper(*HISTORY[-1:])

    assert (order.counts(), order.listed().files) == FINAL


def test_a_deleted_file_is_neither_listed_nor_counted() -> None:
    order = OrderOnPaper(news(), news(2, a_file(deleted_at_ms=NOW_MS)))

    assert order.listed().files == ()
    assert sum(order.counts().values()) == 0


def test_marked_files_are_listed_by_their_ids() -> None:
    updates = [news(1, a_file(marked=True)), news(1, another_file())]

    order = OrderOnPaper(*updates)

    assert order.ask(ListMarked(caller_id="alice"), MarkedFiles).file_ids == (FILE_ID,)


@pytest.mark.parametrize("job", [a_job(JobStatus.QUEUED), a_job(JobStatus.IN_PROGRESS)])
def test_marked_files_whose_job_is_active_are_left_out(job: EditJob) -> None:
    active, idle = a_file(marked=True, job=job), another_file(marked=True)

    order = OrderOnPaper(news(1, active), news(1, idle))

    assert order.ask(ListMarked(caller_id="alice"), MarkedFiles).file_ids == (OTHER_FILE_ID,)


@pytest.mark.parametrize("job", [a_job(JobStatus.DONE), a_job(JobStatus.FAILED)])
def test_marked_files_whose_job_has_ended_are_listed(job: EditJob) -> None:
    order = OrderOnPaper(news(1, a_file(marked=True, job=job)))

    assert order.ask(ListMarked(caller_id="alice"), MarkedFiles).file_ids == (FILE_ID,)


def test_a_deleted_file_is_no_longer_marked() -> None:
    gone = a_file(marked=True, deleted_at_ms=NOW_MS)

    order = OrderOnPaper(news(1, gone), news(1, another_file()))

    assert order.ask(ListMarked(caller_id="alice"), MarkedFiles).file_ids == ()


def test_files_are_listed_in_the_order_of_their_upload_page_by_page() -> None:
    order = OrderOnPaper(news(), news(1, another_file()), news(2))

    first = order.listed(limit=1)
    assert first.next_after is not None
    second = order.listed(limit=1, after=first.next_after)

    assert [file.file_id for file in first.files + second.files] == [FILE_ID, OTHER_FILE_ID]
    assert second.next_after is None
    assert second.version == 3


# --- Notifications ------------------------------------------------------------------------------


def test_an_outcome_owes_the_owner_a_notification() -> None:
    order = OrderOnPaper(news(1, None, an_outcome()))

    (effect,) = order.settle()

    assert isinstance(effect, NotifyOwner)
    assert effect.owner_id == "alice"
    assert effect.deliver.notifications == (
        Notification(
            id="ntf_" + JOB_ID.removeprefix("job_"),
            kind=OutcomeKind.EDIT_DONE,
            order_id="summer-42",
            file_id=FILE_ID,
            job_id=JOB_ID,
            file_name="beach.jpg",
            created_at_ms=NOW_MS,
        ),
    )


def test_a_notification_is_owed_until_it_is_delivered() -> None:
    order = OrderOnPaper(news(1, None, an_outcome()))
    order.owed()

    again = order.settle(NOW_MS + EFFECT_RETRY_FIRST_MS)

    assert [type(effect) for effect in again] == [NotifyOwner]
    assert order.owed(NOW_MS + 2 * EFFECT_RETRY_FIRST_MS) == []


def test_an_outcome_told_twice_before_its_delivery_is_one_notification() -> None:
    updates = [news(1, None, an_outcome()), news(1, None, an_outcome())]

    (effect,) = OrderOnPaper(*updates).settle()

    assert isinstance(effect, NotifyOwner)
    assert len(effect.deliver.notifications) == 1


def test_an_outcome_in_stale_news_is_not_lost() -> None:
    order = OrderOnPaper(news(5), news(4, None, an_outcome()))

    assert [type(effect) for effect in order.settle()] == [NotifyOwner]


def test_a_notification_owed_during_a_delivery_is_delivered_next() -> None:
    order = OrderOnPaper(news(1, None, an_outcome()))
    (first,) = order.owed()
    order.tell(news(2, None, an_outcome(OTHER_JOB_ID)))

    order.core.finish(first, None, NOW_MS)

    (second,) = order.settle()
    assert isinstance(second, NotifyOwner)
    assert [n.job_id for n in second.deliver.notifications] == [OTHER_JOB_ID]


def test_many_notifications_are_delivered_in_bounded_portions() -> None:
    outcomes = [an_outcome(f"{JOB_ID[:-16]}{number:016x}") for number in range(120)]
    order = OrderOnPaper(news(1, None, *outcomes))

    effects = [effect for effect in order.settle() if isinstance(effect, NotifyOwner)]

    assert [len(effect.deliver.notifications) for effect in effects] == [50, 50, 20]


def test_the_detail_of_a_failure_reaches_the_owner() -> None:
    gone = Failure(code=FailureCode.RAW_MISSING, detail="the photo is gone")
    outcome = an_outcome(error=gone)

    (effect,) = OrderOnPaper(news(1, None, outcome)).settle()

    assert isinstance(effect, NotifyOwner)
    assert effect.deliver.notifications[0].detail == "the photo is gone"


def test_the_same_epoch_holds_for_the_life_of_an_order() -> None:
    order = OrderOnPaper(news(), news(2))

    assert {event.cursor.split("-")[0] for event in order.told()} == {"epoch1"}
