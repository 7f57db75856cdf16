"""What an order knows by the origin's word: files beside its own, and whether that is still so.

A file whose own actor has told of it is ours, and the origin's word on it counts no more.
"""

from collections.abc import Iterable
from dataclasses import replace

from actors.events import Event, changed
from actors.order_answers import status_of
from actors.order_names import OrderNames
from actors.order_outbox import OrderOutbox
from domain.messages.operations import OrderTotals
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


class OrderOrigin:
    def __init__(
        self,
        sql: Sql,
        repository: OrderRepository,
        names: OrderNames,
        outbox: OrderOutbox,
        settings: Settings,
    ) -> None:
        self._files = OriginRepository(sql)
        self._jobs = JobIndex(sql)
        self._repository = repository
        self._names = names
        self._outbox = outbox
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

    def hydrate(self, message: Hydrate, order: Order, now_ms: int) -> list[Event]:
        """Not what was asked for before what is known already was."""
        state = order.origin
        if state.as_of is not None and message.as_of < state.as_of:
            return []
        state = state.model_copy(update={"as_of": message.as_of, "etag": message.etag})
        self._files.keep_state(state)
        changes = self._changes(message, now_ms)
        self._keep(changes, now_ms)
        was_moved = self._files.arrange([file.file_id for file in message.files])
        totals, events = self._told(changes, order, now_ms)
        if changes or was_moved:
            self._repository.advance(totals, max(len(changes), 1))
            self._outbox.owe_report(now_ms)
        return events

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

    def _told(
        self, changes: Iterable[Change], order: Order, now_ms: int
    ) -> tuple[OrderTotals, list[Event]]:
        """The totals after all changes, and an event for each of them."""
        totals, events = order.totals, []
        for number, (before, after) in enumerate(changes, start=order.version + 1):
            totals = with_file(totals, before, after)
            then = replace(order, version=number, totals=totals)
            events.append(changed(then, after, status_of(then), now_ms))
        return totals, events


def _gone(file: FileSnapshot, now_ms: int) -> FileSnapshot:
    news = {"deleted": True, "version": file.version + 1, "updated_at_ms": now_ms}
    return file.model_copy(update=news)
