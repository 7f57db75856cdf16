"""Files that only the origin knows: looked at there, and made ours with the first change here."""

from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from domain.adoption import ENDED, Adoption
from domain.errors import Code, OriginOutage, Outage, Refusal
from domain.file import Preview, Upload
from domain.limits import JOB_HISTORY_MAX, LOCK_RETRY_AFTER_MAX_MS
from domain.messages.file import Register
from domain.snapshot import JobSummary
from edge.origin import is_migrating, origin_file, origin_preview
from edge.origin_shapes import OriginFile, OriginFileHistory, milliseconds
from edge.services import Call
from log import log

T = TypeVar("T")
MEDIA = "/media/"


async def here_or_there(
    call: Call, here: Callable[[], Awaitable[T]], there: Callable[[], Awaitable[T]]
) -> T:
    """From the file's actor; of a file it does not know, what `there` makes of the origin's word.

    So whoever only looks changes nothing.
    """
    try:
        return await here()
    except Refusal as refusal:
        if refusal.code is not Code.FILE_NOT_FOUND or not is_migrating(call):
            raise
    return await there()


async def adopting(
    call: Call,
    file_id: str,
    ask: Callable[[], Awaitable[T]],
    room: Iterator[int] | None = None,
) -> T:
    """What the file's actor answers, that hears of the file first if only the origin knows it.

    While there is `room` for one more, of those that one request adopts.
    """

    async def after_adoption() -> T:
        if room is not None and next(room, None) is None:
            raise Outage("one request can adopt no more files")
        await adopt(call, file_id)
        return await ask()

    return await here_or_there(call, ask, after_adoption)


async def adopt(call: Call, file_id: str) -> None:
    """Once; who comes second finds it adopted. While the origin edits the file, it is the origin's.

    Ours for good from here on: the origin's word on it counts no more (`actors/order_origin.py`).
    """
    file = await origin_file(call, file_id)
    if file.id != file_id:
        raise OriginOutage("the origin told of another file")
    _check_idle(file)
    message = Register(
        upload=await _upload(call, file),
        adoption=Adoption(
            marked=file.marked,
            version=file.version,
            job=file.job.summary if file.job else None,
            past_jobs=_past_jobs(file),
            preview=await _preview(call, file),
            created_at_ms=milliseconds(file.created_at),
            updated_at_ms=milliseconds(file.updated_at),
        ),
    )
    await call.services.files.register(message)
    log("file.adopted", request_id=call.request.id, file_id=file_id, order_id=file.order_id)


def _check_idle(file: OriginFile) -> None:
    job = file.job
    if job is None or job.status in ENDED:
        return
    facts: dict[str, str | int] = {"file_id": file.id, "job_id": job.id}
    if not file.locked:
        raise Refusal(Code.JOB_ACTIVE, f"{job.id} is {job.status}", facts)
    since_ms = milliseconds(job.started_at or job.created_at)
    facts |= {
        "attempt": job.attempt,
        "locked_since_ms": since_ms,
        "live_url": f"/api/orders/{file.order_id}/live",
        "retry_after_ms": LOCK_RETRY_AFTER_MAX_MS,
    }
    raise Refusal(Code.FILE_LOCKED, f"{file.name} is being edited: {job.id}", facts)


def _past_jobs(file: OriginFileHistory) -> tuple[JobSummary, ...]:
    """Those before the newest one, newest first."""
    newest_id = None if file.job is None else file.job.id
    ended = (job for job in file.jobs if job.id != newest_id and job.status in ENDED)
    return tuple(job.summary for job in ended)[:JOB_HISTORY_MAX]


async def _upload(call: Call, file: OriginFile) -> Upload:
    """With the tag of the bytes as they are; none are there: then an edit will say so."""
    if not file.object_key.startswith(f"user/{call.caller_id}/orders/{file.order_id}/"):
        raise OriginOutage("the origin keeps the photo where it is not its owner's")
    found = await call.services.objects.head(file.object_key)
    return Upload(
        file_id=file.id,
        order_id=file.order_id,
        owner_id=call.caller_id,
        name=file.name,
        object_key=file.object_key,
        size_bytes=file.size_bytes,
        content_type=file.content_type,
        etag=found.etag if found else "",
    )


async def _preview(call: Call, file: OriginFile) -> Preview | None:
    """Only its URL says where it lies, in the bucket that both sides share."""
    if file.preview is None:
        return None
    try:
        told = await origin_preview(call, file.id)
    except Refusal:
        return None
    path = unquote(urlsplit(told.url).path)
    key = path.removeprefix(MEDIA)
    if key == path or not key.startswith(f"user/{call.caller_id}/"):
        return None
    return file.preview.at(key)
