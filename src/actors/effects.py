"""What a core wants done outside itself. Values only: the shells perform them, cores owe them."""

from dataclasses import dataclass

from domain.messages import Apply, Deliver, Dispatch


@dataclass(frozen=True, slots=True)
class SendDispatch:
    """Put a job on the queue. Sent again until a consumer has claimed the job."""

    dispatch: Dispatch
    attempt: int  # the last one before it


@dataclass(frozen=True, slots=True)
class TellOrder:
    order_id: str
    apply: Apply


@dataclass(frozen=True, slots=True)
class PurgeObjects:
    """Remove one deleted file's bytes: an object, and all objects under the prefixes."""

    key: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotifyOwner:
    owner_id: str
    deliver: Deliver


Effect = SendDispatch | TellOrder | PurgeObjects | NotifyOwner
