"""Who is in a room: members, each with any number of connections, as the tabs of a browser are.

A member joins with the first connection. Whoever has none left is missing, and has left only when
the time of grace is over: a page that is loaded again, or a line that breaks, is news to nobody.

Each connection has an id of its own, also when the same tab connects again. So what is told late
of an older one, that it was closed, says nothing of the newer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Connection:
    id: str
    user_id: str
    tab: str | None = None  # as its client calls the place it connects from; None: it does not


@dataclass(frozen=True, slots=True)
class Member:
    user_id: str
    stay: int  # the offset of the event that told of its beginning, so the next one's is higher
    since_ms: int
    missing_since_ms: int | None = None  # None: there is a connection


def returned(member: Member) -> Member:
    """There is a connection (again)."""
    return replace(member, missing_since_ms=None)


def parted(member: Member, connections_left: int, now_ms: int) -> Member:
    """A connection is gone. Missing since the first moment in which there was none."""
    if connections_left or member.missing_since_ms is not None:
        return member
    return replace(member, missing_since_ms=now_ms)


@dataclass(frozen=True, slots=True)
class Sweep:
    """In what the connections that are known differ from those that there are."""

    ghosts: tuple[Connection, ...]  # known, and gone without a word: crash, kill, power
    strangers: tuple[Connection, ...]  # there, and not known


def swept(known: Mapping[str, Connection], there: Mapping[str, Connection]) -> Sweep:
    """Both by the connections' ids."""
    return Sweep(
        ghosts=tuple(known[own_id] for own_id in sorted(known.keys() - there.keys())),
        strangers=tuple(there[own_id] for own_id in sorted(there.keys() - known.keys())),
    )
