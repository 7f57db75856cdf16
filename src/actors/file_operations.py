"""What operators ask of a file's actor: to act on it, and to tell all that it knows."""

from actors.file_keeper import FileKeeper
from domain import operation
from domain.errors import Code, Refusal
from domain.file import File
from domain.messages.file import DeadlineFact, Inspection, OperateFile
from domain.messages.reply import Operated
from domain.operation import Operation
from domain.snapshot import snapshot
from domain.wakeup import Deadline
from storage.actions import Actions
from storage.deadlines import Deadlines
from storage.file_repository import FileRepository


class FileOperations:
    def __init__(
        self,
        repository: FileRepository,
        actions: Actions,
        deadlines: Deadlines,
        keeper: FileKeeper,
    ) -> None:
        self._repository = repository
        self._actions = actions
        self._deadlines = deadlines
        self._keeper = keeper

    def operate(self, message: OperateFile, before: File, now_ms: int) -> Operated:
        """Once per action id; and what changes nothing leaves no record."""
        action = message.action
        if known := self._actions.answer(action.action_id):
            return known
        after = self._changed(message, before, now_ms)
        operated = Operated(
            action_id=action.action_id,
            is_changed=after is not before,
            before=operation.described(before),
            after=operation.described(after),
            job_id=after.job.id if after.job else None,
        )
        self._actions.keep(action, before.id, operated, now_ms)
        if operated.is_changed:
            self._keeper.save(before, after, now_ms)
            self._deadlines.owe(Deadline.AUDIT, now_ms)
        return operated

    def inspect(self, file: File) -> Inspection:
        newest = (file.job,) if file.job else ()
        return Inspection(
            file=snapshot(file),
            fencing_token=file.fencing_token,
            is_paused=file.is_paused,
            order_pause=file.order_pause,
            leftovers=file.leftovers,
            jobs=(*newest, *self._repository.past_jobs()),
            deadlines=tuple(
                DeadlineFact(kind=kind, due_ms=due_ms, tries=tries)
                for kind, due_ms, tries in self._deadlines.all()
            ),
            actions=self._actions.records(),
            origin_refusal=file.origin_refusal,
        )

    def _changed(self, message: OperateFile, file: File, now_ms: int) -> File:
        try:
            return _changed(message, file, now_ms)
        except Refusal as refusal:
            job, past_id = file.job, message.job_id or ""
            if refusal.code is not Code.JOB_NOT_FOUND or not self._repository.had_job(past_id):
                raise
            assert job is not None
            told = f"{past_id} is past: the newest job of {file.id} is {job.id}"
            raise Refusal(Code.JOB_SUPERSEDED, told, {"job_id": job.id}) from None


def _changed(message: OperateFile, file: File, now_ms: int) -> File:
    action, job_id = message.action, message.job_id or ""
    match action.operation:
        case Operation.CANCEL:
            return operation.cancelled(file, job_id, now_ms)
        case Operation.FORCE_UNLOCK:
            return operation.force_unlocked(file, now_ms)
        case Operation.PAUSE | Operation.RESUME:
            value = action.operation is Operation.PAUSE
            return operation.paused(file, now_ms, value=value)
        case Operation.REDRIVE:
            return operation.redriven(file, job_id, now_ms)
        case _:
            raise Refusal(Code.INVALID_BODY, f"a file cannot be asked to {action.operation}")
