"""What is worth a line in the log: one per change of a job's or a file's state, from the change."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.file import File
from domain.job import EditJob, JobStatus
from domain.snapshot import outcome


@dataclass(frozen=True, slots=True)
class Happening:
    event: str  # `noun.verbed`, listed in docs/operations.md
    facts: dict[str, object]
    level: str = "info"


def happenings(before: File | None, after: File) -> Iterator[Happening]:
    if before is None:
        yield Happening("file.registered", _facts(after, size_bytes=after.upload.size_bytes))
        return  # one that is adopted has its past behind it
    if after.job is not None and _moved(before.job, after.job):
        yield _of_job(after, after.job)
    if after.name != before.name:
        yield Happening("file.renamed", _facts(after))
    if after.holds_jobs_back != before.holds_jobs_back:
        yield Happening("file.paused" if after.holds_jobs_back else "file.resumed", _facts(after))
    if after.archived_at_ms is not None and before.archived_at_ms is None:
        yield Happening("file.archived", _facts(after))
    if after.processed_key is None and before.processed_key is not None:
        yield Happening("file.lost", _facts(after), "error")
    if after.deleted_at_ms is not None and before.deleted_at_ms is None:
        yield Happening("file.deleted", _facts(after))
    if after.origin_refusal not in {None, before.origin_refusal}:
        yield _of_refusal(after)


def _of_refusal(file: File) -> Happening:
    assert file.origin_refusal is not None
    facts = _facts(file, status=file.origin_refusal.status, version=file.version)
    return Happening("origin.refused", facts, "error")


def _moved(before: EditJob | None, after: EditJob) -> bool:
    return before is None or (before.id, before.status) != (after.id, after.status)


def _of_job(file: File, job: EditJob) -> Happening:
    match job.status:
        case JobStatus.QUEUED if job.error is None:
            return Happening("job.queued", _job_facts(file, job))
        case JobStatus.QUEUED:
            facts = _job_facts(file, job, **_error(job), not_before_ms=job.not_before_ms)
            return Happening("job.requeued", facts, "warning")
        case JobStatus.IN_PROGRESS:
            assert job.lease is not None
            lease = {"token": job.lease.token, "worker_id": job.lease.worker_id}
            return Happening("job.claimed", _job_facts(file, job, **lease))
        case JobStatus.DONE | JobStatus.FAILED:
            level = "info" if job.error is None else "warning"
            return Happening("job.finished", _job_facts(file, job, **_end(file, job)), level)


def _end(file: File, job: EditJob) -> dict[str, object]:
    ended = outcome(file)
    assert ended is not None
    assert job.finished_at_ms is not None
    began_ms = job.created_at_ms if job.started_at_ms is None else job.started_at_ms
    facts: dict[str, object] = {
        "result": ended.kind.value,
        "duration_s": (job.finished_at_ms - began_ms) / 1000,
        "copied_bytes": job.result.copied_bytes if job.result else 0,
    }
    if job.result is not None:
        facts["preview_maker"] = job.result.preview_maker
    return facts | _error(job)


def _error(job: EditJob) -> dict[str, object]:
    return {} if job.error is None else {"error": job.error.code.value, "detail": job.error.detail}


def _job_facts(file: File, job: EditJob, **facts: object) -> dict[str, object]:
    return _facts(file, job_id=job.id, attempt=job.attempt, **facts)


def _facts(file: File, **facts: object) -> dict[str, object]:
    return {"file_id": file.id, "order_id": file.upload.order_id, **facts}
