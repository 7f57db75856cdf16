"""An actor comes to be with the first message that keeps something; asking leaves nothing."""

import pytest

from actors.file import FileCore
from actors.inbox import InboxCore
from actors.order import OrderCore
from domain.errors import Code, Refusal
from domain.messages.file import DeleteFile, DescribeFile, Register
from domain.messages.inbox import Deliver, ListNotifications, MarkRead, NotificationPage
from domain.messages.order import DescribeOrder, Release, Reserve
from domain.values import Value
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.factories import FILE_ID, NOW_MS, an_upload, some_settings

TABLES = "SELECT COUNT(*) FROM sqlite_master"


def a_core(kind: str, sql: SqliteSql) -> FileCore | OrderCore | InboxCore:
    match kind:
        case "file":
            return FileCore(sql, some_settings(), lambda: 1.0)
        case "order":
            return OrderCore(sql, some_settings(), lambda: "epoch")
        case _:
            return InboxCore(sql)


def a_rename_for_an_order_that_is_not_there() -> Reserve:
    return Reserve(caller_id="alice", order_id="o", name="a.jpg", file_id=FILE_ID, is_upload=False)


@pytest.mark.parametrize(
    ("kind", "message", "code"),
    [
        ("file", DescribeFile(caller_id="alice"), Code.FILE_NOT_FOUND),
        ("file", DeleteFile(caller_id="alice"), Code.FILE_NOT_FOUND),
        ("order", DescribeOrder(caller_id="alice"), Code.ORDER_NOT_FOUND),
        ("order", Release(file_id=FILE_ID, name="a.jpg"), Code.ORDER_NOT_FOUND),
        ("order", a_rename_for_an_order_that_is_not_there(), Code.ORDER_NOT_FOUND),
        ("inbox", MarkRead(notification_id="ntf_1"), Code.NOTIFICATION_NOT_FOUND),
    ],
)
def test_who_asks_for_what_never_was_leaves_nothing_behind(
    kind: str, message: Value, code: Code
) -> None:
    sql = SqliteSql()

    with pytest.raises(Refusal) as refused:
        a_core(kind, sql).receive(message.model_dump_json(), NOW_MS)

    assert refused.value.code is code
    assert sql.rows(TABLES) == [[0]]


def test_an_inbox_that_never_got_anything_is_empty() -> None:
    sql = SqliteSql()

    page = InboxCore(sql).receive(ListNotifications().model_dump_json(), NOW_MS)

    assert page == NotificationPage(notifications=(), next_before=None, unread=0)
    assert sql.rows(TABLES) == [[0]]


def test_nobody_watches_an_order_that_is_not_there() -> None:
    with pytest.raises(Refusal) as refused:
        OrderCore(SqliteSql(), some_settings(), lambda: "epoch").opening("alice")

    assert refused.value.code is Code.ORDER_NOT_FOUND


def test_what_does_not_exist_owes_nothing() -> None:
    for_a_file, for_an_order = a_core("file", SqliteSql()), a_core("order", SqliteSql())

    assert isinstance(for_a_file, FileCore)
    assert isinstance(for_an_order, OrderCore)
    assert (for_a_file.next_effect(NOW_MS), for_a_file.next_deadline_ms()) == (None, None)
    assert (for_an_order.next_effect(NOW_MS), for_an_order.next_deadline_ms()) == (None, None)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("file", Register(upload=an_upload())),
        ("order", Reserve(caller_id="alice", order_id="o", name="a.jpg", file_id=FILE_ID)),
        ("inbox", Deliver(notifications=())),
    ],
)
def test_the_first_message_that_keeps_something_makes_the_actor(kind: str, message: Value) -> None:
    sql = SqliteSql()
    a_core(kind, sql).receive(message.model_dump_json(), NOW_MS)

    again = a_core(kind, sql).receive(message.model_dump_json(), NOW_MS)

    assert again is not None
    assert sql.rows(TABLES) != [[0]]
