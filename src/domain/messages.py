"""What actors are told and what they answer: one model each, JSON, times in milliseconds.

A field added later has a default, and is sent only once every live version can read it.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from domain.errors import Code, Facts
from domain.failure import Failure
from domain.file import FileStatus, Preview, Upload
from domain.ids import FileId, JobId
from domain.limits import PAGE_FILES_DEFAULT, PAGE_NOTIFICATIONS_DEFAULT
from domain.snapshot import FileSnapshot, Outcome, OutcomeKind
from domain.values import Stored, Value


class Done(Value):
    """The reply that has nothing to say but that it happened."""


# --- To a file ----------------------------------------------------------------------------------


class Register(Value):
    """An upload was finalized. Repeated: the first answer again."""

    type: Literal["register"] = "register"
    upload: Upload


class Registered(Value):
    upload: Upload
    created_at_ms: int


class DescribeUpload(Value):
    """Asks for the first answer again, where the bytes are no longer as they were."""

    type: Literal["describe_upload"] = "describe_upload"
    caller_id: str


class DescribeFile(Value):
    type: Literal["describe"] = "describe"
    caller_id: str


class Submit(Value):
    """Wants one job under an id of the caller's choice. Repeated: the same job again."""

    type: Literal["submit"] = "submit"
    caller_id: str
    order_id: str
    job_id: str


class Submitted(Value):
    job_id: str


class Claim(Value):
    type: Literal["claim"] = "claim"
    job_id: str
    worker_id: str


class Grant(Value):
    """What a worker needs for one attempt. Goes to nobody else, for the token is in it."""

    upload: Upload
    token: int
    attempt: int
    lease_expires_at_ms: int
    processed_key: str
    preview_key: str
    superseded_keys: tuple[str, ...] = ()  # of the edit that this one replaces, once it is done


class Renew(Value):
    type: Literal["renew"] = "renew"
    token: int


class Complete(Value):
    type: Literal["complete"] = "complete"
    token: int
    processed_key: str
    preview: Preview


class Fail(Value):
    type: Literal["fail"] = "fail"
    token: int
    failure: Failure


class UpdateFile(Value):
    type: Literal["update"] = "update"
    caller_id: str
    name: str | None = None
    marked: bool | None = None


class DeleteFile(Value):
    type: Literal["delete"] = "delete"
    caller_id: str


FileMessage = Annotated[
    Register
    | DescribeUpload
    | DescribeFile
    | Submit
    | Claim
    | Renew
    | Complete
    | Fail
    | UpdateFile
    | DeleteFile,
    Field(discriminator="type"),
]
FILE_MESSAGE: Final[TypeAdapter[FileMessage]] = TypeAdapter(FileMessage)


# --- To an order --------------------------------------------------------------------------------


class Reserve(Value):
    """Wants a name for a file. The first one of all makes the order and its owner."""

    type: Literal["reserve"] = "reserve"
    caller_id: str
    order_id: str
    name: str
    file_id: str
    is_upload: bool = True  # False: a file that is already in the order wants another name


class Reserved(Value):
    file_id: str  # the one that already held the reservation, if the caller asks again


class Release(Value):
    """Gives a reserved name back, because the rename it was for was refused."""

    type: Literal["release"] = "release"
    file_id: str
    name: str


class Apply(Value):
    """A file's news. Older than what is known: acknowledged and passed over."""

    type: Literal["apply"] = "apply"
    snapshot: FileSnapshot
    outcomes: tuple[Outcome, ...] = ()


class ListFiles(Value):
    type: Literal["list_files"] = "list_files"
    caller_id: str
    limit: int = PAGE_FILES_DEFAULT
    after: int = 0  # the position of the last file seen


class FilePage(Value):
    files: tuple[FileSnapshot, ...]
    next_after: int | None
    version: int


class DescribeOrder(Value):
    type: Literal["describe_order"] = "describe_order"
    caller_id: str


class OrderStatus(Value):
    order_id: str
    total: int
    counts: dict[FileStatus, int]
    version: int


class ListMarked(Value):
    type: Literal["list_marked"] = "list_marked"
    caller_id: str


class MarkedFiles(Value):
    file_ids: tuple[str, ...]


OrderMessage = Annotated[
    Reserve | Release | Apply | ListFiles | DescribeOrder | ListMarked,
    Field(discriminator="type"),
]
ORDER_MESSAGE: Final[TypeAdapter[OrderMessage]] = TypeAdapter(OrderMessage)


# --- To an inbox --------------------------------------------------------------------------------


class Notification(Stored):
    id: str
    kind: OutcomeKind
    order_id: str
    file_id: str
    job_id: str
    file_name: str
    detail: str | None = None
    created_at_ms: int
    read_at_ms: int | None = None


class Deliver(Value):
    """Notifications for one user. One that is known already is not delivered again."""

    type: Literal["deliver"] = "deliver"
    notifications: tuple[Notification, ...]


class ListNotifications(Value):
    type: Literal["list_notifications"] = "list_notifications"
    limit: int = PAGE_NOTIFICATIONS_DEFAULT
    before: int | None = None  # the position of the last one seen


class NotificationPage(Value):
    notifications: tuple[Notification, ...]
    next_before: int | None
    unread: int


class MarkRead(Value):
    type: Literal["mark_read"] = "mark_read"
    notification_id: str


InboxMessage = Annotated[Deliver | ListNotifications | MarkRead, Field(discriminator="type")]
INBOX_MESSAGE: Final[TypeAdapter[InboxMessage]] = TypeAdapter(InboxMessage)


# --- On the queue -------------------------------------------------------------------------------


class Dispatch(Value):
    """The body of a message on the queue `edit-jobs`: there is a job to claim."""

    file_id: FileId
    job_id: JobId


# --- Around every reply -------------------------------------------------------------------------


class RefusalData(Value):
    """A refusal as data, since an exception loses its type over RPC."""

    code: Code
    detail: str
    facts: Facts = Field(default_factory=dict)
