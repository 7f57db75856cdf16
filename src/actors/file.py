"""The core of a file actor: one message in, one reply out, everything decided without awaiting."""

from collections.abc import Callable

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
from actors.file_keeper import FileKeeper
from actors.file_operations import FileOperations
from actors.file_origin import FileOrigin
from actors.file_outbox import FileOutbox
from domain import file as files
from domain import holding, ids, operation, retention
from domain.errors import Code, Refusal
from domain.file import File
from domain.happening import Happening
from domain.job import EditJob, backoff_ms
from domain.messages.file import (
    FILE_MESSAGE,
    Claim,
    Complete,
    DeleteFile,
    DescribeFile,
    DescribeHistory,
    DescribeJob,
    DescribeUpload,
    Fail,
    FileHistory,
    FileMessage,
    Grant,
    Hold,
    Inspect,
    Nudge,
    OperateFile,
    Register,
    Registered,
    Renew,
    Submit,
    Submitted,
    Unhold,
    UpdateFile,
)
from domain.messages.order import Applied
from domain.messages.reply import Done, Gone
from domain.settings import Settings
from domain.snapshot import JobSummary, snapshot, summary
from domain.values import Value
from domain.wakeup import RETRIES_MAX_MS, Deadline
from storage.actions import Actions
from storage.deadlines import Deadlines
from storage.file_repository import MIGRATIONS, FileRepository
from storage.sql import Sql, migrate, migrate_existing

NO_SUCH_FILE = "there is no such file"


