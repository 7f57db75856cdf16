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
    """Remove one deleted file's bytes: all objects under the prefixes."""

    file_id: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotifyOwner:
    owner_id: str
    deliver: Deliver


Effect = SendDispatch | TellOrder | PurgeObjects | NotifyOwner


def ids_of(effect: Effect) -> dict[str, str]:
    """Whom it is about, for the log."""
    match effect:
        case SendDispatch():
            return {"file_id": effect.dispatch.file_id, "job_id": effect.dispatch.job_id}
        case TellOrder():
            return {"order_id": effect.order_id, "file_id": effect.apply.snapshot.file_id}
        case PurgeObjects():
            return {"file_id": effect.file_id}
        case NotifyOwner():
            return {"user_id": effect.owner_id}
