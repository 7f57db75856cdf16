"""The timeline of a file: everything once, oldest first, under the names that the log uses."""

from domain.failure import FailureCode
from domain.file import OrderPause
from domain.job import EditJob, JobStatus, Run
from domain.messages.file import Inspection
from domain.messages.reply import AuditRecord
from domain.operation import Operation
from domain.snapshot import snapshot
from domain.timeline import Moment, timeline
from tests.unit.factories import (
    FILE_ID,
    JOB_ID,
    LEASE_MS,
    NOW_MS,
    OTHER_JOB_ID,
    a_failure,
    a_file,
    a_job,
    a_lease,
)


def an_inspection(
    *jobs: EditJob, actions: tuple[AuditRecord, ...] = (), **changes: object
) -> Inspection:
    """Of a file with these jobs, the newest first."""
    file = a_file(job=jobs[0] if jobs else None, **changes)
    return Inspection(
        file=snapshot(file),
        fencing_token=file.fencing_token,
        is_paused=False,
        order_pause=OrderPause(),
        leftovers=(),
        jobs=jobs,
        deadlines=(),
        actions=actions,
    )


def a_run(attempt: int = 1, after_ms: int = 10, **changes: object) -> Run:
    """It begins that long after the job was created, and takes five milliseconds."""
    facts: dict[str, object] = {
        "attempt": attempt,
        "token": attempt,
        "worker_id": f"worker-{attempt}",
        "started_at_ms": NOW_MS + after_ms,
        "ended_at_ms": NOW_MS + after_ms + 5,
    }
    return Run.model_validate(facts | changes)


def a_record(number: int, at_ms: int, operation: Operation = Operation.PAUSE) -> AuditRecord:
    return AuditRecord(
        action_id=f"act_{number}",
        at_ms=at_ms,
        operator="olga",
        operation=operation,
        target=FILE_ID,
        reason=f"reason {number}",
        before="",
        after="",
    )


def told(inspection: Inspection) -> list[tuple[int, str]]:
    """When, since the beginning, and what."""
    return [(moment.at_ms - NOW_MS, moment.event) for moment in timeline(inspection)]


def test_a_file_without_a_job_was_registered() -> None:
    assert timeline(an_inspection()) == (Moment(at_ms=NOW_MS, event="file.registered"),)


def test_a_queued_job_waits() -> None:
    assert timeline(an_inspection(a_job()))[1:] == (
        Moment(at_ms=NOW_MS, event="job.queued", job_id=JOB_ID),
    )


def test_a_job_in_work_shows_who_holds_the_file() -> None:
    lease = a_lease(token=7, expires_at_ms=NOW_MS + 10 + LEASE_MS)
    job = a_job(JobStatus.IN_PROGRESS, lease=lease, attempt=2)

    assert timeline(an_inspection(job))[-1] == Moment(
        at_ms=NOW_MS + 10,
        event="job.claimed",
        job_id=JOB_ID,
        attempt=2,
        token=7,
        worker_id="worker-1",
    )


def test_each_attempt_was_claimed_and_ended() -> None:
    lost = a_run(1, 10, error=a_failure(FailureCode.LEASE_EXPIRED))
    job = a_job(JobStatus.DONE, attempt=2, runs=(lost, a_run(2, 30)), finished_at_ms=NOW_MS + 35)

    moments = timeline(an_inspection(job))[2:]

    assert [(moment.event, moment.token, moment.detail) for moment in moments] == [
        ("job.claimed", 1, None),
        ("job.requeued", 1, "lease_expired: it was lease_expired"),
        ("job.claimed", 2, None),
        ("job.finished", 2, "done"),
    ]


def test_a_failed_job_says_why() -> None:
    failure = a_failure(FailureCode.CORRUPT_IMAGE)
    run = a_run(error=failure)
    job = a_job(JobStatus.FAILED, error=failure, runs=(run,), finished_at_ms=run.ended_at_ms)

    last = timeline(an_inspection(job))[-1]

    assert (last.event, last.attempt, last.worker_id) == ("job.finished", 1, "worker-1")
    assert last.detail == "corrupt_image: it was corrupt_image"


def test_a_job_cancelled_while_it_was_queued_ended_without_a_worker() -> None:
    lost = a_run(error=a_failure(FailureCode.OUTAGE))
    cancelled = a_failure(FailureCode.CANCELLED)
    job = a_job(JobStatus.FAILED, error=cancelled, runs=(lost,), finished_at_ms=NOW_MS + 99)

    last = timeline(an_inspection(job))[-1]

    assert (last.at_ms, last.event, last.worker_id) == (NOW_MS + 99, "job.finished", None)
    assert last.detail == "cancelled: it was cancelled"


def test_jobs_follow_each_other_oldest_first() -> None:
    first = a_job(JobStatus.DONE, runs=(a_run(1, 10),), finished_at_ms=NOW_MS + 15)
    second = a_job(id=OTHER_JOB_ID, created_at_ms=NOW_MS + 20)

    assert told(an_inspection(second, first)) == [
        (0, "file.registered"),
        (0, "job.queued"),
        (10, "job.claimed"),
        (15, "job.finished"),
        (20, "job.queued"),
    ]


def test_what_an_operator_did_stands_before_what_came_of_it() -> None:
    unlocked = a_run(1, 10, error=a_failure(FailureCode.FORCE_UNLOCKED))
    actions = (
        a_record(2, NOW_MS + 20, Operation.PAUSE),
        a_record(1, NOW_MS + 15, Operation.FORCE_UNLOCK),
    )

    inspection = an_inspection(a_job(attempt=1, runs=(unlocked,)), actions=actions)

    assert told(inspection)[2:] == [
        (10, "job.claimed"),
        (15, "operator.acted"),
        (15, "job.requeued"),
        (20, "operator.acted"),
    ]
    assert timeline(inspection)[3].detail == "olga, force_unlock: reason 1"


def test_an_archived_file_says_when() -> None:
    inspection = an_inspection(archived_at_ms=NOW_MS + 90)

    assert told(inspection)[-1] == (90, "file.archived")