class FileCore:
    def __init__(self, sql: Sql, settings: Settings, jitter: Callable[[], float]) -> None:
        self._sql = sql
        self._exists = migrate_existing(sql, MIGRATIONS)
        self._repository = FileRepository(sql)
        self._deadlines = Deadlines(sql, RETRIES_MAX_MS)
        actions = Actions(sql)
        self._keeper = FileKeeper(sql, self._repository, self._deadlines, settings)
        self._outbox = FileOutbox(self._repository, actions, self._deadlines, settings)
        self._operations = FileOperations(self._repository, actions, self._deadlines, self._keeper)
        self._origin = FileOrigin(self._repository, self._deadlines, self._keeper, settings)
        self._settings = settings
        self._jitter = jitter

    # --- Messages -------------------------------------------------------------------------------

    def receive(self, text: str, now_ms: int) -> Value:
        message = FILE_MESSAGE.validate_json(text)
        if not self._exists:
            self._come_to_be(message)
        self.wake(now_ms)
        return self._keeper.together(lambda: self._answer(message, now_ms))

    def wake(self, now_ms: int) -> None:
        """Whatever time alone has changed. Before every message, so a late alarm does no harm."""
        file = self._repository.load()
        if file is None:
            return
        after = holding.expired(file, now_ms)
        if after.lock is not None and after.lock.expires_at_ms <= now_ms:
            after = files.lease_expired(after, backoff_ms=self._backoff_ms(file), now_ms=now_ms)
        if after is not file:
            self._keeper.together(lambda: self._keeper.save(file, after, now_ms))

    def take_happenings(self) -> list[Happening]:
        return self._keeper.take_happenings()

    def _answer(self, message: FileMessage, now_ms: int) -> Value:  # noqa: C901, PLR0912 -- a case each
        match message:
            case Register():
                return self._origin.register(message, self._repository.load(), now_ms)
            case DescribeUpload():
                return Registered.of(self._owned(message.caller_id))
            case DescribeFile():
                return snapshot(self._owned(message.caller_id))
            case DescribeHistory():
                file = self._owned(message.caller_id)
                return FileHistory(file=snapshot(file), jobs=tuple(map(summary, self._jobs(file))))
            case DescribeJob():
                return self._describe_job(message)
            case Submit():
                return self._submit(message, now_ms)
            case Claim():
                return self._claim(message, now_ms)
            case Renew():
                return self._renew(message, now_ms)
            case Complete():
                return self._complete(message, now_ms)
            case Fail():
                return self._fail(message, now_ms)
            case UpdateFile():
                return self._update(message, now_ms)
            case DeleteFile():
                return self._delete(message, now_ms)
            case Hold():
                return self._origin.hold(message, self._known(), now_ms)
            case Unhold():
                file = self._known()
                self._keeper.save(file, holding.released(file, message.hold_id), now_ms)
                return Done()
            case Nudge():
                return self._nudged(message, now_ms)
            case OperateFile():
                return self._operations.operate(message, self._known(), now_ms)
            case Inspect():
                return self._operations.inspect(self._known())

    def _describe_job(self, message: DescribeJob) -> JobSummary:
        """Of a deleted file too: what became of a job stays known."""
        file = self._known()
        files.check_owner(file, message.caller_id)
        found = [job for job in self._jobs(file) if job.id == message.job_id]
        if not found:
            raise Refusal(Code.JOB_NOT_FOUND, f"{file.id} has no such job")
        return summary(found[0])

    def _submit(self, message: Submit, now_ms: int) -> Submitted:
        assert ids.file_of(message.job_id) == self._known().id
        file = self._owned(message.caller_id)
        if message.order_id not in {None, file.upload.order_id}:
            raise Refusal(Code.FILE_NOT_FOUND, f"{file.id} is not in this order")
        is_newest = file.job is not None and file.job.id == message.job_id
        if is_newest or self._repository.had_job(message.job_id):
            return Submitted(job_id=message.job_id, is_repeat=True)
        self._keeper.save(file, files.submitted(file, message.job_id, now_ms), now_ms)
        return Submitted(job_id=message.job_id)

    def _claim(self, message: Claim, now_ms: int) -> Grant:
        before = self._known()
        lease_ms = self._settings.lease_ms
        file = files.claimed(
            before, message.job_id, message.worker_id, lease_ms=lease_ms, now_ms=now_ms
        )
        self._keeper.save(before, file, now_ms)
        return Grant.of(file, lease_ms)

    def _renew(self, message: Renew, now_ms: int) -> Grant:
        before = self._known()
        lease_ms = self._settings.lease_ms
        file = files.renewed(before, message.token, lease_ms=lease_ms, now_ms=now_ms)
        self._keeper.save(before, file, now_ms)
        return Grant.of(file, lease_ms)

    def _complete(self, message: Complete, now_ms: int) -> Done:
        before = self._known()
        file = files.completed(
            before,
            message.token,
            message.preview,
            copied_bytes=message.copied_bytes,
            now_ms=now_ms,
        )
        self._keeper.save(before, file, now_ms)
        return Done()

    def _fail(self, message: Fail, now_ms: int) -> Done:
        before = self._known()
        file = files.attempt_failed(
            before,
            message.token,
            message.failure,
            backoff_ms=self._backoff_ms(before),
            now_ms=now_ms,
        )
        self._keeper.save(before, file, now_ms)
        return Done()

    def _update(self, message: UpdateFile, now_ms: int) -> Value:
        """A lock is told of before a version that is out of date (RFC 9110, 13.2.1)."""
        before = self._owned(message.caller_id)
        file = holding.released(before, message.hold_id)
        if message.name is not None:
            file = files.renamed(file, message.name, now_ms)
        if message.marked is not None:
            file = files.marked(file, now_ms, value=message.marked)
        files.check_version(before, message.versions)
        self._keeper.save(before, file, now_ms, is_origins=message.hold_id is not None)
        return snapshot(file)

    def _delete(self, message: DeleteFile, now_ms: int) -> Done:
        before = self._known()
        files.check_owner(before, message.caller_id)
        free = holding.released(before, message.hold_id)
        file = files.deleted(free, now_ms)
        if file is not free:
            files.check_version(before, message.versions)
        self._keeper.save(before, file, now_ms, is_origins=message.hold_id is not None)
        return Done()

    def _nudged(self, message: Nudge, now_ms: int) -> Done:
        file = self._known()
        self._keeper.save(file, operation.order_paused(file, message.order_pause, now_ms), now_ms)
        self._deadlines.owe(Deadline.TELL, now_ms)
        return Done()

    # --- Effects --------------------------------------------------------------------------------

    def next_effect(self, now_ms: int) -> Effect | None:
        """One effect that is owed now. Owed again a little later unless it is `finish`ed."""
        due = self._deadlines.take_due(now_ms) if self._exists else None
        while due in {Deadline.LEASE, Deadline.HOLD}:
            self.wake(now_ms)
            due = self._deadlines.take_due(now_ms)
        return self._outbox.effect(Deadline(due), self._known()) if due else None

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:
        """The effect has happened. The file may have moved on while it did."""
        self._keeper.together(lambda: self._settle(effect, reply, now_ms))

    def _settle(self, effect: Effect, reply: Value | None, now_ms: int) -> None:
        file = self._known()
        match effect:
            case SendDispatch():
                self._outbox.sent(effect, file, now_ms)
            case TellOrder():
                self._outbox.told(effect, file, now_ms)
                assert isinstance(reply, Applied)
                after = operation.order_paused(file, reply.pause, now_ms)
                self._keeper.save(file, after, now_ms)
            case PurgeObjects():
                self._outbox.purged(file, now_ms)
            case SweepObjects():
                self._keeper.save(file, retention.swept(file, effect.object_keys), now_ms)
            case ArchiveObject() if isinstance(reply, Gone):
                self._keeper.save(file, retention.lost(file, effect.source_key), now_ms)
            case ArchiveObject():
                after = retention.archived(file, effect.source_key, now_ms)
                self._keeper.save(file, after, now_ms)
            case RecordAudit():
                self._outbox.recorded(effect, now_ms)
            case TellOrigin():
                self._origin.told(effect, reply, file, now_ms)
            case _:
                raise AssertionError(effect)

    def next_deadline_ms(self) -> int | None:
        return self._deadlines.earliest() if self._exists else None

    # --- State ----------------------------------------------------------------------------------

    def _come_to_be(self, message: FileMessage) -> None:
        if not isinstance(message, Register):
            raise Refusal(Code.FILE_NOT_FOUND, NO_SUCH_FILE)
        migrate(self._sql, MIGRATIONS)
        self._exists = True

    def _known(self) -> File:
        file = self._repository.load()
        if file is None:
            raise Refusal(Code.FILE_NOT_FOUND, NO_SUCH_FILE)
        return file

    def _owned(self, caller_id: str) -> File:
        file = self._known()
        files.check_owner(file, caller_id)
        files.check_present(file)
        return file

    def _jobs(self, file: File) -> tuple[EditJob, ...]:
        """All that are known, newest first."""
        return (*((file.job,) if file.job else ()), *self._repository.past_jobs())

    def _backoff_ms(self, file: File) -> int:
        attempt = file.job.attempt if file.job else 1
        return backoff_ms(max(attempt, 1), self._settings.retry_backoff_ms, self._jitter())
