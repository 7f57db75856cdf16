"""What a file's actor has to do with the origin: what it tells it and adopts of it, and holds."""

from actors.effects import TellOrigin
from actors.file_keeper import FileKeeper
from actors.origin import OriginAnswered
from domain import file as files
from domain import holding
from domain.adoption import adopted, of_summary
from domain.file import File
from domain.hold import FileHold
from domain.limits import ORIGIN_AFTER_MS
from domain.messages.file import Held, Hold, HoldFor, Register, Registered
from domain.origin_refusal import OriginRefusal
from domain.settings import Settings
from domain.values import Value
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
            if facts is None and self._settings.tells_origin:
                self._deadlines.set(Deadline.ORIGIN, now_ms + ORIGIN_AFTER_MS)
        files.check_owner(file, message.upload.owner_id)
        files.check_present(file)
        if facts is None:
            files.check_same_upload(file, message.upload)
        return Registered.of(file, is_repeat=is_repeat)

    def hold(self, message: Hold, file: File, now_ms: int) -> Held:
        """What the origin has not heard yet of the file, it hears before the reply goes out."""
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
        if self._deadlines.due_ms(Deadline.ORIGIN) is not None:
            self._deadlines.owe(Deadline.ORIGIN, now_ms)
        return Held(order_id=file.upload.order_id)

    def told(self, effect: TellOrigin, reply: Value | None, file: File, now_ms: int) -> None:
        """The origin knows that version, or will not have it: then the next change is told anew.

        If the file has moved on meanwhile, it is owed still.
        """
        refusal = None
        if isinstance(reply, OriginAnswered) and reply.is_refusal:
            refusal = OriginRefusal(status=reply.status, at_ms=now_ms)
        if refusal != file.origin_refusal:
            update = {"origin_refusal": refusal}
            self._keeper.save(file, file.model_copy(update=update), now_ms)
        if file.version == effect.version:
            self._deadlines.set(Deadline.ORIGIN, None)
