"""What a file's actor is told and what it answers: one model each, JSON, times in milliseconds.

A field added later has a default, and is sent only once every live version can read it.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, TypeAdapter

from domain.adoption import Adoption
from domain.failure import Failure
from domain.file import File, OrderPause, Preview, Upload, attempt_keys
from domain.ids import FileId, JobId
from domain.job import EditJob
from domain.messages.reply import Action, AuditRecord
from domain.origin_refusal import OriginRefusal
from domain.snapshot import FileSnapshot, JobSummary
from domain.values import Value


class Register(Value):
    """An upload was finalized. Repeated: the first answer again."""

    type: Literal["register"] = "register"
    upload: Upload
    adoption: Adoption | None = None  # it was finalized at the origin, which knows this of it


class Registered(Value):
    upload: Upload
    created_at_ms: int
    is_repeat: bool = False  # it was known already

    @classmethod
    def of(cls, file: File, *, is_repeat: bool = False) -> Self:
        return cls(upload=file.upload, created_at_ms=file.created_at_ms, is_repeat=is_repeat)


class DescribeUpload(Value):
    """Asks for the first answer again, where the bytes are no longer as they were."""

    type: Literal["describe_upload"] = "describe_upload"
    caller_id: str


class DescribeFile(Value):
    type: Literal["describe"] = "describe"
    caller_id: str


class DescribeHistory(Value):
    """Asks for the file with all the jobs it had."""

    type: Literal["describe_history"] = "describe_history"
    caller_id: str


class FileHistory(Value):
    file: FileSnapshot
    jobs: tuple[JobSummary, ...]  # newest first


class DescribeJob(Value):
    type: Literal["describe_job"] = "describe_job"
    caller_id: str
    job_id: str


class Submit(Value):
    """Wants one job under an id of the caller's choice. Repeated: the same job again."""

    type: Literal["submit"] = "submit"
    caller_id: str
    order_id: str | None = None  # the order it is submitted with; None: the file for itself
    job_id: str


class Submitted(Value):
    job_id: str
    is_repeat: bool = False


class Claim(Value):
    type: Literal["claim"] = "claim"
    job_id: str
    worker_id: str


class Grant(Value):
    """What a worker needs for one attempt. Goes to nobody else, for the token is in it."""

    upload: Upload
    token: int
    attempt: int
    lease_ms: int
    lease_expires_at_ms: int
    processed_key: str
    preview_key: str

    @classmethod
    def of(cls, file: File, lease_ms: int) -> Self:
        assert file.job is not None
        assert file.lock is not None
        processed_key, preview_key = attempt_keys(file)
        return cls(
            upload=file.upload,
            token=file.lock.token,
            attempt=file.job.attempt,
            lease_ms=lease_ms,
            lease_expires_at_ms=file.lock.expires_at_ms,
            processed_key=processed_key,
            preview_key=preview_key,
        )


class Renew(Value):
    type: Literal["renew"] = "renew"
    token: int


class Complete(Value):
    type: Literal["complete"] = "complete"
    token: int
    preview: Preview
    copied_bytes: int = 0


class Fail(Value):
    type: Literal["fail"] = "fail"
    token: int
    failure: Failure


class UpdateFile(Value):
    type: Literal["update"] = "update"
    caller_id: str
    name: str | None = None
    marked: bool | None = None
    versions: tuple[int, ...] | None = None  # only if the file's is one of these
    hold_id: str | None = None  # what the file was held for: this ends it


class DeleteFile(Value):
    type: Literal["delete"] = "delete"
    caller_id: str
    versions: tuple[int, ...] | None = None
    hold_id: str | None = None


class HoldFor(StrEnum):
    """What the origin is about to do to a file. As said of the file meanwhile."""

    CHANGE = "changed"
    DELETE = "deleted"
    EDIT = "edited again"


class Hold(Value):
    """The origin is about to change the file: no job and no change here may begin meanwhile."""

    type: Literal["hold"] = "hold"
    caller_id: str
    hold_id: str
    verb: HoldFor
    lifetime_ms: int


class Held(Value):
    order_id: str


class Unhold(Value):
    """It is done, or it came to nothing. Repeated, or late: nothing happens."""

    type: Literal["unhold"] = "unhold"
    hold_id: str


class Nudge(Value):
    """From its order: tell me your news again, and hear whether I am paused."""

    type: Literal["nudge"] = "nudge"
    order_pause: OrderPause = OrderPause()


class OperateFile(Value):
    type: Literal["operate"] = "operate"
    action: Action
    job_id: str | None = None  # the one to cancel or redrive


class Inspect(Value):
    """Asks, for an operator, for all that the actor knows."""

    type: Literal["inspect"] = "inspect"


class DeadlineFact(Value):
    kind: str
    due_ms: int
    tries: int


class Inspection(Value):
    file: FileSnapshot
    fencing_token: int
    is_paused: bool
    order_pause: OrderPause
    leftovers: tuple[str, ...]
    jobs: tuple[EditJob, ...]  # with their runs and leases; newest first
    deadlines: tuple[DeadlineFact, ...]
    actions: tuple[AuditRecord, ...]
    origin_refusal: OriginRefusal | None = None


FileMessage = Annotated[
    Register
    | DescribeUpload
    | DescribeFile
    | DescribeHistory
    | DescribeJob
    | Submit
    | Claim
    | Renew
    | Complete
    | Fail
    | UpdateFile
    | DeleteFile
    | Hold
    | Unhold
    | Nudge
    | OperateFile
    | Inspect,
    Field(discriminator="type"),
]
FILE_MESSAGE: Final[TypeAdapter[FileMessage]] = TypeAdapter(FileMessage)


class Dispatch(Value):
    """The body of a message on the queue `edit-jobs`: there is a job to claim."""

    file_id: FileId
    job_id: JobId
