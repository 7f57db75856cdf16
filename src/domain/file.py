"""One uploaded photo: its lock, its newest job, its status. File and event in, file out.

The lock and the status are read off the newest job and stored nowhere, so they cannot disagree.
"""

from enum import StrEnum

from domain import job as jobs
from domain import keys
from domain.errors import Code, Facts, Refusal
from domain.failure import NEEDS_REVISION, Failure, FailureCode
from domain.hold import FileHold, check_none
from domain.job import EditJob, JobEvent, JobStatus, Lease, Result
from domain.limits import LEFTOVER_KEYS_MAX, LOCK_RETRY_AFTER_MAX_MS
from domain.origin_refusal import OriginRefusal
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


class OrderPause(Stored):
    """Whether the order is paused, as the file last heard. The higher revision is the newer."""

    revision: int = 0
    is_paused: bool = False


class File(Stored):
    upload: Upload
    name: str
    marked: bool = False
    job: EditJob | None = None
    preview: Preview | None = None
    processed_key: str | None = None
    edited_at_ms: int | None = None  # when what lies at processed_key was made
    archived_at_ms: int | None = None
    leftovers: tuple[str, ...] = ()  # keys nobody refers to any more, to be removed
    is_paused: bool = False
    order_pause: OrderPause = OrderPause()
    holds: tuple[FileHold, ...] = ()  # of changes that the origin is making
    origin_refusal: OriginRefusal | None = None  # of what it was told last
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
    def holds_jobs_back(self) -> bool:
        """Nobody may claim its job until an operator resumes it, or its order."""
        return self.is_paused or self.order_pause.is_paused

    @property
    def waits_for_revision(self) -> bool:
        """Its photo has to be uploaded again before an edit can succeed."""
        error = self.job.error if self.job and self.job.status is JobStatus.FAILED else None
        return error is not None and error.code in NEEDS_REVISION

    @property
    def status(self) -> FileStatus:
        if self.job is None:
            return FileStatus.QUEUED
        match self.job.status:
            case JobStatus.QUEUED:
                return FileStatus.QUEUED
            case JobStatus.IN_PROGRESS:
                return FileStatus.IN_PROGRESS
            case JobStatus.DONE:
                return FileStatus.DONE
            case JobStatus.FAILED:
                return FileStatus.QUEUED if self.waits_for_revision else FileStatus.FAILED


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
    """Changes must wait while a job holds the file (design, section 1, step 4)."""
    lease = file.lock
    facts: Facts = {"file_id": file.id, "live_url": f"/api/orders/{file.upload.order_id}/live"}
    if file.job is None or lease is None:
        check_none(file.holds, file.name, verb, facts, now_ms)
        return
    remaining_ms = max(lease.expires_at_ms - now_ms, 0)
    raise Refusal(
        Code.FILE_LOCKED,
        f"{file.name} cannot be {verb} now: {file.job.id} is working on it",
        {
            **facts,
            "job_id": file.job.id,
            "attempt": file.job.attempt,
            "locked_since_ms": lease.since_ms,
            "locked_until_ms": lease.expires_at_ms,
            "retry_after_ms": min(remaining_ms, LOCK_RETRY_AFTER_MAX_MS),
        },
    )


def check_version(file: File, versions: tuple[int, ...] | None) -> None:
    """The caller said of which versions it wants to change the file (RFC 9110, 13.1.1)."""
    if versions is not None and file.version not in versions:
        raise Refusal(Code.PRECONDITION_FAILED, f"{file.id} has changed since you looked at it")


def submitted(file: File, job_id: str, now_ms: int) -> File:
    """With a new job. A job that was finished before stays known to whoever keeps the file."""
    if file.job is not None and file.job.is_active:
        check_unlocked(file, "edited again", now_ms)
        raise Refusal(
            Code.JOB_ACTIVE,
            f"{file.job.id} is {file.job.status}",
            {"job_id": file.job.id},
        )
    job = EditJob(
        id=job_id,
        file_id=file.id,
        order_id=file.upload.order_id,
        user_id=file.upload.owner_id,
        created_at_ms=now_ms,
    )
    return changed(file, now_ms, job=job)


