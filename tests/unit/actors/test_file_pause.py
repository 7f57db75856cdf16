"""A paused file dispatches nothing, and a resumed one does; its order's word comes in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import FileStatus, OrderPause
from domain.limits import DISPATCH_TIMEOUT_MAX_MS
from domain.messages.file import DeleteFile, Nudge
from domain.messages.order import Applied
from domain.operation import Operation
from tests.unit.actors.cores import FileOnPaper, dispatched, told
from tests.unit.factories import LEASE_MS, NOW_MS, OTHER_JOB_ID, a_failure

LATER_MS = NOW_MS + 10**9
BACKOFF_MS = 5_000


def a_file(*, is_submitted: bool = True) -> FileOnPaper:
    """That owes nothing but, in the end, another dispatch."""
    file = FileOnPaper()
    if is_submitted:
        file.submit()
    file.settle()
    return file


def nudge(file: FileOnPaper, revision: int, *, is_paused: bool, now_ms: int = NOW_MS) -> None:
    pause = OrderPause(revision=revision, is_paused=is_paused)
    file.tell(Nudge(order_pause=pause), now_ms)


def nudge_in_turn(file: FileOnPaper, revisions: list[int]) -> None:
    """The odd ones pause."""
    for revision in revisions:
        nudge(file, revision, is_paused=revision % 2 == 1)


def pause(file: FileOnPaper) -> None:
    file.operate(Operation.PAUSE, "pause")


def resume(file: FileOnPaper, now_ms: int = NOW_MS) -> None:
    file.operate(Operation.RESUME, "resume", now_ms=now_ms)


# --- Dispatch -----------------------------------------------------------------------------------


def test_a_paused_file_dispatches_nothing_however_long_it_waits() -> None:
    file = a_file()

    pause(file)

    assert dispatched(file.settle(LATER_MS)) == []


def test_a_job_submitted_to_a_paused_file_waits_too() -> None:
    file = a_file(is_submitted=False)
    pause(file)

    file.submit()

    assert dispatched(file.settle(LATER_MS)) == []
    assert file.seen().status is FileStatus.QUEUED


def test_a_resumed_file_dispatches_at_once() -> None:
    file = a_file()
    pause(file)
    file.settle()

    resume(file, LATER_MS)

    assert len(dispatched(file.settle(LATER_MS))) == 1


def test_a_resumed_file_repeats_its_dispatch_without_the_patience_of_before_the_pause() -> None:
    file = a_file()
    pause(file)
    resume(file, LATER_MS)
    file.settle(LATER_MS)

    again_ms = LATER_MS + file.settings.dispatch_timeout_ms

    assert dispatched(file.settle(again_ms - 1)) == []
    assert len(dispatched(file.settle(again_ms))) == 1


def test_a_resumed_file_does_not_claim_within_the_backoff_of_a_retry() -> None:
    file = a_file()
    file.fail(file.claim().token)
    pause(file)
    resume(file)

    assert dispatched(file.settle(NOW_MS + BACKOFF_MS - 1)) == []
    assert len(dispatched(file.settle(NOW_MS + BACKOFF_MS))) == 1


def test_a_dispatch_that_was_on_its_way_when_the_file_was_paused_is_refused() -> None:
    file = a_file()
    pause(file)

    with pytest.raises(Refusal) as refused:
        file.claim()

    assert refused.value.code is Code.JOB_NOT_CLAIMABLE


def test_a_dispatch_sent_while_the_file_was_being_paused_brings_back_no_deadline() -> None:
    file = FileOnPaper()
    file.submit()
    (dispatch,) = dispatched(file.owed())
    pause(file)

    file.core.finish(dispatch, None, NOW_MS)

    assert dispatched(file.settle(LATER_MS)) == []
    assert file.core.next_deadline_ms() is None


def test_the_worker_that_holds_a_file_when_it_is_paused_may_finish() -> None:
    file = a_file()
    token = file.claim().token
    pause(file)

    file.complete(token)

    assert file.seen().status is FileStatus.DONE


def test_a_lease_runs_out_in_a_pause_as_ever_and_the_job_waits_for_the_end_of_the_pause() -> None:
    file = a_file()
    file.claim()
    pause(file)
    expired_ms = NOW_MS + LEASE_MS

    assert dispatched(file.settle(expired_ms + DISPATCH_TIMEOUT_MAX_MS)) == []
    assert not file.seen(expired_ms).locked
    resume(file, LATER_MS)
    assert len(dispatched(file.settle(LATER_MS))) == 1


def test_a_paused_file_can_be_deleted_and_its_job_ends() -> None:
    file = a_file()
    pause(file)

    file.tell(DeleteFile(caller_id="alice"))

    (tell,) = told(file.settle())
    assert [outcome.job.error for outcome in tell.apply.outcomes] == [
        a_failure(FailureCode.FILE_DELETED).model_copy(update={"detail": "the file was deleted"})
    ]


# --- The order's word ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_own", [True, False], ids=["the file", "its order"])
def test_what_is_paused_is_told(*, is_own: bool) -> None:
    file = a_file()

    pause(file) if is_own else nudge(file, 1, is_paused=True)

    (tell,) = told(file.settle())
    assert tell.apply.snapshot.is_paused


def test_a_file_hears_of_a_pause_with_the_reply_to_its_news() -> None:
    file = FileOnPaper()
    file.submit()
    (tell,) = told(file.owed())

    pause = OrderPause(revision=1, is_paused=True)
    file.core.finish(tell, Applied(pause=pause), NOW_MS)

    assert file.inspected().order_pause == pause
    assert dispatched(file.settle(LATER_MS)) == []


def test_a_pause_heard_of_with_a_reply_is_told_to_the_order_in_turn() -> None:
    file = FileOnPaper()
    (tell,) = told(file.owed())

    file.core.finish(tell, Applied(pause=OrderPause(revision=1, is_paused=True)), NOW_MS)

    assert [tell.apply.snapshot.is_paused for tell in told(file.settle())] == [True]


def test_a_reply_that_tells_nothing_new_makes_no_new_version() -> None:
    file = a_file()
    version = file.seen().version

    nudge(file, 0, is_paused=False)
    file.settle()

    assert file.seen().version == version
    assert file.core.next_deadline_ms() == NOW_MS + file.settings.dispatch_timeout_ms


def test_a_nudged_file_tells_its_order_though_nothing_has_changed() -> None:
    file = a_file()

    nudge(file, 0, is_paused=False)

    assert [tell.apply.snapshot for tell in told(file.settle())] == [file.seen()]


def test_a_nudged_file_that_was_deleted_tells_its_order_so_again_and_stays_as_it_was() -> None:
    file = a_file()
    file.tell(DeleteFile(caller_id="alice"))
    (before,) = told(file.settle())

    nudge(file, 1, is_paused=True)

    (again,) = told(file.settle())
    assert again.apply.snapshot == before.apply.snapshot


def test_a_file_paused_in_both_ways_waits_for_both_to_end() -> None:
    file = a_file()
    pause(file)
    nudge(file, 1, is_paused=True)
    file.settle()

    nudge(file, 2, is_paused=False)
    still_waits = dispatched(file.settle(LATER_MS))
    resume(file, LATER_MS)

    assert still_waits == []
    assert len(dispatched(file.settle(LATER_MS))) == 1


@given(st.permutations(range(1, 6)), st.lists(st.integers(1, 5), max_size=4))
def test_the_newest_word_counts_in_whatever_order_words_come(
    shuffled: list[int], repeated: list[int]
) -> None:
    file = a_file(is_submitted=False)

    nudge_in_turn(file, [*shuffled, *repeated])

    assert file.inspected().order_pause == OrderPause(revision=5, is_paused=True)


def test_a_new_job_after_a_pause_that_came_and_went_is_dispatched_once() -> None:
    file = a_file()
    file.complete(file.claim().token)
    nudge(file, 1, is_paused=True)
    nudge(file, 2, is_paused=False)
    file.settle()

    file.submit(OTHER_JOB_ID)

    assert [sent.dispatch.job_id for sent in dispatched(file.settle())] == [OTHER_JOB_ID]
