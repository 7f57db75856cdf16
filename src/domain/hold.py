"""A hold on a file: while the origin makes a change of it, nobody here may begin another.

The lock is a job's and is ours alone; what the origin does it does not know. A hold has an end, so
that an edge which dies between the two halves of a change blocks nobody for long.
"""

from collections.abc import Iterable

from domain.errors import Code, Facts, Refusal
from domain.limits import LOCK_RETRY_AFTER_MAX_MS
from domain.values import Stored


class FileHold(Stored):
    id: str
    verb: str  # what is being done to the file: "renamed"
    since_ms: int
    expires_at_ms: int


def last_of(holds: Iterable[FileHold]) -> FileHold | None:
    """The one that ends last."""
    return max(holds, key=lambda hold: hold.expires_at_ms, default=None)


def check_none(holds: Iterable[FileHold], name: str, verb: str, facts: Facts, now_ms: int) -> None:
    last = last_of(holds)
    if last is None:
        return
    remaining_ms = max(last.expires_at_ms - now_ms, 0)
    raise Refusal(
        Code.FILE_LOCKED,
        f"{name} cannot be {verb} now: it is being {last.verb}",
        {
            **facts,
            "locked_since_ms": last.since_ms,
            "locked_until_ms": last.expires_at_ms,
            "retry_after_ms": min(remaining_ms, LOCK_RETRY_AFTER_MAX_MS),
        },
    )
