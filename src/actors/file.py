"""The core of a file actor: one message in, one reply out, everything decided without awaiting."""

from collections.abc import Callable

from actors.effects import Effect, NotifyOwner, PurgeObjects, SendDispatch, TellOrder
from actors.file_outbox import FileOutbox
from domain import file as files
from domain import keys
from domain.errors import Code, Refusal
from domain.file import File
from domain.job import backoff_ms
from domain.messages import (
    FILE_MESSAGE,
    Claim,
    Complete,
    DeleteFile,
    DescribeFile,
    DescribeUpload,
    Done,
    Fail,
    FileMessage,
    Grant,
    Register,
    Registered,
    Renew,
    Submit,
    Submitted,
    UpdateFile,
)
from domain.settings import Settings
from domain.snapshot import outcome, snapshot
from domain.values import Value
from domain.wakeup import Deadline, changes
from storage.deadlines import Deadlines
from storage.file_repository import MIGRATIONS, FileRepository
from storage.sql import Sql, migrate, migrate_existing

NO_SUCH_FILE = "there is no such file"


class FileCore:
    def __init__(self, sql: Sql, settings: Settings, jitter: Callable[[], float]) -> None:
        self._sql = sql
        self._exists = migrate_existing(sql, MIGRATIONS)
        self._repository = FileRepository(sql)
        self._deadlines = Deadlines(sql)
        self._outbox = FileOutbox(self._repository, self._deadlines, settings.dispatch_timeout_ms)
        self._settings = settings
        self._jitter = jitter

    # --- Messages -------------------------------------------------------------------------------

    def receive(self, text: str, now_ms: int) -> Value:
        message = FILE_MESSAGE.validate_json(text)
        if not self._exists:
            self._come_to_be(message)
        self.wake(now_ms)
        return self._sql.transaction(lambda: self._answer(message, now_ms))

    def wake(self, now_ms: int) -> None:
        """Whatever time alone has changed. Before every message, so a late alarm does no harm."""
        file = self._repository.load()
        if file is None or file.lock is None or file.lock.expires_at_ms > now_ms:
            return
        after = files.lease_expired(file, backoff_ms=self._backoff_ms(file), now_ms=now_ms)
        self._sql.transaction(lambda: self._save(file, after, now_ms))

    def _answer(self, message: FileMessage, now_ms: int) -> Value:  # noqa: C901 -- a case each
        match message:
            case Register():
                return self._register(message, now_ms)
            case DescribeUpload():
                return _registered(self._owned(message.caller_id))
            case DescribeFile():
                return snapshot(self._owned(message.caller_id))
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

    def _register(self, message: Register, now_ms: int) -> Registered:
        file = self._repository.load()
        if file is None:
            file = files.registered(message.upload, now_ms)
            self._save(None, file, now_ms)
        files.check_owner(file, message.upload.owner_id)
        files.check_present(file)
        files.check_same_upload(file, message.upload)
        return _registered(file)

    def _submit(self, message: Submit, now_ms: int) -> Submitted:
        file = self._owned(message.caller_id)
        if file.upload.order_id != message.order_id:
            raise Refusal(Code.FILE_NOT_FOUND, f"{file.id} is not in this order")
        past = file.job
        is_repeat = past is not None and past.id == message.job_id
        if is_repeat or self._repository.had_job(message.job_id):
            return Submitted(job_id=message.job_id)
        self._save(file, files.submitted(file, message.job_id, now_ms), now_ms)
        if past is not None:
            self._repository.keep_past_job(past)
        return Submitted(job_id=message.job_id)

    def _claim(self, message: Claim, now_ms: int) -> Grant:
        before = self._known()
        file = files.claimed(
            before,
            message.job_id,
            message.worker_id,
            lease_ms=self._settings.lease_ms,
            now_ms=now_ms,
        )
        self._save(before, file, now_ms)
        return _grant(file)

    def _renew(self, message: Renew, now_ms: int) -> Grant:
        before = self._known()
        lease_ms = self._settings.lease_ms
        file = files.renewed(before, message.token, lease_ms=lease_ms, now_ms=now_ms)
        self._save(before, file, now_ms)
        return _grant(file)

    def _complete(self, message: Complete, now_ms: int) -> Done:
        before = self._known()
        file = files.completed(
            before,
            message.token,
            message.preview,
            processed_key=message.processed_key,
            now_ms=now_ms,
        )
        self._save(before, file, now_ms)
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
        self._save(before, file, now_ms)
        return Done()

    def _update(self, message: UpdateFile, now_ms: int) -> Value:
        before = self._owned(message.caller_id)
        file = before
        if message.name is not None:
            file = files.renamed(file, message.name, now_ms)
        if message.marked is not None:
            file = files.marked(file, now_ms, value=message.marked)
        self._save(before, file, now_ms)
        return snapshot(file)

    def _delete(self, message: DeleteFile, now_ms: int) -> Done:
        before = self._known()
        files.check_owner(before, message.caller_id)
        self._save(before, files.deleted(before, now_ms), now_ms)
        return Done()

    # --- Effects --------------------------------------------------------------------------------

    def next_effect(self, now_ms: int) -> Effect | None:
        """One effect that is owed now. Owed again a little later unless it is `finish`ed."""
        due = self._deadlines.take_due(now_ms) if self._exists else None
        if due == Deadline.LEASE:
            self.wake(now_ms)
            due = self._deadlines.take_due(now_ms)
        return self._outbox.effect(Deadline(due), self._known()) if due else None

    def finish(self, effect: Effect, now_ms: int) -> None:
        """The effect has happened. The file may have moved on while it did."""
        file = self._known()
        match effect:
            case SendDispatch():
                self._outbox.sent(effect, file, now_ms)
            case TellOrder():
                self._outbox.told(effect, file, now_ms)
            case PurgeObjects():
                self._deadlines.clear(Deadline.PURGE)
            case NotifyOwner():
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

    def _backoff_ms(self, file: File) -> int:
        attempt = file.job.attempt if file.job else 1
        return backoff_ms(max(attempt, 1), self._settings.retry_backoff_ms, self._jitter())

    def _save(self, before: File | None, after: File, now_ms: int) -> None:
        """Keep the file and, in the same stretch, what follows from the change."""
        if after is before:
            return
        self._repository.save(after)
        for deadline, due_ms in changes(before, after, now_ms).items():
            self._deadlines.set(deadline, due_ms)
        if before is not None and before.job != after.job and (ended := outcome(after)):
            self._repository.owe(ended)


def _registered(file: File) -> Registered:
    return Registered(upload=file.upload, created_at_ms=file.created_at_ms)


def _grant(file: File) -> Grant:
    lease, job, upload = file.lock, file.job, file.upload
    assert lease is not None
    assert job is not None
    address = (upload.owner_id, upload.order_id, file.id, lease.token)
    return Grant(
        upload=upload,
        token=lease.token,
        attempt=job.attempt,
        lease_expires_at_ms=lease.expires_at_ms,
        processed_key=keys.processed(*address),
        preview_key=keys.preview(*address),
        superseded_keys=_derived_keys(file),
    )


def _derived_keys(file: File) -> tuple[str, ...]:
    preview_key = file.preview.object_key if file.preview else None
    return tuple(key for key in (file.processed_key, preview_key) if key)