def claimed(file: File, job_id: str, worker_id: str, *, lease_ms: int, now_ms: int) -> File:
    """The job's file, locked by a lease with the next fencing token."""
    job = file.job
    if job is None or job.id != job_id or not jobs.can(job, JobEvent.CLAIM):
        raise Refusal(Code.JOB_NOT_CLAIMABLE, f"{job_id} is not waiting to be claimed")
    if file.holds_jobs_back or file.holds:
        raise Refusal(Code.JOB_NOT_CLAIMABLE, f"{job_id} waits: its file is paused or held")
    if job.not_before_ms > now_ms:
        raise Refusal(Code.JOB_NOT_CLAIMABLE, f"{job_id} waits for its backoff")
    token = file.fencing_token + 1
    lease = Lease(
        token=token, worker_id=worker_id, since_ms=now_ms, expires_at_ms=now_ms + lease_ms
    )
    return changed(file, now_ms, job=jobs.claimed(job, lease), fencing_token=token)


def renewed(file: File, token: int, *, lease_ms: int, now_ms: int) -> File:
    """The same file with a longer lease. Not a new version: watchers have nothing to see."""
    job = _held(file, token)
    return file.model_copy(update={"job": jobs.renewed(job, now_ms + lease_ms)})


def completed(file: File, token: int, preview: Preview, *, copied_bytes: int, now_ms: int) -> File:
    """What the attempt made is the file's from now on; what an earlier one had made is left over.

    The keys are those of the token and of no other, so a worker cannot publish another's objects.
    """
    job = _held(file, token)
    processed_key, preview_key = attempt_keys(file)
    result = Result(preview_maker=preview.maker, copied_bytes=copied_bytes)
    return changed(
        file,
        now_ms,
        job=jobs.completed(job, result, now_ms),
        preview=preview.model_copy(update={"object_key": preview_key}),
        processed_key=processed_key,
        edited_at_ms=now_ms,
        archived_at_ms=None,
        leftovers=left_over(file, (*derived_keys(file), *keys.copies_of(file.processed_key))),
        marked=False,
    )


def attempt_failed(
    file: File, token: int, failure: Failure, *, backoff_ms: int, now_ms: int
) -> File:
    job = jobs.attempt_failed(_held(file, token), failure, backoff_ms=backoff_ms, now_ms=now_ms)
    return changed(file, now_ms, job=job, leftovers=left_over(file, attempt_keys(file)))


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
    """Locked, it is refused even its own name: whoever asks must not depend on what it has."""
    check_unlocked(file, "renamed", now_ms)
    if name == file.name:
        return file
    return changed(file, now_ms, name=name)


def marked(file: File, now_ms: int, *, value: bool) -> File:
    """Locked, a file cannot be marked either: the end of its edit would take the mark away."""
    check_unlocked(file, "marked" if value else "unmarked", now_ms)
    if value == file.marked:
        return file
    return changed(file, now_ms, marked=value)


def deleted(file: File, now_ms: int) -> File:
    """A tombstone: the id stays known, so a late worker or a second delete finds an answer."""
    if file.deleted_at_ms is not None:
        return file
    check_unlocked(file, "deleted", now_ms)
    job = file.job
    if job is not None and job.is_active:
        failure = Failure(code=FailureCode.FILE_DELETED, detail="the file was deleted")
        job = jobs.cancelled(job, failure, now_ms)
    return changed(file, now_ms, job=job, preview=None, leftovers=(), deleted_at_ms=now_ms)


def derived_keys(file: File) -> tuple[str, ...]:
    """What the file's edit has made and the file refers to. Not what the origin made."""
    made = (file.processed_key, file.preview.object_key if file.preview else None)
    ours = keys.prefixes_of(file.upload.owner_id, file.upload.order_id, file.id)
    return tuple(key for key in made if key and key.startswith(ours))


def attempt_keys(file: File) -> tuple[str, ...]:
    """What the attempt that holds the file may have written."""
    if file.lock is None:
        return ()
    upload = file.upload
    return keys.of_attempt(upload.owner_id, upload.order_id, file.id, file.lock.token)


def changed(file: File, now_ms: int, **changes: object) -> File:
    update = {**changes, "version": file.version + 1, "updated_at_ms": now_ms}
    return file.model_copy(update=update)


def _held(file: File, token: int) -> EditJob:
    lease = file.lock
    if lease is None or lease.token != token:
        raise Refusal(
            Code.LEASE_LOST,
            f"token {token} no longer holds {file.id}",
            {"fencing_token": file.fencing_token},
        )
    assert file.job is not None
    return file.job


def left_over(file: File, object_keys: tuple[str, ...]) -> tuple[str, ...]:
    return (*file.leftovers, *object_keys)[-LEFTOVER_KEYS_MAX:]
