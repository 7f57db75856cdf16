"""Slips of the pen in a file's actor, each of which the machine must notice."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import pytest

from actors.effects import SendDispatch, TellOrder
from actors.file import FileCore
from actors.file_keeper import FileKeeper
from actors.file_outbox import FileOutbox
from domain import file as files
from domain import job as jobs
from domain import operation, retention, wakeup
from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import File, OrderPause
from domain.job import EditJob, JobEvent, JobStatus
from domain.limits import ATTEMPTS_MAX
from domain.wakeup import Deadline
from storage.actions import Actions
from storage.deadlines import Deadlines
from storage.file_repository import FileRepository

T = TypeVar("T")
Plant = Callable[[pytest.MonkeyPatch], None]


def _nothing(*_: object, **__: object) -> None:
    """Where something should be."""


def _first_changed(change: Callable[..., File], **changes: object) -> Callable[..., File]:
    """The rule, applied to a file that is not quite as it was."""

    def changed(file: File, *asked: Any, **rest: Any) -> File:
        return change(file.model_copy(update=changes), *asked, **rest)

    return changed


# --- The lock -----------------------------------------------------------------------------------


def any_token_is_taken(patch: pytest.MonkeyPatch) -> None:
    def held(file: File, token: int) -> EditJob:
        if file.job is None or file.lock is None:
            raise Refusal(Code.LEASE_LOST, f"{token}", {"fencing_token": file.fencing_token})
        return file.job

    patch.setattr(files, "_held", held)


def a_lease_never_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FileCore, "wake", _nothing)


def a_locked_file_is_deleted(patch: pytest.MonkeyPatch) -> None:
    _unguarded(patch, "deleted")


def a_locked_file_is_renamed(patch: pytest.MonkeyPatch) -> None:
    _unguarded(patch, "renamed")


def _unguarded(patch: pytest.MonkeyPatch, slip: str) -> None:
    check = files.check_unlocked

    def check_unlocked(file: File, verb: str, now_ms: int) -> None:
        if verb != slip:
            check(file, verb, now_ms)

    patch.setattr(files, "check_unlocked", check_unlocked)


def a_held_job_is_claimed(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(jobs.TRANSITIONS, (JobStatus.IN_PROGRESS, JobEvent.CLAIM), JobStatus.IN_PROGRESS)


def an_unlock_leaves_the_token(patch: pytest.MonkeyPatch) -> None:
    force_unlocked = operation.force_unlocked

    def with_old_token(file: File, now_ms: int) -> File:
        kept = {"fencing_token": file.fencing_token}
        return force_unlocked(file, now_ms).model_copy(update=kept)

    patch.setattr(operation, "force_unlocked", with_old_token)


def a_renewal_is_a_new_version(patch: pytest.MonkeyPatch) -> None:
    renewed = files.renewed

    def with_version(file: File, token: int, *, lease_ms: int, now_ms: int) -> File:
        return files.changed(renewed(file, token, lease_ms=lease_ms, now_ms=now_ms), now_ms)

    patch.setattr(files, "renewed", with_version)


# --- Jobs ---------------------------------------------------------------------------------------


def a_job_has_one_try_more(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs, "ATTEMPTS_MAX", ATTEMPTS_MAX + 1)


def every_failure_may_pass(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs, "RETRYABLE", frozenset(FailureCode))


def a_retry_does_not_wait(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("actors.file.backoff_ms", lambda *_: 0)


def a_paused_file_is_claimed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(files, "claimed", _first_changed(files.claimed, is_paused=False))


def a_second_job_is_begun(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EditJob, "is_active", property(lambda job: job.status is JobStatus.IN_PROGRESS))


def a_job_that_comes_again_is_new(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FileRepository, "had_job", _nothing)


def a_deleted_file_keeps_its_job(patch: pytest.MonkeyPatch) -> None:
    deleted = files.deleted

    def with_job(file: File, now_ms: int) -> File:
        return deleted(file, now_ms).model_copy(update={"job": file.job})

    patch.setattr(files, "deleted", with_job)


def an_ended_job_is_cancelled(patch: pytest.MonkeyPatch) -> None:
    cancel = (JobStatus.DONE, JobEvent.CANCEL)
    patch.setitem(jobs.TRANSITIONS, cancel, JobStatus.FAILED)
    patch.setattr(EditJob, "is_active", property(lambda job: job.status is not JobStatus.FAILED))


# --- What is asked of it ------------------------------------------------------------------------


def if_match_is_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(files, "check_version", _nothing)


def a_mark_is_no_new_version(patch: pytest.MonkeyPatch) -> None:
    marked = files.marked

    def unseen(file: File, now_ms: int, *, value: bool) -> File:
        return marked(file, now_ms, value=value).model_copy(update={"version": file.version})

    patch.setattr(files, "marked", unseen)


def an_action_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Actions, "answer", _nothing)
    patch.setattr(
        "storage.actions.KEEP",
        "INSERT OR REPLACE INTO actions (action_id, answer, record, is_owed) VALUES (?, ?, ?, ?)",
    )


def an_old_word_of_the_order_counts(patch: pytest.MonkeyPatch) -> None:
    heard = _first_changed(operation.order_paused, order_pause=OrderPause(revision=-1))
    patch.setattr(operation, "order_paused", heard)


# --- What it owes -------------------------------------------------------------------------------


def news_is_heard_whichever_was_told(patch: pytest.MonkeyPatch) -> None:
    told = FileOutbox.told

    def of_now(self: FileOutbox, effect: TellOrder, file: File, now_ms: int) -> None:
        told(self, effect, file, now_ms)
        self._deadlines.set(Deadline.TELL, None)

    patch.setattr(FileOutbox, "told", of_now)


def an_ending_is_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FileRepository, "owe", _nothing)


def a_dispatch_is_sent_once(patch: pytest.MonkeyPatch) -> None:
    def sent(self: FileOutbox, _: SendDispatch, __: File, ___: int) -> None:
        self._deadlines.set(Deadline.DISPATCH, None)

    patch.setattr(FileOutbox, "sent", sent)


def a_paused_file_is_dispatched(patch: pytest.MonkeyPatch) -> None:
    waits = wakeup._waits_since  # noqa: SLF001 -- a slip may be anywhere
    running = {"is_paused": False, "order_pause": OrderPause()}
    patch.setattr(wakeup, "_waits_since", lambda file: waits(file.model_copy(update=running)))


def what_is_owed_is_owed_in_memory(patch: pytest.MonkeyPatch) -> None:
    def owe(self: Deadlines, kind: str, _: int) -> None:
        self._owed.add(kind)

    patch.setattr(Deadlines, "owe", owe)


def what_was_undone_is_remembered(patch: pytest.MonkeyPatch) -> None:
    def together(self: FileKeeper, body: Callable[[], T]) -> T:
        return self._sql.transaction(body)

    patch.setattr(FileKeeper, "together", together)


def half_of_a_change_is_kept(patch: pytest.MonkeyPatch) -> None:
    """If the database breaks in the middle of it."""
    patch.setattr(FileKeeper, "together", lambda _, body: body())


def a_deleted_file_is_purged_once(patch: pytest.MonkeyPatch) -> None:
    def purged(self: FileOutbox, _: File, __: int) -> None:
        self._deadlines.set(Deadline.PURGE, None)

    patch.setattr(FileOutbox, "purged", purged)


def everything_is_swept(patch: pytest.MonkeyPatch) -> None:
    """Also what was left over only while the sweep was under way."""
    patch.setattr(retention, "swept", lambda file, _: file.model_copy(update={"leftovers": ()}))


def an_old_copy_is_the_archived_one(patch: pytest.MonkeyPatch) -> None:
    """Of an edit that another has followed while it was copied."""
    archived = retention.archived

    def whichever(file: File, _: str, now_ms: int) -> File:
        return archived(file, file.processed_key or "", now_ms)

    patch.setattr(retention, "archived", whichever)


PLANTS: Final[tuple[Plant, ...]] = (
    any_token_is_taken,
    a_lease_never_ends,
    a_locked_file_is_deleted,
    a_locked_file_is_renamed,
    a_held_job_is_claimed,
    an_unlock_leaves_the_token,
    a_renewal_is_a_new_version,
    a_job_has_one_try_more,
    every_failure_may_pass,
    a_retry_does_not_wait,
    a_paused_file_is_claimed,
    a_second_job_is_begun,
    a_job_that_comes_again_is_new,
    a_deleted_file_keeps_its_job,
    an_ended_job_is_cancelled,
    if_match_is_ignored,
    a_mark_is_no_new_version,
    an_action_is_forgotten,
    an_old_word_of_the_order_counts,
    news_is_heard_whichever_was_told,
    an_ending_is_not_told,
    a_dispatch_is_sent_once,
    a_paused_file_is_dispatched,
    what_is_owed_is_owed_in_memory,
    what_was_undone_is_remembered,
    half_of_a_change_is_kept,
    a_deleted_file_is_purged_once,
    everything_is_swept,
    an_old_copy_is_the_archived_one,
)
