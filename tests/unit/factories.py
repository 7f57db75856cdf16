"""Values for tests, valid as they are: a test names only what it is about."""

from domain import file as files
from domain.failure import Failure, FailureCode
from domain.file import File, Preview, Upload
from domain.job import EditJob, JobStatus, Lease, Result
from domain.messages.live import WATCH_HEADER, Watch
from domain.messages.order import Apply, Reserve
from domain.messages.reply import Action
from domain.operation import Operation
from domain.settings import Settings
from domain.snapshot import Outcome, outcome, snapshot

NOW = "2026-11-22T10:00:00.000Z"
NOW_MS = 1_795_341_600_000
MINUTE_MS = 60_000
LEASE_MS = 15 * MINUTE_MS

FILE_ID = "file_" + "f" * 32
OTHER_FILE_ID = "file_" + "e" * 32
JOB_ID = f"job_{'f' * 32}_{'a' * 16}"
OTHER_JOB_ID = f"job_{'f' * 32}_{'b' * 16}"


OPERATOR_TOKEN = "o" * 16


def a_lease(token: int = 1, expires_at_ms: int = NOW_MS + LEASE_MS) -> Lease:
    return Lease(
        token=token,
        worker_id="worker-1",
        since_ms=expires_at_ms - LEASE_MS,
        expires_at_ms=expires_at_ms,
    )


def a_failure(code: FailureCode = FailureCode.PROCESSING_FAILED) -> Failure:
    return Failure(code=code, detail=f"it was {code}")


def a_result() -> Result:
    return Result(preview_maker="pillow", copied_bytes=5)


def a_job(status: JobStatus = JobStatus.QUEUED, **changes: object) -> EditJob:
    """A job that may have that status, whichever it is."""
    ended = status in {JobStatus.DONE, JobStatus.FAILED}
    facts: dict[str, object] = {
        "id": JOB_ID,
        "file_id": FILE_ID,
        "order_id": "summer-42",
        "user_id": "alice",
        "status": status,
        "attempt": 0 if status is JobStatus.QUEUED else 1,
        "created_at_ms": NOW_MS,
        "started_at_ms": None if status is JobStatus.QUEUED else NOW_MS,
        "lease": a_lease() if status is JobStatus.IN_PROGRESS else None,
        "finished_at_ms": NOW_MS if ended else None,
        "error": a_failure() if status is JobStatus.FAILED else None,
        "result": a_result() if status is JobStatus.DONE else None,
    }
    return EditJob.model_validate(facts | changes)


def an_upload(**changes: object) -> Upload:
    facts: dict[str, object] = {
        "file_id": FILE_ID,
        "order_id": "summer-42",
        "owner_id": "alice",
        "name": "beach.jpg",
        "object_key": f"user/alice/orders/summer-42/raw/{FILE_ID}/beach.jpg",
        "size_bytes": 5,
        "content_type": "image/jpeg",
        "etag": "e1",
    }
    return Upload.model_validate(facts | changes)


def a_preview(object_key: str = "user/alice/orders/summer-42/preview/1.jpg") -> Preview:
    return Preview(
        object_key=object_key,
        width=1280,
        height=853,
        size_bytes=201_000,
        content_type="image/jpeg",
        maker="pillow",
    )


def a_file(**changes: object) -> File:
    return files.registered(an_upload(), NOW_MS).model_copy(update=changes)


def a_locked_file(token: int = 1, **job_changes: object) -> File:
    job = a_job(JobStatus.IN_PROGRESS, lease=a_lease(token), **job_changes)
    return a_file(job=job, fencing_token=token)


def some_settings(**changes: object) -> Settings:
    secrets = {
        "jwt_secret": "j" * 32,
        "url_signing_secret": "u" * 32,
        "operator_tokens": f"olga:{OPERATOR_TOKEN}",
        "events_enabled": False,  # else each change would owe one thing more
    }
    return Settings.model_validate(secrets | changes)


def another_file(**changes: object) -> File:
    """Of the same order."""
    upload = an_upload(
        file_id=OTHER_FILE_ID,
        name="other.jpg",
        object_key=f"user/alice/orders/summer-42/raw/{OTHER_FILE_ID}/other.jpg",
    )
    return files.registered(upload, NOW_MS).model_copy(update=changes)


def an_outcome(job_id: str = JOB_ID, **changes: object) -> Outcome:
    """Of an edit that is done, unless the changes name an error."""
    status = JobStatus.FAILED if "error" in changes else JobStatus.DONE
    told = outcome(a_file(job=a_job(status, id=job_id, **changes)))
    assert told is not None
    return told


def news(version: int = 1, file: File | None = None, *outcomes: Outcome) -> Apply:
    """What a file tells its order under that version."""
    told = snapshot(file or a_file()).model_copy(update={"version": version})
    return Apply(snapshot=told, outcomes=outcomes)


def a_reservation(name: str = "beach.jpg", file_id: str = FILE_ID, **changes: object) -> Reserve:
    """Of a name for an upload."""
    reserve = Reserve(caller_id="alice", order_id="summer-42", name=name, file_id=file_id)
    return reserve.model_copy(update=changes)


def a_watch(caller_id: str = "alice", **changes: object) -> dict[str, str]:
    """The headers with which the edge hands a watcher over."""
    watch = {"caller_id": caller_id, "expires_at_ms": NOW_MS + MINUTE_MS} | changes
    return {WATCH_HEADER: Watch.model_validate(watch).model_dump_json()}


def an_action(operation: Operation, action_id: str = "action-1") -> Action:
    return Action(action_id=action_id, operator="olga", operation=operation, reason="as asked")
