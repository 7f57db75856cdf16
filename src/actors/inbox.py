"""The core of an inbox actor: one user's notifications and which of them were read."""

from domain.errors import Code, Refusal
from domain.messages.inbox import (
    INBOX_MESSAGE,
    Deliver,
    InboxMessage,
    ListNotifications,
    ListOrders,
    MarkRead,
    Notification,
    NotificationPage,
    OrderPage,
)
from domain.messages.reply import Done
from domain.values import Value
from storage.inbox_repository import MIGRATIONS, InboxRepository
from storage.sql import Sql, migrate, migrate_existing

NO_SUCH_NOTIFICATION = "there is no such notification"


class InboxCore:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self._exists = migrate_existing(sql, MIGRATIONS)
        self._repository = InboxRepository(sql)

    def receive(self, text: str, now_ms: int) -> Value:
        message = INBOX_MESSAGE.validate_json(text)
        if isinstance(message, Deliver) and not self._exists:
            migrate(self._sql, MIGRATIONS)
            self._exists = True
        if not self._exists:
            return _empty(message)
        return self._sql.transaction(lambda: self._answer(message, now_ms))

    def _answer(self, message: InboxMessage, now_ms: int) -> Value:
        match message:
            case Deliver():
                for notification in message.notifications:
                    self._repository.deliver(notification)
                if message.order_id is not None:
                    self._repository.list_order(message.order_id)
                return Done()
            case ListNotifications():
                return self._list(message)
            case MarkRead():
                return self._mark_read(message.notification_id, now_ms)
            case ListOrders():
                return OrderPage(orders=self._repository.orders(message.before, message.limit))

    def _list(self, message: ListNotifications) -> NotificationPage:
        rows = self._repository.page(message.before, message.limit + 1)
        page, has_more = rows[: message.limit], len(rows) > message.limit
        return NotificationPage(
            notifications=tuple(notification for _, notification in page),
            next_before=page[-1][0] if has_more else None,
            unread=self._repository.unread(),
        )

    def _mark_read(self, notification_id: str, now_ms: int) -> Notification:
        self._repository.mark_read(notification_id, now_ms)
        found = self._repository.one(notification_id)
        if found is None:
            raise Refusal(Code.NOTIFICATION_NOT_FOUND, NO_SUCH_NOTIFICATION)
        return found


def _empty(message: InboxMessage) -> Value:
    """What an inbox says that never got anything, and so does not exist."""
    if isinstance(message, ListNotifications):
        return NotificationPage(notifications=(), next_before=None, unread=0)
    if isinstance(message, ListOrders):
        return OrderPage(orders=())
    raise Refusal(Code.NOTIFICATION_NOT_FOUND, NO_SUCH_NOTIFICATION)
