"""What an order owes the world: notifications, reports, nudges, and an end to dead uploads."""

from enum import StrEnum

from actors.effects import (
    Effect,
    ExpireUpload,
    NotifyOwner,
    NudgeFiles,
    PublishEvents,
    RecordAudit,
    ReportOrder,
)
from actors.publishing import Publishing
from domain import keys
from domain.file import FileStatus
from domain.limits import (
    NOTIFICATIONS_PER_DELIVERY_MAX,
    NUDGES_PER_EFFECT,
    REPORT_FILES_MAX,
)
from domain.messages.inbox import Deliver
from domain.messages.operations import FailedFile, RecordActions, Report
from domain.messages.order import Nudged
from domain.settings import Settings
from domain.totals import with_expired_intent
from domain.values import Value
from storage.actions import Actions
from storage.deadlines import Deadlines
from storage.order_repository import Order, OrderRepository
from storage.owed import Owed
from storage.sql import Sql


class OrderDeadline(StrEnum):
    NOTIFY = "notify"  # the owner is to hear of ended jobs, and the inbox of the order itself
    REPORT = "report"  # the operators' actor is to hear the newest figures
    NUDGE = "nudge"  # files are to tell their news again
    EXPIRE = "expire"  # names reserved for uploads may have expired
    AUDIT = "audit"  # what operators did is to be recorded
    PUBLISH = "publish"  # the audit and webhooks are to hear of events
    SESSIONS = "sessions"  # a watcher's session ends soon, or has; the shell sees to that


