"""The audit of an order's or a room's events, read back from the bucket: by offset or by time."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from domain.event_batch import OFFSET_DIGITS, EventBatch, SourceKind, segments_under
from domain.limits import EVENT_SEGMENTS_PER_PAGE_MAX
from domain.webhook import Event
from storage.objects import Listed, Objects

SEGMENT: Final = re.compile(r"([0-9A-Za-z]{1,32})/([0-9]{15})-([0-9]{15})\.jsonl")
LISTED_AT_ONCE: Final = 1_000  # R2's most


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a span: an offset, or a time. Neither: it is open."""

    offset: int | None = None
    at_ms: int | None = None

    @classmethod
    def parsed(cls, text: str) -> Self | None:
        """None: it is neither."""
        if text.isascii() and text.isdigit() and len(text) <= OFFSET_DIGITS:
            return cls(offset=int(text))
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        return cls(at_ms=round(aware.timestamp() * 1000))


@dataclass(frozen=True, slots=True)
class Span:
    """Both ends belong to it."""

    first: Bound = Bound()
    last: Bound = Bound()

    def may_hold(self, segment: "Segment") -> bool:
        """Without reading it. A segment is stored after everything in it has happened."""
        begins, ends = self.first, self.last
        return not (
            (begins.offset is not None and segment.last < begins.offset)
            or (ends.offset is not None and segment.first > ends.offset)
            or (begins.at_ms is not None and segment.stored_at_ms < begins.at_ms)
        )

    def holds(self, offset: int, text: str) -> bool:
        begins, ends = self.first, self.last
        if (begins.offset or 0) > offset or (ends.offset is not None and offset > ends.offset):
            return False
        if begins.at_ms is None and ends.at_ms is None:
            return True
        at_ms = Event.model_validate_json(text).at_ms
        return (begins.at_ms or 0) <= at_ms and (ends.at_ms is None or at_ms <= ends.at_ms)


@dataclass(frozen=True, slots=True)
class Segment:
    name: str  # below the order's root, and so a place to go on from
    epoch: str
    first: int
    last: int
    stored_at_ms: int

    @classmethod
    def of(cls, listed: Listed, root: str) -> Self | None:
        """None: it is no segment."""
        name = listed.key.removeprefix(root)
        found = SEGMENT.fullmatch(name)
        if found is None:
            return None
        return cls(name, found[1], int(found[2]), int(found[3]), listed.stored_at_ms)


@dataclass(frozen=True, slots=True)
class EventLogPage:
    events: tuple[str, ...]
    next_after: str | None  # the name of the last segment that was looked at


def is_place(text: str) -> bool:
    return SEGMENT.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class EventLog:
    objects: Objects
    kind: SourceKind
    source_id: str

    async def page(self, span: Span, after: str, limit: int) -> EventLogPage:
        """Whole segments, until there are `limit` events or more, or enough was read for once."""
        events: list[str] = []
        read, reached = 0, ("", 0)
        async for segment in self._listed(after):
            after = segment.name
            if span.may_hold(segment):
                texts = await self._read(segment)
                told_up_to = reached[1] if reached[0] == segment.epoch else 0
                events += [
                    text
                    for offset, text in enumerate(texts, start=segment.first)
                    if offset > told_up_to and span.holds(offset, text)
                ]
                read, reached = read + 1, (segment.epoch, max(segment.last, told_up_to))
            if len(events) >= limit or read >= EVENT_SEGMENTS_PER_PAGE_MAX:
                return EventLogPage(tuple(events), after)
        return EventLogPage(tuple(events), None)

    async def _listed(self, after: str) -> AsyncIterator[Segment]:
        while True:
            found = await self.objects.list_under(
                self._root, self._root + after if after else "", LISTED_AT_ONCE
            )
            for listed in found:
                segment = Segment.of(listed, self._root)
                if segment is not None:
                    yield segment
            if len(found) < LISTED_AT_ONCE:
                return
            after = found[-1].key.removeprefix(self._root)

    async def _read(self, segment: Segment) -> tuple[str, ...]:
        content = await self.objects.read(self._root + segment.name)
        return EventBatch.lines((content or b"").decode())

    @property
    def _root(self) -> str:
        return segments_under(self.kind, self.source_id)
