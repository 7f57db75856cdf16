"""What the operators' actor is told and what it answers: it counts, parks, and keeps the audit."""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from domain.file import FileStatus
from domain.limits import PAGE_OPERATIONS_DEFAULT
from domain.messages.reply import Action, AuditRecord
from domain.snapshot import JobSummary, OutcomeKind
from domain.values import Stored, Value


class OrderTotals(Stored):
    """An order's figures. The first two are of now, the others of all time."""

    files: dict[FileStatus, int] = Field(default_factory=dict)
    revision_required: int = 0
    ended: dict[OutcomeKind, int] = Field(default_factory=dict)
    attempts: int = 0
    copied_bytes: int = 0
    worked_ms: int = 0  # from first claim to end, of all ended jobs
    intents_expired: int = 0


class FailedFile(Stored):
    """A file of which an order reports whether its newest job has failed."""

    file_id: str
    file_name: str
    job: JobSummary | None  # None: it is no longer a failed one


class Report(Value):
    """An order's figures, whole and under a version; the files that have failed, or no longer."""

    type: Literal["report"] = "report"
    order_id: str
    version: int
    totals: OrderTotals
    files: tuple[FailedFile, ...] = ()


class RecordActions(Value):
    type: Literal["record_actions"] = "record_actions"
    records: tuple[AuditRecord, ...]


class Park(Value):
    """A message that nobody could work on, from the dead letters of a queue."""

    type: Literal["park"] = "park"
    message_id: str
    queue: str
    body: str  # as JSON, or as much of it as is kept
    reason: str
    events: str = ""  # a batch of events, whole: what is sent again if an operator says so


class Parked(Stored):
    message_id: str
    queue: str
    body: str
    reason: str
    parked_at_ms: int
    is_redriven: bool = False  # an operator has said so; it leaves the list once it is sent


class ListParked(Value):
    type: Literal["list_parked"] = "list_parked"
    limit: int = PAGE_OPERATIONS_DEFAULT
    before: int | None = None


class ParkedPage(Value):
    messages: tuple[Parked, ...]
    next_before: int | None


class Unpark(Value):
    """An operator has it sent again, or thrown away."""

    type: Literal["unpark"] = "unpark"
    message_id: str
    action: Action


class ListFailed(Value):
    type: Literal["list_failed"] = "list_failed"
    limit: int = PAGE_OPERATIONS_DEFAULT
    before: int | None = None


class FailedPage(Value):
    files: tuple[FailedFile, ...]
    remaining: int  # after those of this page
    next_before: int | None


class ListAudit(Value):
    type: Literal["list_audit"] = "list_audit"
    target: str | None = None
    limit: int = PAGE_OPERATIONS_DEFAULT
    before: int | None = None


class AuditPage(Value):
    records: tuple[AuditRecord, ...]
    next_before: int | None


class CollectMetrics(Value):
    type: Literal["collect_metrics"] = "collect_metrics"


class Metrics(Value):
    """Over all orders."""

    orders: int
    totals: OrderTotals
    parked: int
    failed: int


OperationsMessage = Annotated[
    Report | RecordActions | Park | ListParked | Unpark | ListFailed | ListAudit | CollectMetrics,
    Field(discriminator="type"),
]
OPERATIONS_MESSAGE: Final[TypeAdapter[OperationsMessage]] = TypeAdapter(OperationsMessage)
