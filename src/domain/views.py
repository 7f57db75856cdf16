"""The public shapes: what clients see of files, orders and notifications, over HTTP and sockets."""

from datetime import UTC, datetime
from typing import Self

from domain.failure import FailureCode
from domain.file import FileStatus
from domain.job import JobState
from domain.messages import Notification, OrderStatus
from domain.snapshot import FileSnapshot, JobSummary, OutcomeKind
from domain.values import Value


def rfc3339(at_ms: int) -> str:
    """Milliseconds since the epoch as `2026-11-22T10:00:00.000Z` (RFC 3339)."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _rfc3339_or_none(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)


class FailureView(Value):
    code: FailureCode
    detail: str


class JobView(Value):
    id: str
    state: JobState
    attempt: int
    created_at: str
    finished_at: str | None
    failure: FailureView | None

    @classmethod
    def of(cls, job: JobSummary) -> Self:
        failure = job.failure
        return cls(
            id=job.id,
            state=job.state,
            attempt=job.attempt,
            created_at=rfc3339(job.created_at_ms),
            finished_at=_rfc3339_or_none(job.finished_at_ms),
            failure=FailureView(code=failure.code, detail=failure.detail) if failure else None,
        )


class PreviewFacts(Value):
    width: int
    height: int
    size_bytes: int
    content_type: str
    maker: str


class FileView(Value):
    id: str
    order_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    status: FileStatus
    marked: bool
    locked: bool
    version: int
    job: JobView | None
    preview: PreviewFacts | None
    preview_url: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, file: FileSnapshot) -> Self:
        preview = file.preview
        return cls(
            id=file.file_id,
            order_id=file.order_id,
            name=file.name,
            object_key=file.object_key,
            size_bytes=file.size_bytes,
            content_type=file.content_type,
            status=file.status,
            marked=file.marked,
            locked=file.locked,
            version=file.version,
            job=JobView.of(file.job) if file.job else None,
            preview=PreviewFacts.model_validate(dict(preview)) if preview else None,
            preview_url=f"/api/files/{file.file_id}/preview" if preview else None,
            created_at=rfc3339(file.created_at_ms),
            updated_at=rfc3339(file.updated_at_ms),
        )


class StatusView(Value):
    order_id: str
    total: int
    counts: dict[FileStatus, int]
    version: int

    @classmethod
    def of(cls, status: OrderStatus) -> Self:
        return cls.model_validate(dict(status))


class NotificationView(Value):
    id: str
    kind: OutcomeKind
    order_id: str
    file_id: str
    job_id: str
    file_name: str
    detail: str | None
    created_at: str
    read_at: str | None

    @classmethod
    def of(cls, notification: Notification) -> Self:
        return cls(
            id=notification.id,
            kind=notification.kind,
            order_id=notification.order_id,
            file_id=notification.file_id,
            job_id=notification.job_id,
            file_name=notification.file_name,
            detail=notification.detail,
            created_at=rfc3339(notification.created_at_ms),
            read_at=_rfc3339_or_none(notification.read_at_ms),
        )
