"""What travels over the public API, typed as docs/api.md describes it."""

from typing import Literal, NotRequired, TypedDict

Headers = dict[str, str]
Status = Literal["queued", "in_progress", "done", "failed"]


class Error(TypedDict):
    code: str
    detail: str


class Job(TypedDict):
    id: str
    file_id: str
    order_id: str
    user_id: str
    status: Status
    attempt: int
    created_at: str
    started_at: str | None
    finished_at: str | None
    error: Error | None
    preview_maker: str | None
    copied_bytes: int | None


class JobPage(TypedDict):
    jobs: list[Job]
    next_cursor: str | None


class Picture(TypedDict):
    width: int
    height: int
    size_bytes: int
    content_type: str


class Preview(Picture):
    maker: str


class File(TypedDict):
    id: str
    order_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    status: Status
    marked: bool
    locked: bool
    paused: bool
    revision_required: bool
    version: int
    job: Job | None
    preview: Preview | None
    preview_url: str | None
    created_at: str
    updated_at: str
    archived_at: str | None


class FileHistory(File):
    jobs: list[Job]


class FilePage(TypedDict):
    order_id: str
    files: list[File]
    next_cursor: str | None
    version: int


class OrderStatus(TypedDict):
    order_id: str
    total: int
    counts: dict[Status, int]
    revision_required: int
    paused: bool
    version: int
    cursor: str


class Upload(TypedDict):
    method: Literal["PUT"]
    url: str
    headers: Headers
    expires_at: str


class Intent(TypedDict):
    intent_id: str
    file_id: str
    order_id: str
    object_key: str
    upload: Upload


class Finalized(TypedDict):
    file_id: str
    order_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    etag: str
    created_at: str


class Created(TypedDict):
    file_id: str
    job_id: str


class Skipped(TypedDict):
    file_id: str
    reason: str
    detail: str


class Submitted(TypedDict):
    order_id: str
    created: list[Created]
    skipped: list[Skipped]


class PreviewLink(Picture):
    url: str
    expires_at: str


class Notification(TypedDict):
    id: str
    kind: Literal["edit_done", "revision_required", "edit_failed", "edit_cancelled"]
    order_id: str
    file_id: str
    job_id: str
    file_name: str
    detail: str | None
    created_at: str
    read_at: str | None


class NotificationPage(TypedDict):
    notifications: list[Notification]
    next_cursor: str | None
    unread: int


class Hello(TypedDict):
    type: Literal["hello"]
    cursor: str
    status: OrderStatus
    files: list[File]


class Change(TypedDict):
    file: File
    status: OrderStatus


class FileEvent(TypedDict):
    specversion: str
    id: str
    source: str
    type: Literal["darkroom.file.changed", "darkroom.file.deleted"]
    subject: str
    time: str
    datacontenttype: str
    cursor: str
    data: Change


Frame = Hello | FileEvent


class Problem(TypedDict):
    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    file_id: NotRequired[str]
    job_id: NotRequired[str]
    attempt: NotRequired[int]
    locked_since: NotRequired[str]
    locked_until: NotRequired[str]
    live_url: NotRequired[str]
