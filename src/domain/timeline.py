"""What has become of a file, in the order it happened: put together from all that its actor knows.

Events are named as in the log (`domain/happening.py`).
"""

from collections.abc import Iterator

from domain.failure import Failure
from domain.job import EditJob
from domain.messages.file import Inspection
from domain.messages.reply import AuditRecord
from domain.snapshot import FileSnapshot
from domain.values import Value


class Moment(Value):
    at_ms: int
    event: str
    job_id: str | None = None
    attempt: int | None = None
    token: int | None = None
    worker_id: str | None = None
    detail: str | None = None


def timeline(inspection: Inspection) -> tuple[Moment, ...]:
    """Oldest first. What an operator did comes before what came of it in the same millisecond."""
    moments = [
        *_of_file(inspection.file),
        *(_of_action(record) for record in reversed(inspection.actions)),
        *(moment for job in reversed(inspection.jobs) for moment in _of_job(job)),
    ]
    return tuple(sorted(moments, key=lambda moment: moment.at_ms))


def _of_file(file: FileSnapshot) -> Iterator[Moment]:
    yield Moment(at_ms=file.created_at_ms, event="file.registered")
    if file.archived_at_ms is not None:
        yield Moment(at_ms=file.archived_at_ms, event="file.archived")


def _of_action(record: AuditRecord) -> Moment:
    detail = f"{record.operator}, {record.operation}: {record.reason}"
    return Moment(at_ms=record.at_ms, event="operator.acted", detail=detail)


def _of_job(job: EditJob) -> Iterator[Moment]:
    yield Moment(at_ms=job.created_at_ms, event="job.queued", job_id=job.id)
    for run in job.runs:
        claimed = Moment(
            at_ms=run.started_at_ms,
            event="job.claimed",
            job_id=job.id,
            attempt=run.attempt,
            token=run.token,
            worker_id=run.worker_id,
        )
        is_last = run.ended_at_ms == job.finished_at_ms
        ended = {
            "at_ms": run.ended_at_ms,
            "event": "job.finished" if is_last else "job.requeued",
            "detail": _described(job, run.error),
        }
        yield claimed
        yield claimed.model_copy(update=ended)
    if job.lease is not None:
        yield Moment(
            at_ms=job.lease.since_ms,
            event="job.claimed",
            job_id=job.id,
            attempt=job.attempt,
            token=job.lease.token,
            worker_id=job.lease.worker_id,
        )
    if job.finished_at_ms is not None and not _ended_with_a_run(job):
        yield Moment(
            at_ms=job.finished_at_ms,
            event="job.finished",
            job_id=job.id,
            detail=_described(job, job.error),
        )


def _ended_with_a_run(job: EditJob) -> bool:
    """Cancelled while it was queued, it ended without one."""
    return bool(job.runs) and job.runs[-1].ended_at_ms == job.finished_at_ms


def _described(job: EditJob, error: Failure | None) -> str:
    return str(job.status) if error is None else f"{error.code}: {error.detail}"
