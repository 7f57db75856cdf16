"""What holds once everything works again and time has gone by: everybody knows the same, the truth.

It is asked of the actors' storage, for nobody may owe anything any more.
"""

import json
from collections import Counter
from typing import Final

from domain.names import collision_key
from tests.simulation.cell import Cell
from tests.simulation.ledger import (
    ACTIVE,
    Document,
    Ledger,
    is_paused,
    is_told,
    objects_of,
    outcome_of,
    status_of,
)
from tests.simulation.order_law import is_shown, true_totals
from tests.simulation.stage import Stage
from tests.simulation.weather import Trip

Cells = dict[tuple[Trip, str], Cell]
LASTING: Final = frozenset(
    {"archive", "sweep", "purge", "expire", "sessions"}
)  # may well be due in the future
# Sessions end with their sockets, which a crash takes along: nobody has to wake for what is left.
DEADLINES: Final = "SELECT kind, due_ms FROM deadlines WHERE kind <> 'sessions'"
OWED: Final = ("owed_outcomes", "owed_notifications", "owed", "actions WHERE is_owed = 1",
               "dispatches", "parked WHERE is_redriven = 1")  # fmt: skip
ORDER: Final = "SELECT order_id, totals, pause_revision, is_paused FROM orders"
SNAPSHOTS: Final = "SELECT snapshot FROM files WHERE deleted = 0"
REPORTED: Final = "SELECT order_id, totals FROM orders"
NOTIFIED: Final = "SELECT document FROM notifications"


