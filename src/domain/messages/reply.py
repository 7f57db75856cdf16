"""What any actor may answer, and the refusal as data."""

from pydantic import Field

from domain.errors import Code, Facts
from domain.operation import Operation
from domain.values import Stored, Value


class Done(Value):
    """The reply that has nothing to say but that it happened."""


class Gone(Value):
    """The reply that it could not happen, and never will: what it was about is not there."""


class RefusalData(Value):
    """A refusal as data, since an exception loses its type over RPC."""

    code: Code
    detail: str
    facts: Facts = Field(default_factory=dict)


class Action(Value):
    """What an operator wants done, and why. An id that comes again is answered as at first."""

    action_id: str
    operator: str
    operation: Operation
    reason: str


class AuditRecord(Stored):
    """One thing an operator did: who, when, to what, why, and what it was before and after."""

    action_id: str
    at_ms: int
    operator: str
    operation: Operation
    target: str  # the id of a file, an order or a parked message
    reason: str
    before: str
    after: str


class Operated(Stored):
    """The answer to an action. Nothing changed: then there was nothing to do, or to record."""

    action_id: str
    is_changed: bool
    before: str
    after: str
    job_id: str | None = None  # of the new job, after a redrive
