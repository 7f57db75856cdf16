"""What the origin answers, read into our own values. It may add fields; those we need it must have.

A shape that we cannot read is an outage of the origin: logged here, and told to no client.
"""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from domain.errors import Code, OriginOutage, Refusal
from domain.failure import Failure
from domain.file import FileStatus, Preview
from domain.ids import FileId, JobId, NotificationId, OrderId
from domain.job import JobStatus, Result
from domain.limits import CURSOR_MAX, KEY_CHARACTERS_MAX, ORIGIN_NAME_CHARACTERS_MAX
from domain.messages.inbox import Notification
from domain.snapshot import FileSnapshot, JobSummary, OutcomeKind
from domain.values import Value
from log import log
from storage.web import WebAnswer

Size = Annotated[int, Field(ge=0, lt=2**53, strict=True)]
Version = Annotated[int, Field(ge=1, lt=CURSOR_MAX, strict=True)]
Text = Annotated[str, StringConstraints(max_length=ORIGIN_NAME_CHARACTERS_MAX)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=ORIGIN_NAME_CHARACTERS_MAX)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=KEY_CHARACTERS_MAX)]


EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(at: AwareDatetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


class OriginJob(Value):
    id: JobId
    file_id: FileId
    order_id: OrderId
    user_id: Text
    status: JobStatus
    attempt: Size
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    error: Failure | None
    preview_maker: Text | None = None
    copied_bytes: Size | None = None

    @property
    def summary(self) -> JobSummary:
        result = None
        if self.preview_maker is not None:
            copied_bytes = self.copied_bytes or 0
            result = Result(preview_maker=self.preview_maker, copied_bytes=copied_bytes)
        return JobSummary(
            id=self.id,
            file_id=self.file_id,
            order_id=self.order_id,
            user_id=self.user_id,
            status=self.status,
            attempt=self.attempt,
            created_at_ms=milliseconds(self.created_at),
            started_at_ms=milliseconds(self.started_at) if self.started_at else None,
            finished_at_ms=milliseconds(self.finished_at) if self.finished_at else None,
            error=self.error,
            result=result,
        )


class OriginFinalized(Value):
    """What it answers to a finalize, as far as it is news."""

    order_id: OrderId


class OriginPreview(Value):
    """Where it lies, only its own URL says."""

    width: Size
    height: Size
    size_bytes: Size
    content_type: Text
    maker: Text

    def at(self, object_key: str) -> Preview:
        return Preview.model_validate(self.model_dump() | {"object_key": object_key})


class OriginPreviewUrl(OriginPreview):
    url: str
    expires_at: AwareDatetime


class OriginFile(Value):
    id: FileId
    order_id: OrderId
    name: Name
    object_key: Key
    size_bytes: Size
    content_type: Text
    status: FileStatus
    marked: bool
    locked: bool
    paused: bool = False
    revision_required: bool = False
    version: Version
    job: OriginJob | None
    preview: OriginPreview | None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    archived_at: AwareDatetime | None = None

    def snapshot(self, owner_id: str) -> FileSnapshot:
        return FileSnapshot(
            file_id=self.id,
            order_id=self.order_id,
            owner_id=owner_id,
            name=self.name,
            object_key=self.object_key,
            size_bytes=self.size_bytes,
            content_type=self.content_type,
            status=self.status,
            marked=self.marked,
            locked=self.locked,
            is_paused=self.paused,
            waits_for_revision=self.revision_required,
            version=self.version,
            job=self.job.summary if self.job else None,
            preview=self.preview.at("") if self.preview else None,
            created_at_ms=milliseconds(self.created_at),
            updated_at_ms=milliseconds(self.updated_at),
            archived_at_ms=milliseconds(self.archived_at) if self.archived_at else None,
        )


class OriginFileHistory(OriginFile):
    jobs: tuple[OriginJob, ...] = ()


class OriginPage(Value):
    order_id: OrderId
    files: tuple[OriginFile, ...]
    next_cursor: str | None


class OriginJobs(Value):
    jobs: tuple[OriginJob, ...]
    next_cursor: str | None


class OriginNotification(Value):
    id: NotificationId
    kind: OutcomeKind
    order_id: OrderId
    file_id: FileId
    job_id: JobId
    file_name: Text
    detail: Text | None = None
    created_at: AwareDatetime
    read_at: AwareDatetime | None = None

    @property
    def notification(self) -> Notification:
        return Notification(
            id=self.id,
            kind=self.kind,
            order_id=self.order_id,
            file_id=self.file_id,
            job_id=self.job_id,
            file_name=self.file_name,
            detail=self.detail,
            created_at_ms=milliseconds(self.created_at),
            read_at_ms=milliseconds(self.read_at) if self.read_at else None,
        )


class OriginNotifications(Value):
    notifications: tuple[OriginNotification, ...]
    next_cursor: str | None
    unread: Size


class OriginFault(Value):
    code: str = ""


class OriginError(Value):
    error: OriginFault = OriginFault()


Shape = TypeVar("Shape", bound=Value)


def read(answer: WebAnswer, shape: type[Shape]) -> Shape:
    try:
        return shape.model_validate_json(answer.text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        log(
            "origin.unreadable",
            level="error",
            shape=shape.__name__,
            at=where,
            reason=first["msg"],
        )
        raise OriginOutage(f"the origin's {shape.__name__} cannot be read") from None


REFUSED: Final[dict[int, tuple[Code, str]]] = {
    HTTPStatus.UNAUTHORIZED: (Code.UNAUTHENTICATED, "sign in first"),
    HTTPStatus.FORBIDDEN: (Code.FORBIDDEN, "this belongs to another user"),
}


def refusal_of(answer: WebAnswer, unknown: Code) -> Refusal | OriginOutage:
    """Why there is no answer: as the origin says, or that it is out of order."""
    if answer.status == HTTPStatus.UNAUTHORIZED and said_code(answer) == "token_expired":
        return Refusal(Code.TOKEN_EXPIRED, "sign in again: the session has expired")
    if answer.status in REFUSED:
        return Refusal(*REFUSED[answer.status])
    if answer.status == HTTPStatus.NOT_FOUND:
        return Refusal(unknown, f"there is no such {unknown.removesuffix('_not_found')}")
    return OriginOutage(f"the origin answered {answer.status}")


def said_code(answer: WebAnswer) -> str:
    """Empty, if these are not the origin's own words: some server in front of it speaks."""
    try:
        return OriginError.model_validate_json(answer.text).error.code
    except ValidationError:
        return ""
