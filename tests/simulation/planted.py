"""Bugs to be found: each takes one care out of the product, as a slip of the pen would."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from actors.effects import Effect, RecordAudit
from actors.file import FileCore
from actors.file_keeper import FileKeeper, T
from actors.file_outbox import FileOutbox
from actors.host import Host
from actors.performer import Performer
from domain import file as files
from domain import job as jobs
from domain import operation, wakeup
from domain.errors import Code, Outage, Refusal
from domain.file import File, OrderPause
from domain.job import EditJob, JobEvent
from domain.messages.inbox import Notification
from domain.messages.order import Applied
from domain.messages.reply import Operated
from domain.settings import Settings
from domain.snapshot import FileSnapshot, JobSummary, Outcome
from domain.wakeup import Deadline
from storage.actions import Actions
from storage.file_repository import FileRepository
from storage.inbox_repository import InboxRepository
from storage.job_index import JobIndex
from storage.order_repository import NameHolder, OrderRepository

Plant = Callable[[pytest.MonkeyPatch], None]


# --- The lease ----------------------------------------------------------------------------------


def any_token_is_taken(patch: pytest.MonkeyPatch) -> None:
    def held(file: File, token: int) -> EditJob:
        if file.job is None or file.lock is None:
            raise Refusal(Code.LEASE_LOST, f"nobody holds {file.id}, least of all {token}")
        return file.job

    patch.setattr(files, "_held", held)


def a_lease_never_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FileCore, "wake", _as_if_no_time_went_by)


def _as_if_no_time_went_by(_: FileCore, __: int) -> None:
    """Whoever holds a file holds it for ever."""


def an_unlock_leaves_the_token(patch: pytest.MonkeyPatch) -> None:
    force_unlocked = operation.force_unlocked

    def with_old_token(file: File, *asked: Any, **rest: Any) -> File:
        unlocked = force_unlocked(file, *asked, **rest)
        return unlocked.model_copy(update={"fencing_token": file.fencing_token})

    patch.setattr(operation, "force_unlocked", with_old_token)


def a_held_job_may_be_claimed(patch: pytest.MonkeyPatch) -> None:
    claim = (jobs.JobStatus.IN_PROGRESS, JobEvent.CLAIM)
    patch.setitem(jobs.TRANSITIONS, claim, jobs.JobStatus.IN_PROGRESS)


# --- Alarms and what is owed --------------------------------------------------------------------


def an_alarm_is_not_set_again(patch: pytest.MonkeyPatch) -> None:
    """After a round: for what is due later, and was not tried in it."""

    async def settle(self: Host) -> None:
        await self._settle()

    patch.setattr(Host, "settle", settle)


async def _no_alarm(_: Host, __: int) -> None:
    """It is forgotten."""


def an_effect_is_tried_before_its_alarm_is_set(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Host, "_ring_meanwhile", _no_alarm)


def an_outage_is_taken_for_done(patch: pytest.MonkeyPatch) -> None:
    perform = Performer.perform

    async def regardless(self: Performer, effect: Effect) -> object:
        try:
            return await perform(self, effect)
        except Outage:
            return Applied()

    patch.setattr(Performer, "perform", regardless)


def a_dispatch_is_sent_once(patch: pytest.MonkeyPatch) -> None:
    """Whether or not anybody has claimed the job since."""

    def sent(self: FileOutbox, *_: object) -> None:
        self._deadlines.set(Deadline.DISPATCH, None)

    patch.setattr(FileOutbox, "sent", sent)


def what_was_undone_is_remembered(patch: pytest.MonkeyPatch) -> None:
    def together(self: FileKeeper, body: Callable[[], T]) -> T:
        return self._sql.transaction(body)

    patch.setattr(FileKeeper, "together", together)


def an_end_is_not_owed(patch: pytest.MonkeyPatch) -> None:
    """The outbox is skipped: that a job has ended is kept, and to be told to nobody."""
    patch.setattr(FileRepository, "owe", _not_at_all)


def _not_at_all(_: FileRepository, __: Outcome) -> None:
    """Somebody else will see to it."""


def news_are_not_owed(patch: pytest.MonkeyPatch) -> None:
    """The outbox is skipped: a change is kept, and its order hears of it by chance."""
    changes = wakeup.changes

    def silent(
        before: File | None, after: File, settings: Settings, now_ms: int
    ) -> dict[Deadline, int | None]:
        changed = changes(before, after, settings, now_ms)
        changed.pop(Deadline.TELL, None)
        return changed

    patch.setattr("actors.file_keeper.changes", silent)


# --- News and counts ----------------------------------------------------------------------------


def old_news_is_news(patch: pytest.MonkeyPatch) -> None:
    known = OrderRepository.known

    def without_version(self: OrderRepository, file_id: str) -> FileSnapshot | None:
        found = known(self, file_id)
        return None if found is None else found.model_copy(update={"version": 0})

    patch.setattr(OrderRepository, "known", without_version)


def no_version_is_compared(patch: pytest.MonkeyPatch) -> None:
    """With which the caller said that it wants to change the file."""
    patch.setattr(files, "check_version", _as_it_is)


def _as_it_is(_: File, __: tuple[int, ...] | None) -> None:
    """Whichever version that may be."""


def an_end_counts_each_time_it_is_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(JobIndex, "has_ended", _never)


def _never(_: JobIndex, __: JobSummary) -> bool:
    return False


def an_inbox_takes_everything(patch: pytest.MonkeyPatch) -> None:
    deliver = InboxRepository.deliver

    def once_more(self: InboxRepository, notification: Notification) -> None:
        number = self.unread()
        deliver(self, notification.model_copy(update={"id": f"{notification.id}-{number}"}))

    patch.setattr(InboxRepository, "deliver", once_more)


# --- Operators ----------------------------------------------------------------------------------


def paused_jobs_are_claimed(patch: pytest.MonkeyPatch) -> None:
    claimed = files.claimed
    running = {"is_paused": False, "order_pause": OrderPause()}

    def anyway(file: File, *asked: str, lease_ms: int, now_ms: int) -> File:
        job_id, worker_id = asked
        resumed = file.model_copy(update=running)
        after = claimed(resumed, job_id, worker_id, lease_ms=lease_ms, now_ms=now_ms)
        kept = {"is_paused": file.is_paused, "order_pause": file.order_pause}
        return after.model_copy(update=kept)

    patch.setattr(files, "claimed", anyway)


def an_action_is_done_each_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Actions, "answer", _unheard_of)
    patch.setattr("storage.actions.KEEP", "INSERT OR REPLACE INTO actions "
                  "(action_id, answer, record, is_owed) VALUES (?, ?, ?, ?)")  # fmt: skip


def _unheard_of(_: Actions, __: str) -> Operated | None:
    return None


def the_audit_is_not_owed(patch: pytest.MonkeyPatch) -> None:
    perform = Performer.perform

    async def without_audit(self: Performer, effect: Effect) -> object:
        if isinstance(effect, RecordAudit):
            return None
        return await perform(self, effect)

    patch.setattr(Performer, "perform", without_audit)


# --- Objects and names --------------------------------------------------------------------------


def leftovers_are_swept_at_once(patch: pytest.MonkeyPatch) -> None:
    """Before whoever is late has written them."""
    changes = wakeup.changes

    def hasty(
        before: File | None, after: File, settings: Settings, now_ms: int
    ) -> dict[Deadline, int | None]:
        changed = changes(before, after, settings, now_ms)
        if changed.get(Deadline.SWEEP) is not None:
            changed[Deadline.SWEEP] = now_ms
        return changed

    patch.setattr("actors.file_keeper.changes", hasty)


def a_deleted_file_is_purged_once(patch: pytest.MonkeyPatch) -> None:
    def purged(self: FileOutbox, *_: object) -> None:
        self._deadlines.set(Deadline.PURGE, None)

    patch.setattr(FileOutbox, "purged", purged)


def a_late_worker_writes_where_all_write(patch: pytest.MonkeyPatch) -> None:
    """One key for all attempts at a file."""

    def of_attempt(owner_id: str, order_id: str, file_id: str, _: int) -> tuple[str, str]:
        root = f"user/{owner_id}/orders/{order_id}"
        return f"{root}/processed/{file_id}/0", f"{root}/preview/{file_id}/0.jpg"

    patch.setattr("domain.keys.of_attempt", of_attempt)


def a_reserved_name_is_free(patch: pytest.MonkeyPatch) -> None:
    name_holder = OrderRepository.name_holder

    def holder(self: OrderRepository, name_key: str, now_ms: int) -> NameHolder | None:
        found = name_holder(self, name_key, now_ms)
        return None if found is None or found.is_reservation else found

    patch.setattr(OrderRepository, "name_holder", holder)


SEEDS_MAX: Final = 200  # each is found within so many, of which most need a few
PLANTS: Final[tuple[Plant, ...]] = (
    any_token_is_taken,
    a_lease_never_ends,
    an_unlock_leaves_the_token,
    a_held_job_may_be_claimed,
    an_alarm_is_not_set_again,
    an_effect_is_tried_before_its_alarm_is_set,
    an_outage_is_taken_for_done,
    a_dispatch_is_sent_once,
    what_was_undone_is_remembered,
    an_end_is_not_owed,
    news_are_not_owed,
    old_news_is_news,
    no_version_is_compared,
    an_end_counts_each_time_it_is_told,
    an_inbox_takes_everything,
    paused_jobs_are_claimed,
    an_action_is_done_each_time,
    the_audit_is_not_owed,
    leftovers_are_swept_at_once,
    a_deleted_file_is_purged_once,
    a_late_worker_writes_where_all_write,
    a_reserved_name_is_free,
)
