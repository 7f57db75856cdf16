"""The core of an order actor: names, newest snapshots, counts, and the events its watchers see."""

from collections.abc import Callable

from actors.effects import Effect
from actors.hub import ALL
from actors.opening import Opening
from actors.order_answers import notification_of, status_of
from actors.order_log import OrderLog, cursor_of
from actors.order_names import OrderNames
from actors.order_operations import OrderOperations
from actors.order_origin import OrderOrigin
from actors.order_outbox import OrderDeadline, OrderOutbox
from actors.order_requests import OrderRequests
from actors.sessions import SessionDeadline
from domain import names
from domain.cursor import Cursor
from domain.errors import Code, Refusal
from domain.file import FileStatus
from domain.happening import Happening
from domain.limits import PACED_COALESCE_FROM, SUBMIT_FILES_MAX
from domain.messages.event_page import ListEvents
from domain.messages.operations import OrderTotals
from domain.messages.order import (
    ORDER_MESSAGE,
    Applied,
    Apply,
    AwaitOrder,
    BeginRequest,
    DescribeOrder,
    FilePage,
    FinishRequest,
    Hydrate,
    Invalidate,
    JobPage,
    ListActive,
    ListFiles,
    ListJobs,
    ListMarked,
    ListNames,
    MarkedFiles,
    OperateOrder,
    OrderMessage,
    Release,
    Reserve,
    Revalidated,
)
from domain.messages.reply import Done
from domain.settings import Settings
from domain.snapshot import FileSnapshot
from domain.totals import with_file, with_outcome
from domain.values import Value
from storage.actions import Actions
from storage.deadlines import Deadlines
from storage.hub_repository import Published
from storage.job_index import JobIndex
from storage.order_repository import MIGRATIONS, Order, OrderRepository
from storage.sql import Sql, migrate, migrate_existing

NO_SUCH_ORDER = "there is no such order"


