"""Cores on their real SQL, driven one message and one effect at a time, without any awaiting."""

from collections.abc import Sequence
from typing import TypeVar

from actors.effects import Effect, SendDispatch, TellOrder
from actors.file import FileCore
from actors.host import Core
from actors.inbox import InboxCore
from actors.order import OrderCore
from domain.failure import Failure
from domain.file import FileStatus
from domain.messages import (
    Apply,
    Claim,
    Complete,
    DescribeFile,
    DescribeOrder,
    Fail,
    FilePage,
    Grant,
    ListFiles,
    OrderStatus,
    Register,
    Submit,
)
from domain.snapshot import FileSnapshot
from domain.values import Value
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.factories import (
    JOB_ID,
    NOW_MS,
    a_failure,
    a_preview,
    an_upload,
    some_settings,
)

Reply = TypeVar("Reply", bound=Value)


def owed_effects(core: Core, now_ms: int) -> list[Effect]:
    """All that is owed now. Nothing is finished, as if every effect had failed."""
    effect = core.next_effect(now_ms)
    return [] if effect is None else [effect, *owed_effects(core, now_ms)]


def settled_effects(core: Core, now_ms: int) -> list[Effect]:
    """All that is owed now, each of them done."""
    effect = core.next_effect(now_ms)
    if effect is None:
        return []
    core.finish(effect, now_ms)
    return [effect, *settled_effects(core, now_ms)]


def told(effects: Sequence[Effect]) -> list[TellOrder]:
    return [effect for effect in effects if isinstance(effect, TellOrder)]


def dispatched(effects: Sequence[Effect]) -> list[SendDispatch]:
    return [effect for effect in effects if isinstance(effect, SendDispatch)]


def job_id(number: int) -> str:
    return f"job_{number:032x}"


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
        message = Complete(token=token, processed_key="p", preview=a_preview())
        self.tell(message, now_ms)

    def fail(self, token: int, failure: Failure | None = None, now_ms: int = NOW_MS) -> None:
        self.tell(Fail(token=token, failure=failure or a_failure()), now_ms)

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

    def __init__(self, *updates: Apply) -> None:
        self.sql = SqliteSql()
        self.core = OrderCore(self.sql, lambda: "epoch1")
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

    def counts(self) -> dict[FileStatus, int]:
        return self.ask(DescribeOrder(caller_id="alice"), OrderStatus).counts

    def listed(self, limit: int = 10, after: int = 0) -> FilePage:
        return self.ask(ListFiles(caller_id="alice", limit=limit, after=after), FilePage)


class InboxOnPaper:
    def __init__(self) -> None:
        self.sql = SqliteSql()
        self.core = InboxCore(self.sql)

    def ask(self, message: Value, reply: type[Reply], now_ms: int = NOW_MS) -> Reply:
        answer = self.core.receive(message.model_dump_json(), now_ms)
        assert isinstance(answer, reply)
        return answer
