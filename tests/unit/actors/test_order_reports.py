"""What an order reports to operators: the newest figures, and which files have failed."""

import pytest

from actors.effects import ExpireUpload, ReportOrder
from domain.file import File
from domain.job import JobStatus
from domain.limits import EFFECT_RETRY_FIRST_MS, REPORT_FILES_MAX, RESERVATION_LIFETIME_MS
from domain.messages.operations import FailedFile, Report
from domain.snapshot import OutcomeKind, summary
from storage import order_repository
from tests.unit.actors.cores import OrderOnPaper, of_kind
from tests.unit.factories import (
    FILE_ID,
    NOW_MS,
    OTHER_FILE_ID,
    a_file,
    a_job,
    a_locked_file,
    a_reservation,
    an_outcome,
    an_upload,
    another_file,
    news,
)

INTERVAL_MS = 10_000
DUE_MS = NOW_MS + INTERVAL_MS
FAILED = a_file(job=a_job(JobStatus.FAILED))
THE_FAILED = FailedFile(
    file_id=FILE_ID, file_name="beach.jpg", job=summary(a_job(JobStatus.FAILED))
)
NO_LONGER_FAILED = FailedFile(file_id=FILE_ID, file_name="beach.jpg", job=None)


def reports(order: OrderOnPaper, now_ms: int = DUE_MS) -> list[Report]:
    """What is reported then, and arrives."""
    return [effect.report for effect in of_kind(ReportOrder, order.settle(now_ms))]


def test_an_order_reports_its_figures_a_while_after_they_changed() -> None:
    order = OrderOnPaper(news())

    assert reports(order, DUE_MS - 1) == []
    (report,) = reports(order)
    assert (report.order_id, report.version) == ("summer-42", order.kept().version)
    assert report.totals == order.kept().totals


def test_changes_that_follow_each_other_are_one_report() -> None:
    order = OrderOnPaper(news())
    order.tell(news(2, a_locked_file()), DUE_MS - 1)

    (report,) = reports(order)

    assert report.version == 2
    assert reports(order, DUE_MS + 10**9) == []


def test_a_report_that_failed_is_made_again_with_the_newest_figures() -> None:
    order = OrderOnPaper(news())
    order.owed(DUE_MS)
    order.tell(news(2, a_locked_file()), DUE_MS)

    (report,) = reports(order, DUE_MS + EFFECT_RETRY_FIRST_MS)

    assert report.version == 2


def test_what_came_while_a_report_was_made_is_reported_next() -> None:
    order = OrderOnPaper(news())
    (first,) = of_kind(ReportOrder, order.owed(DUE_MS))
    order.tell(news(2, a_locked_file()), DUE_MS)

    order.core.finish(first, None, DUE_MS)

    assert [report.version for report in reports(order, DUE_MS + INTERVAL_MS)] == [2]
    assert reports(order, DUE_MS + 10**9) == []


def test_a_late_outcome_that_came_while_a_report_was_made_is_reported_next() -> None:
    order = OrderOnPaper(news(2))
    (first,) = of_kind(ReportOrder, order.owed(DUE_MS))
    order.tell(news(1, None, an_outcome()), DUE_MS)

    order.core.finish(first, None, DUE_MS)

    (second,) = reports(order, DUE_MS + INTERVAL_MS)
    assert second.totals.ended == {OutcomeKind.EDIT_DONE: 1}


def test_an_outcome_in_stale_news_is_reported_too() -> None:
    order = OrderOnPaper(news(2))
    (before,) = reports(order)

    order.tell(news(1, None, an_outcome()), DUE_MS)

    (report,) = reports(order, DUE_MS + INTERVAL_MS)
    assert report.totals.ended == {OutcomeKind.EDIT_DONE: 1}
    assert report.version > before.version


def test_an_upload_that_expired_while_a_report_was_made_is_reported_next() -> None:
    order = OrderOnPaper(news())
    order.tell(a_reservation("other.jpg", OTHER_FILE_ID, lifetime_ms=INTERVAL_MS))
    effects = order.owed(DUE_MS)
    (report,), (expiry,) = of_kind(ReportOrder, effects), of_kind(ExpireUpload, effects)

    order.core.finish(expiry, None, DUE_MS)
    order.core.finish(report, None, DUE_MS)

    (second,) = reports(order, DUE_MS + INTERVAL_MS)
    assert second.totals.intents_expired == 1


