"""One uploaded photo: its lock, its newest job, its status. File and event in, file out.

The lock and the status are read off the newest job and stored nowhere, so they cannot disagree.
"""

from enum import StrEnum

from domain import job as jobs
from domain.errors import Code, Refusal
from domain.failure import NEEDS_REVISION, Failure, FailureCode
from domain.job import Job, JobEvent, JobState, Lease
from domain.values import Stored


class FileStatus(StrEnum):
    QUEUED = "queued"  # waits for its edit, whether or not one was submitted yet
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"


class Upload(Stored):
    """What the photographer stored, as it was at finalize. Never changes."""

    file_id: str
    order_id: str
    owner_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    etag: str


class Preview(Stored):
    object_key: str
    width: int
    height: int
    size_bytes: int
    content_type: str
    maker: str  # "pillow", "images" or "copy" (design, section 7)


class File(Stored):
    upload: Upload
    name: str
    marked: bool = False
    job: Job | None = None
    preview: Preview | None = None
    processed_key: str | None = None
    fencing_token: int = 0  # of the last claim; grows for the life of the file id
    version: int = 1
    created_at_ms: int
    updated_at_ms: int
    deleted_at_ms: int | None = None

    @property
    def id(self) -> str:
        return self.upload.file_id

    @property
    def lock(self) -> Lease | None:
        return self.job.lease if self.job else None

    @property
    def status(self) -> FileStatus:
        if self.job is None:
            return FileStatus.QUEUED
        match self.job.state:
            case JobState.QUEUED:
                return FileStatus.QUEUED
            case JobState.IN_PROGRESS:
                return FileStatus.IN_PROGRESS
            case JobState.DONE:
                return FileStatus.DONE
            case JobState.FAILED:
                assert self.job.failure is not None
                waits = self.job.failure.code in NEEDS_REVISION
                return FileStatus.QUEUED if waits else FileStatus.FAILED


def registered(upload: Upload, now_ms: int) -> File:
    return File(upload=upload, name=upload.name, created_at_ms=now_ms, updated_at_ms=now_ms)


def check_owner(file: File, caller_id: str) -> None:
    if file.upload.owner_id != caller_id:
        raise Refusal(Code.FORBIDDEN, "this file belongs to another user")


def check_present(file: File) -> None:
    if file.deleted_at_ms is not None:
        raise Refusal(Code.FILE_DELETED, f"{file.id} was deleted")


def check_same_upload(file: File, upload: Upload) -> None:
    """Two uploads may have been given one id, while the order had not heard of the first."""
    known = file.upload
    first = (known.name, known.size_bytes, known.content_type)
    if first != (upload.name, upload.size_bytes, upload.content_type):
        raise Refusal(Code.NAME_TAKEN, f"{file.id} is another photo, uploaded as {known.name}")


def check_unlocked(file: File, verb: str, now_ms: int) -> None:
    """Rename and delete must wait while a job holds the file (design, section 1, step 4)."""
    lease = file.lock
    if lease is None:
        return
    assert file.job is not None
    raise Refusal(
        Code.FILE_LOCKED,
        f"{file.name} cannot be {verb} now: {file.job.id} is working on it",
        {
            "file_id": file.id,
            "job_id": file.job.id,
            "locked_since_ms": lease.since_ms,
            "locked_until_ms": lease.expires_at_ms,
            "retry_after_ms": max(lease.expires_at_ms - now_ms, 0),
        },
    )


def submitted(file: File, job_id: str, now_ms: int) -> File:
    if file.job is not None and file.job.is_active:
        raise Refusal(
            Code.JOB_ACTIVE,
            f"{file.job.id} is {file.job.state}",
            {"job_id": file.job.id},
        )
    return _changed(file, now_ms, job=Job(id=job_id, created_at_ms=now_ms))


def claimed(file: File, job_id: str, worker_id: str, *, lease_ms: int, now_ms: int) -> File:
    """The job's file, locked by a lease with the next fencing token."""
    job = file.job
    if job is None or job.id != job_id or not jobs.can(job, JobEvent.CLAIM):
        raise Refusal(Code.JOB_NOT_CLAIMABLE, f"{job_id} is not waiting to be claimed")
    if job.not_before_ms > now_ms:
        raise Refusal(Code.JOB_NOT_CLAIMABLE, f"{job_id} waits for its backoff")
    token = file.fencing_token + 1
    lease = Lease(
        token=token, worker_id=worker_id, since_ms=now_ms, expires_at_ms=now_ms + lease_ms
    )
    return _changed(file, now_ms, job=jobs.claimed(job, lease), fencing_token=token)


def renewed(file: File, token: int, *, lease_ms: int, now_ms: int) -> File:
    """The same file with a longer lease. Not a new version: watchers have nothing to see."""
    job = _held(file, token)
    return file.model_copy(update={"job": jobs.renewed(job, now_ms + lease_ms)})


def completed(file: File, token: int, preview: Preview, *, processed_key: str, now_ms: int) -> File:
    job = jobs.completed(_held(file, token), now_ms)
    return _changed(
        file, now_ms, job=job, preview=preview, processed_key=processed_key, marked=False
    )


def attempt_failed(
    file: File, token: int, failure: Failure, *, backoff_ms: int, now_ms: int
) -> File:
    job = _held(file, token)
    job = jobs.attempt_failed(job, failure, backoff_ms=backoff_ms, now_ms=now_ms)
    return _changed(file, now_ms, job=job)


def lease_expired(file: File, *, backoff_ms: int, now_ms: int) -> File:
    """As if the worker had said that it failed. Its own late answer will hold an old token."""
    lease = file.lock
    assert lease is not None
    assert lease.expires_at_ms <= now_ms
    failure = Failure(
        code=FailureCode.LEASE_EXPIRED, detail="the worker did not answer within its lease"
    )
    return attempt_failed(file, lease.token, failure, backoff_ms=backoff_ms, now_ms=now_ms)


def renamed(file: File, name: str, now_ms: int) -> File:
    if name == file.name:
        return file
    check_unlocked(file, "renamed", now_ms)
    return _changed(file, now_ms, name=name)


def marked(file: File, now_ms: int, *, value: bool) -> File:
    return file if value == file.marked else _changed(file, now_ms, marked=value)


def deleted(file: File, now_ms: int) -> File:
    """A tombstone: the id stays known, so a late worker or a second delete finds an answer."""
    if file.deleted_at_ms is not None:
        return file
    check_unlocked(file, "deleted", now_ms)
    job = file.job
    if job is not None and job.is_active:
        job = jobs.cancelled(job, "the file was deleted", now_ms)
    return _changed(file, now_ms, job=job, preview=None, deleted_at_ms=now_ms)


def _held(file: File, token: int) -> Job:
    lease = file.lock
    if lease is None or lease.token != token:
        raise Refusal(
            Code.LEASE_LOST,
            f"token {token} no longer holds {file.id}",
            {"fencing_token": file.fencing_token},
        )
    assert file.job is not None
    return file.job


def _changed(file: File, now_ms: int, **changes: object) -> File:
    update = {**changes, "version": file.version + 1, "updated_at_ms": now_ms}
    return file.model_copy(update=update)
