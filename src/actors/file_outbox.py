"""What a file owes the world: its job on the queue, its news to its order, its bytes removed."""

from actors.effects import Effect, PurgeObjects, SendDispatch, TellOrder
from domain import keys
from domain.file import File
from domain.job import JobState
from domain.limits import DISPATCH_TIMEOUT_MAX_MS
from domain.messages import Apply, Dispatch
from domain.snapshot import snapshot
from domain.wakeup import Deadline
from storage.deadlines import Deadlines
from storage.file_repository import FileRepository


class FileOutbox:
    def __init__(
        self, repository: FileRepository, deadlines: Deadlines, dispatch_timeout_ms: int
    ) -> None:
        self._repository = repository
        self._deadlines = deadlines
        self._dispatch_timeout_ms = dispatch_timeout_ms

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
                return PurgeObjects(file.id, prefixes)
            case Deadline.LEASE:
                raise AssertionError("a lease that is up is a change of the file, not an effect")

    def sent(self, effect: SendDispatch, file: File, now_ms: int) -> None:
        """On the queue, which may lose it: to be sent again if nobody has claimed it by then.

        By a delay that doubles, since a queue that is merely slow must not be filled with repeats.
        """
        job = file.job
        if job is None or job.state is not JobState.QUEUED:
            return
        if (job.id, job.attempt) == (effect.dispatch.job_id, effect.attempt):
            first_ms, max_ms = self._dispatch_timeout_ms, DISPATCH_TIMEOUT_MAX_MS
            self._deadlines.put_off(Deadline.DISPATCH, first_ms, max_ms, now_ms)

    def told(self, effect: TellOrder, file: File, now_ms: int) -> None:
        """The order knows that version and owes the notifications; the file may have moved on."""
        for outcome in effect.apply.outcomes:
            self._repository.settle(outcome.job_id)
        if file.version == effect.apply.snapshot.version:
            self._deadlines.clear(Deadline.TELL)
        else:
            self._deadlines.set(Deadline.TELL, now_ms)