def test_figures_that_change_without_an_event_are_the_newer_ones() -> None:
    order = OrderOnPaper(news())
    order.tell(a_reservation("other.jpg", OTHER_FILE_ID, lifetime_ms=INTERVAL_MS + 1))
    (before,) = reports(order)
    order.settle(DUE_MS + 1)

    (after,) = reports(order, DUE_MS + 1 + INTERVAL_MS)

    assert (before.totals.intents_expired, after.totals.intents_expired) == (0, 1)
    assert after.version > before.version
    assert order.kept().version == 1


def test_the_first_upload_that_expires_in_an_order_without_files_is_reported() -> None:
    order = OrderOnPaper()
    order.tell(a_reservation())
    expired_ms = NOW_MS + RESERVATION_LIFETIME_MS
    order.settle(expired_ms)

    (report,) = reports(order, expired_ms + INTERVAL_MS)

    assert report.totals.intents_expired == 1


# --- Failed files -------------------------------------------------------------------------------


def test_a_file_that_has_failed_is_reported_with_its_job() -> None:
    (report,) = reports(OrderOnPaper(news(1, FAILED)))

    assert report.files == (THE_FAILED,)


def test_a_file_that_never_failed_is_not_named() -> None:
    (report,) = reports(OrderOnPaper(news(1, a_file(job=a_job(JobStatus.DONE)))))

    assert report.files == ()


@pytest.mark.parametrize(
    "after",
    [
        a_locked_file(),
        a_file(job=a_job(JobStatus.DONE)),
        a_file(job=a_job(JobStatus.FAILED), deleted_at_ms=NOW_MS),
    ],
    ids=["in progress again", "done", "deleted"],
)
def test_a_file_that_has_failed_no_longer_is_reported_so(after: File) -> None:
    order = OrderOnPaper(news(1, FAILED))
    reports(order)

    order.tell(news(2, after), DUE_MS)

    (report,) = reports(order, DUE_MS + INTERVAL_MS)
    assert report.files == (NO_LONGER_FAILED,)


def test_a_file_that_failed_and_recovered_between_two_reports_is_reported_as_it_is_now() -> None:
    order = OrderOnPaper(news(1, FAILED), news(2, a_locked_file()))

    (report,) = reports(order)

    assert report.files == (NO_LONGER_FAILED,)


def a_failed_file(number: int) -> File:
    file_id = f"file_{number:032x}"
    job = a_job(JobStatus.FAILED, id=f"job_{number:032x}_{'a' * 16}", file_id=file_id)
    return a_file(upload=an_upload(file_id=file_id), name=f"{number}.jpg", job=job)


def test_many_failed_files_are_reported_in_portions_and_each_once() -> None:
    count = REPORT_FILES_MAX + 5
    order = OrderOnPaper(*(news(1, a_failed_file(number)) for number in range(count)))

    made = reports(order)

    named = [file.file_id for report in made for file in report.files]
    assert [len(report.files) for report in made] == [REPORT_FILES_MAX, 5]
    assert len(set(named)) == count


def test_of_a_file_whose_tombstone_is_forgotten_it_is_said_that_it_has_failed_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(order_repository, "ORDER_TOMBSTONES_MAX", 0)
    order = OrderOnPaper(news(1, FAILED))
    reports(order)
    order.tell(news(1, another_file()), DUE_MS)
    order.tell(news(2, a_file(job=a_job(JobStatus.FAILED), deleted_at_ms=NOW_MS)), DUE_MS)

    (effect,) = of_kind(ReportOrder, order.owed(DUE_MS + INTERVAL_MS))
    order.core.finish(effect, None, DUE_MS + INTERVAL_MS)

    assert [(file.file_id, file.job) for file in effect.report.files] == [(FILE_ID, None)]
    assert order.core.next_deadline_ms() is None
