"""What holds of an order after every stretch of its actor: its counts are those of its own rows."""

import json
from collections import Counter
from typing import Final

from tests.simulation.cell import Cell
from tests.simulation.ledger import Document, FileBook, Ledger, is_paused, outcome_of, status_of
from tests.simulation.stage import Stage

ORDER: Final = """
SELECT version, totals, (SELECT COUNT(*) FROM jobs WHERE status IN ('done', 'failed')) FROM orders
"""
FILES: Final = """
SELECT file_id, version, status, marked, deleted, json_extract(snapshot, '$.waits_for_revision')
FROM files
"""
SNAPSHOT: Final = "SELECT snapshot FROM files WHERE file_id = ?"
WATCHED: Final = ('{"type":"operate"', '{"type":"reserve"')
SHOWN: Final = ("name", "marked", "preview", "archived_at_ms", "updated_at_ms")


class OrderLaw:
    def __init__(self, stage: Stage, ledger: Ledger) -> None:
        self._stage = stage
        self._expect = stage.expect
        self._ledger = ledger
        self._versions: dict[str, int] = {}  # of orders, and of files as their order knows them
        self._compared: dict[str, int] = {}  # files whose row was found to be true, and at which

    def kept(self, cell: Cell) -> None:
        self.heard(cell)
        found = cell.sql.peek(ORDER)
        if not found:
            return
        version, totals, ended = found[0]
        self._grows(cell.name, version)
        if totals is not None:
            self._counts(cell, json.loads(str(totals)), int(ended or 0))

    def heard(self, cell: Cell) -> None:
        for text, answer in cell.heard:
            if not text.startswith(WATCHED):
                continue
            message, told = json.loads(text), json.loads(answer)
            if told["ok"] and message["type"] == "operate":
                self._operated(cell, message["action"]["action_id"], told["reply"])
            elif told["ok"] and message["is_upload"]:
                self._ledger.announced[told["reply"]["file_id"]] = cell.key

    def _operated(self, cell: Cell, action_id: str, reply: Document) -> None:
        told = json.dumps(reply)
        first = self._ledger.answers.setdefault(action_id, told)
        self._expect(told == first, "an action is answered as at first", first, told)
        if reply["is_changed"]:
            self._ledger.changed_by.setdefault(action_id, cell.key)

    def _counts(self, cell: Cell, totals: Document, known: int) -> None:
        counted = Counter[str]()
        waiting = 0
        for row in cell.sql.peek(FILES):
            file_id, version, status, _, deleted, waits = row
            self._grows(str(file_id), version)
            if not deleted:
                counted[str(status)] += 1
                waiting += int(waits or 0)
            self._compare(cell, str(file_id), int(version or 0))
        told = Counter({status: count for status, count in totals["files"].items() if count})
        self._expect(told == counted, "counts are those of the rows", cell.key, told, counted)
        found = totals["revision_required"]
        self._expect(found == waiting, "so is who waits for a revision", cell.key, found, waiting)
        ended = sum(totals["ended"].values())
        self._expect(ended == known, "each job ends in one event", cell.key, totals, known)

    def _compare(self, cell: Cell, file_id: str, version: int) -> None:
        """An order knows nothing that its file has not said."""
        if self._compared.get(file_id) == version:
            return
        book = self._ledger.book(file_id)
        if book.document is None or book.document["version"] < version:
            self._stage.blame("an order knows no more than its files", file_id, version)
        elif book.document["version"] == version:
            snapshot = json.loads(str(cell.sql.peek(SNAPSHOT, file_id)[0][0]))
            self._expect(
                is_shown(snapshot, book.document), "an order knows what its file says", snapshot
            )
            self._compared[file_id] = version

    def _grows(self, what: str, version: object) -> None:
        known, now = self._versions.get(what, 0), int(str(version))
        self._expect(known <= now, "a version never goes back", what, known, now)
        self._versions[what] = now


def is_shown(snapshot: Document, document: Document) -> bool:
    """Whether it is what the file is."""
    job, shown = document["job"], snapshot["job"]
    has_same_job = (job is None) == (shown is None) and (
        job is None or all(job[key] == shown[key] for key in shown if key != "result")
    )
    return (
        has_same_job
        and all(snapshot[key] == document[key] for key in SHOWN)
        and snapshot["status"] == status_of(document)
        and snapshot["locked"] == (job is not None and job["lease"] is not None)
        and snapshot["is_paused"] == is_paused(document)
        and snapshot["deleted"] == (document["deleted_at_ms"] is not None)
    )


def true_totals(books: list[FileBook]) -> tuple[Counter[str], Counter[str], int]:
    """Of the files themselves: how many have which status; how jobs ended; in how many attempts."""
    present = Counter(status_of(book.known) for book in books if book.is_present)
    jobs = [job for book in books for job in book.ended.values()]
    return present, Counter(map(outcome_of, jobs)), sum(job["attempt"] for job in jobs)
