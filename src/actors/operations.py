"""The core of the operators' actor: it counts over all orders, parks messages, keeps the audit."""

from collections.abc import Sequence
from typing import Final, TypeVar

from pydantic import ValidationError

from actors.effects import Effect, PublishEvents, SendDispatch
from domain.errors import Code, Refusal
from domain.event_batch import EventBatch
from domain.happening import Happening
from domain.limits import PARKED_BODY_CHARACTERS_MAX
from domain.messages.file import Dispatch
from domain.messages.operations import (
    OPERATIONS_MESSAGE,
    AuditPage,
    CollectMetrics,
    FailedPage,
    ListAudit,
    ListFailed,
    ListParked,
    Metrics,
    OperationsMessage,
    Park,
    Parked,
    ParkedPage,
    RecordActions,
    Report,
    Unpark,
)
from domain.messages.reply import Done, Operated
from domain.operation import Operation
from domain.values import Value
from storage.actions import Actions
from storage.deadlines import Deadlines
from storage.operations_repository import MIGRATIONS, OperationsRepository
from storage.sql import Sql, migrate

REDRIVE: Final = "redrive"  # the one deadline: parked messages are to be sent again
T = TypeVar("T")


class OperationsCore:
    def __init__(self, sql: Sql) -> None:
        migrate(sql, MIGRATIONS)
        self._sql = sql
        self._repository = OperationsRepository(sql)
        self._actions = Actions(sql)
        self._deadlines = Deadlines(sql)

    def receive(self, text: str, now_ms: int) -> Value:
        message = OPERATIONS_MESSAGE.validate_json(text)
        return self._sql.transaction(lambda: self._answer(message, now_ms))

    def wake(self, now_ms: int) -> None:
        """Time alone changes nothing here."""

    def take_happenings(self) -> list[Happening]:
        """What operators do is logged where they are known: at the edge."""
        return []

    def _answer(self, message: OperationsMessage, now_ms: int) -> Value:
        match message:
            case Report():
                return self._report(message)
            case RecordActions():
                for record in message.records:
                    self._repository.record(record)
                return Done()
            case Park():
                return self._park(message, now_ms)
            case Unpark():
                return self._unpark(message, now_ms)
            case ListParked() | ListFailed() | ListAudit():
                return self._list(message)
            case CollectMetrics():
                return self._metrics()

    # --- Figures --------------------------------------------------------------------------------

    def _report(self, message: Report) -> Done:
        """Figures that are older than what is known come late, and are passed over, files too."""
        if self._repository.keep_order(message.order_id, message.version, message.totals):
            for file in message.files:
                if file.job is None:
                    self._repository.remove_failed(file.file_id)
                else:
                    self._repository.keep_failed(file)
        return Done()

    def _metrics(self) -> Metrics:
        orders, totals = self._repository.figures()
        return Metrics(
            orders=orders,
            totals=totals,
            parked=self._repository.count_parked(),
            failed=self._repository.count_failed(),
        )

    # --- Lists ----------------------------------------------------------------------------------

    def _list(self, message: ListParked | ListFailed | ListAudit) -> Value:
        before, more = message.before, message.limit + 1
        match message:
            case ListParked():
                messages, next_before = _page(self._repository.parked(before, more), message.limit)
                return ParkedPage(messages=messages, next_before=next_before)
            case ListFailed():
                files, next_before = _page(self._repository.failed(before, more), message.limit)
                remaining = 0 if next_before is None else self._repository.count_failed(next_before)
                return FailedPage(files=files, remaining=remaining, next_before=next_before)
            case ListAudit():
                found = self._repository.audit(message.target, before, more)
                records, next_before = _page(found, message.limit)
                return AuditPage(records=records, next_before=next_before)

    # --- Parked messages ------------------------------------------------------------------------

    def _park(self, message: Park, now_ms: int) -> Done:
        parked = Parked(
            message_id=message.message_id,
            queue=message.queue,
            body=message.body[:PARKED_BODY_CHARACTERS_MAX],
            reason=message.reason,
            parked_at_ms=now_ms,
        )
        dispatch = _dispatch(parked)
        job_id = None if dispatch is None else dispatch.job_id
        self._repository.park(parked, job_id, message.events)
        return Done()

    def _unpark(self, message: Unpark, now_ms: int) -> Operated:
        """Once per action id; and what changes nothing leaves no record."""
        action = message.action
        if known := self._actions.answer(action.action_id):
            return known
        parked = self._repository.one_parked(message.message_id)
        if parked is None:
            raise Refusal(Code.PARKED_NOT_FOUND, "there is no such parked message")
        before = _described(parked)
        after = self._changed(action.operation, parked, now_ms)
        operated = Operated(
            action_id=action.action_id, is_changed=after != before, before=before, after=after
        )
        self._actions.keep(action, parked.message_id, operated, now_ms)
        for record in self._actions.owed():  # it need not travel: the audit is kept here
            self._repository.record(record)
            self._actions.settle(record.action_id)
        return operated

    def _changed(self, wanted: Operation, parked: Parked, now_ms: int) -> str:
        """What has become of the message, in a word or two."""
        match wanted:
            case Operation.REDRIVE:
                if self._sent_again(parked) is None:
                    detail = "it names no job and holds no events; discard it"
                    raise Refusal(Code.PARKED_UNREADABLE, detail)
                self._repository.redrive(parked.message_id)
                self._deadlines.owe(REDRIVE, now_ms)
                return _described(parked.model_copy(update={"is_redriven": True}))
            case Operation.DISCARD:
                self._repository.remove_parked(parked.message_id)
                return "discarded"
            case _:
                raise Refusal(Code.INVALID_BODY, f"a parked message cannot be asked to {wanted}")

    # --- Effects --------------------------------------------------------------------------------

    def next_effect(self, now_ms: int) -> Effect | None:
        """A parked message that is owed to its queue."""
        if self._deadlines.take_due(now_ms) is None:
            return None
        parked = self._repository.first_redriven()
        effect = None if parked is None else self._sent_again(parked)
        if effect is None:
            self._deadlines.set(REDRIVE, None)
        return effect

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:  # noqa: ARG002
        assert isinstance(effect, SendDispatch | PublishEvents)
        self._sql.transaction(lambda: self._sent(effect, now_ms))

    def next_deadline_ms(self) -> int | None:
        return self._deadlines.earliest()

    def _sent_again(self, parked: Parked) -> SendDispatch | PublishEvents | None:
        """A job, of which its file decides whether there is one; or events, as they were sent."""
        dispatch = _dispatch(parked)
        if dispatch is not None:
            return SendDispatch(dispatch, attempt=0)
        batch = EventBatch.parsed(self._repository.events_of(parked.message_id))
        return None if batch is None else PublishEvents(batch)

    def _sent(self, effect: SendDispatch | PublishEvents, now_ms: int) -> None:
        """It is on its queue, for every parked message that speaks of it."""
        if isinstance(effect, SendDispatch):
            self._repository.remove_sent(effect.dispatch.job_id)
        else:
            self._repository.remove_sent_events(effect.batch.text)
        is_owed = self._repository.first_redriven() is not None
        self._deadlines.set(REDRIVE, now_ms if is_owed else None)


def _page(found: Sequence[tuple[int, T]], limit: int) -> tuple[tuple[T, ...], int | None]:
    """Those of one page, and where the next begins. One more was asked for, to know of it."""
    page = found[:limit]
    return tuple(one for _, one in page), page[-1][0] if len(found) > limit else None


def _dispatch(parked: Parked) -> Dispatch | None:
    try:
        return Dispatch.model_validate_json(parked.body)
    except ValidationError:
        return None


def _described(parked: Parked) -> str:
    return "to be sent again" if parked.is_redriven else "parked"
