"""The caller's notifications."""

from domain.limits import CURSOR_MAX, PAGE_NOTIFICATIONS_DEFAULT, PAGE_NOTIFICATIONS_MAX
from domain.messages.inbox import ListNotifications, MarkRead, Notification
from domain.values import Value
from domain.views import NotificationView
from edge.exchange import Response, json_response, whole_number
from edge.origin import is_migrating
from edge.services import Call
from edge.two_inboxes import both_inboxes, marked_read
from edge.two_lists import Merged


class NotificationsView(Value):
    notifications: tuple[NotificationView, ...]
    next_cursor: str | None
    unread: int


async def list_newest(call: Call) -> Response:
    """In migration the origin's as well."""
    limit = whole_number(
        call.request,
        "limit",
        default=PAGE_NOTIFICATIONS_DEFAULT,
        low=1,
        high=PAGE_NOTIFICATIONS_MAX,
    )
    if is_migrating(call):
        found = await both_inboxes(call, limit)
    else:
        found = await _ours(call, limit)
    view = NotificationsView(
        notifications=tuple(map(NotificationView.of, found.entries)),
        next_cursor=found.next_cursor,
        unread=found.unread,
    )
    return json_response(view)


async def _ours(call: Call, limit: int) -> Merged[Notification]:
    before = whole_number(call.request, "cursor", default=0, low=0, high=CURSOR_MAX)
    page = await call.services.inboxes.list(
        call.caller_id, ListNotifications(limit=limit, before=before or None)
    )
    next_cursor = None if page.next_before is None else str(page.next_before)
    return Merged(page.notifications, next_cursor, page.unread)


async def mark_read(call: Call) -> Response:
    message = MarkRead(notification_id=call.parameters["notification_id"])
    if is_migrating(call):
        read = await marked_read(call, message)
    else:
        read = await call.services.inboxes.mark_read(call.caller_id, message)
    return json_response(NotificationView.of(read))