class OrderCore:
    def __init__(self, sql: Sql, settings: Settings, new_epoch: Callable[[], str]) -> None:
        self._sql = sql
        self._exists = migrate_existing(sql, MIGRATIONS)
        self._repository = OrderRepository(sql)
        self._jobs = JobIndex(sql)
        self._deadlines = Deadlines(sql)
        actions = Actions(sql)
        self._log = OrderLog(sql, self._repository, self._deadlines, settings)
        publishing = self._log.publishing
        self._outbox = OrderOutbox(sql, self._repository, self._deadlines, settings, publishing)
        self._names = OrderNames(self._repository, self._outbox)
        self._origin = OrderOrigin(
            sql, self._repository, self._names, self._outbox, self._log, settings
        )
        self._requests = OrderRequests(sql)
        self._operations = OrderOperations(
            self._repository, actions, self._deadlines, self._outbox, self._log
        )
        self.sessions = SessionDeadline(self._deadlines, OrderDeadline.SESSIONS)
        self._new_epoch = new_epoch
        if self._exists and (order := self._repository.load()) is not None:
            self._log.go_on(order)

    def receive(self, text: str, now_ms: int) -> Value:
        message = ORDER_MESSAGE.validate_json(text)
        if not self._exists:
            self._come_to_be(message)
        return self._log.hub.transaction(lambda: self._answer(message, now_ms))

    def _answer(self, message: OrderMessage, now_ms: int) -> Value:  # noqa: C901, PLR0912 -- a case each
        match message:
            case Reserve():
                return self._reserve(message, now_ms)
            case Release():
                self._repository.release(names.collision_key(message.name), message.file_id)
                return Done()
            case Apply():
                return self._apply(message, now_ms)
            case ListFiles():
                return self._list_files(message, now_ms)
            case ListJobs():
                return self._list_jobs(message, now_ms)
            case DescribeOrder() | AwaitOrder():
                order = self._owned(message.caller_id)
                return status_of(order, self._origin.copy(order, now_ms))
            case ListMarked():
                copy = self._origin.copy(self._owned(message.caller_id), now_ms)
                marked = self._repository.idle_marked(SUBMIT_FILES_MAX)
                return MarkedFiles(file_ids=marked, origin=copy)
            case ListNames():
                return self._origin.names(self._owned(message.caller_id), now_ms)
            case ListActive():
                self._owned(message.caller_id)
                return self._origin.active()
            case Hydrate():
                return self._hydrate(message, now_ms)
            case Revalidated():
                return self._origin.revalidated(message, self._owned(message.caller_id))
            case Invalidate():
                return self._origin.invalidate(self._known())
            case ListEvents():
                return self._log.publishing.page(message)
            case BeginRequest() | FinishRequest():
                self._owned(message.caller_id)
                return self._requests.answer(message, now_ms)
            case OperateOrder():
                return self._operations.operate(message, self._known(), now_ms)

    def opening(self, caller_id: str, since: Cursor | None = None, limit: int = ALL) -> Opening:
        """All a watcher needs, from one stretch: nothing happens between cursor and files."""
        if not self._exists:
            raise Refusal(Code.ORDER_NOT_FOUND, NO_SUCH_ORDER)
        return self._log.opening(self._owned(caller_id), since, limit)

    def catch_up(self, since: Cursor) -> Opening:
        """For all sockets at once, each of which was let in before."""
        return self._log.opening(self._known(), since, ALL, PACED_COALESCE_FROM)

    def cursor(self) -> str | None:
        """Of the newest that has happened."""
        order = self._repository.load() if self._exists else None
        return None if order is None else str(cursor_of(order))

    def take_events(self) -> list[Published]:
        """What happened since last asked. To be sent only once the change itself is kept."""
        return self._log.hub.take()

    def take_happenings(self) -> list[Happening]:
        """The files log what happens to them; an order has nothing to add."""
        return []

    def wake(self, now_ms: int) -> None:
        """Time alone changes nothing here; what it makes due is an effect."""

    # --- Effects --------------------------------------------------------------------------------

    def next_effect(self, now_ms: int) -> Effect | None:
        while self._exists and (due := self._deadlines.take_due(now_ms)) is not None:
            effect = self._outbox.effect(OrderDeadline(due), self._known(), now_ms)
            if effect is not None:
                return effect
        return None

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:
        order = self._known()
        self._sql.transaction(lambda: self._outbox.finish(effect, reply, order, now_ms))

    def next_deadline_ms(self) -> int | None:
        return self._deadlines.earliest() if self._exists else None

    # --- Messages -------------------------------------------------------------------------------

    def _reserve(self, message: Reserve, now_ms: int) -> Value:
        order = self._repository.load()
        if order is None and message.is_upload:
            order = self._created(message.order_id, message.caller_id, now_ms)
        self._check_owner(order, message.caller_id)
        return self._names.reserve(message, now_ms)

    def _apply(self, message: Apply, now_ms: int) -> Applied:
        news = message.snapshot
        order = self._repository.load() or self._created(news.order_id, news.owner_id, now_ms)
        known = self._repository.known(news.file_id)
        totals = self._with_outcomes(order.totals, message, now_ms)
        is_older = known is not None and news.version < known.version
        if (is_older or news == known) and self._origin.is_told(news.file_id):
            if totals is not order.totals:
                self._repository.keep_totals(totals)
            return Applied(pause=order.pause)
        self._repository.save(news)
        self._names.follow(known, news, now_ms)
        if news.job is not None and (known is None or known.job != news.job):
            has_just_ended = any(outcome.job == news.job for outcome in message.outcomes)
            if not has_just_ended:
                self._jobs.keep(news.job)
        self._report(known, news, now_ms)
        self._repository.advance(with_file(totals, known, news))
        order = self._known()
        self._log.file_changed(order, news, now_ms)
        return Applied(pause=order.pause)

    def _with_outcomes(self, totals: OrderTotals, message: Apply, now_ms: int) -> OrderTotals:
        """Each job's end counts once, and is notified once, however often the file tells of it."""
        for outcome in message.outcomes:
            if self._jobs.has_ended(outcome.job):
                continue
            self._jobs.keep(outcome.job)
            totals = with_outcome(totals, outcome)
            self._outbox.owe_report(now_ms)
            if outcome.is_news:
                self._repository.owe(notification_of(message.snapshot, outcome))
                self._deadlines.owe(OrderDeadline.NOTIFY, now_ms)
        return totals

    def _report(self, known: FileSnapshot | None, news: FileSnapshot, now_ms: int) -> None:
        has_failed = news.status is FileStatus.FAILED
        had_failed = known is not None and known.status is FileStatus.FAILED
        failures = (news.file_id,) if has_failed or had_failed else ()
        self._outbox.owe_report(now_ms, *failures)

    def _hydrate(self, message: Hydrate, now_ms: int) -> Done:
        """Nobody watches an order that there was not, so of its first files no event tells."""
        found = self._repository.load()
        order = found or self._created(message.order_id, message.caller_id, now_ms)
        self._check_owner(order, message.caller_id)
        self._origin.hydrate(message, order, now_ms, is_watched=found is not None)
        return Done()

    def _list_files(self, message: ListFiles, now_ms: int) -> FilePage:
        order = self._owned(message.caller_id)
        rows = self._repository.page(message.after, message.limit + 1)
        page, has_more = rows[: message.limit], len(rows) > message.limit
        return FilePage(
            files=tuple(file for _, file in page),
            next_after=page[-1][0] if has_more else None,
            version=order.version,
            epoch=order.epoch,
            origin=self._origin.copy(order, now_ms),
        )

    def _list_jobs(self, message: ListJobs, now_ms: int) -> JobPage:
        copy = self._origin.copy(self._owned(message.caller_id), now_ms)
        jobs = self._jobs.page(message.status, message.before, message.limit + 1)
        has_more = len(jobs) > message.limit
        return JobPage(jobs=jobs[: message.limit], has_more=has_more, origin=copy)

    # --- State ----------------------------------------------------------------------------------

    def _come_to_be(self, message: OrderMessage) -> None:
        """With its first upload; or, should that be lost, with its first file's news.

        Or with what the origin says of it.
        """
        is_upload = isinstance(message, Reserve) and message.is_upload
        if isinstance(message, Apply | Hydrate) or is_upload:
            migrate(self._sql, MIGRATIONS)
            self._exists = True
        else:
            raise Refusal(Code.ORDER_NOT_FOUND, NO_SUCH_ORDER)

    def _created(self, order_id: str, owner_id: str, now_ms: int) -> Order:
        """Its owner's inbox is told, for it keeps the list of their orders."""
        self._deadlines.owe(OrderDeadline.NOTIFY, now_ms)
        order = self._repository.create(order_id, owner_id, self._new_epoch())
        self._log.go_on(order)
        return order

    def _known(self) -> Order:
        order = self._repository.load()
        if order is None:
            raise Refusal(Code.ORDER_NOT_FOUND, NO_SUCH_ORDER)
        return order

    def _owned(self, caller_id: str) -> Order:
        return self._check_owner(self._repository.load(), caller_id)

    @staticmethod
    def _check_owner(order: Order | None, caller_id: str) -> Order:
        if order is None:
            raise Refusal(Code.ORDER_NOT_FOUND, NO_SUCH_ORDER)
        if order.owner_id != caller_id:
            raise Refusal(Code.FORBIDDEN, "this order belongs to another user")
        return order
