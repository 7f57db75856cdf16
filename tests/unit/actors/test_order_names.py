"""The names in an order: reserved, held, released, and never two files with one."""

import pytest

from domain.errors import Code, Refusal
from domain.file import FileStatus
from domain.limits import (
    ORDER_FILES_MAX,
    RENAME_RESERVATION_LIFETIME_MS,
    RESERVATION_LIFETIME_MS,
)
from domain.messages.order import Release, Reserve, Reserved
from storage.order_repository import OrderRepository
from tests.unit.actors.cores import OrderOnPaper
from tests.unit.factories import (
    FILE_ID,
    NOW_MS,
    OTHER_FILE_ID,
    a_file,
    a_reservation,
    another_file,
    news,
)


def a_rename(name: str, file_id: str = FILE_ID) -> Reserve:
    return a_reservation(name, file_id, is_upload=False)


def reserved(order: OrderOnPaper, reserve: Reserve, now_ms: int = NOW_MS) -> str:
    return order.ask(reserve, Reserved, now_ms).file_id


def test_the_first_intent_makes_the_order_and_its_owner() -> None:
    order = OrderOnPaper()

    file_id = reserved(order, a_reservation())

    assert file_id == FILE_ID
    assert order.counts() == dict.fromkeys(FileStatus, 0)


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
    order.tell(news(1, another_file()))
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

    late_ms = NOW_MS + RESERVATION_LIFETIME_MS
    file_id = reserved(order, a_reservation(file_id=OTHER_FILE_ID), late_ms)

    assert file_id == OTHER_FILE_ID


def test_a_rename_that_was_never_made_gives_its_name_back_in_time() -> None:
    order = OrderOnPaper(news(), news(1, another_file()))
    reserved(order, a_rename("new.jpg", FILE_ID))

    late_ms = NOW_MS + RENAME_RESERVATION_LIFETIME_MS
    file_id = reserved(order, a_rename("new.jpg", OTHER_FILE_ID), late_ms)

    assert file_id == OTHER_FILE_ID


def test_other_news_of_a_file_leaves_the_name_reserved_for_its_rename() -> None:
    order = OrderOnPaper(news(), news(1, another_file()))
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
            a_reservation(file_id=OTHER_FILE_ID),
            NOW_MS + 10 * RESERVATION_LIFETIME_MS,
        )


def test_a_renamed_file_holds_its_new_name_and_no_other() -> None:
    order = OrderOnPaper()
    order.tell(news())

    order.tell(news(2, a_file(name="new.jpg")))

    assert reserved(order, a_reservation("beach.jpg", OTHER_FILE_ID)) == OTHER_FILE_ID
    with pytest.raises(Refusal):
        order.tell(a_reservation("new.jpg", OTHER_FILE_ID))


def test_a_name_given_up_by_a_second_rename_is_free() -> None:
    order = OrderOnPaper()
    order.tell(news(2, a_file(name="second.jpg")))
    order.tell(news(3, a_file(name="third.jpg")))

    assert reserved(order, a_reservation("second.jpg", OTHER_FILE_ID)) == OTHER_FILE_ID


def test_the_name_of_a_deleted_file_is_free() -> None:
    order = OrderOnPaper()
    order.tell(news())

    order.tell(news(2, a_file(deleted_at_ms=NOW_MS)))

    assert reserved(order, a_reservation(file_id=OTHER_FILE_ID)) == OTHER_FILE_ID


def a_nearly_full_order() -> OrderOnPaper:
    """With room for one file more, held by reservations that do not end in this test."""
    order = OrderOnPaper()
    reserved(order, a_reservation("0.jpg", "file_0"))
    repository = OrderRepository(order.sql)
    for number in range(1, ORDER_FILES_MAX - 1):
        name = f"{number}.jpg"
        repository.reserve(name, f"file_{number}", NOW_MS + 10**9, name, NOW_MS)
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


def test_an_upload_begun_again_in_another_spelling_keeps_the_first_one() -> None:
    order = OrderOnPaper()
    order.tell(a_reservation("C.png", FILE_ID))

    again = order.tell(a_reservation("c.png", OTHER_FILE_ID))

    assert again == Reserved(file_id=FILE_ID, name="C.png", is_repeat=True, announced_ms=NOW_MS)


def test_an_upload_begun_again_was_announced_when_it_was_first() -> None:
    order = OrderOnPaper()
    order.tell(a_reservation("a.png", FILE_ID))

    again = order.tell(a_reservation("a.png", OTHER_FILE_ID), NOW_MS + 5)
    other = order.tell(a_reservation("b.png", OTHER_FILE_ID), NOW_MS + 5)

    assert again == Reserved(file_id=FILE_ID, name="a.png", is_repeat=True, announced_ms=NOW_MS)
    assert other == Reserved(file_id=OTHER_FILE_ID, name="b.png", announced_ms=NOW_MS + 5)


def test_what_is_announced_after_an_announcement_has_expired_is_another_one() -> None:
    order = OrderOnPaper()
    order.tell(a_reservation("a.png", FILE_ID))
    later_ms = NOW_MS + RESERVATION_LIFETIME_MS

    again = order.tell(a_reservation("a.png", OTHER_FILE_ID), later_ms)

    assert again == Reserved(file_id=OTHER_FILE_ID, name="a.png", announced_ms=later_ms)


def test_a_name_reserved_for_a_rename_announces_nothing() -> None:
    order = OrderOnPaper()
    order.tell(a_reservation("old.jpg", FILE_ID))

    reserved = order.tell(a_rename("new.jpg", FILE_ID))

    assert reserved == Reserved(file_id=FILE_ID, name="new.jpg")