class RestLaw:
    def __init__(self, stage: Stage, ledger: Ledger, cells: Cells) -> None:
        self._stage = stage
        self._expect = stage.expect
        self._ledger = ledger
        self._cells = cells

    def rested(self, *, is_resumed: bool) -> None:
        """All that is left to do has its time, and that is still to come."""
        for book in self._ledger.files.values():
            job = book.document["job"] if book.document else None
            if job is not None and job["status"] in ACTIVE:
                waits = job["status"] == "queued" and is_paused(book.known) and not is_resumed
                self._expect(waits, "every job ends, or its file is paused", book.file_id, job)
        for cell in self._cells.values():
            self._owes_nothing(cell)
        for (trip, order_id), cell in self._cells.items():
            if trip is Trip.ORDER:
                self._order(cell, order_id)
        self._inboxes()
        self._operations()

    def ended(self, stored: set[str]) -> None:
        """Long after: nothing is due ever again, and the bucket holds what is needed, no more."""
        for cell in self._cells.values():
            due = cell.sql.peek(DEADLINES)
            self._expect(not due, "in the end nothing is due", cell.name, due)
            self._expect(cell.alarm_ms is None, "in the end no alarm is set", cell.name)
        present = self._ledger.present()
        needed = {key for book in present for key in objects_of(book.known)}
        self._expect(stored <= needed, "no object is left behind", sorted(stored - needed))
        lost = needed - stored - self._ledger.ruined
        self._expect(not lost, "no object is lost that a file refers to", sorted(lost))
        for book in present:
            is_kept = book.known["processed_key"] is None or book.known["archived_at_ms"]
            self._expect(bool(is_kept), "what is done is archived", book.file_id)
        for (trip, order_id), cell in self._cells.items():
            if trip is Trip.ORDER:
                self._announced(cell, order_id)

    def _owes_nothing(self, cell: Cell) -> None:
        now_ms = self._stage.now_ms
        for kind, due_ms in cell.sql.peek(DEADLINES):
            is_ahead = kind in LASTING and int(due_ms or 0) > now_ms
            self._expect(is_ahead, "nothing is owed at rest", cell.name, kind, due_ms, now_ms)
        for table in OWED:
            owed = cell.sql.peek(f"SELECT * FROM {table}")  # noqa: S608 -- our own names
            self._expect(not owed, "nothing is owed at rest", cell.name, table, owed)

    def _order(self, cell: Cell, order_id: str) -> None:
        found = cell.sql.peek(ORDER)
        books = self._ledger.of_order(order_id)
        if not found:
            self._expect(not books, "an order knows its files", order_id)
            return
        totals = json.loads(str(found[0][1] or "{}"))
        present, ended, attempts = true_totals(books)
        told = Counter({k: n for k, n in totals.get("files", {}).items() if n})
        self._expect(told == present, "counts are those of the files", order_id, told, present)
        told = Counter({k: n for k, n in totals.get("ended", {}).items() if n})
        self._expect(told == ended, "each job's end counts once", order_id, told, ended)
        found_attempts = totals.get("attempts", 0)
        self._expect(found_attempts == attempts, "so does each attempt", found_attempts, attempts)
        known = {s["file_id"]: s for s in map(json.loads, _texts(cell, SNAPSHOTS))}
        true = {book.file_id: book.known for book in books if book.is_present}
        self._expect(known.keys() == true.keys(), "an order knows its files", order_id)
        for file_id in known.keys() & true.keys():
            is_true = is_shown(known[file_id], true[file_id])
            self._expect(is_true, "an order knows what its file is", known[file_id])
        names = [collision_key(document["name"]) for document in true.values()]
        self._expect(len(set(names)) == len(names), "names are unique", order_id, names)
        for book in filter(lambda book: book.is_present, books):
            heard = book.known["order_pause"]
            revision, value = found[0][2], bool(found[0][3])
            is_heard = (heard["revision"], heard["is_paused"]) == (revision, value)
            self._expect(is_heard, "every file hears of a pause", book.file_id, heard, revision)

    def _announced(self, cell: Cell, order_id: str) -> None:
        """Each upload that was announced has come to a file, or is counted as expired."""
        found = cell.sql.peek(ORDER)
        if not found:
            return
        here = {f for f, order in self._ledger.announced.items() if order == order_id}
        never = [f for f in here if self._ledger.book(f).document is None]
        told = json.loads(str(found[0][1] or "{}")).get("intents_expired", 0)
        self._expect(told == len(never), "dead uploads are counted", order_id, told, never)
        held = cell.sql.peek("SELECT name_key, file_id FROM names")
        files = {book.file_id for book in self._ledger.of_order(order_id) if book.is_present}
        is_true = {str(file_id) for _, file_id in held} == files and len(held) == len(files)
        self._expect(is_true, "a name is held by whoever has it", order_id, held, files)

    def _inboxes(self) -> None:
        told: Counter[str] = Counter()
        for (trip, _), cell in self._cells.items():
            if trip is Trip.INBOX:
                documents = map(json.loads, _texts(cell, NOTIFIED))
                told.update(f"{d['job_id']} {d['kind']}" for d in documents)
        true = Counter(
            f"{job_id} {outcome_of(job)}"
            for book in self._ledger.files.values()
            for job_id, job in book.ended.items()
            if is_told(job)
        )
        self._expect(told == true, "one notification for each event", told - true, true - told)

    def _operations(self) -> None:
        cell = next((c for (trip, _), c in self._cells.items() if trip is Trip.OPERATIONS), None)
        if cell is None:
            self._expect(not self._ledger.changed_by, "every action is recorded")
            return
        records = {str(one) for (one,) in cell.sql.peek("SELECT action_id FROM audit")}
        missing = self._ledger.changed_by.keys() ^ records
        self._expect(not missing, "every action is recorded", missing)
        failed = {str(one) for (one,) in cell.sql.peek("SELECT file_id FROM failed")}
        true = {b.file_id for b in self._ledger.present() if status_of(b.known) == "failed"}
        self._expect(failed == true, "operators see what has failed", failed, true)
        kept = {str(order_id): totals for order_id, totals in cell.sql.peek(REPORTED)}
        for (trip, order_id), order in self._cells.items():
            found = order.sql.peek(ORDER) if trip is Trip.ORDER else []
            if found and found[0][1] is not None:
                told, true = (
                    json.loads(str(kept.get(order_id) or "{}")),
                    json.loads(str(found[0][1])),
                )
                same = told == true or (not told and not _has_figures(true))
                self._expect(same, "operators see an order's figures", order_id, kept, found)


def _texts(cell: Cell, query: str) -> list[str]:
    return [str(text) for (text,) in cell.sql.peek(query)]


def _has_figures(totals: Document) -> bool:
    """An order of which nothing was ever uploaded has none, and need not be reported."""
    return any(sum(f.values()) if isinstance(f, dict) else f for f in totals.values())
