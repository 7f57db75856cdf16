"""The operators' actor on paper, and what it is told."""

import json
from typing import TypeVar

from actors.effects import Effect
from actors.operations import OperationsCore
from domain.event_batch import EventBatch
from domain.failure import FailureCode
from domain.file import FileStatus
from domain.job import JobStatus
from domain.limits import PARKED_BODY_CHARACTERS_MAX
from domain.messages.operations import (
    AuditPage,
    CollectMetrics,
    FailedFile,
    FailedPage,
    ListAudit,
    ListFailed,
    ListParked,
    Metrics,
    OrderTotals,
    Park,
    ParkedPage,
    Report,
    Unpark,
)
from domain.messages.reply import Action, AuditRecord, Done, Operated
from domain.operation import Operation
from domain.snapshot import OutcomeKind, summary
from domain.values import Value
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.actors.cores import owed_effects, settled_effects
from tests.unit.factories import FILE_ID, NOW_MS, a_failure, a_job

Reply = TypeVar("Reply", bound=Value)


def file_id(number: int) -> str:
    return f"file_{number:032x}"


def a_job_id(number: int) -> str:
    return f"job_{number:032x}_{'a' * 16}"


def totals(**changes: object) -> OrderTotals:
    """Of an order with one file, which was edited."""
    figures: dict[str, object] = {
        "files": {FileStatus.DONE: 1},
        "ended": {OutcomeKind.EDIT_DONE: 1},
        "attempts": 1,
        "copied_bytes": 100,
        "worked_ms": 2_500,
    }
    return OrderTotals.model_validate(figures | changes)


def a_failed_file(number: int = 0, code: FailureCode = FailureCode.CORRUPT_IMAGE) -> FailedFile:
    job = a_job(
        JobStatus.FAILED, id=a_job_id(number), file_id=file_id(number), error=a_failure(code)
    )
    return FailedFile(file_id=file_id(number), file_name=f"{number}.jpg", job=summary(job))


def a_mended_file(number: int = 0) -> FailedFile:
    return FailedFile(file_id=file_id(number), file_name=f"{number}.jpg", job=None)


def a_report(
    *files: FailedFile, order_id: str = "o1", version: int = 1, **figures: object
) -> Report:
    return Report(order_id=order_id, version=version, totals=totals(**figures), files=files)


def an_action(operation: Operation = Operation.REDRIVE, number: int = 1) -> Action:
    return Action(action_id=f"act_{number}", operator="olga", operation=operation, reason="because")


def a_record(number: int = 1, target: str = FILE_ID) -> AuditRecord:
    action = an_action(Operation.PAUSE, number).model_dump()
    return AuditRecord(at_ms=NOW_MS, target=target, before="queued", after="paused", **action)


class OperationsOnPaper:
    def __init__(self, *messages: Value) -> None:
        self.sql = SqliteSql()
        self.core = OperationsCore(self.sql)
        self.tell(*messages)

    def restart(self) -> None:
        self.core = OperationsCore(self.sql)

    def tell(self, *messages: Value) -> None:
        for message in messages:
            self.ask(message, Done)

    def ask(self, message: Value, reply: type[Reply], now_ms: int = NOW_MS) -> Reply:
        answer = self.core.receive(message.model_dump_json(), now_ms)
        assert isinstance(answer, reply)
        return answer

    def metrics(self) -> Metrics:
        return self.ask(CollectMetrics(), Metrics)

    def failed(self, limit: int = 10, before: int | None = None) -> FailedPage:
        return self.ask(ListFailed(limit=limit, before=before), FailedPage)

    def failed_names(self) -> list[str]:
        return [file.file_name for file in self.failed().files]

    def audit(
        self, target: str | None = None, limit: int = 10, before: int | None = None
    ) -> AuditPage:
        return self.ask(ListAudit(target=target, limit=limit, before=before), AuditPage)

    def audited(self, target: str | None = None) -> list[str]:
        return [record.action_id for record in self.audit(target).records]

    def park(self, body: str = "{}", message_id: str = "m1", now_ms: int = NOW_MS) -> None:
        message = Park(message_id=message_id, queue="edit-jobs-dead", body=body, reason="unread")
        self.ask(message, Done, now_ms)

    def park_events(self, batch: EventBatch, message_id: str = "m1") -> None:
        """As much of its body as is shown, and all of it."""
        message = Park(
            message_id=message_id,
            queue="events-dead",
            body=json.dumps(batch.text)[:PARKED_BODY_CHARACTERS_MAX],
            reason="often",
            events=batch.text,
        )
        self.ask(message, Done)

    def parked(self, limit: int = 10, before: int | None = None) -> ParkedPage:
        return self.ask(ListParked(limit=limit, before=before), ParkedPage)

    def parked_ids(self) -> list[str]:
        return [message.message_id for message in self.parked().messages]

    def unpark(self, operation: Operation, message_id: str = "m1", number: int = 1) -> Operated:
        message = Unpark(message_id=message_id, action=an_action(operation, number))
        return self.ask(message, Operated)

    def owed(self, now_ms: int = NOW_MS) -> list[Effect]:
        return owed_effects(self.core, now_ms)

    def settle(self, now_ms: int = NOW_MS) -> list[Effect]:
        return settled_effects(self.core, now_ms)
