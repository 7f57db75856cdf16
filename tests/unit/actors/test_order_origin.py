"""An order between two sides: what its files' actors tell, and what the origin says besides."""

import pytest

from actors.effects import NudgeFiles, ReportOrder
from domain import file as files
from domain.errors import Code, Refusal
from domain.failure import FailureCode
from domain.file import FileStatus
from domain.job import JobStatus
from domain.messages.order import (
    ActiveFile,
    ActiveFiles,
    JobPage,
    ListActive,
    ListJobs,
    ListMarked,
    ListNames,
    MarkedFiles,
    NamedFiles,
    OriginCopy,
    Reserved,
)
from domain.operation import Operation
from domain.snapshot import snapshot
from tests.unit.actors.cores import of_kind
from tests.unit.actors.hydrated import also_told, an_order, hydration, names_of, told
from tests.unit.factories import (
    FILE_ID,
    NOW_MS,
    OTHER_FILE_ID,
    a_failure,
    a_file,
    a_job,
    a_locked_file,
    a_reservation,
    news,
)

# --- Files --------------------------------------------------------------------------------------


def test_an_order_comes_to_be_with_what_the_origin_says_of_it() -> None:
    order = an_order(hydration(told(), also_told(status=FileStatus.DONE)))

    assert order.listed().files == (told(), also_told(status=FileStatus.DONE))
    assert order.counts() == {"queued": 1, "in_progress": 0, "done": 1, "failed": 0}
    assert order.kept().owner_id == "alice"
    assert order.told() == []


def test_one_without_files_comes_to_be_as_well() -> None:
    assert an_order(hydration()).status().total == 0


def test_it_is_the_callers_and_nobody_elses() -> None:
    order = an_order(hydration(told()))

    with pytest.raises(Refusal) as refused:
        order.tell(hydration(told()).model_copy(update={"caller_id": "bob"}))

    assert refused.value.code is Code.FORBIDDEN


def test_what_changes_there_is_an_event_each_with_the_figures_of_then() -> None:
    order = an_order(hydration(told(), also_told()))
    version = order.kept().version
    done = told(status=FileStatus.DONE, version=2)

    order.tell(hydration(done, at_ms=NOW_MS + 1))

    gone, changed = order.told()
    assert (gone.type, gone.subject, gone.data.status.total) == (
        "darkroom.file.deleted",
        OTHER_FILE_ID,
        1,
    )
    assert gone.data.file.version == also_told().version + 1
    assert (changed.type, changed.subject) == ("darkroom.file.changed", FILE_ID)
    assert [gone.cursor, changed.cursor] == [f"epoch1-{version + 1}", f"epoch1-{version + 2}"]
    assert order.kept().version == version + 2
    assert order.counts() == {"queued": 0, "in_progress": 0, "done": 1, "failed": 0}


def test_the_same_again_changes_nothing() -> None:
    order = an_order(hydration(told()))
    version = order.kept().version

    order.tell(hydration(told(), at_ms=NOW_MS + 1))

    assert order.kept().version == version
    assert order.told() == []


def test_what_a_files_actor_has_told_counts_whatever_the_origin_says() -> None:
    order = an_order(news(1), hydration(told("theirs.jpg", version=99), also_told()))

    assert names_of(order) == ["beach.jpg", "older.jpg"]


def test_a_files_first_own_news_counts_even_under_an_older_version() -> None:
    order = an_order(hydration(told("theirs.jpg", version=99)))

    order.tell(news(1))
    order.tell(hydration(at_ms=NOW_MS + 1))

    assert names_of(order) == ["beach.jpg"]
    assert order.status().total == 1


def test_the_same_news_as_the_origins_make_a_file_ours() -> None:
    order = an_order(hydration(snapshot(a_file())))

    order.tell(news(1))
    order.tell(hydration(at_ms=NOW_MS + 1))

    assert names_of(order) == ["beach.jpg"]


def test_what_was_deleted_here_stays_deleted() -> None:
    gone = news(2, files.deleted(a_file(), NOW_MS))
    order = an_order(news(1), gone, hydration(told(version=99)))

    assert names_of(order) == []


