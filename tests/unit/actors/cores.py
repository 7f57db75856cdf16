"""Cores on their real SQL, driven one message and one effect at a time, without any awaiting."""

from collections.abc import Sequence
from typing import TypeVar

from actors.effects import Effect, NudgeFiles, SendDispatch, TellOrder
from actors.events import FileEvent, Hello, OrderEvent
from actors.file import FileCore
from actors.host import Core
from actors.inbox import InboxCore
from actors.order import OrderCore
from domain.failure import Failure
from domain.file import FileStatus
from domain.messages.file import (
    Claim,
    Complete,
    DescribeFile,
    Fail,
    Grant,
    Inspect,
    Inspection,
    OperateFile,
    Register,
    Submit,
)
from domain.messages.order import (
    Applied,
    Apply,
    DescribeOrder,
    FilePage,
    ListFiles,
    Nudged,
    OperateOrder,
    OrderStatus,
)
from domain.messages.reply import Operated
from domain.operation import Operation
from domain.snapshot import FileSnapshot
from domain.values import Value
from storage.order_repository import Order, OrderRepository
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.factories import (
    JOB_ID,
    NOW_MS,
    a_failure,
    a_preview,
    an_action,
    an_upload,
    some_settings,
)

Reply = TypeVar("Reply", bound=Value)
EffectKind = TypeVar("EffectKind", bound=Effect)


def owed_effects(core: Core, now_ms: int) -> list[Effect]:
    """All that is owed now. Nothing is finished, as if every effect had failed."""
    effect = core.next_effect(now_ms)
    return [] if effect is None else [effect, *owed_effects(core, now_ms)]


def settled_effects(core: Core, now_ms: int) -> list[Effect]:
    """All that is owed now, each of them done."""
    effect = core.next_effect(now_ms)
    if effect is None:
        return []
    core.finish(effect, a_reply_to(effect), now_ms)
    return [effect, *settled_effects(core, now_ms)]


def a_reply_to(effect: Effect) -> Value | None:
    """What the performer brings back where everything works."""
    if isinstance(effect, TellOrder):
        return Applied()
    return Nudged(file_ids=effect.file_ids) if isinstance(effect, NudgeFiles) else None


def of_kind(kind: type[EffectKind], effects: Sequence[Effect]) -> list[EffectKind]:
    return [effect for effect in effects if isinstance(effect, kind)]


def told(effects: Sequence[Effect]) -> list[TellOrder]:
    return [effect for effect in effects if isinstance(effect, TellOrder)]


def dispatched(effects: Sequence[Effect]) -> list[SendDispatch]:
    return [effect for effect in effects if isinstance(effect, SendDispatch)]


def job_id(number: int) -> str:
    return f"{JOB_ID[:-16]}{number:016x}"


