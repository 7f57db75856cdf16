"""The operators' actor: figures over all orders, whatever is repeated or late; lists; the audit."""

import pytest

from domain.failure import FailureCode
from domain.file import FileStatus
from domain.limits import AUDIT_RECORDS_MAX, FAILED_FILES_MAX
from domain.messages.operations import Metrics, OrderTotals, RecordActions, Report
from domain.snapshot import OutcomeKind
from tests.unit.actors.operators import (
    OperationsOnPaper,
    a_failed_file,
    a_mended_file,
    a_record,
    a_report,
    totals,
)
from tests.unit.factories import FILE_ID, OTHER_FILE_ID

# --- Figures -----------------------------------------------------------------------------------


def test_where_nobody_has_reported_there_are_no_orders() -> None:
    assert OperationsOnPaper().metrics() == Metrics(
        orders=0, totals=OrderTotals(), parked=0, failed=0
    )


def test_the_figures_of_all_orders_are_added_up() -> None:
    operations = OperationsOnPaper(
        a_report(order_id="o1", revision_required=1, intents_expired=2),
        a_report(order_id="o2", files={FileStatus.FAILED: 1}, ended={OutcomeKind.EDIT_FAILED: 1}),
    )

    metrics = operations.metrics()

    assert metrics.orders == 2
    assert metrics.totals == OrderTotals(
        files={FileStatus.DONE: 1, FileStatus.FAILED: 1},
        revision_required=1,
        ended={OutcomeKind.EDIT_DONE: 1, OutcomeKind.EDIT_FAILED: 1},
        attempts=2,
        copied_bytes=200,
        worked_ms=5_000,
        intents_expired=2,
    )


@pytest.mark.parametrize(
    "reports",
    [
        (a_report(version=1), a_report(version=2, attempts=9)),
        (a_report(version=2, attempts=9), a_report(version=1)),
        (a_report(version=2, attempts=9), a_report(version=2, attempts=9)),
        (a_report(version=2), a_report(version=2, attempts=9)),
    ],
    ids=["in turn", "out of turn", "twice", "of one version, but newer"],
)
def test_an_order_counts_once_as_it_was_told_last(reports: tuple[Report, ...]) -> None:
    operations = OperationsOnPaper(*reports)

    metrics = operations.metrics()

    assert (metrics.orders, metrics.totals) == (1, totals(attempts=9))


def test_what_an_order_has_no_more_is_taken_off() -> None:
    operations = OperationsOnPaper(a_report(), a_report(version=2, files={FileStatus.QUEUED: 1}))

    files = operations.metrics().totals.files

    assert files == {FileStatus.DONE: 0, FileStatus.QUEUED: 1}


def test_figures_outlive_the_actor() -> None:
    operations = OperationsOnPaper(a_report(a_failed_file()))
    before = operations.metrics()

    operations.restart()

    assert operations.metrics() == before


def test_a_report_writes_two_rows() -> None:
    operations = OperationsOnPaper(a_report())
    before = operations.sql.rows_written

    operations.tell(a_report(version=2))

    assert operations.sql.rows_written - before == 2


# --- Failed files ------------------------------------------------------------------------------


def test_failed_files_are_listed_newest_first() -> None:
    operations = OperationsOnPaper(
        a_report(a_failed_file(1), a_failed_file(2)), a_report(a_failed_file(3), order_id="o2")
    )

    assert operations.failed_names() == ["3.jpg", "2.jpg", "1.jpg"]
    assert operations.metrics().failed == 3


def test_a_file_that_has_failed_no_longer_leaves_the_list() -> None:
    operations = OperationsOnPaper(a_report(a_failed_file(1), a_failed_file(2)))

    operations.tell(a_report(a_mended_file(1), version=2))

    assert operations.failed_names() == ["2.jpg"]


def test_a_failure_that_is_told_again_keeps_its_place() -> None:
    operations = OperationsOnPaper(a_report(a_failed_file(1), a_failed_file(2)))

    operations.tell(a_report(a_failed_file(1)))

    assert operations.failed_names() == ["2.jpg", "1.jpg"]


def test_a_file_that_fails_again_comes_first_again() -> None:
    operations = OperationsOnPaper(a_report(a_failed_file(1), a_failed_file(2)))

    again = a_failed_file(1, FailureCode.OUTAGE)
    operations.tell(a_report(again, version=2))

    assert operations.failed_names() == ["1.jpg", "2.jpg"]


def test_a_late_report_brings_no_failure_back() -> None:
    operations = OperationsOnPaper(a_report(a_mended_file(1), version=2))

    operations.tell(a_report(a_failed_file(1), version=1))

    assert operations.failed_names() == []


def test_pages_of_failed_files_say_how_many_remain() -> None:
    operations = OperationsOnPaper(a_report(*map(a_failed_file, range(5))))

    first = operations.failed(limit=2)
    second = operations.failed(limit=2, before=first.next_before)
    last = operations.failed(limit=2, before=second.next_before)

    assert [first.remaining, second.remaining, last.remaining] == [3, 1, 0]
    pages = (*first.files, *second.files, *last.files)
    assert [file.file_name for file in pages] == ["4.jpg", "3.jpg", "2.jpg", "1.jpg", "0.jpg"]
    assert last.next_before is None


def test_of_too_many_failures_the_oldest_are_listed_no_longer() -> None:
    operations = OperationsOnPaper(a_report(*map(a_failed_file, range(FAILED_FILES_MAX + 2))))

    last = operations.failed(before=4).files

    assert [file.file_name for file in last] == ["2.jpg"]
    assert operations.metrics().failed == FAILED_FILES_MAX


# --- The audit ---------------------------------------------------------------------------------


def test_what_was_done_is_recorded_once_and_listed_newest_first() -> None:
    operations = OperationsOnPaper(
        RecordActions(records=(a_record(1), a_record(2))),
        RecordActions(records=(a_record(2), a_record(3))),
    )

    assert operations.audited() == ["act_3", "act_2", "act_1"]
    assert operations.audit().records[0] == a_record(3)


def test_the_audit_of_one_target_tells_of_no_other() -> None:
    records = (a_record(1, FILE_ID), a_record(2, OTHER_FILE_ID), a_record(3, FILE_ID))
    operations = OperationsOnPaper(RecordActions(records=records))

    assert operations.audited(FILE_ID) == ["act_3", "act_1"]
    assert operations.audited("nobody") == []


@pytest.mark.parametrize("target", [None, FILE_ID])
def test_pages_of_the_audit_follow_each_other(target: str | None) -> None:
    operations = OperationsOnPaper(RecordActions(records=tuple(map(a_record, range(3)))))

    first = operations.audit(target, limit=2)
    second = operations.audit(target, limit=2, before=first.next_before)

    pages = (*first.records, *second.records)
    assert [record.action_id for record in pages] == ["act_2", "act_1", "act_0"]
    assert second.next_before is None


def test_the_oldest_records_go_when_there_are_too_many() -> None:
    records = tuple(map(a_record, range(AUDIT_RECORDS_MAX + 2)))
    operations = OperationsOnPaper(RecordActions(records=records))

    oldest = operations.audit(before=4).records

    assert [record.action_id for record in oldest] == ["act_2"]
