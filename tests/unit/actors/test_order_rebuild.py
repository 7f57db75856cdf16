"""A rebuild counts an order's files anew and asks each for its news; news repairs what is wrong."""

from actors.effects import NudgeFiles, ReportOrder
from domain.file import FileStatus
from domain.job import JobStatus
from domain.limits import NUDGES_PER_EFFECT
from domain.operation import Operation
from tests.unit.actors.cores import OrderOnPaper, of_kind
from tests.unit.factories import FILE_ID, NOW_MS, a_file, a_job, a_locked_file, an_upload, news


def an_order(count: int = 1) -> OrderOnPaper:
    """Of so many files; it owes nothing."""
    uploads = [an_upload(file_id=f"file_{n:032x}", name=f"{n}.jpg") for n in range(count)]
    order = OrderOnPaper(*(news(1, a_file(upload=upload, name=upload.name)) for upload in uploads))
    order.settle()
    order.settle(NOW_MS + order.settings.report_interval_ms)
    return order


def nudged(order: OrderOnPaper) -> list[str]:
    """Whom it asks for news now, and who hears it."""
    return [one for effect in of_kind(NudgeFiles, order.settle()) for one in effect.file_ids]


def test_a_rebuild_counts_the_files_anew_and_reports_it() -> None:
    order = an_order(3)
    order.sql.rows("""UPDATE orders SET totals = json_set(totals, '$.files.queued', 17)""")

    operated = order.operate(Operation.REBUILD, now_ms=NOW_MS)

    report_ms = NOW_MS + order.settings.report_interval_ms
    (report,) = of_kind(ReportOrder, order.settle(report_ms))
    assert order.counts()[FileStatus.QUEUED] == 3
    assert report.report.totals.files[FileStatus.QUEUED] == 3
    assert operated.before == "0 done, 0 failed, 0 in_progress, 17 queued"
    assert operated.after == "0 done, 0 failed, 0 in_progress, 3 queued"


def test_a_rebuild_leaves_the_figures_of_all_time_alone() -> None:
    order = an_order()
    order.sql.rows("UPDATE orders SET totals = json_set(totals, '$.attempts', 9)")

    order.operate(Operation.REBUILD)

    assert order.kept().totals.attempts == 9


def test_a_rebuild_asks_every_file_for_its_news() -> None:
    order = an_order(NUDGES_PER_EFFECT + 1)

    order.operate(Operation.REBUILD)

    assert len(set(nudged(order))) == NUDGES_PER_EFFECT + 1


def test_a_rebuild_is_done_once_per_action_and_again_for_another() -> None:
    order = an_order()
    first = order.operate(Operation.REBUILD)
    order.settle()

    again = order.operate(Operation.REBUILD)
    owed = order.owed()
    another = order.operate(Operation.REBUILD, "action-2")

    assert (again, owed) == (first, [])
    assert another.is_changed


def test_news_of_the_version_that_is_known_repairs_what_is_known_wrongly() -> None:
    truth = news(4, a_locked_file())
    order = OrderOnPaper(news(4, a_file(job=a_job(JobStatus.DONE))))

    order.tell(truth)

    assert order.listed().files == (truth.snapshot,)
    assert order.counts()[FileStatus.IN_PROGRESS] == 1
    assert sum(order.counts().values()) == 1


def test_a_repaired_file_is_an_event_and_one_that_was_right_is_none() -> None:
    order = OrderOnPaper(news(4, a_file(job=a_job(JobStatus.DONE))))
    order.told()

    order.tell(news(4, a_locked_file()))
    order.tell(news(4, a_locked_file()))

    assert [event.subject for event in order.told()] == [FILE_ID]
