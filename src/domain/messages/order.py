"""What an order's actor is told and what it answers."""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from domain.file import FileStatus, OrderPause
from domain.job import JobStatus
from domain.limits import (
    PAGE_FILES_DEFAULT,
    PAGE_JOBS_DEFAULT,
    RESERVATION_LIFETIME_MS,
)
from domain.messages.event_page import ListEvents
from domain.messages.reply import Action
from domain.snapshot import FileSnapshot, JobSummary, Outcome
from domain.values import Value


class OriginCopy(Value):
    """How well the order is known by the origin's word. Told while there is an origin."""

    is_fresh: bool
    as_of: tuple[int, int] = (0, 0)  # of now: who asks the origin from now on, says so with it
    etag: str | None = None
    was_checked: bool = False
    is_native: bool = False  # begun here, so the origin need not have heard of it


class Reserve(Value):
    """Wants a name for a file. The first one of all makes the order and its owner."""

    type: Literal["reserve"] = "reserve"
    caller_id: str
    order_id: str
    name: str
    file_id: str
    is_upload: bool = True  # False: a file that is already in the order wants another name
    lifetime_ms: int = RESERVATION_LIFETIME_MS  # of an upload's reservation


class Reserved(Value):
    file_id: str  # the one that already held the reservation, if the caller asks again
    name: str | None = None  # as it was spelled then; None from an older version: as asked
    is_repeat: bool = False  # of an announcement that still holds
    announced_ms: int | None = None  # the first time; None: it is not known, or no upload


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


class Nudged(Value):
    """Which files have heard. The others are nudged again."""

    file_ids: tuple[str, ...]


class Applied(Value):
    """So every file hears from its order whether it is paused, one uploaded meanwhile too."""

    pause: OrderPause = OrderPause()


class ListFiles(Value):
    type: Literal["list_files"] = "list_files"
    caller_id: str
    limit: int = PAGE_FILES_DEFAULT
    after: int = 0  # the position of the last file seen


class FilePage(Value):
    files: tuple[FileSnapshot, ...]
    next_after: int | None
    version: int
    epoch: str = ""
    origin: OriginCopy | None = None


class ListJobs(Value):
    """The order's jobs, newest first."""

    type: Literal["list_jobs"] = "list_jobs"
    caller_id: str
    status: JobStatus | None = None
    limit: int = PAGE_JOBS_DEFAULT
    before: tuple[int, str] | None = None  # created_at_ms and id of the last job seen


class JobPage(Value):
    jobs: tuple[JobSummary, ...]
    has_more: bool
    origin: OriginCopy | None = None


class DescribeOrder(Value):
    type: Literal["describe_order"] = "describe_order"
    caller_id: str


class AwaitOrder(Value):
    """The same, once it is no longer what the caller knows, or `wait_ms` have gone by."""

    type: Literal["await_order"] = "await_order"
    caller_id: str
    since: str  # a cursor
    wait_ms: int


class OrderStatus(Value):
    order_id: str
    total: int
    counts: dict[FileStatus, int]
    revision_required: int = 0  # of the queued ones: they wait for the customer
    is_paused: bool = False
    version: int
    epoch: str = ""
    origin: OriginCopy | None = None


class ListMarked(Value):
    type: Literal["list_marked"] = "list_marked"
    caller_id: str


class MarkedFiles(Value):
    file_ids: tuple[str, ...]
    origin: OriginCopy | None = None


class ListNames(Value):
    """Of all files, which is little data."""

    type: Literal["list_names"] = "list_names"
    caller_id: str


class NamedFiles(Value):
    files: tuple[tuple[str, str], ...]  # ids and names, in the order they were uploaded
    version: int
    epoch: str = ""
    origin: OriginCopy | None = None


class ListActive(Value):
    """The files on which a job of ours waits or works."""

    type: Literal["list_active"] = "list_active"
    caller_id: str


class ActiveFile(Value):
    file_id: str
    marked: bool


class ActiveFiles(Value):
    files: tuple[ActiveFile, ...]


class Hydrate(Value):
    """What the origin said of the order's files, all of them, to whom it says so: its owner."""

    type: Literal["hydrate"] = "hydrate"
    caller_id: str
    order_id: str
    as_of: tuple[int, int]  # when it was asked: as told with `OriginCopy`
    etag: str | None = None
    files: tuple[FileSnapshot, ...] = ()


class Revalidated(Value):
    """The origin said that what it said under that tag is still so."""

    type: Literal["revalidated"] = "revalidated"
    caller_id: str
    as_of: tuple[int, int]
    etag: str


class Invalidate(Value):
    """Something has changed at the origin."""

    type: Literal["invalidate"] = "invalidate"


class BeginRequest(Value):
    """A request with an Idempotency-Key begins: has it been made before?"""

    type: Literal["begin_request"] = "begin_request"
    caller_id: str
    key: str
    fingerprint: str  # of everything that makes it the same request


class BegunRequest(Value):
    answer: str | None = None  # of the first time; None: it is to be found now
    began_ms: int = 0  # the first time; the same for whoever goes on with a request that broke off


class FinishRequest(Value):
    type: Literal["finish_request"] = "finish_request"
    caller_id: str
    key: str
    answer: str | None  # None: it broke off; who repeats it goes on with it


class OperateOrder(Value):
    type: Literal["operate"] = "operate"
    action: Action


OrderMessage = Annotated[
    Reserve
    | Release
    | Apply
    | ListFiles
    | ListJobs
    | DescribeOrder
    | AwaitOrder
    | ListMarked
    | ListNames
    | ListActive
    | Hydrate
    | Revalidated
    | Invalidate
    | ListEvents
    | BeginRequest
    | FinishRequest
    | OperateOrder,
    Field(discriminator="type"),
]
ORDER_MESSAGE: Final[TypeAdapter[OrderMessage]] = TypeAdapter(OrderMessage)