class OrderOutbox:
    def __init__(
        self,
        sql: Sql,
        repository: OrderRepository,
        deadlines: Deadlines,
        settings: Settings,
        publishing: Publishing,
    ) -> None:
        self._publishing = publishing
        self._repository = repository
        self._actions = Actions(sql)
        self._deadlines = deadlines
        self._settings = settings
        self._nudges = Owed(sql, "nudge")
        self._reports = Owed(sql, "report")
        self._dead_uploads = Owed(sql, "dead_upload")

    # --- What is owed ---------------------------------------------------------------------------

    def owe_report(self, now_ms: int, *file_ids: str) -> None:
        """Of the figures, soon; and of files of which it matters whether they have failed."""
        self._reports.add(*file_ids)
        due_ms = now_ms + self._settings.report_interval_ms
        self._deadlines.set_if_absent(OrderDeadline.REPORT, due_ms)

    def owe_nudges(self, now_ms: int) -> None:
        """To every file there is, those that are deleted too: for they might not be."""
        self._nudges.add(*self._repository.file_ids())
        self._deadlines.owe(OrderDeadline.NUDGE, now_ms)

    def expect_expiry(self, expires_ms: int) -> None:
        self._deadlines.set_if_sooner(OrderDeadline.EXPIRE, expires_ms)

    def expire_names(self, now_ms: int) -> None:
        """So that they are free; and what came of uploads never finalized is owed its end."""
        if self._free_names(now_ms):
            self._deadlines.owe(OrderDeadline.EXPIRE, now_ms)

    # --- Effects --------------------------------------------------------------------------------

    def effect(self, deadline: OrderDeadline, order: Order, now_ms: int) -> Effect | None:
        """None: there was nothing to it after all."""
        match deadline:
            case OrderDeadline.NOTIFY:
                owed = self._repository.owed(NOTIFICATIONS_PER_DELIVERY_MAX)
                deliver = Deliver(notifications=owed, order_id=order.id)
                return NotifyOwner(order.owner_id, deliver)
            case OrderDeadline.REPORT:
                return ReportOrder(self._report(order))
            case OrderDeadline.NUDGE:
                return NudgeFiles(order.id, self._nudges.first(NUDGES_PER_EFFECT), order.pause)
            case OrderDeadline.EXPIRE:
                return self._expiry(order, now_ms)
            case OrderDeadline.AUDIT:
                return RecordAudit(order.id, RecordActions(records=self._actions.owed()))
            case OrderDeadline.PUBLISH:
                return self._publishing.effect("orders", order.id, order.owner_id)
            case OrderDeadline.SESSIONS:
                return None

    def finish(self, effect: Effect, reply: Value | None, order: Order, now_ms: int) -> None:
        match effect:
            case NotifyOwner():
                for notification in effect.deliver.notifications:
                    self._repository.settle(notification.id)
                self._again(OrderDeadline.NOTIFY, now_ms, bool(self._repository.owed(1)))
            case ReportOrder():
                self._reported(effect, order, now_ms)
            case NudgeFiles():
                assert isinstance(reply, Nudged)
                if order.pause == effect.pause:
                    self._nudges.settle(*reply.file_ids)
                self._again(OrderDeadline.NUDGE, now_ms, bool(self._nudges.first(1)))
            case ExpireUpload():
                self._expired(effect, order, now_ms, was_abandoned=reply is None)
            case PublishEvents():
                self._publishing.finish(effect, now_ms)
            case RecordAudit():
                for record in effect.actions.records:
                    self._actions.settle(record.action_id)
                self._again(OrderDeadline.AUDIT, now_ms, bool(self._actions.owed()))
            case _:
                raise AssertionError(effect)

    def _report(self, order: Order) -> Report:
        files = tuple(map(self._failed_file, self._reports.first(REPORT_FILES_MAX)))
        version = order.totals_version
        return Report(order_id=order.id, version=version, totals=order.totals, files=files)

    def _failed_file(self, file_id: str) -> FailedFile:
        """One that is forgotten was deleted."""
        file = self._repository.known(file_id)
        if file is None or file.deleted or file.status is not FileStatus.FAILED:
            name = "" if file is None else file.name
            return FailedFile(file_id=file_id, file_name=name, job=None)
        return FailedFile(file_id=file_id, file_name=file.name, job=file.job)

    def _reported(self, effect: ReportOrder, order: Order, now_ms: int) -> None:
        """What came in between is told with the next report."""
        told = effect.report
        unchanged = (file for file in told.files if file == self._failed_file(file.file_id))
        self._reports.settle(*(file.file_id for file in unchanged))
        if told.version == order.totals_version:
            self._again(OrderDeadline.REPORT, now_ms, bool(self._reports.first(1)))
        else:
            self._deadlines.set(OrderDeadline.REPORT, now_ms + self._settings.report_interval_ms)

    def _expiry(self, order: Order, now_ms: int) -> ExpireUpload | None:
        self._free_names(now_ms)
        dead = self._dead_uploads.first(1)
        if not dead:
            self._deadlines.set(OrderDeadline.EXPIRE, self._repository.next_expiry_ms())
            return None
        return ExpireUpload(dead[0], keys.prefixes_of(order.owner_id, order.id, dead[0]))

    def _free_names(self, now_ms: int) -> bool:
        """Owed first and freed then: should it break off in between, nothing is forgotten."""
        abandoned = self._repository.abandoned(now_ms)
        self._dead_uploads.add(*abandoned)
        self._repository.free_expired(now_ms)
        return bool(abandoned)

    def _expired(
        self, effect: ExpireUpload, order: Order, now_ms: int, *, was_abandoned: bool
    ) -> None:
        was_owed = self._dead_uploads.has(effect.file_id)
        self._dead_uploads.settle(effect.file_id)
        if was_owed and was_abandoned:
            self._repository.keep_totals(with_expired_intent(order.totals))
            self.owe_report(now_ms)
        self._deadlines.owe(OrderDeadline.EXPIRE, now_ms)

    def _again(self, deadline: OrderDeadline, now_ms: int, is_owed: bool) -> None:  # noqa: FBT001
        if is_owed:
            self._deadlines.owe(deadline, now_ms)
        else:
            self._deadlines.set(deadline, None)
