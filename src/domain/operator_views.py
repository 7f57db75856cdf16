"""What operators see, over HTTP: all that the actors know, times as RFC 3339."""

from typing import Self

from domain.errors import Code
from domain.messages.file import DeadlineFact, Inspection
from domain.messages.operations import FailedFile, Parked
from domain.messages.reply import AuditRecord, Operated
from domain.operation import Operation
from domain.origin_refusal import OriginRefusal
from domain.timeline import Moment, timeline
from domain.values import Value
from domain.views import FileView, JobView, rfc3339


class FailedJobView(JobView):
    file_name: str

    @classmethod
    def of_file(cls, file: FailedFile) -> Self:
        assert file.job is not None
        return cls(file_name=file.file_name, **JobView.of(file.job).model_dump())


class FailedJobsView(Value):
    jobs: tuple[FailedJobView, ...]
    remaining: int
    next_cursor: str | None


class ParkedView(Value):
    id: str
    queue: str
    body: str
    reason: str
    parked_at: str
    redriven: bool

    @classmethod
    def of(cls, parked: Parked) -> Self:
        return cls(
            id=parked.message_id,
            queue=parked.queue,
            body=parked.body,
            reason=parked.reason,
            parked_at=rfc3339(parked.parked_at_ms),
            redriven=parked.is_redriven,
        )


class ParkedPageView(Value):
    messages: tuple[ParkedView, ...]
    next_cursor: str | None


class AuditRecordView(Value):
    action_id: str
    at: str
    operator: str
    operation: Operation
    target: str
    reason: str
    before: str
    after: str

    @classmethod
    def of(cls, record: AuditRecord) -> Self:
        return cls.model_validate({**dict(record), "at": rfc3339(record.at_ms)})


class AuditView(Value):
    records: tuple[AuditRecordView, ...]
    next_cursor: str | None


class HolderView(Value):
    job_id: str
    attempt: int
    token: int
    worker_id: str
    since: str
    until: str


class DeadlineView(Value):
    kind: str
    due_at: str
    tries: int

    @classmethod
    def of(cls, fact: DeadlineFact) -> Self:
        return cls(kind=fact.kind, due_at=rfc3339(fact.due_ms), tries=fact.tries)


class OriginRefusalView(Value):
    status: int
    at: str

    @classmethod
    def of(cls, refusal: OriginRefusal) -> Self:
        return cls(status=refusal.status, at=rfc3339(refusal.at_ms))


class MomentView(Value):
    at: str
    event: str
    job_id: str | None
    attempt: int | None
    token: int | None
    worker_id: str | None
    detail: str | None

    @classmethod
    def of(cls, moment: Moment) -> Self:
        return cls.model_validate({**dict(moment), "at": rfc3339(moment.at_ms)})


class InspectionView(Value):
    file: FileView
    owner_id: str
    deleted: bool
    holder: HolderView | None
    fencing_token: int
    paused: bool  # the file itself
    order_paused: bool  # its order, as the file last heard
    deadlines: tuple[DeadlineView, ...]
    leftovers: int  # objects to be removed
    origin_refusal: OriginRefusalView | None  # of what it was told last of the file
    timeline: tuple[MomentView, ...]

    @classmethod
    def of(cls, inspection: Inspection) -> Self:
        refusal = inspection.origin_refusal
        return cls(
            file=FileView.of(inspection.file),
            owner_id=inspection.file.owner_id,
            deleted=inspection.file.deleted,
            holder=_holder(inspection),
            fencing_token=inspection.fencing_token,
            paused=inspection.is_paused,
            order_paused=inspection.order_pause.is_paused,
            deadlines=tuple(map(DeadlineView.of, inspection.deadlines)),
            leftovers=len(inspection.leftovers),
            origin_refusal=None if refusal is None else OriginRefusalView.of(refusal),
            timeline=tuple(map(MomentView.of, timeline(inspection))),
        )


class OperatedView(Value):
    action_id: str
    changed: bool
    before: str
    after: str
    job_id: str | None

    @classmethod
    def of(cls, operated: Operated) -> Self:
        return cls(
            action_id=operated.action_id,
            changed=operated.is_changed,
            before=operated.before,
            after=operated.after,
            job_id=operated.job_id,
        )


class RedrivenView(Value):
    """What became of one of many: the new job, or why there is none."""

    failed_job_id: str
    action_id: str
    changed: bool
    job_id: str | None = None
    code: Code | None = None
    detail: str | None = None


class RedrivenPageView(Value):
    jobs: tuple[RedrivenView, ...]
    remaining: int
    next_cursor: str | None


def _holder(inspection: Inspection) -> HolderView | None:
    held = [(job, job.lease) for job in inspection.jobs[:1] if job.lease is not None]
    if not held:
        return None
    ((job, lease),) = held
    return HolderView(
        job_id=job.id,
        attempt=job.attempt,
        token=lease.token,
        worker_id=lease.worker_id,
        since=rfc3339(lease.since_ms),
        until=rfc3339(lease.expires_at_ms),
    )
