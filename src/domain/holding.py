"""How a file is held while the origin makes a change of it, and let go again.

Never a new version: watchers have nothing to see.
"""

from domain import file as files
from domain.file import File
from domain.hold import FileHold
from domain.limits import HOLD_MS_MAX, HOLDS_MAX


def held(file: File, hold: FileHold, now_ms: int) -> File:
    """Beside other holds: whether two changes agree with one another, the origin decides."""
    files.check_present(file)
    if file.lock is not None:
        files.check_unlocked(file, hold.verb, now_ms)
    others = tuple(other for other in file.holds if other.id != hold.id)
    if len(others) >= HOLDS_MAX:
        files.check_unlocked(file, hold.verb, now_ms)
    bounded = min(hold.expires_at_ms, now_ms + HOLD_MS_MAX)
    return _with(file, (*others, hold.model_copy(update={"expires_at_ms": bounded})))


def check_may_edit(file: File, now_ms: int) -> None:
    """Before the origin makes a job of its own for it: refused as a submit here would be."""
    files.submitted(file, file.id, now_ms)


def released(file: File, hold_id: str | None) -> File:
    """Without that hold; the same file, if it has none such."""
    return _with(file, tuple(hold for hold in file.holds if hold.id != hold_id))


def expired(file: File, now_ms: int) -> File:
    return _with(file, tuple(hold for hold in file.holds if hold.expires_at_ms > now_ms))


def _with(file: File, holds: tuple[FileHold, ...]) -> File:
    return file if holds == file.holds else file.model_copy(update={"holds": holds})
