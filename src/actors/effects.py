"""What a core wants done outside itself. Values only: the shells perform them, cores owe them."""

from dataclasses import dataclass

from domain.alert import Alert
from domain.event_batch import EventBatch
from domain.file import OrderPause, Upload
from domain.messages.file import Dispatch
from domain.messages.inbox import Deliver
from domain.messages.operations import RecordActions, Report
from domain.messages.order import Apply
from domain.rollout_settings import Channel


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
    """Remove one deleted file's bytes: all objects under the prefixes.

    `stray` lies elsewhere, where the origin put it, and where it may put another photo: it is
    removed only while it is the one that was uploaded.
    """

    file_id: str
    prefixes: tuple[str, ...]
    stray: Upload | None = None


@dataclass(frozen=True, slots=True)
class SweepObjects:
    """Remove what nobody refers to any more."""

    file_id: str
    object_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArchiveObject:
    """Copy a finished photo to where it costs less. The first one is left over then."""

    file_id: str
    source_key: str
    target_key: str


@dataclass(frozen=True, slots=True)
class RecordAudit:
    """Tell the operators' actor what was done to `target_id`."""

    target_id: str
    actions: RecordActions


@dataclass(frozen=True, slots=True)
class NotifyOwner:
    owner_id: str
    deliver: Deliver


@dataclass(frozen=True, slots=True)
class NudgeFiles:
    """Have files tell their order again, and hear from it whether it is paused."""

    order_id: str
    file_ids: tuple[str, ...]
    pause: OrderPause


@dataclass(frozen=True, slots=True)
class ReportOrder:
    report: Report


@dataclass(frozen=True, slots=True)
class ExpireUpload:
    """An upload was announced and never finalized: remove whatever came of it."""

    file_id: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TellOrigin:
    """The file as it is, whole and under its version. It may be told the same twice."""

    upload: Upload
    name: str  # of now
    marked: bool
    deleted: bool
    version: int
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class SendAlert:
    channel: Channel
    alert: Alert


@dataclass(frozen=True, slots=True)
class PublishEvents:
    """Tell the audit and webhooks of an order's or a room's events. The same batch, until it is."""

    batch: EventBatch


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery on its way."""

    position: int
    tries: int
    url: str
    secrets: tuple[str, ...]
    webhook_id: str
    body: str


@dataclass(frozen=True, slots=True)
class SendWebhooks:
    """Set out with these. Nobody waits for them: how each went is told to the actor it is of."""

    outgoing: tuple[Outgoing, ...]


Effect = (
    SendDispatch
    | TellOrder
    | PurgeObjects
    | SweepObjects
    | ArchiveObject
    | RecordAudit
    | NotifyOwner
    | NudgeFiles
    | ReportOrder
    | ExpireUpload
    | TellOrigin
    | SendAlert
    | PublishEvents
    | SendWebhooks
)


def ids_of(effect: Effect) -> dict[str, str]:  # noqa: C901 -- a case each
    """Whom it is about, for the log."""
    match effect:
        case SendDispatch():
            return {"file_id": effect.dispatch.file_id, "job_id": effect.dispatch.job_id}
        case TellOrder():
            return {"order_id": effect.order_id, "file_id": effect.apply.snapshot.file_id}
        case PurgeObjects() | SweepObjects() | ArchiveObject() | ExpireUpload():
            return {"file_id": effect.file_id}
        case TellOrigin():
            return {"file_id": effect.upload.file_id}
        case RecordAudit():
            return {"target": effect.target_id}
        case NotifyOwner():
            return {"user_id": effect.owner_id}
        case NudgeFiles():
            return {"order_id": effect.order_id}
        case ReportOrder():
            return {"order_id": effect.report.order_id}
        case PublishEvents():
            return {"events_of": effect.batch.source.id}
        case SendWebhooks():
            return {}
        case SendAlert():
            return {"channel": effect.channel, "key": effect.alert.key}
