"""An order's figures, kept up with each piece of news instead of counted again."""

from collections.abc import Mapping
from typing import TypeVar

from domain.file import FileStatus
from domain.messages.operations import OrderTotals
from domain.snapshot import FileSnapshot, Outcome

K = TypeVar("K")


def with_file(totals: OrderTotals, before: FileSnapshot | None, after: FileSnapshot) -> OrderTotals:
    """One file has changed from what was known of it, or is new, or is gone."""
    files = {status: totals.files.get(status, 0) for status in FileStatus}
    waiting = totals.revision_required
    for known, sign in ((before, -1), (after, 1)):
        if known is not None and not known.deleted:
            files[known.status] += sign
            waiting += sign * known.waits_for_revision
    return totals.model_copy(update={"files": files, "revision_required": waiting})


def with_outcome(totals: OrderTotals, outcome: Outcome) -> OrderTotals:
    """One job has ended. To be counted once."""
    job = outcome.job
    began_ms, ended_ms = job.started_at_ms, job.finished_at_ms
    worked_ms = 0 if began_ms is None or ended_ms is None else ended_ms - began_ms
    return totals.model_copy(
        update={
            "ended": added(totals.ended, {outcome.kind: 1}),
            "attempts": totals.attempts + job.attempt,
            "copied_bytes": totals.copied_bytes + (job.result.copied_bytes if job.result else 0),
            "worked_ms": totals.worked_ms + worked_ms,
        }
    )


def with_expired_intent(totals: OrderTotals) -> OrderTotals:
    return totals.model_copy(update={"intents_expired": totals.intents_expired + 1})


def combined(one: OrderTotals, other: OrderTotals, sign: int = 1) -> OrderTotals:
    """The figures of both or, with the sign -1, of the first without the second."""
    return OrderTotals(
        files=added(one.files, other.files, sign),
        revision_required=one.revision_required + sign * other.revision_required,
        ended=added(one.ended, other.ended, sign),
        attempts=one.attempts + sign * other.attempts,
        copied_bytes=one.copied_bytes + sign * other.copied_bytes,
        worked_ms=one.worked_ms + sign * other.worked_ms,
        intents_expired=one.intents_expired + sign * other.intents_expired,
    )


def added(one: Mapping[K, int], other: Mapping[K, int], sign: int = 1) -> dict[K, int]:
    return {key: one.get(key, 0) + sign * other.get(key, 0) for key in {**one, **other}}


def described(totals: OrderTotals) -> str:
    """In a few words, for the audit."""
    return ", ".join(f"{count} {status}" for status, count in sorted(totals.files.items()))
