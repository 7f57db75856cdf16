"""An inbox actor's core: delivered once, newest first, read once."""

import pytest

from domain.errors import Code, Refusal
from domain.limits import INBOX_NOTIFICATIONS_MAX
from domain.messages.inbox import (
    Deliver,
    ListNotifications,
    MarkRead,
    Notification,
    NotificationPage,
)
from domain.messages.reply import Done
from domain.snapshot import OutcomeKind
from tests.unit.actors.cores import InboxOnPaper
from tests.unit.factories import FILE_ID, JOB_ID, NOW_MS


def a_notification(number: int = 1) -> Notification:
    return Notification(
        id=f"ntf_{number}",
        kind=OutcomeKind.EDIT_DONE,
        order_id="summer-42",
        file_id=FILE_ID,
        job_id=JOB_ID,
        file_name="beach.jpg",
        created_at_ms=NOW_MS,
    )


def an_inbox(*numbers: int) -> InboxOnPaper:
    inbox = InboxOnPaper()
    inbox.ask(Deliver(notifications=tuple(map(a_notification, numbers))), Done)
    return inbox


def listed(inbox: InboxOnPaper, limit: int = 10, before: int | None = None) -> NotificationPage:
    return inbox.ask(ListNotifications(limit=limit, before=before), NotificationPage)


def ids(page: NotificationPage) -> list[str]:
    return [notification.id for notification in page.notifications]


def test_an_inbox_nobody_wrote_to_is_empty() -> None:
    assert listed(InboxOnPaper()) == NotificationPage(notifications=(), next_before=None, unread=0)


def test_notifications_are_listed_newest_first() -> None:
    assert ids(listed(an_inbox(1, 2, 3))) == ["ntf_3", "ntf_2", "ntf_1"]


def test_a_notification_delivered_twice_is_there_once() -> None:
    inbox = an_inbox(1, 2)

    inbox.ask(Deliver(notifications=(a_notification(1),)), Done)

    assert ids(listed(inbox)) == ["ntf_2", "ntf_1"]


def test_a_repeated_delivery_does_not_make_a_read_notification_unread() -> None:
    inbox = an_inbox(1)
    inbox.ask(MarkRead(notification_id="ntf_1"), Notification)

    inbox.ask(Deliver(notifications=(a_notification(1),)), Done)

    assert listed(inbox).unread == 0


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    inbox = an_inbox(1, 2, 3)

    first = listed(inbox, limit=2)
    second = listed(inbox, limit=2, before=first.next_before)

    assert ids(first) + ids(second) == ["ntf_3", "ntf_2", "ntf_1"]
    assert second.next_before is None


def test_a_page_that_is_just_full_is_the_last() -> None:
    assert listed(an_inbox(1, 2), limit=2).next_before is None


def test_a_notification_that_arrives_between_two_pages_moves_none() -> None:
    inbox = an_inbox(1, 2, 3)
    first = listed(inbox, limit=2)

    inbox.ask(Deliver(notifications=(a_notification(4),)), Done)

    assert ids(listed(inbox, limit=2, before=first.next_before)) == ["ntf_1"]


def test_reading_twice_keeps_the_first_time() -> None:
    inbox = an_inbox(1)

    first = inbox.ask(MarkRead(notification_id="ntf_1"), Notification, NOW_MS)
    second = inbox.ask(MarkRead(notification_id="ntf_1"), Notification, NOW_MS + 5)

    assert first.read_at_ms == NOW_MS
    assert second == first


def test_unread_ones_are_counted_beyond_the_page() -> None:
    inbox = an_inbox(1, 2, 3)
    inbox.ask(MarkRead(notification_id="ntf_2"), Notification)

    page = listed(inbox, limit=1)

    assert page.unread == 2


def test_a_read_notification_shows_when() -> None:
    inbox = an_inbox(1, 2)
    inbox.ask(MarkRead(notification_id="ntf_1"), Notification, NOW_MS)

    read = [notification.read_at_ms for notification in listed(inbox).notifications]

    assert read == [None, NOW_MS]


def test_a_notification_nobody_sent_cannot_be_read() -> None:
    with pytest.raises(Refusal) as refused:
        an_inbox(1).ask(MarkRead(notification_id="ntf_9"), Notification)

    assert refused.value.code is Code.NOTIFICATION_NOT_FOUND


def test_the_oldest_go_when_an_inbox_is_full() -> None:
    inbox = an_inbox(*range(INBOX_NOTIFICATIONS_MAX + 2))

    page = listed(inbox, limit=INBOX_NOTIFICATIONS_MAX + 2)

    assert len(page.notifications) == INBOX_NOTIFICATIONS_MAX
    assert ids(page)[-1] == "ntf_2"
