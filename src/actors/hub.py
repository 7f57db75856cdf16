"""The one hub: an actor's event log, from which whoever watches is told, and goes on after a gap.

Everything that is published has a place in one order. It is kept in the stretch that changes what
it tells of, and told once that stretch is kept. Who was not there asks for what came after the
last event they saw; where that is no longer known, they start from a whole snapshot.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from domain.cursor import Cursor
from domain.limits import (
    HUB_AGE_MS_MAX,
    HUB_BYTES_MAX,
    HUB_COALESCE_FROM,
    HUB_EVENTS_MAX,
    HUB_TRIM_EVERY,
)
from domain.values import Value
from storage.hub_repository import HubRepository, Published, Span
from storage.sql import Sql

T = TypeVar("T")

ALL: Final = 10**9  # more events than are ever kept


@dataclass(frozen=True, slots=True)
class HubLimits:
    """How much is kept: at least so much, and until it is trimmed a little more."""

    events_max: int = HUB_EVENTS_MAX
    bytes_max: int = HUB_BYTES_MAX
    age_ms_max: int = HUB_AGE_MS_MAX
    coalesce_from: int = HUB_COALESCE_FROM  # events owed to one reader
    trim_every: int = HUB_TRIM_EVERY  # events


@dataclass(frozen=True, slots=True)
class Resumption:
    """What a reader gets who was somewhere else, or nowhere, before.

    Recovered: the events after `cursor`, which is the reader's own. Else `cursor` is the newest
    place there is, and the caller adds a snapshot from the same stretch; None: nothing ever was.
    """

    recovered: bool
    cursor: Cursor | None
    events: tuple[Published, ...] = ()
    is_coalesced: bool = False  # events that newer ones of their key replace were left out

    @property
    def reached(self) -> Cursor | None:
        """Where the reader is, once they have read it all."""
        return self.events[-1].cursor if self.events else self.cursor


class Hub:
    """Composed by an actor's core. Never awaits; in memory is only what is yet to be told."""

    def __init__(self, sql: Sql, limits: HubLimits = HubLimits()) -> None:
        self._sql = sql
        self._repository = HubRepository(sql)
        self._limits = limits
        self._untold: list[Published] = []

    def transaction(self, body: Callable[[], T]) -> T:
        """As that of the SQL; what was published in a stretch that is undone never was."""
        told_before, is_kept = len(self._untold), False
        try:
            done = self._sql.transaction(body)
            is_kept = True
        finally:
            if not is_kept:
                del self._untold[told_before:]
        return done

    # --- Writing --------------------------------------------------------------------------------

    def go_on_from(self, at: Cursor) -> None:
        """The next event follows that place. If something else was known, it is forgotten:

        another version of us may have gone on without keeping events.
        """
        span = self._repository.span()
        if span is None or span.head != at:
            self._repository.begin(at)

    def append(
        self, kind: str, key: str, event_of: Callable[[str], Value], now_ms: int
    ) -> Published:
        """Publish what `event_of` makes of its cursor; its text is made here, and only here."""
        span = self._begun()
        cursor = span.head.moved_to(span.head.offset + 1)
        event = Published(cursor, now_ms, kind, key, event_of(str(cursor)).model_dump_json())
        self._repository.add(event)
        self._untold.append(event)
        if cursor.offset % self._limits.trim_every == 0:
            self._trim(cursor, now_ms)
        return event

    def take(self) -> list[Published]:
        """What was published since last asked. To be sent only once the change itself is kept."""
        untold, self._untold = self._untold, []
        return untold

    # --- Reading --------------------------------------------------------------------------------

    def head(self) -> Cursor | None:
        """Of the newest event. None: the log has not begun."""
        span = self._repository.span()
        return span.head if span else None

    def since(
        self, cursor: Cursor | None, limit: int = ALL, coalesce_from: int | None = None
    ) -> Resumption:
        """What came after the cursor; at most `limit` events, so that one may go on from there.

        Without a cursor, or with one that leads out of what is kept: where the log is now.
        """
        if coalesce_from is None:
            coalesce_from = self._limits.coalesce_from
        span = self._repository.span()
        if span is None or cursor is None or not span.reaches(cursor):
            return Resumption(recovered=False, cursor=span.head if span else None)
        owed = span.head.offset - cursor.offset
        if owed > coalesce_from:
            events = self._repository.newest_after(cursor, limit)
        else:
            events = self._repository.after(cursor, limit) if owed else ()
        span_told = events[-1].cursor.offset - cursor.offset if events else 0
        return Resumption(
            recovered=True, cursor=cursor, events=events, is_coalesced=len(events) < span_told
        )

    def page(self, after: int, limit: int) -> tuple[Published, ...]:
        """The kept events after that offset, every one of them, for who replays or passes on."""
        span = self._repository.span()
        return self._repository.after(span.head.moved_to(after), limit) if span else ()

    # --- Keeping --------------------------------------------------------------------------------

    def _begun(self) -> Span:
        span = self._repository.span()
        assert span is not None, "the log goes on from somewhere before anything is published"
        return span

    def _trim(self, head: Cursor, now_ms: int) -> None:
        """Now and then, for a row that is deleted is billed as one that is written."""
        up_to = max(
            head.offset - self._limits.events_max,
            self._repository.last_beyond_bytes(self._limits.bytes_max),
            self._repository.last_beyond_age(now_ms - self._limits.age_ms_max),
        )
        self._repository.forget(min(up_to, head.offset - 1))
