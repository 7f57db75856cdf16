"""The jobs of an order: newest first, page by page, and one that has ended stays so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import File
from domain.job import JobStatus
from domain.messages.order import Apply, JobPage, ListJobs
from domain.snapshot import JobSummary, summary
from storage import job_index
from tests.unit.actors.cores import OrderOnPaper, job_id
from tests.unit.factories import (
    JOB_ID,
    NOW_MS,
    a_failure,
    a_file,
    a_job,
    a_locked_file,
    a_reservation,
    an_outcome,
    news,
)


def page(
    order: OrderOnPaper,
    limit: int = 10,
    before: JobSummary | None = None,
    status: JobStatus | None = None,
) -> JobPage:
    position = None if before is None else (before.created_at_ms, before.id)
    message = ListJobs(caller_id="alice", limit=limit, before=position, status=status)
    return order.ask(message, JobPage)


def ids(told: JobPage) -> list[str]:
    return [job.id for job in told.jobs]


def pages(order: OrderOnPaper, limit: int, status: JobStatus | None = None) -> list[JobPage]:
    """All there are, one after the other."""
    read = [page(order, limit, status=status)]
    while read[-1].has_more:
        read.append(page(order, limit, read[-1].jobs[-1], status))
    return read


def a_submitted_file(number: int, created_at_ms: int = NOW_MS, **changes: object) -> File:
    facts = {"id": job_id(number), "created_at_ms": created_at_ms, **changes}
    return a_file(job=a_job(JobStatus.QUEUED, **facts))


def an_order(*created_at_ms: int) -> OrderOnPaper:
    """One file that was submitted at those times, one after the other."""
    order = OrderOnPaper()
    for number, at_ms in enumerate(created_at_ms, start=1):
        order.tell(news(number, a_submitted_file(number, at_ms)))
    return order


# --- Lists --------------------------------------------------------------------------------------


def test_an_order_without_jobs_has_an_empty_list() -> None:
    assert page(OrderOnPaper(news())) == JobPage(jobs=(), has_more=False)


def test_jobs_are_listed_newest_first() -> None:
    order = an_order(NOW_MS, NOW_MS + 2, NOW_MS + 1)

    assert ids(page(order)) == [job_id(2), job_id(3), job_id(1)]


def test_jobs_of_one_moment_have_an_order_too() -> None:
    order = an_order(NOW_MS, NOW_MS, NOW_MS)

    assert ids(page(order)) == [job_id(3), job_id(2), job_id(1)]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers(1, 5))
def test_pages_follow_each_other_without_gap_or_repetition(moments: list[int], limit: int) -> None:
    order = an_order(*(NOW_MS + moment for moment in moments))

    read = pages(order, limit)

    assert [listed for told in read for listed in ids(told)] == ids(page(order, 100))
    assert all(len(told.jobs) == limit for told in read[:-1])


def test_a_page_that_is_just_full_is_the_last() -> None:
    assert not page(an_order(NOW_MS, NOW_MS), limit=2).has_more


def test_a_job_that_comes_between_two_pages_moves_none() -> None:
    order = an_order(NOW_MS, NOW_MS + 1, NOW_MS + 2)
    first = page(order, 2)

    order.tell(news(9, a_submitted_file(9, NOW_MS + 9)))

    assert ids(page(order, 2, first.jobs[-1])) == [job_id(1)]


def test_only_jobs_of_the_status_that_was_asked_for_are_listed_and_paged() -> None:
    order = an_order(NOW_MS, NOW_MS + 1, NOW_MS + 2, NOW_MS + 3)
    ended = [an_outcome(job_id(number), created_at_ms=NOW_MS + number - 1) for number in (1, 3)]
    order.tell(news(5, a_submitted_file(4, NOW_MS + 3), *ended))

    done, queued = pages(order, 1, JobStatus.DONE), pages(order, 10, JobStatus.QUEUED)

    assert [ids(told) for told in done] == [[job_id(3)], [job_id(1)]]
    assert [ids(told) for told in queued] == [[job_id(4), job_id(2)]]
    assert pages(order, 1, JobStatus.IN_PROGRESS) == [JobPage(jobs=(), has_more=False)]


def test_only_its_owner_may_list_an_orders_jobs() -> None:
    with pytest.raises(Refusal) as refused:
        an_order(NOW_MS).tell(ListJobs(caller_id="bob"))

    assert refused.value.code is Code.FORBIDDEN


def test_an_order_that_never_was_has_no_jobs() -> None:
    with pytest.raises(Refusal) as refused:
        OrderOnPaper().tell(ListJobs(caller_id="alice"))

    assert refused.value.code is Code.ORDER_NOT_FOUND


# --- What is known of a job ---------------------------------------------------------------------


@pytest.mark.parametrize("status", JobStatus)
def test_a_job_is_told_as_its_file_told_it(status: JobStatus) -> None:
    job = a_job(status)

    assert page(OrderOnPaper(news(1, a_file(job=job)))).jobs == (summary(job),)


def test_a_job_moves_on_in_its_place() -> None:
    order = OrderOnPaper(news(1, a_submitted_file(1)), news(2, a_submitted_file(2, NOW_MS + 1)))

    order.tell(news(3, a_submitted_file(2, NOW_MS + 1, attempt=1, started_at_ms=NOW_MS)))

    assert ids(page(order)) == [job_id(2), job_id(1)]
    assert page(order).jobs[0].attempt == 1


def test_a_job_of_which_only_its_end_was_told_is_listed() -> None:
    outcome = an_outcome(job_id(1))

    order = OrderOnPaper(news(5, a_submitted_file(2, NOW_MS + 1), outcome))

    assert ids(page(order)) == [job_id(2), job_id(1)]
    assert page(order).jobs[1] == outcome.job


def test_jobs_of_a_deleted_file_stay_listed() -> None:
    gone = an_outcome(error=a_failure(FailureCode.FILE_DELETED))
    ended = a_job(JobStatus.FAILED, error=a_failure(FailureCode.FILE_DELETED))

    order = OrderOnPaper(
        news(1, a_submitted_file(1)), news(2, a_file(job=ended, deleted_at_ms=NOW_MS), gone)
    )

    assert {job.id: job.status for job in page(order).jobs} == {
        JOB_ID: JobStatus.FAILED,
        job_id(1): JobStatus.QUEUED,
    }


@pytest.mark.parametrize(
    "late", [news(1, a_file(job=a_job())), news(2, a_locked_file())], ids=["queued", "in progress"]
)
def test_a_job_that_has_ended_never_goes_back(late: Apply) -> None:
    done = a_file(job=a_job(JobStatus.DONE))
    order = OrderOnPaper(news(3, done, an_outcome()))

    order.tell(late)

    assert [job.status for job in page(order).jobs] == [JobStatus.DONE]


def test_an_end_that_comes_with_stale_news_ends_the_job_in_the_list() -> None:
    order = OrderOnPaper(news(2, a_submitted_file(2, NOW_MS + 1)))
    order.tell(news(1, a_locked_file(), an_outcome()))

    statuses = {job.id: job.status for job in page(order).jobs}

    assert statuses == {job_id(2): JobStatus.QUEUED, JOB_ID: JobStatus.DONE}


def test_an_order_lists_its_newest_jobs_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_index, "ORDER_JOBS_MAX", 3)
    monkeypatch.setattr(job_index, "NOW_AND_THEN", "")  # but always

    order = an_order(*(NOW_MS + number for number in range(5)))

    assert ids(page(order)) == [job_id(5), job_id(4), job_id(3)]


def test_an_order_that_was_restarted_lists_the_same() -> None:
    order = an_order(NOW_MS, NOW_MS + 1)
    before = page(order)

    order.restart()

    assert page(order) == before


def test_an_upload_that_was_only_announced_has_no_job() -> None:
    order = OrderOnPaper()
    order.tell(a_reservation())

    assert page(order).jobs == ()
