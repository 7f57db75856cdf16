"""What a file tells its order: its newest state, whole and under a version."""

from enum import StrEnum

from domain.failure import NEEDS_REVISION, Failure, FailureCode
from domain.file import File, FileStatus, Preview
from domain.job import Job, JobState
from domain.values import Stored


class JobSummary(Stored):
    """A job as others may see it: without its lease, for a token goes only to its holder."""

    id: str
    state: JobState
    attempt: int
    created_at_ms: int
    finished_at_ms: int | None = None
    failure: Failure | None = None


class FileSnapshot(Stored):
    file_id: str
    order_id: str
    owner_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    status: FileStatus
    marked: bool
    locked: bool
    version: int
    job: JobSummary | None = None
    preview: Preview | None = None
    created_at_ms: int
    updated_at_ms: int
    deleted: bool = False


class OutcomeKind(StrEnum):
    """How a job ended, as the owner hears of it."""

    EDIT_DONE = "edit_done"
    REVISION_REQUIRED = "revision_required"
    EDIT_FAILED = "edit_failed"


class Outcome(Stored):
    """One finished job. Told once to the order, which owes the owner a notification for it."""

    job_id: str
    kind: OutcomeKind
    file_name: str
    detail: str | None = None
    at_ms: int


def snapshot(file: File) -> FileSnapshot:
    upload = file.upload
    return FileSnapshot(
        file_id=upload.file_id,
        order_id=upload.order_id,
        owner_id=upload.owner_id,
        name=file.name,
        object_key=upload.object_key,
        size_bytes=upload.size_bytes,
        content_type=upload.content_type,
        status=file.status,
        marked=file.marked,
        locked=file.lock is not None,
        version=file.version,
        job=_summary(file.job) if file.job else None,
        preview=file.preview,
        created_at_ms=file.created_at_ms,
        updated_at_ms=file.updated_at_ms,
        deleted=file.deleted_at_ms is not None,
    )


def _summary(job: Job) -> JobSummary:
    return JobSummary(
        id=job.id,
        state=job.state,
        attempt=job.attempt,
        created_at_ms=job.created_at_ms,
        finished_at_ms=job.finished_at_ms,
        failure=job.failure,
    )


def outcome(file: File) -> Outcome | None:
    """The outcome of the newest job, once there is one its owner should hear of."""
    job = file.job
    if job is None or job.finished_at_ms is None:
        return None
    kind = _kind(job)
    if kind is None:
        return None
    return Outcome(
        job_id=job.id,
        kind=kind,
        file_name=file.name,
        detail=job.failure.detail if job.failure else None,
        at_ms=job.finished_at_ms,
    )


def _kind(job: Job) -> OutcomeKind | None:
    if job.failure is None:
        return OutcomeKind.EDIT_DONE
    if job.failure.code is FailureCode.CANCELLED:
        return None  # the owner did it and knows
    if job.failure.code in NEEDS_REVISION:
        return OutcomeKind.REVISION_REQUIRED
    return OutcomeKind.EDIT_FAILED
