"""The core of an order actor: names, newest snapshots, counts, and the events its watchers see."""

from collections.abc import Callable

from actors.effects import Effect, NotifyOwner
from actors.events import Event, Hello, changed, hello
from domain import names
from domain.errors import Code, Refusal
from domain.file import FileStatus
from domain.ids import notification_id
from domain.limits import (
    NOTIFICATIONS_PER_DELIVERY_MAX,
    ORDER_FILES_MAX,
    RENAME_RESERVATION_LIFETIME_MS,
    SUBMIT_FILES_MAX,
    UPLOAD_RESERVATION_LIFETIME_MS,
)
from domain.messages import (
    ORDER_MESSAGE,
    Apply,
    Deliver,
    DescribeOrder,
    Done,
    FilePage,
    ListFiles,
    ListMarked,
    MarkedFiles,
    Notification,
    OrderMessage,
    OrderStatus,
    Release,
    Reserve,
    Reserved,
)
from domain.snapshot import FileSnapshot, Outcome
from domain.values import Value
from storage.deadlines import Deadlines
from storage.order_repository import MIGRATIONS, NameHolder, Order, OrderRepository
from storage.sql import Sql, migrate, migrate_existing

NOTIFY = "notify"
NO_SUCH_ORDER = "there is no such order"


class OrderCore:
    def __init__(self, sql: Sql, new_epoch: Callable[[], str]) -> None:
        self._sql = sql
        self._exists = migrate_existing(sql, MIGRATIONS)
        self._repository = OrderRepository(sql)
        self._deadlines = Deadlines(sql)
        self._new_epoch = new_epoch
        self._events: list[Event] = []

    def receive(self, text: str, now_ms: int) -> Value:
        message = ORDER_MESSAGE.validate_json(text)
        if not self._exists:
            self._come_to_be(message)
        return self._sql.transaction(lambda: self._answer(message, now_ms))

    def _answer(self, message: OrderMessage, now_ms: int) -> Value:
        match message:
            case Reserve():
                return self._reserve(message, now_ms)
            case Release():
                self._repository.release(names.collision_key(message.name), message.file_id)
                return Done()
            case Apply():
                return self._apply(message, now_ms)
            case ListFiles():
                return self._list_files(message)
            case DescribeOrder():
                return self._status(self._owned(message.caller_id))
            case ListMarked():
                self._owned(message.caller_id)
                return MarkedFiles(file_ids=self._repository.idle_marked(SUBMIT_FILES_MAX))

    def hello(self, caller_id: str) -> Hello:
        """All a new watcher needs, from one stretch: nothing happens between cursor and files."""
        if not self._exists:
            raise Refusal(Code.ORDER_NOT_FOUND, NO_SUCH_ORDER)
        order = self._owned(caller_id)
        files = [file for _, file in self._repository.page(0, ORDER_FILES_MAX)]
        return hello(order, self._status(order), files)

    def take_events(self) -> list[Event]:
        """What happened since last asked. To be sent only once the change itself is kept."""
        events, self._events = self._events, []
        return events

    # --- Effects --------------------------------------------------------------------------------

    def next_effect(self, now_ms: int) -> Effect | None:
        if not self._exists or self._deadlines.take_due(now_ms) is None:
            return None
        order = self._repository.load()
        assert order is not None
        owed = self._repository.owed(NOTIFICATIONS_PER_DELIVERY_MAX)
        return NotifyOwner(order.owner_id, Deliver(notifications=owed))

    def finish(self, effect: Effect, now_ms: int) -> None:
        assert isinstance(effect, NotifyOwner)
        for notification in effect.deliver.notifications:
            self._repository.settle(notification.id)
        if self._repository.owed(1):
            self._deadlines.set(NOTIFY, now_ms)
        else:
            self._deadlines.clear(NOTIFY)

    def next_deadline_ms(self) -> int | None:
        return self._deadlines.earliest() if self._exists else None

    # --- Messages -------------------------------------------------------------------------------

    def _reserve(self, message: Reserve, now_ms: int) -> Reserved:
        order = self._repository.load()
        if order is None and message.is_upload:
            order = self._repository.create(message.order_id, message.caller_id, self._new_epoch())
        self._check_owner(order, message.caller_id)
        name_key = names.collision_key(message.name)
        holder = self._repository.name_holder(name_key, now_ms)
        if holder is None:
            self._check_room(message, now_ms)
        file_id = self._renewable(message, holder) or message.file_id
        if holder is not None and holder.file_id != file_id:
            raise Refusal(Code.NAME_TAKEN, f"the order already has a file named {message.name}")
        if holder is None or holder.is_reservation:
            self._repository.reserve(name_key, file_id, now_ms + _reserved_ms(message), now_ms)
        return Reserved(file_id=file_id)

    def _renewable(self, message: Reserve, holder: NameHolder | None) -> str | None:
        """The file id of an upload of that name that was begun and never finalized."""
        if holder is None or not (message.is_upload and holder.is_reservation):
            return None
        return None if self._repository.known(holder.file_id) else holder.file_id

    def _check_room(self, message: Reserve, now_ms: int) -> None:
        if message.is_upload and self._repository.held_files(now_ms) >= ORDER_FILES_MAX:
            raise Refusal(Code.ORDER_FULL, f"an order holds at most {ORDER_FILES_MAX} files")

    def _apply(self, message: Apply, now_ms: int) -> Done:
        news = message.snapshot
        order = self._repository.load() or self._repository.create(
            news.order_id, news.owner_id, self._new_epoch()
        )
        for outcome in message.outcomes:
            self._repository.owe(_notification(news, outcome))
            self._deadlines.set(NOTIFY, now_ms)
        known = self._repository.known(news.file_id)
        if known is not None and news.version <= known.version:
            return Done()
        self._repository.save(news)
        if news.deleted:
            self._repository.free_names(news.file_id)
        elif known is None or news.name != known.name:
            self._repository.hold_name(news.file_id, names.collision_key(news.name), now_ms)
        version = self._repository.advance()
        order = Order(order.id, order.owner_id, order.epoch, version)
        self._events.append(changed(order, news, self._status(order), now_ms))
        return Done()

    def _list_files(self, message: ListFiles) -> FilePage:
        order = self._owned(message.caller_id)
        rows = self._repository.page(message.after, message.limit + 1)
        page, has_more = rows[: message.limit], len(rows) > message.limit
        return FilePage(
            files=tuple(file for _, file in page),
            next_after=page[-1][0] if has_more else None,
            version=order.version,
        )

    # --- State ----------------------------------------------------------------------------------

    def _come_to_be(self, message: OrderMessage) -> None:
        """With its first upload; or, should that be lost, with its first file's news."""
        if isinstance(message, Apply) or (isinstance(message, Reserve) and message.is_upload):
            migrate(self._sql, MIGRATIONS)
            self._exists = True
        else:
            raise Refusal(Code.ORDER_NOT_FOUND, NO_SUCH_ORDER)

    def _owned(self, caller_id: str) -> Order:
        order = self._repository.load()
        return self._check_owner(order, caller_id)

    @staticmethod
    def _check_owner(order: Order | None, caller_id: str) -> Order:
        if order is None:
            raise Refusal(Code.ORDER_NOT_FOUND, NO_SUCH_ORDER)
        if order.owner_id != caller_id:
            raise Refusal(Code.FORBIDDEN, "this order belongs to another user")
        return order

    def _status(self, order: Order) -> OrderStatus:
        counts: dict[FileStatus, int] = self._repository.counts()
        return OrderStatus(
            order_id=order.id, total=sum(counts.values()), counts=counts, version=order.version
        )


def _reserved_ms(message: Reserve) -> int:
    is_upload = message.is_upload
    return UPLOAD_RESERVATION_LIFETIME_MS if is_upload else RENAME_RESERVATION_LIFETIME_MS


def _notification(file: FileSnapshot, outcome: Outcome) -> Notification:
    return Notification(
        id=notification_id(outcome.job_id),
        kind=outcome.kind,
        order_id=file.order_id,
        file_id=file.file_id,
        job_id=outcome.job_id,
        file_name=outcome.file_name,
        detail=outcome.detail,
        created_at_ms=outcome.at_ms,
    )
