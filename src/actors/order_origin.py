"""What an order knows by the origin's word: files beside its own, and whether that is still so.

A file whose own actor has told of it is ours, and the origin's word on it counts no more.
"""

from collections.abc import Iterable
from dataclasses import replace

from actors.order_log import OrderLog
from actors.order_names import OrderNames
from actors.order_outbox import OrderOutbox
from domain.messages.order import (
    ActiveFile,
    ActiveFiles,
    Hydrate,
    NamedFiles,
    OriginCopy,
    Revalidated,
)
from domain.messages.reply import Done
from domain.settings import Settings
from domain.snapshot import FileSnapshot
from domain.totals import with_file
from storage.job_index import JobIndex
from storage.order_repository import Order, OrderRepository
from storage.origin_repository import OriginRepository
from storage.sql import Sql

Change = tuple[FileSnapshot | None, FileSnapshot]  # what was known of a file, and what is
Step = tuple[
    Order, FileSnapshot | None
]  # a version of the order, and the file; None: a new arrangement


class OrderOrigin:
    def __init__(  # noqa: PLR0913, PLR0917 -- the other parts of the core
        self,
        sql: Sql,
        repository: OrderRepository,
        names: OrderNames,
        outbox: OrderOutbox,
        log: OrderLog,
        settings: Settings,
    ) -> None:
        self._files = OriginRepository(sql)
        self._jobs = JobIndex(sql)
        self._repository = repository
        self._names = names
        self._outbox = outbox
        self._log = log
        self._settings = settings

    # --- What is known --------------------------------------------------------------------------

    def copy(self, order: Order, now_ms: int) -> OriginCopy | None:
        if not self._settings.origin_api_base:
            return None
        state = order.origin
        revision, at_ms = state.as_of or (None, 0)
        is_young = now_ms - at_ms <= self._settings.hydration_fresh_ms
        if revision == state.revision and is_young:
            return OriginCopy(is_fresh=True)
        return OriginCopy(
            is_fresh=False,
            as_of=(state.revision, now_ms),
            etag=state.etag,
            was_checked=state.as_of is not None,
            is_native=self._files.is_native(),
        )

    def is_told(self, file_id: str) -> bool:
        return self._files.is_told(file_id)

    def names(self, order: Order, now_ms: int) -> NamedFiles:
        return NamedFiles(
            files=self._files.names(),
            version=order.version,
            epoch=order.epoch,
            origin=self.copy(order, now_ms),
        )

    def active(self) -> ActiveFiles:
        files = self._files.active()
        told = (ActiveFile(file_id=file.file_id, marked=file.marked) for file in files)
        return ActiveFiles(files=tuple(told))

    # --- What is heard --------------------------------------------------------------------------

    def hydrate(self, message: Hydrate, order: Order, now_ms: int, *, is_watched: bool) -> None:
        """Not what was asked for before what is known already was.

        Of an order that nobody can have watched yet, the log begins after it.
        """
        state = order.origin
        if state.as_of is not None and message.as_of < state.as_of:
            return
        state = state.model_copy(update={"as_of": message.as_of, "etag": message.etag})
        self._files.keep_state(state)
        changes = self._changes(message, now_ms)
        self._keep(changes, now_ms)
        was_moved = self._files.arrange([file.file_id for file in message.files])
        steps = self._steps(changes, order)
        if was_moved:
            last = steps[-1][0] if steps else order
            steps.append((replace(last, version=last.version + 1), None))
        if not steps:
            return
        after, _ = steps[-1]
        self._repository.advance(after.totals, len(steps))
        self._outbox.owe_report(now_ms)
        if is_watched:
            self._tell(steps, now_ms)
        else:
            self._log.go_on(after)

    def revalidated(self, message: Revalidated, order: Order) -> Done:
        """Unless something else was heard since it was asked."""
        state = order.origin
        is_newer = state.as_of is None or message.as_of > state.as_of
        if is_newer and state.etag == message.etag:
            self._files.keep_state(state.model_copy(update={"as_of": message.as_of}))
        return Done()

    def invalidate(self, order: Order) -> Done:
        revision = order.origin.revision + 1
        self._files.keep_state(order.origin.model_copy(update={"revision": revision}))
        return Done()

    def _changes(self, message: Hydrate, now_ms: int) -> list[Change]:
        told, known = self._files.told(), self._files.known()
        listed = {file.file_id: file for file in message.files if file.file_id not in told}
        gone = [file for file_id, file in known.items() if file_id not in listed]
        news = [(known.get(file_id), file) for file_id, file in listed.items()]
        return [
            *((file, _gone(file, now_ms)) for file in gone),
            *((before, file) for before, file in news if before != file),
        ]

    def _keep(self, changes: Iterable[Change], now_ms: int) -> None:
        """Names that are given up first: they may be another's now."""
        for before, after in changes:
            if after.deleted:
                self._files.forget(after.file_id)
            if before is not None and (after.deleted or before.name != after.name):
                self._repository.free_names(after.file_id)
        for before, after in changes:
            if after.deleted:
                continue
            self._files.keep(after)
            self._names.follow(before, after, now_ms)
            if after.job is not None and (before is None or before.job != after.job):
                self._jobs.keep(after.job)

    @staticmethod
    def _steps(changes: Iterable[Change], order: Order) -> list[Step]:
        """What the order comes to be with each of the changes."""
        totals, steps = order.totals, list[Step]()
        for number, (before, after) in enumerate(changes, start=order.version + 1):
            totals = with_file(totals, before, after)
            steps.append((replace(order, version=number, totals=totals), after))
        return steps

    def _tell(self, steps: Iterable[Step], now_ms: int) -> None:
        for order, file in steps:
            if file is None:
                ids = tuple(file_id for file_id, _ in self._files.names())
                self._log.order_changed(order, now_ms, ids)
            else:
                self._log.file_changed(order, file, now_ms)


def _gone(file: FileSnapshot, now_ms: int) -> FileSnapshot:
    news = {"deleted": True, "version": file.version + 1, "updated_at_ms": now_ms}
    return file.model_copy(update=news)
