"""What a file owes the world: its job on the queue, its news to its order, its bytes removed."""

from actors.effects import (
    ArchiveObject,
    Effect,
    PurgeObjects,
    RecordAudit,
    SendDispatch,
    SweepObjects,
    TellOrder,
    TellOrigin,
)
from domain import keys
from domain.file import File
from domain.job import JobStatus
from domain.limits import DISPATCH_TIMEOUT_MAX_MS
from domain.messages.file import Dispatch
from domain.messages.operations import RecordActions
from domain.messages.order import Apply
from domain.settings import Settings
from domain.snapshot import snapshot
from domain.wakeup import Deadline
from storage.actions import Actions
from storage.deadlines import Deadlines
from storage.file_repository import FileRepository


class FileOutbox:
    def __init__(
        self,
        repository: FileRepository,
        actions: Actions,
        deadlines: Deadlines,
        settings: Settings,
    ) -> None:
        self._repository = repository
        self._actions = actions
        self._deadlines = deadlines
        self._settings = settings

    def effect(self, deadline: Deadline, file: File) -> Effect:
        upload = file.upload
        match deadline:
            case Deadline.DISPATCH:
                assert file.job is not None
                dispatch = Dispatch(file_id=file.id, job_id=file.job.id)
                return SendDispatch(dispatch, file.job.attempt)
            case Deadline.TELL:
                apply = Apply(snapshot=snapshot(file), outcomes=self._repository.owed())
                return TellOrder(upload.order_id, apply)
            case Deadline.PURGE:
                prefixes = keys.prefixes_of(upload.owner_id, upload.order_id, file.id)
                is_stray = not upload.object_key.startswith(prefixes)
                return PurgeObjects(file.id, prefixes, upload if is_stray else None)
            case Deadline.SWEEP:
                return SweepObjects(file.id, file.leftovers)
            case Deadline.ARCHIVE:
                assert file.processed_key is not None
                return ArchiveObject(file.id, file.processed_key, keys.archived(file.processed_key))
            case Deadline.AUDIT:
                return RecordAudit(file.id, RecordActions(records=self._actions.owed()))
            case Deadline.ORIGIN:
                return TellOrigin(
                    upload=upload,
                    name=file.name,
                    marked=file.marked,
                    deleted=file.deleted_at_ms is not None,
                    version=file.version,
                    created_at_ms=file.created_at_ms,
                )
            case Deadline.LEASE | Deadline.HOLD:
                raise AssertionError("its end is a change of the file, not an effect")

    def sent(self, effect: SendDispatch, file: File, now_ms: int) -> None:
        """On the queue, which may lose it: to be sent again if nobody has claimed it by then.

        By a delay that doubles, since a queue that is merely slow must not be filled with repeats.
        """
        job = file.job
        if job is None or job.status is not JobStatus.QUEUED:
            return
        if (job.id, job.attempt) == (effect.dispatch.job_id, effect.attempt):
            first_ms, max_ms = self._settings.dispatch_timeout_ms, DISPATCH_TIMEOUT_MAX_MS
            self._deadlines.put_off(Deadline.DISPATCH, first_ms, max_ms, now_ms)

    def told(self, effect: TellOrder, file: File, now_ms: int) -> None:
        """The order knows that version and owes the notifications; the file may have moved on."""
        for outcome in effect.apply.outcomes:
            self._repository.settle(outcome.job.id)
        if file.version == effect.apply.snapshot.version:
            self._deadlines.set(Deadline.TELL, None)
        else:
            self._deadlines.owe(Deadline.TELL, now_ms)

    def purged(self, file: File, now_ms: int) -> None:
        """Once more after a while: a signed upload URL may have been used since the delete."""
        assert file.deleted_at_ms is not None
        again_ms = file.deleted_at_ms + self._settings.sweep_after_ms
        self._deadlines.set(Deadline.PURGE, again_ms if now_ms < again_ms else None)

    def recorded(self, effect: RecordAudit, now_ms: int) -> None:
        for record in effect.actions.records:
            self._actions.settle(record.action_id)
        if self._actions.owed():
            self._deadlines.owe(Deadline.AUDIT, now_ms)
        else:
            self._deadlines.set(Deadline.AUDIT, None)
