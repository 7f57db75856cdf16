"""What a watcher makes of what they are told, as docs/api.md has it; and what holds of that."""

import json
from typing import Final

from domain.cursor import Cursor
from tests.simulation.event_log import EventLog, follow
from tests.simulation.ledger import Document
from tests.simulation.stage import Stage

FIELDS: Final = 3  # of a server-sent event: its id, its type, its data


class View:
    def __init__(self, stage: Stage, name: str, log: EventLog) -> None:
        self.cursor: Cursor | None = None  # None: nothing was told yet
        self.files: dict[str, Document] = {}
        self.status: Document | None = None
        self.is_lost = False  # it came with a cursor that leads nowhere
        self._name = name
        self._log = log
        self._stage = stage
        self._expect = stage.expect
        self._coalesced_to = 0  # up to there, what is replaced may be left out
        self._begun = 0  # where its snapshot was
        self._taken: list[str] = []  # since then
        self._left_out = 0

    def copy(self) -> "View":
        """As a page keeps what it has for another day."""
        copied = View(self._stage, self._name, self._log)
        copied.cursor, copied.files, copied.status = self.cursor, dict(self.files), self.status
        copied._begun, copied._taken = self._begun, list(self._taken)
        copied._left_out = self._left_out
        return copied

    def be_at(self, offset: int) -> None:
        """As somebody who has seen everything up to there, and nothing since."""
        self.cursor = Cursor(self._log.epoch, offset)
        self.files, self.status = self._log.files(offset), self._log.status(offset)
        self._begun, self._taken, self._left_out = offset, [], 0

    @property
    def is_newest(self) -> bool:
        return str(self.cursor) == self._log.cursor

    # --- What comes -----------------------------------------------------------------------------

    def take_frame(self, text: str) -> None:
        kept = self._log.by_text.get(text)
        if kept is not None:
            self._event(kept.offset, kept.frame)
            return
        frame = json.loads(text)
        if isinstance(frame, list):
            for one in frame:
                self.take_frame(_as_text(one))
        elif "specversion" in frame:
            self._stage.blame("what is told is kept", self._name, text)
        elif frame["type"] == "hello":
            self._hello(frame)

    def take_stream(self, text: str) -> None:
        """Whole events, a comment, or `retry`."""
        for block in filter(None, text.split("\n\n")):
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            if len(fields) == FIELDS:
                frame = json.loads(fields["data"])
                kind, cursor = frame["type"], frame["cursor"]
                is_named = (fields["event"], fields["id"]) == (kind, cursor)
                self._expect(is_named, "a stream names what it tells", fields)
                self.take_frame(fields["data"])

    def take_page(self, text: str) -> None:
        page = json.loads(text)
        if not page["recovered"]:
            self._hello(page)
        self._goes_on(self.cursor)
        self._coalesced_to = self._log.head
        for event in page["events"]:
            self.take_frame(_as_text(event))
        if page["recovered"]:
            ends = page["cursor"] == str(self.cursor) and page["events"]
            self._expect(bool(ends), "a page ends where it says", self._name, page)

    def _hello(self, hello: Document) -> None:
        cursor = Cursor.parsed(hello["cursor"])
        assert cursor is not None
        if hello["recovered"]:
            self._goes_on(cursor)
            told_to = Cursor.parsed(hello["status"]["cursor"])
            assert told_to is not None
            self._coalesced_to = told_to.offset
            self._stage.note(self._name, f"goes on from {cursor}")
            return
        known = None if self.is_lost else self.cursor
        could = known is not None and self._log.reaches(known)
        self._expect(not could, "who can be told what they missed is told", self._name, known)
        self._expect(self._log.has(cursor), "a snapshot is of what is kept", self._name, cursor)
        self.is_lost = False
        self.cursor, self.status = cursor, hello["status"]
        self.files = {file["id"]: file for file in hello["files"]}
        self._coalesced_to = self._begun = cursor.offset
        self._taken, self._left_out = [], 0
        self._is_true("a snapshot is what its events come to")
        self._stage.note(self._name, f"begins anew at {cursor}")

    def _goes_on(self, cursor: Cursor | None) -> None:
        is_own = not self.is_lost and cursor is not None and cursor == self.cursor
        self._expect(is_own, "one goes on from where one is", self._name, cursor, self.cursor)

    def _event(self, offset: int, frame: Document) -> None:
        if self.cursor is None or self.is_lost:
            self._stage.blame("hello comes before all else", self._name, frame)
            return
        own = self.cursor.offset
        self._expect(offset > own, "nothing is told twice", self._name, own, offset)
        for missing in self._log.between(own, offset):
            is_replaced = offset <= self._coalesced_to and self._log.is_replaced(missing)
            law = "nothing is left out but what is replaced"
            self._expect(is_replaced, law, self._name, missing.offset, offset)
            self._left_out += 1
            self._stage.note(self._name, f"is spared {missing.offset}")
        self.cursor = self.cursor.moved_to(offset)
        self._taken.append(frame["id"])
        follow(self.files, frame)
        self.status = frame["data"]["status"]

    # --- At rest --------------------------------------------------------------------------------

    def rested(self) -> None:
        """It is the newest, true, and made of each event once."""
        law = "who watches has the newest in the end"
        self._expect(self.is_newest, law, self._name, self.cursor, self._log.cursor)
        self._is_true("what a watcher has is what is so")
        if self.cursor is not None and not self._left_out:
            span = range(self._begun + 1, self._log.head + 1)
            each = [f"{self._log.epoch}-{offset}" for offset in span]
            self._expect(each == self._taken, "each event is seen once", self._name, self._taken)

    def _is_true(self, law: str) -> None:
        if self.cursor is None:
            return
        files, status = self._log.files(self.cursor.offset), self._log.status(self.cursor.offset)
        self._expect(self.files == files, law, self._name, self.cursor, self.files, files)
        if status is not None:
            self._expect(self.status == status, law, self._name, self.status, status)


def _as_text(frame: Document) -> str:
    """As it was before it was put among others."""
    return json.dumps(frame, separators=(",", ":"), ensure_ascii=False)
