"""What an inbox's actor is told and what it answers."""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from domain.limits import PAGE_NOTIFICATIONS_DEFAULT
from domain.snapshot import OutcomeKind
from domain.values import Stored, Value


class Notification(Stored):
    id: str
    kind: OutcomeKind
    order_id: str
    file_id: str
    job_id: str
    file_name: str
    detail: str | None = None
    created_at_ms: int
    read_at_ms: int | None = None


class Deliver(Value):
    """Notifications for one user. One that is known already is not delivered again."""

    type: Literal["deliver"] = "deliver"
    notifications: tuple[Notification, ...]
    order_id: str | None = None  # an order of the user's, which the inbox keeps a list of


class ListNotifications(Value):
    type: Literal["list_notifications"] = "list_notifications"
    limit: int = PAGE_NOTIFICATIONS_DEFAULT
    before: int | None = None  # the position of the last one seen


class NotificationPage(Value):
    notifications: tuple[Notification, ...]
    next_before: int | None
    unread: int


class MarkRead(Value):
    type: Literal["mark_read"] = "mark_read"
    notification_id: str


class ListOrders(Value):
    """The user's orders, newest first."""

    type: Literal["list_orders"] = "list_orders"
    limit: int
    before: int | None = None  # the position of the last one seen


class OrderEntry(Value):
    order_id: str
    position: int


class OrderPage(Value):
    orders: tuple[OrderEntry, ...]


InboxMessage = Annotated[
    Deliver | ListNotifications | MarkRead | ListOrders, Field(discriminator="type")
]
INBOX_MESSAGE: Final[TypeAdapter[InboxMessage]] = TypeAdapter(InboxMessage)
