"""What the simulation itself keeps of files, jobs and actions, from what it saw happen.

Nothing of it comes from the rules under test: documents are read as JSON, out of the SQL in which
they lie, and messages as they went to and fro.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from domain.names import collision_key

Document = dict[str, Any]
ACTIVE: Final = frozenset({"queued", "in_progress"})
NEEDS_REVISION: Final = frozenset({"raw_missing", "raw_changed"})
WITHDRAWN: Final = frozenset({"cancelled", "file_deleted"})


@dataclass(slots=True)
class Hold:
    """Somebody holds the file: as granted, and as renewed."""

    token: int
    expires_ms: int


@dataclass(slots=True)
class FileBook:
    """One file, as it last was kept, and what it can never take back."""

    file_id: str
    document: Document | None = None
    now_ms: int = 0  # as its actor took it to be
    token: int = 0  # the highest that was ever seen
    hold: Hold | None = None
    ended: dict[str, Document] = field(default_factory=dict)  # jobs, as they were when they ended
    claims: Counter[str] = field(default_factory=Counter)  # by job
    answers: dict[str, str] = field(default_factory=dict)  # to operators' actions

    @property
    def is_present(self) -> bool:
        return self.document is not None and self.document["deleted_at_ms"] is None

    @property
    def known(self) -> Document:
        assert self.document is not None
        return self.document


@dataclass(slots=True)
class Ledger:
    files: dict[str, FileBook] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)  # of orders, to operators' actions
    changed_by: dict[str, str] = field(default_factory=dict)  # action id: whom it has changed
    announced: dict[str, str] = field(default_factory=dict)  # file id reserved for an upload: order
    ruined: set[str] = field(default_factory=set)  # raw photos that somebody took away
    referred: dict[str, str] = field(default_factory=dict)  # object key: the file that needs it

    def book(self, file_id: str) -> FileBook:
        if file_id not in self.files:
            self.files[file_id] = FileBook(file_id)
        return self.files[file_id]

    def of_order(self, order_id: str) -> list[FileBook]:
        return [
            book
            for book in self.files.values()
            if book.document is not None and book.document["upload"]["order_id"] == order_id
        ]

    def at_work(self) -> list[str]:
        """Files with an active job."""
        return [
            book.file_id
            for book in self.present()
            if book.known["job"] is not None and book.known["job"]["status"] in ACTIVE
        ]

    def names_twice(self) -> list[str]:
        """Those that two present files of one order have."""
        names = Counter(
            (book.known["upload"]["order_id"], collision_key(book.known["name"]))
            for book in self.present()
        )
        return [name for (_, name), count in names.items() if count > 1]

    def moments(self, archive_after_ms: int) -> list[int]:
        """Times at which something is due: what happens then, happens in the nick of time."""
        found = []
        for book in self.present():
            job, edited_ms = book.known["job"], book.known["edited_at_ms"]
            if book.hold is not None:
                found.append(book.hold.expires_ms)
            if job is not None:
                found.append(job["not_before_ms"])
            if edited_ms is not None:
                found.append(edited_ms + archive_after_ms)
        return found

    def present(self) -> list[FileBook]:
        return [book for book in self.files.values() if book.is_present]


def is_paused(document: Document) -> bool:
    return bool(document["is_paused"] or document["order_pause"]["is_paused"])


def status_of(document: Document) -> str:
    job = document["job"]
    if job is None:
        return "queued"
    if job["status"] == "failed" and job["error"]["code"] in NEEDS_REVISION:
        return "queued"
    return str(job["status"])


def outcome_of(job: Document) -> str:
    """What a job that has ended has come to."""
    if job["status"] == "done":
        return "edit_done"
    if job["error"]["code"] in NEEDS_REVISION:
        return "revision_required"
    return "edit_cancelled" if job["error"]["code"] in WITHDRAWN else "edit_failed"


def is_told(job: Document) -> bool:
    """Whether its owner is notified. Who has deleted a file knows what becomes of its job."""
    return job["error"] is None or job["error"]["code"] != "file_deleted"


def objects_of(document: Document) -> list[str]:
    """What a file that is present needs to lie in the bucket."""
    preview = document["preview"]
    keys = (
        document["upload"]["object_key"],
        document["processed_key"],
        preview["object_key"] if preview else None,
    )
    return [key for key in keys if key]
