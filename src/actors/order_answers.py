"""What an order's row and a file's news come to, in the words of messages."""

from domain.ids import notification_id
from domain.messages.inbox import Notification
from domain.messages.order import OrderStatus, OriginCopy
from domain.snapshot import FileSnapshot, Outcome
from storage.order_repository import Order


def status_of(order: Order, origin: OriginCopy | None = None) -> OrderStatus:
    counts = order.totals.files
    return OrderStatus(
        order_id=order.id,
        total=sum(counts.values()),
        counts=counts,
        revision_required=order.totals.revision_required,
        is_paused=order.pause.is_paused,
        version=order.version,
        epoch=order.epoch,
        origin=origin,
    )


def notification_of(file: FileSnapshot, outcome: Outcome) -> Notification:
    job = outcome.job
    return Notification(
        id=notification_id(job.id),
        kind=outcome.kind,
        order_id=file.order_id,
        file_id=file.file_id,
        job_id=job.id,
        file_name=outcome.file_name,
        detail=job.error.detail if job.error else None,
        created_at_ms=job.finished_at_ms or file.updated_at_ms,
    )
