"""When a file's actor has to wake: which deadlines a change of its file sets or clears."""

from enum import StrEnum
from typing import Final

from domain.file import File
from domain.job import JobStatus
from domain.limits import ORIGIN_AFTER_MS, ORIGIN_RETRY_MAX_MS
from domain.retention import may_archive
from domain.settings import Settings


class Deadline(StrEnum):
    DISPATCH = "dispatch"  # the job is to be put on the queue (again)
    LEASE = "lease"  # the worker's time is up
    PURGE = "purge"  # a deleted file's bytes are to be removed
    SWEEP = "sweep"  # objects that nobody refers to any more are to be removed
    ARCHIVE = "archive"  # a finished file is to be archived
    TELL = "tell"  # the order is to hear of the newest version
    AUDIT = "audit"  # what operators did is to be recorded
    HOLD = "hold"  # the first of the file's holds ends
    ORIGIN = "register"  # the origin is to hear of the file; older versions know it by that name


RETRIES_MAX_MS: Final[dict[str, int]] = {Deadline.ORIGIN: ORIGIN_RETRY_MAX_MS}


def changes(
    before: File | None, after: File, settings: Settings, now_ms: int
) -> dict[Deadline, int | None]:
    """The deadlines to set, in milliseconds since the epoch, and (None) to clear."""
    changed: dict[Deadline, int | None] = {}
    if before is None or after.version != before.version:
        changed[Deadline.TELL] = now_ms
    if after.lock != (before.lock if before else None):
        changed[Deadline.LEASE] = after.lock.expires_at_ms if after.lock else None
    if _waits_since(after) != (_waits_since(before) if before else None):
        waits_since = _waits_since(after)
        changed[Deadline.DISPATCH] = None if waits_since is None else max(now_ms, waits_since[1])
    if after.deleted_at_ms is not None and (before is None or before.deleted_at_ms is None):
        changed[Deadline.PURGE] = now_ms
    if after.leftovers != (before.leftovers if before else ()):
        is_clean = not after.leftovers
        changed[Deadline.SWEEP] = None if is_clean else now_ms + settings.sweep_after_ms
    if after.holds != (before.holds if before else ()):
        changed[Deadline.HOLD] = min((hold.expires_at_ms for hold in after.holds), default=None)
    if settings.tells_origin and before is not None and _told(after) != _told(before):
        changed[Deadline.ORIGIN] = now_ms + ORIGIN_AFTER_MS
    archive_ms = _archive_at_ms(after, settings)
    if archive_ms != (_archive_at_ms(before, settings) if before else None):
        changed[Deadline.ARCHIVE] = archive_ms
    return changed


def _waits_since(file: File) -> tuple[str, int] | None:
    """Which job waits to be claimed, and from when on."""
    job = file.job
    if job is None or job.status is not JobStatus.QUEUED or file.holds_jobs_back or file.holds:
        return None
    return (job.id, job.not_before_ms)


def _told(file: File) -> tuple[str, bool, bool]:
    """What the origin hears of a file that can change."""
    return (file.name, file.marked, file.deleted_at_ms is not None)


def _archive_at_ms(file: File, settings: Settings) -> int | None:
    if file.edited_at_ms is None or not may_archive(file):
        return None
    return file.edited_at_ms + settings.archive_after_ms