def test_files_stand_as_the_origin_lists_them_and_then_those_it_has_not_heard_of() -> None:
    third = also_told("third.jpg").model_copy(update={"file_id": f"file_{'d' * 32}"})
    order = an_order(news(1), hydration(also_told(), told(), third))

    assert names_of(order) == ["older.jpg", "beach.jpg", "third.jpg"]

    fourth = also_told("fourth.jpg").model_copy(update={"file_id": f"file_{'c' * 32}"})
    order.tell(hydration(fourth, also_told(), at_ms=NOW_MS + 1))
    assert names_of(order) == ["fourth.jpg", "older.jpg", "beach.jpg"]


def test_what_the_origin_lists_twice_is_there_once() -> None:
    assert names_of(an_order(hydration(told(), told()))) == ["old.jpg"]


# --- Names --------------------------------------------------------------------------------------


def test_names_of_the_origins_are_taken_and_free_again() -> None:
    order = an_order(hydration(told("a.jpg")))
    wanted = a_reservation("A.jpg", OTHER_FILE_ID)

    with pytest.raises(Refusal) as refused:
        order.tell(wanted)
    order.tell(hydration(at_ms=NOW_MS + 1))

    assert refused.value.code is Code.NAME_TAKEN
    assert order.ask(wanted, Reserved).file_id == OTHER_FILE_ID


def test_names_that_are_swapped_there_are_swapped_here() -> None:
    order = an_order(hydration(told("a.jpg"), also_told("b.jpg")))

    order.tell(hydration(told("b.jpg"), also_told("a.jpg"), at_ms=NOW_MS + 1))

    holder = a_reservation("a.jpg", OTHER_FILE_ID, is_upload=False)
    assert order.ask(holder, Reserved).file_id == OTHER_FILE_ID
    with pytest.raises(Refusal):
        order.tell(a_reservation("b.jpg", OTHER_FILE_ID, is_upload=False))


# --- What else is read --------------------------------------------------------------------------


def test_jobs_of_the_origins_files_are_the_orders() -> None:
    job = snapshot(a_file(job=a_job(JobStatus.DONE))).job
    order = an_order(hydration(told(job=job)))

    page = order.ask(ListJobs(caller_id="alice"), JobPage)

    assert page.jobs == (job,)
    assert page.origin == OriginCopy(is_fresh=True)


def test_marked_files_of_the_origin_are_marked_here() -> None:
    order = an_order(hydration(told(marked=True), also_told()))

    marked = order.ask(ListMarked(caller_id="alice"), MarkedFiles)

    assert marked == MarkedFiles(file_ids=(FILE_ID,), origin=OriginCopy(is_fresh=True))


def test_all_names_are_told_at_once() -> None:
    order = an_order(hydration(told(), also_told()))

    named = order.ask(ListNames(caller_id="alice"), NamedFiles)

    assert named.files == ((FILE_ID, "old.jpg"), (OTHER_FILE_ID, "older.jpg"))
    assert (named.version, named.epoch) == (2, "epoch1")
    assert named.origin == OriginCopy(is_fresh=True)


def test_of_active_files_only_our_own_are_told() -> None:
    working = snapshot(a_file(job=a_job())).job
    order = an_order(
        news(1, a_locked_file().model_copy(update={"marked": True})),
        hydration(also_told(job=working)),
    )

    active = order.ask(ListActive(caller_id="alice"), ActiveFiles)

    assert active.files == (ActiveFile(file_id=FILE_ID, marked=True),)


def test_only_files_with_an_actor_are_nudged() -> None:
    order = an_order(news(1), hydration(also_told()))

    order.operate(Operation.PAUSE)

    nudged = of_kind(NudgeFiles, order.owed())
    assert [effect.file_ids for effect in nudged] == [(FILE_ID,)]


def test_a_failure_there_is_no_failure_of_ours() -> None:
    error = a_failure(FailureCode.CORRUPT_IMAGE)
    failed = snapshot(a_file(job=a_job(JobStatus.FAILED, error=error)))
    order = an_order(hydration(failed))

    reports = of_kind(ReportOrder, order.owed(NOW_MS + 60_000))

    assert [effect.report.files for effect in reports] == [()]
    assert order.counts()[FileStatus.FAILED] == 1
