"""Events of one order or room on their way to the audit and to webhooks, some at a time.

As a text: a line that says whose they are, then the events, a line each. The latter is also what a
segment of the audit holds, so that it is read with whatever reads JSON Lines.
"""

from collections.abc import Sequence
from typing import Final, Literal, Self

from pydantic import ValidationError

from domain.limits import EVENTS_PER_BATCH_BYTES_MAX, EVENTS_PER_BATCH_MAX
from domain.values import Value

SourceKind = Literal["orders", "rooms"]  # as in the keys of the audit
OFFSET_DIGITS: Final = 15  # so that keys sort as offsets do


class EventSource(Value):
    """Whose events they are, and which life of its log."""

    kind: SourceKind
    id: str
    epoch: str
    owner_id: str | None = None  # whose webhooks hear of them; None: nobody's


class BatchHead(Value):
    """`after` is where the batch before this one ended: who has not seen that one has missed it."""

    source: EventSource
    after: int
    first: int


class EventBatch(BatchHead):
    events: tuple[str, ...]  # their texts; one offset after the other

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1

    @property
    def segment_key(self) -> str:
        """The same for the same batch, so that to write it twice is to write it once."""
        first, last = (f"{offset:0{OFFSET_DIGITS}}" for offset in (self.first, self.last))
        root = segments_under(self.source.kind, self.source.id)
        return f"{root}{self.source.epoch}/{first}-{last}.jsonl"

    @property
    def segment(self) -> str:
        return "".join(f"{event}\n" for event in self.events)

    @property
    def text(self) -> str:
        head = BatchHead(source=self.source, after=self.after, first=self.first)
        return f"{head.model_dump_json()}\n{self.segment}"

    @classmethod
    def parsed(cls, text: str) -> Self | None:
        """None: it is not one of ours."""
        head, _, events = text.partition("\n")
        try:
            told = BatchHead.model_validate_json(head)
        except ValidationError:
            return None
        lines = cls.lines(events)
        return cls(source=told.source, after=told.after, first=told.first, events=lines)

    @staticmethod
    def lines(segment: str) -> tuple[str, ...]:
        """Only where we have put a break: JSON may hold what others take for one."""
        return tuple(filter(None, segment.split("\n")))


def segments_under(kind: SourceKind, source_id: str) -> str:
    return f"audit/{kind}/{source_id}/"


def fitting(texts: Sequence[str]) -> int:
    """How many of them, from the first one on, make a batch. One always does."""
    size, count = 0, 0
    for text in texts[:EVENTS_PER_BATCH_MAX]:
        size += len(text.encode()) + 1
        if count and size > EVENTS_PER_BATCH_BYTES_MAX:
            break
        count += 1
    return count
