"""Uploads that were announced and never finalized: found, counted once, their names free again."""

import pytest

from actors.effects import ExpireUpload, ReportOrder
from domain import keys
from domain.errors import Code, Refusal
from domain.limits import EFFECT_RETRY_FIRST_MS, RESERVATION_LIFETIME_MS
from domain.messages.order import Release, Reserve, Reserved
from domain.messages.reply import Done
from tests.unit.actors.cores import OrderOnPaper, of_kind
from tests.unit.factories import (
    FILE_ID,
    NOW_MS,
    OTHER_FILE_ID,
    a_file,
    a_reservation,
    another_file,
    news,
)

EXPIRED_MS = NOW_MS + RESERVATION_LIFETIME_MS
THIRD_FILE_ID = "file_" + "d" * 32


def an_order(*reservations: Reserve) -> OrderOnPaper:
    """With those uploads announced; whatever else it owes is done."""
    order = OrderOnPaper()
    [order.tell(reservation) for reservation in reservations or (a_reservation(),)]
    order.settle()
    return order


def expiries(order: OrderOnPaper, now_ms: int = EXPIRED_MS) -> list[str]:
    """Of which files the uploads are to be ended now. None of it is done."""
    return [effect.file_id for effect in of_kind(ExpireUpload, order.owed(now_ms))]


def expired(order: OrderOnPaper, now_ms: int = EXPIRED_MS) -> list[str]:
    """The same, and it is done."""
    return [effect.file_id for effect in of_kind(ExpireUpload, order.settle(now_ms))]


def test_whatever_came_of_an_upload_is_removed_when_its_reservation_is_up() -> None:
    order = an_order()

    (effect,) = of_kind(ExpireUpload, order.owed(EXPIRED_MS))

    prefixes = keys.prefixes_of("alice", "summer-42", FILE_ID)
    assert effect == ExpireUpload(FILE_ID, prefixes)


def test_an_upload_has_until_the_last_moment_of_its_reservation() -> None:
    order = an_order()

    assert expiries(order, EXPIRED_MS - 1) == []
    assert order.kept().totals.intents_expired == 0


def test_an_order_wakes_by_itself_when_a_reservation_is_up_and_then_rests() -> None:
    order = an_order()

    assert order.core.next_deadline_ms() == EXPIRED_MS
    order.settle(EXPIRED_MS)
    order.settle(EXPIRED_MS + order.settings.report_interval_ms)
    assert order.core.next_deadline_ms() is None


def test_an_expired_upload_is_counted_once() -> None:
    order = an_order()

    assert expired(order) == [FILE_ID]

    assert order.kept().totals.intents_expired == 1
    assert expired(order, EXPIRED_MS + 10**9) == []


def test_an_expired_upload_whose_end_failed_is_ended_later_and_counted_once() -> None:
    order = an_order()
    expiries(order)

    assert expired(order, EXPIRED_MS + EFFECT_RETRY_FIRST_MS) == [FILE_ID]

    assert order.kept().totals.intents_expired == 1


def test_an_end_that_is_told_twice_is_counted_once() -> None:
    order = an_order()
    (effect,) = of_kind(ExpireUpload, order.owed(EXPIRED_MS))

    order.core.finish(effect, None, EXPIRED_MS)
    order.core.finish(effect, None, EXPIRED_MS)

    assert order.kept().totals.intents_expired == 1


def test_an_upload_that_was_finalized_after_all_is_not_counted() -> None:
    order = an_order()
    (effect,) = of_kind(ExpireUpload, order.owed(EXPIRED_MS))

    order.core.finish(effect, Done(), EXPIRED_MS)

    assert order.kept().totals.intents_expired == 0
    assert expiries(order, EXPIRED_MS + 10**9) == []


def test_several_uploads_that_expire_together_are_all_ended() -> None:
    order = an_order(a_reservation(), a_reservation("other.jpg", OTHER_FILE_ID))

    assert sorted(expired(order)) == [OTHER_FILE_ID, FILE_ID]

    assert order.kept().totals.intents_expired == 2


