"""An order's figures: each piece of news moves exactly what has changed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import totals
from domain.failure import FailureCode
from domain.file import File, FileStatus
from domain.job import JobStatus
from domain.messages.operations import OrderTotals
from domain.snapshot import OutcomeKind, snapshot
from tests.unit.factories import NOW_MS, a_failure, a_file, a_job, a_locked_file, an_outcome

NOTHING = dict.fromkeys(FileStatus, 0)
MISSING = a_file(job=a_job(JobStatus.FAILED, error=a_failure(FailureCode.RAW_MISSING)))
FAILED = a_file(job=a_job(JobStatus.FAILED))
DELETED = a_file(deleted_at_ms=NOW_MS)
STATES = [a_file(), a_locked_file(), a_file(job=a_job(JobStatus.DONE)), FAILED, MISSING, DELETED]


def after(*states: File) -> OrderTotals:
    """The totals of an order that heard of one file's states, one after the other."""
    kept, known = OrderTotals(), None
    for state in map(snapshot, states):
        kept, known = totals.with_file(kept, known, state), state
    return kept


@pytest.mark.parametrize(
    ("states", "files", "waiting"),
    [
        ([a_file()], {FileStatus.QUEUED: 1}, 0),
        ([a_file(), a_locked_file()], {FileStatus.IN_PROGRESS: 1}, 0),
        ([a_locked_file(), a_file(job=a_job(JobStatus.DONE))], {FileStatus.DONE: 1}, 0),
        ([a_locked_file(), FAILED], {FileStatus.FAILED: 1}, 0),
        ([a_locked_file(), MISSING], {FileStatus.QUEUED: 1}, 1),
        ([MISSING, a_locked_file()], {FileStatus.IN_PROGRESS: 1}, 0),
        ([MISSING, DELETED], {}, 0),
        ([DELETED], {}, 0),
        ([DELETED, DELETED], {}, 0),
        ([a_file(), a_file(name="new.jpg")], {FileStatus.QUEUED: 1}, 0),
    ],
    ids=[
        "new",
        "claimed",
        "done",
        "failed",
        "photo missing",
        "photo there again",
        "deleted while its photo was missing",
        "first heard of when deleted",
        "deleted twice",
        "renamed",
    ],
)
def test_a_file_counts_under_its_newest_status(
    states: Sequence[File], files: dict[FileStatus, int], waiting: int
) -> None:
    kept = after(*states)

    assert kept.files == NOTHING | files
    assert kept.revision_required == waiting


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=12))
def test_whatever_a_file_goes_through_it_counts_as_if_only_its_last_state_were_known(
    states: list[File],
) -> None:
    assert after(*states) == after(states[-1])


def test_a_file_that_changes_leaves_the_figures_of_ended_jobs_alone() -> None:
    known = OrderTotals(ended={OutcomeKind.EDIT_DONE: 3}, attempts=4, copied_bytes=5, worked_ms=6)

    counted = totals.with_file(known, None, snapshot(a_file()))

    assert counted == known.model_copy(update={"files": NOTHING | {FileStatus.QUEUED: 1}})


def test_an_ended_job_counts_with_its_attempts_its_bytes_and_its_time() -> None:
    done = an_outcome(attempt=2, started_at_ms=NOW_MS, finished_at_ms=NOW_MS + 700)

    once = totals.with_outcome(OrderTotals(), done)
    twice = totals.with_outcome(once, done)

    assert once == OrderTotals(
        ended={OutcomeKind.EDIT_DONE: 1}, attempts=2, copied_bytes=5, worked_ms=700
    )
    assert twice == OrderTotals(
        ended={OutcomeKind.EDIT_DONE: 2}, attempts=4, copied_bytes=10, worked_ms=1_400
    )


def test_a_job_cancelled_before_it_began_took_no_time() -> None:
    cancelled = an_outcome(
        error=a_failure(FailureCode.CANCELLED),
        attempt=0,
        started_at_ms=None,
        finished_at_ms=NOW_MS + 700,
    )

    assert totals.with_outcome(OrderTotals(), cancelled) == OrderTotals(
        ended={OutcomeKind.EDIT_CANCELLED: 1}
    )


def test_an_expired_intent_counts_one() -> None:
    assert totals.with_expired_intent(OrderTotals(intents_expired=1)).intents_expired == 2


FIGURES = st.builds(
    OrderTotals,
    files=st.dictionaries(st.sampled_from(FileStatus), st.integers(0, 9)),
    revision_required=st.integers(0, 9),
    ended=st.dictionaries(st.sampled_from(OutcomeKind), st.integers(0, 9)),
    attempts=st.integers(0, 9),
    copied_bytes=st.integers(0, 9),
    worked_ms=st.integers(0, 9),
    intents_expired=st.integers(0, 9),
)


@given(FIGURES, FIGURES)
def test_what_is_added_and_taken_away_again_leaves_the_same(
    one: OrderTotals, other: OrderTotals
) -> None:
    back = totals.combined(totals.combined(one, other), other, -1)

    zeros = {kind: 0 for kind in other.ended if kind not in one.ended}
    none = {status: 0 for status in other.files if status not in one.files}
    assert back == one.model_copy(update={"ended": one.ended | zeros, "files": one.files | none})


def test_every_figure_there_is_is_combined() -> None:
    one = OrderTotals(
        files={FileStatus.DONE: 1},
        revision_required=1,
        ended={OutcomeKind.EDIT_DONE: 1},
        attempts=1,
        copied_bytes=1,
        worked_ms=1,
        intents_expired=1,
    )

    both = totals.combined(one, one).model_dump()

    assert set(one.model_dump()) == set(OrderTotals.model_fields)
    assert all(figure in (2, {"done": 2}, {"edit_done": 2}) for figure in both.values())


def test_figures_are_described_in_a_few_words() -> None:
    assert totals.described(after(a_locked_file())) == "0 done, 0 failed, 1 in_progress, 0 queued"
