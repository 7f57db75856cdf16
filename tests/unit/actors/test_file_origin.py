"""What an origin hears of files: each as it is here, until it has heard it or will not have it."""

import pytest

from actors.effects import TellOrigin
from actors.origin import OriginAnswered
from domain.happening import Happening
from domain.limits import ORIGIN_AFTER_MS, ORIGIN_RETRY_MAX_MS
from domain.messages.file import DeleteFile, Hold, HoldFor, Register, Submit, UpdateFile
from domain.values import Value
from domain.wakeup import Deadline
from tests.unit.actors.adopted import BOTH, an_adopted_file, told_of
from tests.unit.actors.cores import FileOnPaper, of_kind
from tests.unit.factories import FILE_ID, JOB_ID, NOW_MS, an_upload

LATER_MS = NOW_MS + 10_000
DUE_MS = NOW_MS + ORIGIN_AFTER_MS
DUE_LATER_MS = LATER_MS + ORIGIN_AFTER_MS
RENAME = UpdateFile(caller_id="alice", name="new.jpg")
MARK = UpdateFile(caller_id="alice", marked=True)
DELETE = DeleteFile(caller_id="alice")


def a_known_file() -> FileOnPaper:
    """The origin has heard of its finalize."""
    file = FileOnPaper(**BOTH)
    file.settle(DUE_MS)
    return file


def owed(file: FileOnPaper, now_ms: int) -> list[TellOrigin]:
    return of_kind(TellOrigin, file.owed(now_ms))


def answer(file: FileOnPaper, effect: TellOrigin, status: int, now_ms: int) -> list[Happening]:
    file.core.take_happenings()
    file.core.finish(effect, OriginAnswered(status=status), now_ms)
    return file.core.take_happenings()


def a_hold(verb: HoldFor = HoldFor.CHANGE) -> Hold:
    return Hold(caller_id="alice", hold_id="h", verb=verb, lifetime_ms=35_000)


# --- What it hears of ---------------------------------------------------------------------------


def test_it_hears_of_an_upload_a_moment_after_its_finalize() -> None:
    file = FileOnPaper(**BOTH)

    at_once, then = file.settle(), file.settle(DUE_MS)

    assert of_kind(TellOrigin, at_once) == []
    assert of_kind(TellOrigin, then) == [told_of()]
    assert Deadline.ORIGIN not in file.deadlines(DUE_MS)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (RENAME, told_of(version=2, name="new.jpg")),
        (MARK, told_of(version=2, marked=True)),
        (DELETE, told_of(version=2, deleted=True)),
    ],
    ids=["rename", "mark", "delete"],
)
def test_it_hears_of_each_change_a_moment_later(change: Value, expected: TellOrigin) -> None:
    file = a_known_file()

    file.tell(change, LATER_MS)

    at_once, then = file.settle(LATER_MS), file.settle(DUE_LATER_MS)
    assert of_kind(TellOrigin, at_once) == []
    assert of_kind(TellOrigin, then) == [expected]
    assert Deadline.ORIGIN not in file.deadlines(DUE_LATER_MS)


def test_of_changes_that_come_together_it_hears_once() -> None:
    file = a_known_file()

    file.tell(RENAME, LATER_MS)
    file.tell(MARK, LATER_MS + 1)

    (effect,) = of_kind(TellOrigin, file.settle(DUE_LATER_MS + 1))
    assert (effect.name, effect.marked, effect.version) == ("new.jpg", True, 3)


def test_it_hears_of_the_first_change_of_a_file_that_was_its_own() -> None:
    file = an_adopted_file()
    before = file.deadlines()

    file.tell(RENAME)

    (effect,) = owed(file, DUE_MS)
    assert Deadline.ORIGIN not in before
    assert (effect.name, effect.marked, effect.version) == ("new.jpg", True, 8)


def test_jobs_are_ours_but_not_the_mark_that_they_take_away() -> None:
    file = a_known_file()
    file.tell(MARK, LATER_MS)
    file.settle(DUE_LATER_MS)

    file.submit(now_ms=DUE_LATER_MS)
    grant = file.claim(now_ms=DUE_LATER_MS)
    before = file.deadlines(DUE_LATER_MS)
    file.complete(grant.token, DUE_LATER_MS)

    assert Deadline.ORIGIN not in before
    (effect,) = owed(file, DUE_LATER_MS + ORIGIN_AFTER_MS)
    assert not effect.marked


@pytest.mark.parametrize(
    "change",
    [UpdateFile(caller_id="alice", name="beach.jpg", marked=False), Register(upload=an_upload())],
    ids=["to what it is", "a second finalize"],
)
def test_of_what_changes_nothing_it_hears_nothing(change: Value) -> None:
    file = a_known_file()

    file.tell(change, LATER_MS)

    assert owed(file, LATER_MS + ORIGIN_RETRY_MAX_MS) == []


@pytest.mark.parametrize("name", ["origin_api_base", "origin_internal_token"])
def test_without_an_origin_or_its_token_nobody_is_told(name: str) -> None:
    file = FileOnPaper(**(BOTH | {name: ""}))

    file.tell(RENAME)

    assert Deadline.ORIGIN not in file.deadlines()


