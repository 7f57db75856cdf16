"""What a file's actor has in memory is never ahead of what it has kept, whatever breaks."""

from collections.abc import Callable

import pytest

from actors.file import FileCore
from domain.errors import Code, Refusal
from domain.messages.file import DeleteFile, DescribeFile, Inspect, Inspection, Register, UpdateFile
from domain.operation import Operation
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.actors.breakable_sql import BreakableSql
from tests.unit.actors.cores import FileOnPaper, dispatched, told
from tests.unit.factories import JOB_ID, LEASE_MS, NOW_MS, OTHER_JOB_ID, an_upload

EXPIRED_MS = NOW_MS + LEASE_MS
STATEMENTS = range(20)  # at each of which a step below may break; none takes more

Step = Callable[[FileOnPaper], object]
FREE: dict[str, Step] = {
    "submit": lambda file: file.submit(OTHER_JOB_ID),
    "rename": lambda file: file.tell(UpdateFile(caller_id="alice", name="new.jpg")),
    "delete": lambda file: file.tell(DeleteFile(caller_id="alice")),
    "pause": lambda file: file.operate(Operation.PAUSE),
    "be told": lambda file: file.settle(),
}
HELD: dict[str, Step] = {
    "complete": lambda file: file.complete(1),
    "fail": lambda file: file.fail(1),
    "lease expires": lambda file: file.seen(EXPIRED_MS),
    "unlock": lambda file: file.operate(Operation.FORCE_UNLOCK),
    "cancel": lambda file: file.operate(Operation.CANCEL),
}


class BreakableFile(FileOnPaper):
    def __init__(self) -> None:
        super().__init__(is_registered=False)
        self.breakable = BreakableSql(self.sql)
        self.core = FileCore(self.breakable, self.settings, lambda: 1.0)
        self.tell(Register(upload=an_upload()))

    def kept(self) -> Inspection:
        """As an actor knows it that has just been started from what is kept."""
        fresh = FileCore(self.sql, self.settings, lambda: 1.0)
        known = fresh.receive(Inspect().model_dump_json(), NOW_MS)
        assert isinstance(known, Inspection)
        return known


def a_free_file() -> BreakableFile:
    """With one job behind it."""
    file = BreakableFile()
    file.submit()
    file.complete(file.claim().token)
    file.core.take_happenings()
    return file


def a_held_file() -> BreakableFile:
    file = BreakableFile()
    file.submit()
    file.claim()
    file.core.take_happenings()
    return file


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize(
    ("a_file", "step"),
    [*((a_free_file, step) for step in FREE.values()), *((a_held_file, s) for s in HELD.values())],
    ids=[*FREE, *HELD],
)
def test_an_actor_whose_database_fails_knows_what_is_kept_and_logs_no_more(
    a_file: Callable[[], BreakableFile], step: Step, statement: int
) -> None:
    file = a_file()
    before = file.kept()

    file.breakable.breaks_at(statement, lambda: step(file))

    after = file.kept()
    assert file.inspected() == after
    is_changed = after.file.version != before.file.version
    assert is_changed or file.core.take_happenings() == []


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("step", FREE.values(), ids=FREE)
def test_a_step_that_broke_can_be_made_again(step: Step, statement: int) -> None:
    smooth, broken = a_free_file(), a_free_file()
    step(smooth)

    broken.breakable.breaks_at(statement, lambda: step(broken))
    step(broken)

    expected, made = smooth.kept(), broken.kept()
    assert made.file == expected.file
    assert made.jobs == expected.jobs


def test_a_step_is_short_enough_to_have_been_broken_everywhere() -> None:
    file = a_held_file()

    file.breakable.breaks_at(max(STATEMENTS), lambda: file.complete(1))

    assert not file.seen().locked


# --- Refusals -----------------------------------------------------------------------------------


def test_what_time_alone_has_changed_is_kept_and_logged_though_the_message_is_refused() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()
    file.core.take_happenings()

    with pytest.raises(Refusal):
        file.tell(DescribeFile(caller_id="bob"), EXPIRED_MS)

    assert [line.event for line in file.core.take_happenings()] == ["job.requeued"]
    assert not file.seen().locked


def test_a_late_answer_that_finds_its_own_lease_expired_is_refused_and_the_end_is_logged() -> None:
    file = FileOnPaper()
    file.submit()
    token = file.claim().token
    file.core.take_happenings()

    with pytest.raises(Refusal) as refused:
        file.complete(token, EXPIRED_MS)

    assert refused.value.code is Code.LEASE_LOST
    assert [line.event for line in file.core.take_happenings()] == ["job.requeued"]


def test_a_refused_message_logs_nothing() -> None:
    file = FileOnPaper()
    file.submit()
    file.core.take_happenings()

    with pytest.raises(Refusal):
        file.submit(OTHER_JOB_ID)

    assert file.core.take_happenings() == []


def test_what_is_logged_is_logged_once() -> None:
    file = FileOnPaper()
    file.submit()

    first, second = file.core.take_happenings(), file.core.take_happenings()

    assert [line.event for line in first] == ["file.registered", "job.queued"]
    assert second == []


def test_a_lease_that_runs_out_without_any_message_is_logged_too() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()
    file.core.take_happenings()

    file.owed(EXPIRED_MS)

    assert [line.event for line in file.core.take_happenings()] == ["job.requeued"]


# --- Restarts -----------------------------------------------------------------------------------


def test_what_was_owed_at_once_is_owed_a_moment_later_by_an_actor_that_was_restarted() -> None:
    file = FileOnPaper()
    file.submit()

    file.restart()
    due_ms = file.core.next_deadline_ms()

    assert due_ms is not None
    effects = file.owed(due_ms)
    assert [sent.dispatch.job_id for sent in dispatched(effects)] == [JOB_ID]
    assert len(told(effects)) == 1


def test_two_actors_in_turn_on_one_database_know_the_same() -> None:
    file = FileOnPaper()
    file.submit()
    token = file.claim().token
    file.restart()
    file.complete(token)

    file.restart()

    assert [job.id for job in file.inspected().jobs] == [JOB_ID]
    assert file.seen().version == 4


def test_a_database_without_a_file_is_no_file() -> None:
    sql = SqliteSql()

    core = FileCore(sql, FileOnPaper().settings, lambda: 1.0)

    assert core.next_effect(NOW_MS) is None
    assert core.take_happenings() == []
