"""What an order's watchers are sent: one `hello`, then one CloudEvents 1.0 event per change."""

from typing import Literal

from domain.snapshot import FileSnapshot
from domain.values import Value
from domain.views import FileView, StatusView, rfc3339
from storage.order_repository import Order


class Hello(Value):
    """A whole snapshot and the cursor it belongs to. Whoever has read it has missed nothing."""

    type: Literal["hello"] = "hello"
    cursor: str
    recovered: Literal[False] = False
    status: StatusView
    files: tuple[FileView, ...]


class HelloAgain(Value):
    """To who goes on from their own cursor: what they missed follows, up to that of `status`."""

    type: Literal["hello"] = "hello"
    cursor: str
    recovered: Literal[True] = True
    status: StatusView


class FileNews(Value):
    file: FileView
    status: StatusView


class OrderNews(Value):
    status: StatusView
    file_ids: tuple[str, ...] | None = None  # all of them in their new order, if that has changed


class CloudEvent(Value):
    """A CloudEvents 1.0 event in JSON format; `cursor` is an extension attribute."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: Literal["application/json"] = "application/json"
    cursor: str


class FileEvent(CloudEvent):
    """A file has changed or, if it was deleted, is to be taken off the page."""

    type: Literal["darkroom.file.changed", "darkroom.file.deleted"]
    data: FileNews


class OrderEvent(CloudEvent):
    """Something that is the order's alone: it was paused or resumed, counted anew, or arranged."""

    type: Literal["darkroom.order.changed"] = "darkroom.order.changed"
    data: OrderNews


def file_event(
    order: Order, cursor: str, file: FileSnapshot, status: StatusView, now_ms: int
) -> FileEvent:
    return FileEvent(
        id=cursor,
        source=source_of(order),
        type="darkroom.file.deleted" if file.deleted else "darkroom.file.changed",
        subject=file.file_id,
        time=rfc3339(now_ms),
        cursor=cursor,
        data=FileNews(file=FileView.of(file), status=status),
    )


def order_event(order: Order, cursor: str, news: OrderNews, now_ms: int) -> OrderEvent:
    return OrderEvent(
        id=cursor,
        source=source_of(order),
        subject=order.id,
        time=rfc3339(now_ms),
        cursor=cursor,
        data=news,
    )


def source_of(order: Order) -> str:
    return f"/api/orders/{order.id}"