# --- Until it has heard -------------------------------------------------------------------------


def test_while_it_does_not_answer_it_is_told_again_less_and_less_often() -> None:
    file = FileOnPaper(**BOTH)

    waits_ms = [wait_of(file) for _ in range(14)]

    assert waits_ms[:4] == [1_000, 2_000, 4_000, 8_000]
    assert waits_ms[-2:] == [ORIGIN_RETRY_MAX_MS] * 2


def wait_of(file: FileOnPaper) -> int:
    """It is told, in vain; so long until it is told again."""
    due_ms = file.deadlines()[Deadline.ORIGIN]
    assert len(owed(file, due_ms)) == 1
    return file.deadlines()[Deadline.ORIGIN] - due_ms


def test_a_change_meanwhile_does_not_wait_that_long() -> None:
    file = FileOnPaper(**BOTH)
    [wait_of(file) for _ in range(14)]

    file.tell(RENAME)

    assert file.deadlines()[Deadline.ORIGIN] == DUE_MS


def test_what_changes_while_it_is_told_is_told_after() -> None:
    file = FileOnPaper(**BOTH)
    (effect,) = owed(file, DUE_MS)
    file.tell(RENAME, DUE_MS)

    answer(file, effect, 200, DUE_MS)

    (again,) = owed(file, DUE_MS + ORIGIN_AFTER_MS)
    assert (again.name, again.version) == ("new.jpg", 2)


def test_it_is_told_again_if_a_job_has_raised_the_version_meanwhile() -> None:
    file = FileOnPaper(**BOTH)
    (effect,) = owed(file, DUE_MS)
    file.tell(Submit(caller_id="alice", job_id=JOB_ID), DUE_MS)

    answer(file, effect, 200, DUE_MS)

    (again,) = owed(file, DUE_MS + 1_000)
    assert again.version == 2


def test_a_debt_of_an_older_version_of_ours_is_paid() -> None:
    file = a_known_file()
    file.sql.rows("INSERT INTO deadlines (kind, due_ms) VALUES ('register', ?)", LATER_MS)
    file.restart()

    assert of_kind(TellOrigin, file.settle(LATER_MS)) == [told_of()]
    assert file.deadlines(LATER_MS) == {}


# --- What it will not have ----------------------------------------------------------------------


@pytest.mark.parametrize("status", [409, 410, 422])
def test_what_it_refuses_for_good_is_owed_no_more_and_told_to_operators(status: int) -> None:
    file = FileOnPaper(**BOTH)
    (effect,) = owed(file, DUE_MS)

    (happening,) = answer(file, effect, status, DUE_MS)

    assert (happening.event, happening.level) == ("origin.refused", "error")
    assert happening.facts["file_id"] == FILE_ID
    assert happening.facts["status"] == status
    assert Deadline.ORIGIN not in file.deadlines(DUE_MS)
    refusal = file.inspected(DUE_MS).origin_refusal
    assert refusal is not None
    assert (refusal.status, refusal.at_ms) == (status, DUE_MS)
    assert file.seen(DUE_MS).version == 1


def test_the_next_change_is_told_anew_and_ends_the_refusal() -> None:
    file = FileOnPaper(**BOTH)
    (effect,) = owed(file, DUE_MS)
    answer(file, effect, 409, DUE_MS)

    file.tell(RENAME, LATER_MS)
    (again,) = owed(file, DUE_LATER_MS)
    happened = answer(file, again, 200, DUE_LATER_MS)

    assert file.inspected(DUE_LATER_MS).origin_refusal is None
    assert happened == []


def test_a_refusal_of_what_has_changed_meanwhile_ends_no_debt() -> None:
    file = FileOnPaper(**BOTH)
    (effect,) = owed(file, DUE_MS)
    file.tell(RENAME, DUE_MS)

    answer(file, effect, 409, DUE_MS)

    assert len(owed(file, DUE_MS + ORIGIN_AFTER_MS)) == 1


# --- While it makes a change itself -------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        UpdateFile(caller_id="alice", name="theirs.jpg", marked=True, hold_id="h"),
        DeleteFile(caller_id="alice", hold_id="h"),
    ],
    ids=["change", "delete"],
)
def test_of_its_own_changes_it_need_not_hear(change: Value) -> None:
    file = a_known_file()
    file.tell(a_hold(), LATER_MS)

    file.tell(change, LATER_MS)

    assert Deadline.ORIGIN not in file.deadlines(LATER_MS)


def test_before_it_changes_a_file_it_hears_what_it_has_not_heard() -> None:
    file = a_known_file()
    file.tell(RENAME, LATER_MS)

    file.tell(a_hold(), LATER_MS)

    assert of_kind(TellOrigin, file.settle(LATER_MS)) == [told_of(version=2, name="new.jpg")]


def test_what_it_knows_already_it_is_not_told_before() -> None:
    file = a_known_file()

    file.tell(a_hold(), LATER_MS)

    assert owed(file, LATER_MS) == []