def test_an_upload_announced_later_expires_later() -> None:
    order = an_order()
    order.tell(a_reservation("other.jpg", OTHER_FILE_ID), NOW_MS + 5)

    assert expired(order, EXPIRED_MS) == [FILE_ID]
    assert expired(order, EXPIRED_MS + 4) == []
    assert expired(order, EXPIRED_MS + 5) == [OTHER_FILE_ID]


def test_an_upload_of_a_shorter_life_does_not_wait_for_one_of_a_longer() -> None:
    order = an_order()

    order.tell(a_reservation("other.jpg", OTHER_FILE_ID, lifetime_ms=5_000))

    assert order.core.next_deadline_ms() == NOW_MS + 5_000
    assert expired(order, NOW_MS + 5_000) == [OTHER_FILE_ID]


def test_a_finalized_upload_does_not_expire() -> None:
    order = an_order()

    order.tell(news())

    assert expired(order) == []
    assert order.kept().totals.intents_expired == 0


def test_a_finalized_upload_that_was_deleted_does_not_expire() -> None:
    order = an_order()

    order.tell(news(2, a_file(deleted_at_ms=NOW_MS)))

    assert expired(order) == []


def test_an_intent_that_was_renewed_expires_with_the_renewal() -> None:
    order = an_order()
    order.tell(a_reservation(file_id=OTHER_FILE_ID), EXPIRED_MS - 1)

    assert expired(order, EXPIRED_MS) == []
    assert expired(order, EXPIRED_MS - 1 + RESERVATION_LIFETIME_MS) == [FILE_ID]


def test_a_name_released_before_it_expired_is_no_dead_upload() -> None:
    order = an_order()

    order.tell(Release(file_id=FILE_ID, name="beach.jpg"))

    assert expired(order) == []


def test_a_rename_that_was_never_made_is_no_dead_upload() -> None:
    order = OrderOnPaper(news())
    order.tell(a_reservation("new.jpg", FILE_ID, is_upload=False))

    assert expired(order) == []
    assert order.kept().totals.intents_expired == 0


def test_the_name_of_a_dead_upload_is_free_though_its_end_fails() -> None:
    order = an_order()
    expiries(order)

    again = order.ask(a_reservation(file_id=OTHER_FILE_ID), Reserved, EXPIRED_MS)

    assert again.file_id == OTHER_FILE_ID


def test_who_takes_an_expired_name_does_not_hide_the_dead_upload() -> None:
    order = an_order()

    again = order.ask(a_reservation(file_id=OTHER_FILE_ID), Reserved, EXPIRED_MS)

    assert again.file_id == OTHER_FILE_ID
    assert expired(order) == [FILE_ID]
    assert expired(order, EXPIRED_MS + RESERVATION_LIFETIME_MS) == [OTHER_FILE_ID]
    assert order.kept().totals.intents_expired == 2


def test_a_file_whose_news_comes_after_its_reservation_holds_its_name_again() -> None:
    order = an_order()
    expired(order)

    order.tell(news(), EXPIRED_MS)

    with pytest.raises(Refusal) as refused:
        order.tell(a_reservation(file_id=OTHER_FILE_ID), EXPIRED_MS)
    assert refused.value.code is Code.NAME_TAKEN


def test_a_name_that_went_to_another_meanwhile_stays_with_the_other() -> None:
    order = an_order()
    order.tell(a_reservation(file_id=OTHER_FILE_ID), EXPIRED_MS)
    order.tell(news(1, another_file(name="beach.jpg")), EXPIRED_MS)

    order.tell(news(), EXPIRED_MS)

    with pytest.raises(Refusal) as refused:
        order.tell(a_reservation(file_id=THIRD_FILE_ID), EXPIRED_MS)
    assert refused.value.code is Code.NAME_TAKEN


def test_operators_hear_of_expired_uploads() -> None:
    order = an_order()
    order.settle(EXPIRED_MS)

    reports = of_kind(ReportOrder, order.settle(EXPIRED_MS + order.settings.report_interval_ms))

    assert [effect.report.totals.intents_expired for effect in reports] == [1]
