"""The SQL of an inbox actor: one user's notifications, newest last."""

from typing import Final

from domain.limits import INBOX_NOTIFICATIONS_MAX
from domain.messages.inbox import Notification, OrderEntry
from storage import old_jobs
from storage.sql import Row, Sql

MIGRATIONS: Final = (
    """
    CREATE TABLE notifications (
      position        INTEGER PRIMARY KEY,
      notification_id TEXT NOT NULL UNIQUE,
      document        TEXT NOT NULL,
      read_at_ms      INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE orders (
      position INTEGER PRIMARY KEY,
      order_id TEXT NOT NULL UNIQUE
    ) STRICT
    """,
    old_jobs.NOTIFICATIONS,
)
DELIVER = "INSERT OR IGNORE INTO notifications (notification_id, document) VALUES (?, ?)"
FORGET_OLD = """
DELETE FROM notifications WHERE position <= (SELECT MAX(position) FROM notifications) - ?
"""
PAGE = """
SELECT document, read_at_ms, position FROM notifications
WHERE position < ? ORDER BY position DESC LIMIT ?
"""
ONE = "SELECT document, read_at_ms, position FROM notifications WHERE notification_id = ?"
UNREAD = "SELECT COUNT(*) FROM notifications WHERE read_at_ms IS NULL"
MARK_READ = """
UPDATE notifications SET read_at_ms = ? WHERE notification_id = ? AND read_at_ms IS NULL
"""
LIST_ORDER = "INSERT OR IGNORE INTO orders (order_id) VALUES (?)"
ORDERS = "SELECT order_id, position FROM orders WHERE position < ? ORDER BY position DESC LIMIT ?"
PAST_THE_NEWEST: Final = 2**52


class InboxRepository:
    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def deliver(self, notification: Notification) -> None:
        self._sql.rows(DELIVER, notification.id, notification.model_dump_json())
        self._sql.rows(FORGET_OLD, INBOX_NOTIFICATIONS_MAX)

    def page(self, before: int | None, limit: int) -> list[tuple[int, Notification]]:
        rows = self._sql.rows(PAGE, PAST_THE_NEWEST if before is None else before, limit)
        return [(int(row[2] or 0), _notification(row)) for row in rows]

    def one(self, notification_id: str) -> Notification | None:
        found = self._sql.rows(ONE, notification_id)
        return _notification(found[0]) if found else None

    def unread(self) -> int:
        ((count,),) = self._sql.rows(UNREAD)
        assert isinstance(count, int)
        return count

    def mark_read(self, notification_id: str, now_ms: int) -> None:
        self._sql.rows(MARK_READ, now_ms, notification_id)

    def list_order(self, order_id: str) -> None:
        self._sql.rows(LIST_ORDER, order_id)

    def orders(self, before: int | None, limit: int) -> tuple[OrderEntry, ...]:
        """Newest first."""
        rows = self._sql.rows(ORDERS, PAST_THE_NEWEST if before is None else before, limit)
        return tuple(OrderEntry(order_id=str(o), position=int(at or 0)) for o, at in rows)


def _notification(row: Row) -> Notification:
    notification = Notification.model_validate_json(str(row[0]))
    return notification.model_copy(update={"read_at_ms": row[1]})
