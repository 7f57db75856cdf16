"""An order actor's core: names, counts, events, and what it owes its owner."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.effects import NotifyOwner
from domain import file as files
from domain.errors import Code, Refusal
from domain.file import File, FileStatus
from domain.job import JobState
from domain.limits import (
    EFFECT_RETRY_FIRST_MS,
    ORDER_FILES_MAX,
    RENAME_RESERVATION_LIFETIME_MS,
    UPLOAD_RESERVATION_LIFETIME_MS,
)
from domain.messages import (
    Apply,
    DescribeOrder,
    FilePage,
    ListFiles,
    ListMarked,
    MarkedFiles,
    Notification,
    OrderStatus,
    Release,
    Reserve,
    Reserved,
)
from domain.snapshot import Outcome, OutcomeKind, snapshot
from domain.values import Value
from storage.order_repository import OrderRepository
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
    an_upload,
)


def a_reservation(name: str = "beach.jpg", file_id: str = FILE_ID, **changes: object) -> Reserve:
    reserve = Reserve(caller_id="alice", order_id="summer-42", name=name, file_id=file_id)
    return reserve.model_copy(update=changes)


def a_rename(name: str, file_id: str = FILE_ID) -> Reserve:
    return a_reservation(name, file_id, is_upload=False)


def news(version: int = 1, file: File | None = None, *outcomes: Outcome) -> Apply:
    told = snapshot(file or a_file()).model_copy(update={"version": version})
    return Apply(snapshot=told, outcomes=outcomes)


def other_file(**changes: object) -> File:
    upload = an_upload(
        file_id=OTHER_FILE_ID,
        name="other.jpg",
        object_key="user/alice/orders/summer-42/raw/other.jpg",
    )
    return files.registered(upload, NOW_MS).model_copy(update=changes)


def an_outcome(job_id: str = JOB_ID) -> Outcome:
    return Outcome(job_id=job_id, kind=OutcomeKind.EDIT_DONE, file_name="beach.jpg", at_ms=NOW_MS)


def reserved(order: OrderOnPaper, reserve: Reserve, now_ms: int = NOW_MS) -> str:
    return order.ask(reserve, Reserved, now_ms).file_id


def counts(order: OrderOnPaper) -> dict[FileStatus, int]:
    return order.ask(DescribeOrder(caller_id="alice"), OrderStatus).counts


def listed(order: OrderOnPaper, limit: int = 10, after: int = 0) -> FilePage:
    return order.ask(ListFiles(caller_id="alice", limit=limit, after=after), FilePage)


def told_by(order: OrderOnPaper, updates: Sequence[Apply]) -> OrderOnPaper:
    for update in updates:
        order.tell(update)
    return order


# --- Names --------------------------------------------------------------------------------------


def test_the_first_intent_makes_the_order_and_its_owner() -> None:
    order = OrderOnPaper()

    file_id = reserved(order, a_reservation())

    assert file_id == FILE_ID
    assert counts(order) == dict.fromkeys(FileStatus, 0)


def test_a_rename_makes_no_order() -> None:
    order = OrderOnPaper()

    with pytest.raises(Refusal) as refused:
        order.tell(a_rename("new.jpg"))

    assert refused.value.code is Code.ORDER_NOT_FOUND


def test_an_intent_that_was_not_finalized_may_be_asked_for_again() -> None:
    order = OrderOnPaper()
    reserved(order, a_reservation(file_id=FILE_ID))

    again = reserved(order, a_reservation(file_id=OTHER_FILE_ID))

    assert again == FILE_ID


@pytest.mark.parametrize("name", ["beach.jpg", "Beach.JPG", "BEACH.jpg"])
def test_a_name_the_order_has_is_taken_whatever_its_case(name: str) -> None:
    order = OrderOnPaper()
    order.tell(news())

    with pytest.raises(Refusal) as refused:
        order.tell(a_reservation(name, OTHER_FILE_ID))

    assert refused.value.code is Code.NAME_TAKEN


def test_a_name_reserved_for_an_upload_is_taken_for_a_rename() -> None:
    order = OrderOnPaper()
    order.tell(news(1, other_file()))
    order.tell(a_reservation("beach.jpg", FILE_ID))

    with pytest.raises(Refusal) as refused:
        order.tell(a_rename("beach.jpg", OTHER_FILE_ID))

    assert refused.value.code is Code.NAME_TAKEN


def test_an_upload_cannot_take_over_the_name_reserved_for_a_rename() -> None:
    order = OrderOnPaper()
    order.tell(news())
    order.tell(a_rename("new.jpg", FILE_ID))

    with pytest.raises(Refusal) as refused:
        order.tell(a_reservation("new.jpg", OTHER_FILE_ID))

    assert refused.value.code is Code.NAME_TAKEN


def test_a_file_may_reserve_its_new_name_again() -> None:
    order = OrderOnPaper()
    order.tell(news())
    order.tell(a_rename("new.jpg"))

    assert reserved(order, a_rename("new.jpg")) == FILE_ID


def test_a_file_may_change_the_case_of_its_name() -> None:
    order = OrderOnPaper()
    order.tell(news())

    assert reserved(order, a_rename("BEACH.jpg")) == FILE_ID


def test_a_released_name_is_free() -> None:
    order = OrderOnPaper()
    order.tell(news())
    order.tell(a_rename("new.jpg"))

    order.tell(Release(file_id=FILE_ID, name="New.jpg"))

    assert reserved(order, a_reservation("new.jpg", OTHER_FILE_ID)) == OTHER_FILE_ID


@pytest.mark.parametrize(
    "release",
    [Release(file_id=FILE_ID, name="beach.jpg"), Release(file_id=OTHER_FILE_ID, name="new.jpg")],
    ids=["the name of a file", "the reservation of another file"],
)
def test_only_ones_own_reservation_can_be_released(release: Release) -> None:
    order = OrderOnPaper()
    order.tell(news())
    order.tell(a_rename("new.jpg"))

    order.tell(release)

    with pytest.raises(Refusal):
        order.tell(a_reservation("beach.jpg", OTHER_FILE_ID))
    with pytest.raises(Refusal):
        order.tell(a_reservation("new.jpg", OTHER_FILE_ID))


def test_an_upload_that_was_never_finalized_gives_its_name_back_in_time() -> None:
    order = OrderOnPaper()
    reserved(order, a_reservation(file_id=FILE_ID))

    late_ms = NOW_MS + UPLOAD_RESERVATION_LIFETIME_MS
    file_id = reserved(order, a_reservation(file_id=OTHER_FILE_ID), late_ms)

    assert file_id == OTHER_FILE_ID


def test_a_rename_that_was_never_made_gives_its_name_back_in_time() -> None:
    order = told_by(OrderOnPaper(), [news(), news(1, other_file())])
    reserved(order, a_rename("new.jpg", FILE_ID))

    late_ms = NOW_MS + RENAME_RESERVATION_LIFETIME_MS
    file_id = reserved(order, a_rename("new.jpg", OTHER_FILE_ID), late_ms)

    assert file_id == OTHER_FILE_ID


def test_other_news_of_a_file_leaves_the_name_reserved_for_its_rename() -> None:
    order = told_by(OrderOnPaper(), [news(), news(1, other_file())])
    reserved(order, a_rename("new.jpg", FILE_ID))

    order.tell(news(2, a_file(marked=True)))

    with pytest.raises(Refusal) as refused:
        order.tell(a_rename("new.jpg", OTHER_FILE_ID))
    assert refused.value.code is Code.NAME_TAKEN


def test_the_name_of_a_file_never_ends_by_itself() -> None:
    order = OrderOnPaper()
    reserved(order, a_reservation())
    order.tell(news())

    with pytest.raises(Refusal):
        order.tell(
            a_reservation(file_id=OTHER_FILE_ID), NOW_MS + 10 * UPLOAD_RESERVATION_LIFETIME_MS
        )


def test_a_renamed_file_also_holds_the_name_its_bytes_lie_under() -> None:
    order = OrderOnPaper()

    order.tell(news(2, a_file(name="new.jpg")))

    with pytest.raises(Refusal):
        order.tell(a_reservation("beach.jpg", OTHER_FILE_ID))
    with pytest.raises(Refusal):
        order.tell(a_reservation("new.jpg", OTHER_FILE_ID))


def test_a_name_given_up_by_a_second_rename_is_free() -> None:
    order = OrderOnPaper()
    order.tell(news(2, a_file(name="second.jpg")))
    order.tell(news(3, a_file(name="third.jpg")))

    assert reserved(order, a_reservation("second.jpg", OTHER_FILE_ID)) == OTHER_FILE_ID


def test_the_name_of_a_deleted_file_is_free_only_once_its_bytes_are_gone() -> None:
    order = OrderOnPaper()
    order.tell(news(2, a_file(deleted_at_ms=NOW_MS)))

    with pytest.raises(Refusal):
        order.tell(a_reservation(file_id=OTHER_FILE_ID))
    order.tell(news(3, a_file(deleted_at_ms=NOW_MS, purged_at_ms=NOW_MS)))

    assert reserved(order, a_reservation(file_id=OTHER_FILE_ID)) == OTHER_FILE_ID


def a_nearly_full_order() -> OrderOnPaper:
    """With room for one file more, held by reservations that do not end in this test."""
    order = OrderOnPaper()
    reserved(order, a_reservation("0.jpg", "file_0"))
    repository = OrderRepository(order.sql)
    for number in range(1, ORDER_FILES_MAX - 1):
        repository.reserve(f"{number}.jpg", f"file_{number}", NOW_MS + 10**9)
    return order


def test_an_order_takes_files_up_to_its_limit() -> None:
    order = a_nearly_full_order()
    order.tell(a_reservation("last.jpg", FILE_ID))

    with pytest.raises(Refusal) as refused:
        order.tell(a_reservation("more.jpg", OTHER_FILE_ID))

    assert refused.value.code is Code.ORDER_FULL


def test_in_a_full_order_files_may_still_be_renamed_and_intents_renewed() -> None:
    order = a_nearly_full_order()
    order.tell(a_reservation("beach.jpg", FILE_ID))

    assert reserved(order, a_reservation("beach.jpg", OTHER_FILE_ID)) == FILE_ID
    assert reserved(order, a_rename("new.jpg", FILE_ID)) == FILE_ID


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
    order = told_by(OrderOnPaper(), [news()])

    with pytest.raises(Refusal) as refused:
        order.core.hello("bob")

    assert refused.value.code is Code.FORBIDDEN


# --- News ---------------------------------------------------------------------------------------


def test_news_is_counted_by_status() -> None:
    order = told_by(OrderOnPaper(), [news(1, a_locked_file()), news(1, other_file())])

    assert counts(order) == {
        FileStatus.QUEUED: 1,
        FileStatus.IN_PROGRESS: 1,
        FileStatus.DONE: 0,
        FileStatus.FAILED: 0,
    }


@pytest.mark.parametrize("version", [1, 2])
def test_stale_or_repeated_news_is_acknowledged_and_passed_over(version: int) -> None:
    order = told_by(OrderOnPaper(), [news(2, a_locked_file())])
    before = order.core.take_events(), counts(order), listed(order)

    order.tell(news(version, a_file()))

    assert order.core.take_events() == []
    assert (counts(order), listed(order)) == before[1:]


HISTORY = (
    news(1, a_file()),
    news(2, a_file(job=a_job())),
    news(3, a_locked_file()),
    news(4, a_file(job=a_job(JobState.DONE)), an_outcome()),
    news(5, a_file(job=a_job(JobState.DONE), name="new.jpg"), an_outcome()),
)
FINAL = counts(told_by(OrderOnPaper(), HISTORY)), listed(told_by(OrderOnPaper(), HISTORY)).files


@given(st.permutations(HISTORY), st.lists(st.sampled_from(HISTORY), max_size=4))
def test_news_lost_doubled_and_out_of_order_converges(
    shuffled: list[Apply], repeated: list[Apply]
) -> None:
    order = told_by(OrderOnPaper(), [*repeated, *shuffled, *repeated])

    assert (counts(order), listed(order).files) == FINAL
    assert [
        len(effect.deliver.notifications)
        for effect in order.settle()
        if isinstance(effect, NotifyOwner)
    ] == [1]


@given(st.permutations(HISTORY))
def test_a_watcher_sees_only_growing_versions_and_cursors(shuffled: list[Apply]) -> None:
    events = told_by(OrderOnPaper(), shuffled).core.take_events()

    versions = [event.data.file.version for event in events]
    offsets = [int(event.cursor.removeprefix("epoch1-")) for event in events]

    assert versions == sorted(set(versions))
    assert offsets == list(range(1, len(events) + 1))
    assert versions[-1] == 5


def test_the_newest_news_alone_is_enough() -> None:
    order = told_by(OrderOnPaper(), HISTORY[-1:])

    assert (counts(order), listed(order).files) == FINAL


def test_a_deleted_file_is_neither_listed_nor_counted() -> None:
    order = told_by(OrderOnPaper(), [news(), news(2, a_file(deleted_at_ms=NOW_MS))])

    assert listed(order).files == ()
    assert sum(counts(order).values()) == 0


def test_marked_files_are_listed_by_their_ids() -> None:
    updates = [news(1, a_file(marked=True)), news(1, other_file())]

    order = told_by(OrderOnPaper(), updates)

    assert order.ask(ListMarked(caller_id="alice"), MarkedFiles).file_ids == (FILE_ID,)


def test_a_deleted_file_is_no_longer_marked() -> None:
    gone = a_file(marked=True, deleted_at_ms=NOW_MS)

    order = told_by(OrderOnPaper(), [news(1, gone), news(1, other_file())])

    assert order.ask(ListMarked(caller_id="alice"), MarkedFiles).file_ids == ()


def test_files_are_listed_in_the_order_of_their_upload_page_by_page() -> None:
    order = told_by(OrderOnPaper(), [news(), news(1, other_file()), news(2)])

    first = listed(order, limit=1)
    assert first.next_after is not None
    second = listed(order, limit=1, after=first.next_after)

    assert [file.file_id for file in first.files + second.files] == [FILE_ID, OTHER_FILE_ID]
    assert second.next_after is None
    assert second.version == 3


# --- Events -------------------------------------------------------------------------------------


def test_each_change_is_one_cloud_event() -> None:
    order = told_by(OrderOnPaper(), [news(1, a_locked_file())])

    (event,) = order.core.take_events()

    told = event.model_dump(mode="json")
    assert {name: told[name] for name in told if name != "data"} == {
        "specversion": "1.0",
        "id": "epoch1-1",
        "source": "/api/orders/summer-42",
        "type": "darkroom.file.changed",
        "subject": FILE_ID,
        "time": "2026-11-22T10:00:00.000Z",
        "datacontenttype": "application/json",
        "cursor": "epoch1-1",
    }
    assert told["data"]["file"]["status"] == "in_progress"
    assert told["data"]["status"]["counts"]["in_progress"] == 1
    assert told["data"]["status"]["version"] == 1


def test_a_deleted_file_is_an_event_of_its_own_kind() -> None:
    order = told_by(OrderOnPaper(), [news(1, a_file(deleted_at_ms=NOW_MS))])

    assert [event.type for event in order.core.take_events()] == ["darkroom.file.deleted"]


def test_events_are_taken_once() -> None:
    order = told_by(OrderOnPaper(), [news()])
    order.core.take_events()

    assert order.core.take_events() == []


def test_a_reservation_is_no_event() -> None:
    order = told_by(OrderOnPaper(), [])
    order.tell(a_reservation())

    assert order.core.take_events() == []


def test_hello_is_a_snapshot_and_the_cursor_it_belongs_to() -> None:
    order = told_by(OrderOnPaper(), [news(), news(1, other_file()), news(2, a_locked_file())])
    events = order.core.take_events()

    hello = order.core.hello("alice")

    assert hello.type == "hello"
    assert hello.cursor == events[-1].cursor == "epoch1-3"
    assert hello.status == events[-1].data.status
    assert [file.id for file in hello.files] == [FILE_ID, OTHER_FILE_ID]
    assert hello.files[0] == events[-1].data.file


def test_no_event_and_no_hello_holds_a_token() -> None:
    order = told_by(OrderOnPaper(), [news(1, a_locked_file(token=424_242))])

    told = [event.model_dump_json() for event in order.core.take_events()]
    told.append(order.core.hello("alice").model_dump_json())

    assert not any("424242" in text or "lease" in text for text in told)


# --- Notifications ------------------------------------------------------------------------------


def test_an_outcome_owes_the_owner_a_notification() -> None:
    order = told_by(OrderOnPaper(), [news(1, None, an_outcome())])

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
    order = told_by(OrderOnPaper(), [news(1, None, an_outcome())])
    order.owed()

    again = order.settle(NOW_MS + EFFECT_RETRY_FIRST_MS)

    assert [type(effect) for effect in again] == [NotifyOwner]
    assert order.owed(NOW_MS + 10**9) == []
    assert order.core.next_deadline_ms() is None


def test_an_outcome_told_twice_before_its_delivery_is_one_notification() -> None:
    updates = [news(1, None, an_outcome()), news(1, None, an_outcome())]

    (effect,) = told_by(OrderOnPaper(), updates).settle()

    assert isinstance(effect, NotifyOwner)
    assert len(effect.deliver.notifications) == 1


def test_an_outcome_in_stale_news_is_not_lost() -> None:
    order = told_by(OrderOnPaper(), [news(5), news(4, None, an_outcome())])

    assert [type(effect) for effect in order.settle()] == [NotifyOwner]


def test_a_notification_owed_during_a_delivery_is_delivered_next() -> None:
    order = told_by(OrderOnPaper(), [news(1, None, an_outcome())])
    (first,) = order.owed()
    order.tell(news(2, None, an_outcome(OTHER_JOB_ID)))

    order.core.finish(first, NOW_MS)

    (second,) = order.settle()
    assert isinstance(second, NotifyOwner)
    assert [n.job_id for n in second.deliver.notifications] == [OTHER_JOB_ID]


def test_many_notifications_are_delivered_in_bounded_portions() -> None:
    outcomes = [an_outcome(f"job_{number:032x}") for number in range(120)]
    order = told_by(OrderOnPaper(), [news(1, None, *outcomes)])

    effects = [effect for effect in order.settle() if isinstance(effect, NotifyOwner)]

    assert [len(effect.deliver.notifications) for effect in effects] == [50, 50, 20]


def test_the_detail_of_a_failure_reaches_the_owner() -> None:
    outcome = an_outcome().model_copy(
        update={"kind": OutcomeKind.REVISION_REQUIRED, "detail": "the photo is gone"}
    )

    (effect,) = told_by(OrderOnPaper(), [news(1, None, outcome)]).settle()

    assert isinstance(effect, NotifyOwner)
    assert effect.deliver.notifications[0].detail == "the photo is gone"


def test_the_same_epoch_holds_for_the_life_of_an_order() -> None:
    order = told_by(OrderOnPaper(), [news(), news(2)])

    assert {event.cursor.split("-")[0] for event in order.core.take_events()} == {"epoch1"}
