"""Keeps a file and, in the same stretch, everything that follows from its change."""

from collections.abc import Callable
from typing import TypeVar

from domain.file import File
from domain.happening import Happening, happenings
from domain.settings import Settings
from domain.snapshot import outcome
from domain.wakeup import Deadline, changes
from storage.deadlines import Deadlines
from storage.file_repository import FileRepository
from storage.sql import Sql

T = TypeVar("T")


class FileKeeper:
    def __init__(
        self, sql: Sql, repository: FileRepository, deadlines: Deadlines, settings: Settings
    ) -> None:
        self._sql = sql
        self._repository = repository
        self._deadlines = deadlines
        self._settings = settings
        self._happenings: list[Happening] = []

    def together(self, body: Callable[[], T]) -> T:
        """All of what `body` saves or nothing, in SQL as in memory."""
        happened = len(self._happenings)
        is_kept = False
        try:
            result = self._sql.transaction(body)
            is_kept = True
        finally:
            if not is_kept:
                self._repository.forget()
                del self._happenings[happened:]
        return result

    def save(
        self, before: File | None, after: File, now_ms: int, *, is_origins: bool = False
    ) -> None:
        """`is_origins`: the origin has made this change, and need not hear of it."""
        if after is before:
            return
        self._repository.save(after)
        due = changes(before, after, self._settings, now_ms)
        if is_origins:
            due.pop(Deadline.ORIGIN, None)
        for deadline, due_ms in due.items():
            if due_ms is not None and due_ms <= now_ms:
                self._deadlines.owe(deadline, now_ms)
            else:
                self._deadlines.set(deadline, due_ms)
        self._happenings += happenings(before, after)
        if before is None or before.job == after.job:
            return
        if before.job is not None and after.job is not None and before.job.id != after.job.id:
            self._repository.keep_past_job(before.job)
        if ended := outcome(after):
            self._repository.owe(ended)

    def take_happenings(self) -> list[Happening]:
        """What happened since last asked, for the log. To be taken once it is kept for sure."""
        taken, self._happenings = self._happenings, []
        return taken