class FileOnPaper:
    """A file actor's core, with an upload registered unless told otherwise."""

    def __init__(self, *, is_registered: bool = True, **settings: object) -> None:
        self.sql = SqliteSql()
        self.settings = some_settings(**settings)
        self.core = FileCore(self.sql, self.settings, lambda: 1.0)
        if is_registered:
            self.tell(Register(upload=an_upload()))

    def restart(self) -> None:
        self.core = FileCore(self.sql, self.settings, lambda: 1.0)

    def tell(self, message: Value, now_ms: int = NOW_MS) -> Value:
        return self.core.receive(message.model_dump_json(), now_ms)

    def seen(self, now_ms: int = NOW_MS) -> FileSnapshot:
        seen = self.tell(DescribeFile(caller_id="alice"), now_ms)
        assert isinstance(seen, FileSnapshot)
        return seen

    def submit(self, job_id: str = JOB_ID, now_ms: int = NOW_MS) -> None:
        self.tell(Submit(caller_id="alice", order_id="summer-42", job_id=job_id), now_ms)

    def claim(self, job_id: str = JOB_ID, now_ms: int = NOW_MS) -> Grant:
        grant = self.tell(Claim(job_id=job_id, worker_id="worker-1"), now_ms)
        assert isinstance(grant, Grant)
        return grant

    def complete(self, token: int, now_ms: int = NOW_MS) -> None:
        message = Complete(token=token, preview=a_preview())
        self.tell(message, now_ms)

    def fail(self, token: int, failure: Failure | None = None, now_ms: int = NOW_MS) -> None:
        self.tell(Fail(token=token, failure=failure or a_failure()), now_ms)

    def operate(
        self,
        operation: Operation,
        action_id: str = "action-1",
        job_id: str | None = JOB_ID,
        now_ms: int = NOW_MS,
    ) -> Operated:
        message = OperateFile(action=an_action(operation, action_id), job_id=job_id)
        operated = self.tell(message, now_ms)
        assert isinstance(operated, Operated)
        return operated

    def inspected(self, now_ms: int = NOW_MS) -> Inspection:
        inspection = self.tell(Inspect(), now_ms)
        assert isinstance(inspection, Inspection)
        return inspection

    def deadlines(self, now_ms: int = NOW_MS) -> dict[str, int]:
        return {fact.kind: fact.due_ms for fact in self.inspected(now_ms).deadlines}

    def finish_jobs(self, *numbers: int) -> None:
        for number in numbers:
            self.submit(job_id(number))
            self.complete(self.claim(job_id(number)).token)

    def owed(self, now_ms: int = NOW_MS) -> list[Effect]:
        return owed_effects(self.core, now_ms)

    def settle(self, now_ms: int = NOW_MS) -> list[Effect]:
        return settled_effects(self.core, now_ms)


class OrderOnPaper:
    """An order actor's core, which has been told some news."""

    def __init__(self, *updates: Apply, **settings: object) -> None:
        self.sql = SqliteSql()
        self.settings = some_settings(**settings)
        self.core = OrderCore(self.sql, self.settings, lambda: "epoch1")
        for update in updates:
            self.tell(update)

    def tell(self, message: Value, now_ms: int = NOW_MS) -> Value:
        return self.core.receive(message.model_dump_json(), now_ms)

    def ask(self, message: Value, reply: type[Reply], now_ms: int = NOW_MS) -> Reply:
        answer = self.tell(message, now_ms)
        assert isinstance(answer, reply)
        return answer

    def owed(self, now_ms: int = NOW_MS) -> list[Effect]:
        return owed_effects(self.core, now_ms)

    def settle(self, now_ms: int = NOW_MS) -> list[Effect]:
        return settled_effects(self.core, now_ms)

    def restart(self) -> None:
        self.core = OrderCore(self.sql, self.settings, lambda: "epoch2")

    def operate(
        self, operation: Operation, action_id: str = "action-1", now_ms: int = NOW_MS
    ) -> Operated:
        message = OperateOrder(action=an_action(operation, action_id))
        return self.ask(message, Operated, now_ms)

    def told(self) -> list[FileEvent]:
        """What its watchers hear of its files since they last did."""
        return [FileEvent.model_validate_json(event.text) for event in self.core.take_events()]

    def told_of_itself(self) -> list[OrderEvent]:
        return [OrderEvent.model_validate_json(event.text) for event in self.core.take_events()]

    def hello(self, caller_id: str = "alice") -> Hello:
        return Hello.model_validate_json(self.core.opening(caller_id).hello)

    def status(self) -> OrderStatus:
        return self.ask(DescribeOrder(caller_id="alice"), OrderStatus)

    def kept(self) -> Order:
        order = OrderRepository(self.sql).load()
        assert order is not None
        return order

    def counts(self) -> dict[FileStatus, int]:
        return self.status().counts

    def listed(self, limit: int = 10, after: int = 0) -> FilePage:
        return self.ask(ListFiles(caller_id="alice", limit=limit, after=after), FilePage)


class InboxOnPaper:
    def __init__(self) -> None:
        self.sql = SqliteSql()
        self.restart()

    def restart(self) -> None:
        self.core = InboxCore(self.sql)

    def ask(self, message: Value, reply: type[Reply], now_ms: int = NOW_MS) -> Reply:
        answer = self.core.receive(message.model_dump_json(), now_ms)
        assert isinstance(answer, reply)
        return answer
