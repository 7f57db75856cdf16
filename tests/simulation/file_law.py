"""What holds of a file after every stretch of its actor, whatever has happened."""

import json
from typing import Final

from tests.simulation.cell import Cell
from tests.simulation.ledger import (
    ACTIVE,
    Document,
    FileBook,
    Hold,
    Ledger,
    is_paused,
    objects_of,
)
from tests.simulation.stage import Stage

ATTEMPTS_MAX: Final = 4
WATCHED: Final = tuple(
    f'{{"type":"{kind}"' for kind in ("claim", "renew", "complete", "fail", "operate", "update")
)
DOCUMENT: Final = "SELECT document FROM file"
PAST_JOB: Final = "SELECT document FROM past_jobs WHERE job_id = ?"


class FileLaw:
    def __init__(self, stage: Stage, ledger: Ledger) -> None:
        self._stage = stage
        self._expect = stage.expect
        self._ledger = ledger

    def kept(self, cell: Cell, stored: set[str]) -> None:
        """Of a stretch that has changed something; `stored` is what lies in the bucket."""
        found = cell.sql.peek(DOCUMENT)
        if not found:
            return
        after: Document = json.loads(str(found[0][0]))
        book = self._ledger.book(cell.key)
        book.now_ms = cell.now_ms
        before = book.document
        self._heard(cell, book, before, after)
        self._held(cell, book, after)
        if before is not None:
            self._went_on(book, before, after)
        self._job(cell, book, before, after)
        self._objects(book, after, stored)
        self._note(cell, before, after)
        book.document = after
        if before is None or before["name"] != after["name"]:
            twice = self._ledger.names_twice()
            self._expect(not twice, "names are unique within an order", twice)

    def refused(self, cell: Cell) -> None:
        """Of a stretch that has changed nothing: what was granted in it was granted before."""
        book = self._ledger.book(cell.key)
        book.now_ms = cell.now_ms
        if book.document is not None:
            self._heard(cell, book, book.document, book.document)
            self._held(cell, book, book.document)

    def dispatched(self, cell: Cell, job_id: str) -> None:
        """A job goes on the queue: as the file now stands, in the stretch that sends it."""
        document = json.loads(str(cell.sql.peek(DOCUMENT)[0][0]))
        job = document["job"]
        self._expect(not is_paused(document), "no job of a paused file is dispatched", cell.key)
        is_due = job["id"] == job_id and job["status"] == "queued"
        self._expect(is_due, "only a queued job is dispatched", cell.key)

    # --- Messages -------------------------------------------------------------------------------

    def _heard(self, cell: Cell, book: FileBook, before: Document | None, after: Document) -> None:
        for text, answer in cell.heard:
            if not text.startswith(WATCHED):
                continue
            message, told = json.loads(text), json.loads(answer)
            if not told["ok"]:
                continue
            reply = told["reply"]
            match message["type"]:
                case "claim":
                    assert before is not None
                    self._claimed(book, message, reply, before)
                case "renew":
                    self._answered(book, message)
                    book.hold = Hold(message["token"], reply["lease_expires_at_ms"])
                case "complete" | "fail":
                    self._answered(book, message)
                    book.hold = None
                case "operate":
                    assert before is not None
                    self._operated(book, message, reply, before, after)
                case "update":
                    assert before is not None
                    meant = message["versions"] or [before["version"]]
                    self._expect(before["version"] in meant, "a version is the one meant", meant)
                case other:
                    raise AssertionError(other)

    def _claimed(
        self, book: FileBook, message: Document, grant: Document, before: Document
    ) -> None:
        now_ms, job = book.now_ms, before["job"]
        hold = book.hold
        if hold is not None and hold.expires_ms <= now_ms:
            book.hold = hold = None
        self._expect(hold is None, "a file has one holder", book.file_id, hold, grant["token"])
        self._expect(
            grant["token"] > book.token, "the token grows with each claim", book.token, grant
        )
        self._expect(not is_paused(before), "no job of a paused file is claimed", book.file_id)
        self._expect(before["deleted_at_ms"] is None, "no deleted file is claimed", book.file_id)
        self._expect(job["id"] == message["job_id"], "its own job is claimed", book.file_id)
        self._expect(job["not_before_ms"] <= now_ms, "a retry waits for its backoff", book.file_id)
        book.token = grant["token"]
        book.claims[job["id"]] += 1
        book.hold = Hold(grant["token"], grant["lease_expires_at_ms"])

    def _answered(self, book: FileBook, message: Document) -> None:
        """A worker's word was taken."""
        token, hold, now_ms = message["token"], book.hold, book.now_ms
        kind = message["type"]
        self._expect(token == book.token, f"no stale {kind} is taken", token, book.token)
        self._expect(
            hold is not None and hold.token == token and hold.expires_ms > now_ms,
            f"no {kind} is taken but from who holds the file",
            book.file_id,
            token,
            hold,
        )

    def _operated(
        self,
        book: FileBook,
        message: Document,
        reply: Document,
        before: Document,
        after: Document,
    ) -> None:
        action = message["action"]
        action_id, wanted = action["action_id"], action["operation"]
        told = json.dumps(reply)
        first = book.answers.setdefault(action_id, told)
        self._expect(told == first, "an action is answered as at first", action_id, first, told)
        if not reply["is_changed"] or self._ledger.changed_by.get(action_id):
            changed = [key for key in ("is_paused", "fencing_token") if before[key] != after[key]]
            self._expect(not changed, "an action is done once", action_id, changed)
            return
        self._ledger.changed_by[action_id] = book.file_id
        if wanted == "force_unlock":
            grown = after["fencing_token"] > book.token
            self._expect(grown, "the token grows with each force-unlock", book.file_id)
            book.token = after["fencing_token"]
        if wanted in {"force_unlock", "cancel"}:
            book.hold = None

    # --- State ----------------------------------------------------------------------------------

    def _held(self, cell: Cell, book: FileBook, after: Document) -> None:
        """Locked exactly while somebody holds it; and nobody does for longer than they may."""
        now_ms = book.now_ms
        lease = after["job"]["lease"] if after["job"] else None
        hold = book.hold
        is_over = hold is not None and hold.expires_ms <= now_ms
        if cell.heard or cell.has_woken:
            alive = lease is None or lease["expires_at_ms"] > now_ms
            self._expect(alive, "no lock outlives its lease", book.file_id, lease, now_ms)
        if lease is None:
            self._expect(hold is None or is_over, "a lock is not taken away", book.file_id, hold)
            book.hold = None
            return
        kept = None if hold is None else (hold.token, hold.expires_ms)
        found = (lease["token"], lease["expires_at_ms"])
        self._expect(kept == found, "a file is locked for its holder", book.file_id, kept, found)

    def _went_on(self, book: FileBook, before: Document, after: Document) -> None:
        file_id = book.file_id
        versions = (before["version"], after["version"])
        self._expect(versions[0] <= versions[1], "a version never goes back", file_id, versions)
        if versions[0] == versions[1]:
            same = all(before[key] == after[key] for key in ("name", "marked", "preview"))
            self._expect(same, "what can be seen changes with the version", file_id, versions)
        tokens = (before["fencing_token"], after["fencing_token"])
        self._expect(tokens[0] <= tokens[1], "a token never goes back", file_id, tokens)
        self._expect(
            after["fencing_token"] == book.token, "a token grows for a reason", file_id, tokens
        )
        self._expect(before["upload"] == after["upload"], "an upload never changes", file_id)
        is_back = before["deleted_at_ms"] is not None and after["deleted_at_ms"] is None
        self._expect(not is_back, "a deleted file stays deleted", file_id)

    def _job(self, cell: Cell, book: FileBook, before: Document | None, after: Document) -> None:
        job, file_id = after["job"], book.file_id
        known = before["job"] if before else None
        if known is not None and (job is None or job["id"] != known["id"]):
            self._lapsed(cell, book, known)
            self._expect(known["id"] in book.ended, "a file has one active job", file_id, known)
            is_new = job is not None and job["id"] not in book.ended
            self._expect(is_new, "a job that has ended never comes back", file_id)
        if job is None:
            return
        if job["status"] in ACTIVE:
            self._expect(job["id"] not in book.ended, "an end is an end", file_id, job["id"])
            is_there = after["deleted_at_ms"] is None
            self._expect(is_there, "a deleted file has no active job", file_id, job["id"])
        else:
            first = book.ended.setdefault(job["id"], job)
            self._expect(first == job, "a job ends once", file_id, first, job)
        claims = book.claims[job["id"]]
        self._expect(job["attempt"] == claims, "an attempt is a claim", file_id, claims, job)

    def _lapsed(self, cell: Cell, book: FileBook, known: Document) -> None:
        """A message may find that the last attempt's time is up, and in one stretch follow it."""
        lease = known["lease"]
        if lease is None or lease["expires_at_ms"] > book.now_ms:
            return
        for (text,) in cell.sql.peek(PAST_JOB, known["id"]):
            past = json.loads(str(text))
            self._expect(past["status"] == "failed", "a lapsed job has failed", past)
            book.ended.setdefault(past["id"], past)

    def _objects(self, book: FileBook, after: Document, stored: set[str]) -> None:
        if book.document is not None:
            for key in objects_of(book.document):
                self._ledger.referred.pop(key, None)
        if after["deleted_at_ms"] is not None:
            return
        for key in objects_of(after):
            self._ledger.referred[key] = book.file_id
            is_there = key in stored or key in self._ledger.ruined
            self._expect(is_there, "what a file refers to is in the bucket", book.file_id, key)

    def _note(self, cell: Cell, before: Document | None, after: Document) -> None:
        job = after["job"]
        known = before["job"] if before else None
        if job is not None and (known is None or known["status"] != job["status"]):
            self._stage.note(cell.name, f"v{after['version']}: {job['id']} is {job['status']}")
        elif before is None or before["version"] != after["version"]:
            self._stage.note(cell.name, f"v{after['version']}")
