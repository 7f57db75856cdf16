"""What a file tells its order: its newest state, whole and under a version."""

from enum import StrEnum

from domain.failure import NEEDS_REVISION, Failure, FailureCode
from domain.file import File, FileStatus, Preview
from domain.job import EditJob, JobStatus, Result
from domain.values import Stored


class JobSummary(Stored):
    """A job as others may see it: without its lease, for a token goes only to its holder."""

    id: str
    file_id: str
    order_id: str
    user_id: str
    status: JobStatus
    attempt: int
    created_at_ms: int
    started_at_ms: int | None = None
    finished_at_ms: int | None = None
    error: Failure | None = None
    result: Result | None = None


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
    is_paused: bool = False
    waits_for_revision: bool = False
    version: int
    job: JobSummary | None = None
    preview: Preview | None = None
    created_at_ms: int
    updated_at_ms: int
    archived_at_ms: int | None = None
    deleted: bool = False


class OutcomeKind(StrEnum):
    """How a job ended, as the owner hears of it."""

    EDIT_DONE = "edit_done"
    REVISION_REQUIRED = "revision_required"
    EDIT_FAILED = "edit_failed"
    EDIT_CANCELLED = "edit_cancelled"


class Outcome(Stored):
    """One job that has ended, its one terminal event. Told to the order until it has heard it."""

    kind: OutcomeKind
    file_name: str
    job: JobSummary

    @property
    def is_news(self) -> bool:
        """Whether its owner is notified; who deleted the file knows."""
        error = self.job.error
        return error is None or error.code is not FailureCode.FILE_DELETED


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
        is_paused=file.holds_jobs_back,
        waits_for_revision=file.waits_for_revision,
        version=file.version,
        job=summary(file.job) if file.job else None,
        preview=file.preview,
        created_at_ms=file.created_at_ms,
        updated_at_ms=file.updated_at_ms,
        archived_at_ms=file.archived_at_ms,
        deleted=file.deleted_at_ms is not None,
    )


def summary(job: EditJob) -> JobSummary:
    return JobSummary.model_validate(job.model_dump(include=set(JobSummary.model_fields)))


def outcome(file: File) -> Outcome | None:
    """The outcome of the newest job, once there is one."""
    job = file.job
    if job is None or job.finished_at_ms is None:
        return None
    return Outcome(kind=_kind(job), file_name=file.name, job=summary(job))


def _kind(job: EditJob) -> OutcomeKind:
    if job.error is None:
        return OutcomeKind.EDIT_DONE
    if job.error.code in NEEDS_REVISION:
        return OutcomeKind.REVISION_REQUIRED
    if job.error.code in {FailureCode.CANCELLED, FailureCode.FILE_DELETED}:
        return OutcomeKind.EDIT_CANCELLED
    return OutcomeKind.EDIT_FAILED
