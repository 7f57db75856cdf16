"""What an order's watchers are sent: one `hello`, then one CloudEvents 1.0 event per change."""

from collections.abc import Sequence
from typing import Literal

from domain.messages.order import OrderStatus
from domain.snapshot import FileSnapshot
from domain.values import Value
from domain.views import FileView, StatusView, cursor_of, rfc3339
from storage.order_repository import Order


class Hello(Value):
    """A whole snapshot and the cursor it belongs to. Whoever has read it has missed nothing."""

    type: Literal["hello"] = "hello"
    cursor: str
    status: StatusView
    files: tuple[FileView, ...]


class FileNews(Value):
    file: FileView
    status: StatusView


class Event(Value):
    """A CloudEvents 1.0 event in JSON format; `cursor` is an extension attribute."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: Literal["application/json"] = "application/json"
    cursor: str
    data: FileNews


def cursor(order: Order) -> str:
    return cursor_of(order.epoch, order.version)


def hello(order: Order, status: OrderStatus, files: Sequence[FileSnapshot]) -> Hello:
    return Hello(
        cursor=cursor(order),
        status=StatusView.of(status),
        files=tuple(map(FileView.of, files)),
    )


def changed(order: Order, file: FileSnapshot, status: OrderStatus, now_ms: int) -> Event:
    return Event(
        id=cursor(order),
        source=f"/api/orders/{order.id}",
        type="darkroom.file.deleted" if file.deleted else "darkroom.file.changed",
        subject=file.file_id,
        time=rfc3339(now_ms),
        cursor=cursor(order),
        data=FileNews(file=FileView.of(file), status=StatusView.of(status)),
    )
