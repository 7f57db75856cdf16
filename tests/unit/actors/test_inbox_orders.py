"""The list of a user's orders, which their inbox keeps: each once, newest first, page by page."""

import pytest

from domain.messages.inbox import (
    Deliver,
    ListNotifications,
    ListOrders,
    NotificationPage,
    OrderPage,
)
from domain.messages.reply import Done
from tests.unit.actors.cores import InboxOnPaper


def deliver(inbox: InboxOnPaper, order_id: str | None) -> None:
    inbox.ask(Deliver(notifications=(), order_id=order_id), Done)


def an_inbox(*order_ids: str) -> InboxOnPaper:
    inbox = InboxOnPaper()
    for order_id in order_ids:
        deliver(inbox, order_id)
    return inbox


def page(inbox: InboxOnPaper, limit: int = 10, before: int | None = None) -> OrderPage:
    return inbox.ask(ListOrders(limit=limit, before=before), OrderPage)


def ids(told: OrderPage) -> list[str]:
    return [order.order_id for order in told.orders]


def test_a_user_without_orders_has_an_empty_list_and_no_inbox_comes_to_be() -> None:
    inbox = InboxOnPaper()

    assert ids(page(inbox)) == []
    assert inbox.sql.rows("SELECT * FROM sqlite_master") == []


def test_orders_are_listed_newest_first() -> None:
    assert ids(page(an_inbox("a", "b", "c"))) == ["c", "b", "a"]


def test_an_order_is_listed_once_and_keeps_its_place_however_often_it_is_told() -> None:
    assert ids(page(an_inbox("a", "b", "a", "a"))) == ["b", "a"]


def test_pages_follow_each_other_by_the_position_of_the_last_one_seen() -> None:
    inbox = an_inbox("a", "b", "c")

    first = page(inbox, limit=2)
    second = page(inbox, limit=2, before=first.orders[-1].position)

    assert ids(first) + ids(second) == ["c", "b", "a"]
    assert ids(page(inbox, before=second.orders[-1].position)) == []


def test_an_order_that_comes_between_two_pages_moves_none() -> None:
    inbox = an_inbox("a", "b", "c")
    first = page(inbox, limit=2)

    deliver(inbox, "d")

    assert ids(page(inbox, limit=2, before=first.orders[-1].position)) == ["a"]


@pytest.mark.parametrize("order_id", ["a", None], ids=["an order", "no order"])
def test_a_delivery_that_only_tells_of_an_order_is_no_notification(order_id: str | None) -> None:
    inbox = an_inbox()

    deliver(inbox, order_id)

    told = inbox.ask(ListNotifications(), NotificationPage)
    assert (told.notifications, told.unread) == ((), 0)
    assert ids(page(inbox)) == ([order_id] if order_id else [])
