"""An order's log on the hub: every version of the order is one event, and its number the offset."""

from typing import Final

from actors.events import Hello, HelloAgain, OrderNews, file_event, order_event
from actors.hub import Hub
from actors.opening import Opening
from actors.order_answers import status_of
from actors.order_outbox import OrderDeadline
from actors.publishing import Publishing
from domain.cursor import Cursor
from domain.limits import ORDER_FILES_MAX
from domain.settings import Settings
from domain.snapshot import FileSnapshot
from domain.values import Value
from domain.views import FileView, StatusView
from storage.deadlines import Deadlines
from storage.hub_repository import Published
from storage.order_repository import Order, OrderRepository
from storage.sql import Sql

NOWHERE: Final = Cursor("", 0)


class OrderLog:
    def __init__(
        self, sql: Sql, repository: OrderRepository, deadlines: Deadlines, settings: Settings
    ) -> None:
        self.hub = Hub(sql)
        self.publishing = Publishing(sql, self.hub, deadlines, settings, OrderDeadline.PUBLISH)
        self._repository = repository
        self._hello_of = (NOWHERE, "")  # the newest that somebody asked for

    # --- Writing --------------------------------------------------------------------------------

    def go_on(self, order: Order) -> None:
        """From its version: when it comes to be, and whenever its actor starts.

        For until then a version of us may have been at work that kept no events.
        """
        self.hub.go_on_from(cursor_of(order))

    def file_changed(self, order: Order, file: FileSnapshot, now_ms: int) -> None:
        """`order` is what it has come to be with that."""
        status = StatusView.of(status_of(order))
        kind = "darkroom.file.deleted" if file.deleted else "darkroom.file.changed"

        def event(cursor: str) -> Value:
            return file_event(order, cursor, file, status, now_ms)

        self._keep(order, self.hub.append(kind, file.file_id, event, now_ms), now_ms)

    def order_changed(
        self, order: Order, now_ms: int, file_ids: tuple[str, ...] | None = None
    ) -> None:
        """A new arrangement is not replaced by an event that tells of none: it has no key."""
        news = OrderNews(status=StatusView.of(status_of(order)), file_ids=file_ids)
        key = order.id if file_ids is None else ""

        def event(cursor: str) -> Value:
            return order_event(order, cursor, news, now_ms)

        self._keep(order, self.hub.append("darkroom.order.changed", key, event, now_ms), now_ms)

    def _keep(self, order: Order, event: Published, now_ms: int) -> None:
        assert event.cursor == cursor_of(order), "every version is one event"
        self.publishing.owe(now_ms)

    # --- Reading --------------------------------------------------------------------------------

    def opening(
        self, order: Order, since: Cursor | None, limit: int, coalesce_from: int | None = None
    ) -> Opening:
        resumption = self.hub.since(since, limit, coalesce_from)
        if resumption.recovered and since is not None:
            status = StatusView.of(status_of(order))
            hello = HelloAgain(cursor=str(since), status=status).model_dump_json()
            return Opening.of(resumption, since, hello)
        return Opening.of(resumption, cursor_of(order), self._hello(order))

    def _hello(self, order: Order) -> str:
        """Made once for each state of the order: after an outage everybody comes at once."""
        cursor, text = self._hello_of
        if cursor != cursor_of(order):
            files = [FileView.of(file) for _, file in self._repository.page(0, ORDER_FILES_MAX)]
            status = StatusView.of(status_of(order))
            hello = Hello(cursor=status.cursor, status=status, files=tuple(files))
            text = hello.model_dump_json()
            self._hello_of = (cursor_of(order), text)
        return text


def cursor_of(order: Order) -> Cursor:
    return Cursor(order.epoch, order.version)
