"""An order's figures are what a count over its files gives, whatever news came in what order."""

from hypothesis import given
from hypothesis import strategies as st

from domain import file as files
from domain import operation
from domain.failure import FailureCode
from domain.file import File, FileStatus, OrderPause
from domain.job import JobStatus
from domain.messages.operations import OrderTotals
from domain.messages.order import Apply
from domain.snapshot import Outcome, OutcomeKind, outcome, snapshot
from storage.order_repository import OrderRepository
from tests.unit.actors.cores import OrderOnPaper
from tests.unit.factories import LEASE_MS, NOW_MS, a_failure, a_preview, an_upload

FILES = 3
STEPS = st.sampled_from(
    ["submit", "claim", "complete", "fail", "missing", "mark", "pause", "delete"]
)


def an_uploaded_file(number: int) -> File:
    file_id = f"file_{number:032x}"
    return files.registered(an_upload(file_id=file_id, name=f"{number}.jpg"), NOW_MS)


def ended(file: File, code: FailureCode) -> File:
    return files.attempt_failed(
        file, file.fencing_token, a_failure(code), backoff_ms=0, now_ms=NOW_MS
    )


def _waits(file: File) -> bool:
    is_queued = file.job is not None and file.job.status is JobStatus.QUEUED
    return is_queued and not file.holds_jobs_back


def stepped(file: File, step: str, number: int) -> File:
    """What the step makes of the file; nothing, where it cannot be taken."""
    job = file.job
    match step:
        case _ if file.deleted_at_ms is not None:
            return file
        case "submit" if job is None or not job.is_active:
            return files.submitted(file, f"job_{file.id[5:]}_{number:016x}", NOW_MS)
        case "claim" if job is not None and _waits(file):
            return files.claimed(file, job.id, "w", lease_ms=LEASE_MS, now_ms=NOW_MS)
        case "complete" if file.lock is not None:
            return files.completed(
                file, file.fencing_token, a_preview(), copied_bytes=5, now_ms=NOW_MS
            )
        case "fail" if file.lock is not None:
            return ended(file, FailureCode.CORRUPT_IMAGE)
        case "missing" if file.lock is not None:
            return ended(file, FailureCode.RAW_MISSING)
        case "mark" if file.lock is None:
            return files.marked(file, NOW_MS, value=not file.marked)
        case "pause":
            pause = OrderPause(revision=number, is_paused=number % 2 == 0)
            return operation.order_paused(file, pause, NOW_MS)
        case "delete" if file.lock is None:
            return files.deleted(file, NOW_MS)
    return file


class Story:
    """What some files went through, and all the news that they told of it."""

    def __init__(self, steps: list[tuple[int, str]]) -> None:
        self.files = {number: an_uploaded_file(number) for number in range(FILES)}
        self.news = [Apply(snapshot=snapshot(file)) for file in self.files.values()]
        self._owed: dict[int, list[Outcome]] = {number: [] for number in range(FILES)}
        for at, (number, step) in enumerate(steps):
            self._take(number, step, at + 1)

    def _take(self, number: int, step: str, at: int) -> None:
        before = self.files[number]
        after = stepped(before, step, at)
        if after.version == before.version:
            return
        self.files[number] = after
        if after.job != before.job and (end := outcome(after)):
            self._owed[number].append(end)
        self.news.append(Apply(snapshot=snapshot(after), outcomes=tuple(self._owed[number])))

    @property
    def counts(self) -> dict[FileStatus, int]:
        present = [file.status for file in self.files.values() if file.deleted_at_ms is None]
        return {status: present.count(status) for status in FileStatus}

    @property
    def waiting(self) -> int:
        present = [file for file in self.files.values() if file.deleted_at_ms is None]
        return sum(file.waits_for_revision for file in present)

    @property
    def ends(self) -> dict[OutcomeKind, int]:
        kinds = [end.kind for owed in self._owed.values() for end in owed]
        return {kind: kinds.count(kind) for kind in set(kinds)}


STORIES = st.lists(st.tuples(st.integers(0, FILES - 1), STEPS), max_size=25).map(Story)


def recounted(order: OrderOnPaper) -> OrderTotals:
    return OrderRepository(order.sql).recounted(order.kept().totals)


@st.composite
def told(draw: st.DrawFn) -> tuple[Story, list[Apply]]:
    """A story with its news in any order, some of it twice. The last of each file arrives."""
    story = draw(STORIES)
    shuffled = draw(st.permutations(story.news))
    again = draw(st.lists(st.sampled_from(story.news), max_size=6))
    return story, [*again, *shuffled]


@given(told())
def test_the_figures_are_the_fold_over_all_files_whatever_the_order_of_news(
    story_and_news: tuple[Story, list[Apply]],
) -> None:
    story, heard = story_and_news

    totals = OrderOnPaper(*heard).kept().totals

    assert totals.files == story.counts
    assert totals.revision_required == story.waiting
    assert totals.ended == story.ends


@given(told(), st.integers(0, 40))
def test_at_every_moment_the_figures_are_those_of_a_recount(
    story_and_news: tuple[Story, list[Apply]], until: int
) -> None:
    _, heard = story_and_news
    order = OrderOnPaper(*heard[: until + 1])

    assert order.kept().totals == recounted(order)


@given(told(), st.data())
def test_news_that_is_lost_for_good_is_made_up_for_by_the_newest(
    story_and_news: tuple[Story, list[Apply]], data: st.DataObject
) -> None:
    story, heard = story_and_news
    newest = {apply.snapshot.file_id: apply for apply in story.news}
    some = data.draw(st.lists(st.sampled_from(heard), max_size=10))

    order = OrderOnPaper(*some, *newest.values())

    assert order.counts() == story.counts
    assert order.kept().totals.ended == story.ends
    assert order.kept().totals == recounted(order)


@given(told())
def test_a_rebuild_of_what_is_right_changes_no_figure(
    story_and_news: tuple[Story, list[Apply]],
) -> None:
    order = OrderOnPaper(*story_and_news[1])
    before = order.kept().totals

    order.operate(operation.Operation.REBUILD)

    assert order.kept().totals == before
