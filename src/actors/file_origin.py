"""What a file's actor has to do with the origin: uploads registered or adopted, and holds."""

from actors.file_keeper import FileKeeper
from domain import file as files
from domain import holding
from domain.adoption import adopted, of_summary
from domain.file import File
from domain.hold import FileHold
from domain.limits import REGISTER_AFTER_MS
from domain.messages.file import Held, Hold, HoldFor, Register, Registered
from domain.settings import Settings
from domain.wakeup import Deadline
from storage.deadlines import Deadlines
from storage.file_repository import FileRepository


class FileOrigin:
    def __init__(
        self,
        repository: FileRepository,
        deadlines: Deadlines,
        keeper: FileKeeper,
        settings: Settings,
    ) -> None:
        self._repository = repository
        self._deadlines = deadlines
        self._keeper = keeper
        self._settings = settings

    def register(self, message: Register, file: File | None, now_ms: int) -> Registered:
        facts, is_repeat = message.adoption, file is not None
        if file is None:
            upload = message.upload
            file = adopted(upload, facts) if facts else files.registered(upload, now_ms)
            self._keeper.save(None, file, now_ms)
            for job in reversed(facts.past_jobs if facts else ()):
                self._repository.keep_past_job(of_summary(job))
            if facts is None and self._settings.registers_uploads:
                self._deadlines.set(Deadline.REGISTER, now_ms + REGISTER_AFTER_MS)
        files.check_owner(file, message.upload.owner_id)
        files.check_present(file)
        if facts is None:
            files.check_same_upload(file, message.upload)
        return Registered.of(file, is_repeat=is_repeat)

    def hold(self, message: Hold, file: File, now_ms: int) -> Held:
        files.check_owner(file, message.caller_id)
        files.check_present(file)
        if message.verb is HoldFor.EDIT:
            holding.check_may_edit(file, now_ms)
        hold = FileHold(
            id=message.hold_id,
            verb=message.verb,
            since_ms=now_ms,
            expires_at_ms=now_ms + message.lifetime_ms,
        )
        self._keeper.save(file, holding.held(file, hold, now_ms), now_ms)
        return Held(order_id=file.upload.order_id)

    def registered(self) -> None:
        """The origin has heard of it."""
        self._deadlines.set(Deadline.REGISTER, None)
