"""The caller's notifications."""

from domain.limits import CURSOR_MAX, PAGE_NOTIFICATIONS_DEFAULT, PAGE_NOTIFICATIONS_MAX
from domain.messages.inbox import ListNotifications, MarkRead
from domain.values import Value
from domain.views import NotificationView
from edge.exchange import Response, json_response, whole_number
from edge.services import Call


class NotificationsView(Value):
    notifications: tuple[NotificationView, ...]
    next_cursor: str | None
    unread: int


async def list_newest(call: Call) -> Response:
    limit = whole_number(
        call.request,
        "limit",
        default=PAGE_NOTIFICATIONS_DEFAULT,
        low=1,
        high=PAGE_NOTIFICATIONS_MAX,
    )
    before = whole_number(call.request, "cursor", default=0, low=0, high=CURSOR_MAX)
    page = await call.services.inboxes.list(
        call.caller_id, ListNotifications(limit=limit, before=before or None)
    )
    view = NotificationsView(
        notifications=tuple(map(NotificationView.of, page.notifications)),
        next_cursor=None if page.next_before is None else str(page.next_before),
        unread=page.unread,
    )
    return json_response(view)


async def mark_read(call: Call) -> Response:
    message = MarkRead(notification_id=call.parameters["notification_id"])
    read = await call.services.inboxes.mark_read(call.caller_id, message)
    return json_response(NotificationView.of(read))
