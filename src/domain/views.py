"""The public shapes: what clients see of files, orders and notifications, over HTTP and sockets."""

from datetime import UTC, datetime
from typing import Self

from domain.failure import FailureCode
from domain.file import FileStatus
from domain.job import JobStatus
from domain.messages.file import FileHistory
from domain.messages.inbox import Notification
from domain.messages.order import OrderStatus
from domain.snapshot import FileSnapshot, JobSummary, OutcomeKind
from domain.values import Value


def rfc3339(at_ms: int) -> str:
    """Milliseconds since the epoch as `2026-11-22T10:00:00.000Z` (RFC 3339)."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _rfc3339_or_none(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)


def cursor_of(epoch: str, version: int) -> str:
    """Where a reader of an order is: at this change of it, in this life of its event log."""
    return f"{epoch}-{version}"


class ErrorView(Value):
    code: FailureCode
    detail: str


class JobView(Value):
    id: str
    file_id: str
    order_id: str
    user_id: str
    status: JobStatus
    attempt: int
    created_at: str
    started_at: str | None
    finished_at: str | None
    error: ErrorView | None
    preview_maker: str | None
    copied_bytes: int | None

    @classmethod
    def of(cls, job: JobSummary) -> Self:
        error, result = job.error, job.result
        return cls(
            id=job.id,
            file_id=job.file_id,
            order_id=job.order_id,
            user_id=job.user_id,
            status=job.status,
            attempt=job.attempt,
            created_at=rfc3339(job.created_at_ms),
            started_at=_rfc3339_or_none(job.started_at_ms),
            finished_at=_rfc3339_or_none(job.finished_at_ms),
            error=ErrorView(code=error.code, detail=error.detail) if error else None,
            preview_maker=result.preview_maker if result else None,
            copied_bytes=result.copied_bytes if result else None,
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
    paused: bool
    revision_required: bool
    version: int
    job: JobView | None
    preview: PreviewFacts | None
    preview_url: str | None
    created_at: str
    updated_at: str
    archived_at: str | None

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
            paused=file.is_paused,
            revision_required=file.waits_for_revision,
            version=file.version,
            job=JobView.of(file.job) if file.job else None,
            preview=PreviewFacts.model_validate(dict(preview)) if preview else None,
            preview_url=f"/api/files/{file.file_id}/preview" if preview else None,
            created_at=rfc3339(file.created_at_ms),
            updated_at=rfc3339(file.updated_at_ms),
            archived_at=_rfc3339_or_none(file.archived_at_ms),
        )


class FileHistoryView(FileView):
    jobs: tuple[JobView, ...]  # newest first

    @classmethod
    def of_history(cls, history: FileHistory) -> Self:
        jobs = tuple(map(JobView.of, history.jobs))
        return cls.model_validate({**dict(FileView.of(history.file)), "jobs": jobs})


class StatusView(Value):
    order_id: str
    total: int
    counts: dict[FileStatus, int]
    revision_required: int
    paused: bool
    version: int
    cursor: str

    @classmethod
    def of(cls, status: OrderStatus) -> Self:
        return cls(
            order_id=status.order_id,
            total=status.total,
            counts=status.counts,
            revision_required=status.revision_required,
            paused=status.is_paused,
            version=status.version,
            cursor=cursor_of(status.epoch, status.version),
        )


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
