"""What operators may do to a file: cancel, unlock, pause, resume, redrive.

Their reasons go to the audit and to nobody else.

Every function gives the file back as it was, when there is nothing to do: so twice is once.
"""

from enum import StrEnum

from domain import file as files
from domain import job as jobs
from domain.errors import Code, Refusal
from domain.failure import Failure, FailureCode
from domain.file import File, OrderPause
from domain.ids import derived_job_id
from domain.job import EditJob, JobStatus


class Operation(StrEnum):
    """As in paths, audit records and logs."""

    CANCEL = "cancel"
    FORCE_UNLOCK = "force_unlock"
    PAUSE = "pause"
    RESUME = "resume"
    REDRIVE = "redrive"
    REBUILD = "rebuild"
    DISCARD = "discard"
    OVERRIDE_CLEAR = "override_clear"  # of the rollout: whatever the breaker finds, it stays open
    OVERRIDE_EMERGENCY = "override_emergency"  # everything is proxied until an operator resumes
    RESUME_BREAKER = "resume_breaker"  # the breaker decides again, from a clean slate
    DRY_RUN = "dry_run"  # the breaker finds and tells, and changes nothing
    ARM = "arm"  # and it does again
    TRIP = "trip"  # what the breaker itself did, in the audit
    RECOVER = "recover"
    CONFIGURE = "configure"  # somebody has edited the rollout's value in KV


def cancelled(file: File, job_id: str, now_ms: int) -> File:
    """Its active job fails at once. A worker that is at it will find its token old."""
    job = _newest(file, job_id)
    if not job.is_active:
        return file
    failure = Failure(code=FailureCode.CANCELLED, detail="an operator cancelled it")
    return files.changed(
        file,
        now_ms,
        job=jobs.cancelled(job, failure, now_ms),
        leftovers=files.left_over(file, files.attempt_keys(file)),
    )


def force_unlocked(file: File, now_ms: int) -> File:
    """The lock goes, the token grows, and the job waits for another worker."""
    if file.lock is None:
        return file
    assert file.job is not None
    failure = Failure(code=FailureCode.FORCE_UNLOCKED, detail="an operator unlocked the file")
    return files.changed(
        file,
        now_ms,
        job=jobs.requeued(file.job, failure, backoff_ms=0, now_ms=now_ms),
        fencing_token=file.fencing_token + 1,
        leftovers=files.left_over(file, files.attempt_keys(file)),
    )


def redriven(file: File, job_id: str, now_ms: int) -> File:
    """A new job for one that failed. Its id follows from the old one, so it is created once."""
    successor_id = derived_job_id(file.id, job_id, Operation.REDRIVE)
    if file.job is not None and file.job.id == successor_id:
        return file
    job = _newest(file, job_id)
    if job.status is not JobStatus.FAILED:
        raise Refusal(Code.JOB_NOT_FAILED, f"{job_id} is {job.status}", {"job_status": job.status})
    files.check_present(file)
    return files.submitted(file, successor_id, now_ms)


def paused(file: File, now_ms: int, *, value: bool) -> File:
    """While paused, no job of the file is dispatched or claimed. One in progress goes on."""
    if value == file.is_paused or file.deleted_at_ms is not None:
        return file
    return files.changed(file, now_ms, is_paused=value)


def order_paused(file: File, pause: OrderPause, now_ms: int) -> File:
    """The order's word on the same, which may come late or twice."""
    if pause.revision <= file.order_pause.revision or file.deleted_at_ms is not None:
        return file
    return files.changed(file, now_ms, order_pause=pause)


def described(file: File) -> str:
    """In a few words, for the audit: what an operator found and what they left."""
    if file.deleted_at_ms is not None:
        return "deleted"
    job, lease = file.job, file.lock
    words = [str(file.status) if job is None else f"{job.id} {job.status}"]
    if lease is not None:
        words.append(f"held by {lease.worker_id}")
    if file.holds_jobs_back:
        words.append("paused")
    return f"{', '.join(words)}, token {file.fencing_token}"


def _newest(file: File, job_id: str) -> EditJob:
    if file.job is None or file.job.id != job_id:
        raise Refusal(Code.JOB_NOT_FOUND, f"{job_id} is not the newest job of {file.id}")
    return file.job
