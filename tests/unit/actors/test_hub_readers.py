"""Whatever happens between any two steps, each reader receives what was published: in order, once.

Readers are told at once, drop off, and come back with their cursor by whatever transport there is;
the actor is evicted, stretches are undone, the log is trimmed. A reader who was left out of the
log knows it: they start from a whole snapshot, never over a silent gap.
"""

from dataclasses import dataclass, field
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.cursor import Cursor
from storage.hub_repository import Published
from tests.unit.actors.hubs import HubOnPaper, words
from tests.unit.factories import NOW_MS

READERS = st.integers(min_value=0, max_value=2)
KEYS = st.sampled_from(["", "", "a", "b"])
Seen = dict[str, str]  # by key, or by offset where there is none


@dataclass
class Reader:
    """What one watcher holds: a state, and the cursor it belongs to."""

    is_told: bool = False  # connected by a transport on which events are pushed
    cursor: Cursor | None = None
    offsets: list[int] = field(default_factory=list)  # received since the last snapshot
    state: Seen = field(default_factory=dict)
    may_skip: bool = False

    def start(self, cursor: Cursor, snapshot: Seen) -> None:
        self.cursor, self.state, self.offsets, self.may_skip = cursor, dict(snapshot), [], False

    def receive(self, event: Published) -> None:
        assert self.cursor is not None
        assert event.cursor.offset > self.cursor.offset, "told twice, or out of order"
        is_next = event.cursor.offset == self.cursor.offset + 1
        assert is_next or self.may_skip, "something is missing"
        self.cursor = event.cursor
        self.offsets.append(event.cursor.offset)
        self.state[place(event)] = words(event)[0]


def place(event: Published) -> str:
    return event.key or str(event.cursor.offset)


class Readers(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.log = HubOnPaper()
        self.now_ms = NOW_MS
        self.said = 0
        self.readers = [Reader(), Reader(), Reader()]
        self.truth: Seen = {}
        self.unkeyed: list[int] = []

    @rule(key=KEYS, count=st.integers(min_value=1, max_value=6))
    def publish(self, key: str, count: int) -> None:
        for _ in range(count):
            self.said += 1
            word = f"word {self.said}"
            event = self.log.hub.transaction(partial(self.log.say, word, key, self.now_ms))
            self.truth[place(event)] = word
            self.unkeyed += [] if key else [event.cursor.offset]
        self.tell()

    @rule()
    def undo(self) -> None:
        try:
            self.log.hub.transaction(lambda: self.log.say_and_fail("undone"))
        except InterruptedError:
            self.tell()

    @rule()
    def evict(self) -> None:
        self.log.evict()

    @rule(number=READERS)
    def drop(self, number: int) -> None:
        self.readers[number].is_told = False

    @rule(span_ms=st.sampled_from([1_000, 30_000, 90_000]))
    def let_time_go_by(self, span_ms: int) -> None:
        self.now_ms += span_ms

    @rule(number=READERS)
    def connect(self, number: int) -> None:
        """By a WebSocket: all that is owed, then what comes."""
        self.go_on(self.readers[number])
        self.readers[number].is_told = True

    @rule(number=READERS, limit=st.integers(min_value=1, max_value=4))
    def poll(self, number: int, limit: int) -> None:
        """By a long poll or a stream: a few at a time, and gone again."""
        self.readers[number].is_told = False
        self.go_on(self.readers[number], limit)

    @rule(number=READERS)
    def come_from_elsewhere(self, number: int) -> None:
        """With a cursor of another log, or of a time that has not come."""
        reader = self.readers[number]
        assert not self.log.hub.since(Cursor("other", 1)).recovered
        assert not self.log.hub.since(self.head().moved_to(self.head().offset + 1)).recovered
        reader.is_told = False

    @precondition(lambda self: self.head().offset)
    @rule()
    def read_backwards(self) -> None:
        """What is kept is what was published, in one piece up to the newest."""
        offsets = [event.cursor.offset for event in self.log.hub.page(0, 1_000)]
        assert offsets == list(range(offsets[0], self.head().offset + 1))

    @invariant()
    def whoever_is_connected_is_up_to_date(self) -> None:
        for reader in self.readers:
            if reader.is_told:
                assert reader.cursor == self.head()
                assert reader.state == self.truth

    @invariant()
    def whoever_is_not_lacks_no_message_from_before_their_cursor(self) -> None:
        for reader in self.readers:
            if reader.cursor is not None:
                due = {str(n) for n in self.unkeyed if n <= reader.cursor.offset}
                assert due == {known for known in reader.state if known.isdigit()}

    def head(self) -> Cursor:
        head = self.log.hub.head()
        assert head is not None
        return head

    def tell(self) -> None:
        for event in self.log.hub.take():
            for reader in self.readers:
                if reader.is_told:
                    reader.may_skip = False
                    reader.receive(event)

    def go_on(self, reader: Reader, limit: int = 1_000) -> None:
        resumption = self.log.hub.since(reader.cursor, limit)
        assert resumption.cursor is not None
        if not resumption.recovered:
            reader.start(resumption.cursor, self.truth)
            return
        assert resumption.cursor == reader.cursor
        reader.may_skip = resumption.is_coalesced
        for event in resumption.events:
            reader.receive(event)


Readers.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestReaders = Readers.TestCase
