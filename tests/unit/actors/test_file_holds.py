"""Holds: while the origin changes a file, nothing begins on it here; and no longer."""

import pytest

from domain.errors import Code, Refusal
from domain.limits import HOLD_MS_MAX, HOLDS_MAX
from domain.messages.file import (
    Claim,
    DeleteFile,
    Held,
    Hold,
    HoldFor,
    Unhold,
    UpdateFile,
)
from domain.messages.reply import Done
from domain.values import Value
from domain.wakeup import Deadline
from tests.unit.actors.cores import FileOnPaper, dispatched, told
from tests.unit.factories import FILE_ID, JOB_ID, LEASE_MS, NOW_MS

HOLD_MS = 20_000
CLAIM = Claim(job_id=JOB_ID, worker_id="worker-1")
CHANGES = [
    UpdateFile(caller_id="alice", name="new.jpg"),
    UpdateFile(caller_id="alice", marked=True),
    DeleteFile(caller_id="alice"),
]


def a_hold(hold_id: str = "h1", **changes: object) -> Hold:
    hold = Hold(caller_id="alice", hold_id=hold_id, verb=HoldFor.CHANGE, lifetime_ms=HOLD_MS)
    return hold.model_copy(update=changes)


def refused(file: FileOnPaper, message: Value, now_ms: int = NOW_MS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        file.tell(message, now_ms)
    return caught.value


def test_a_hold_says_of_which_order_the_file_is() -> None:
    assert FileOnPaper().tell(a_hold()) == Held(order_id="summer-42")


@pytest.mark.parametrize("change", CHANGES)
def test_a_held_file_is_locked_for_changes(change: Value) -> None:
    file = FileOnPaper()
    file.tell(a_hold())

    refusal = refused(file, change, NOW_MS + 18_000)

    assert refusal.code is Code.FILE_LOCKED
    assert refusal.facts == {
        "file_id": FILE_ID,
        "live_url": "/api/orders/summer-42/live",
        "locked_since_ms": NOW_MS,
        "locked_until_ms": NOW_MS + HOLD_MS,
        "retry_after_ms": 2_000,
    }


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("is_released", [True, False])
def test_afterwards_it_is_not(change: Value, *, is_released: bool) -> None:
    file = FileOnPaper()
    file.tell(a_hold())

    [file.tell(Unhold(hold_id="h1")) for _ in range(is_released)]

    file.tell(change, NOW_MS + (0 if is_released else HOLD_MS))


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_holds_it_may_change_it_and_lets_go_by_that(change: Value) -> None:
    file = FileOnPaper()
    file.tell(a_hold())

    file.tell(change.model_copy(update={"hold_id": "h1"}))

    assert Deadline.HOLD not in file.deadlines()


def test_whoever_holds_it_beside_others_may_not() -> None:
    file = FileOnPaper()
    file.tell(a_hold("h1"))
    file.tell(a_hold("h2"))

    change = UpdateFile(caller_id="alice", name="new.jpg", hold_id="h1")

    assert refused(file, change).code is Code.FILE_LOCKED


def test_a_held_file_cannot_be_claimed_and_is_dispatched_once_it_is_free() -> None:
    file = FileOnPaper()
    file.submit()
    file.tell(a_hold())

    refusal = refused(file, CLAIM)
    held = file.settle()
    file.tell(Unhold(hold_id="h1"))

    assert refusal.code is Code.JOB_NOT_CLAIMABLE
    assert dispatched(held) == []
    assert len(dispatched(file.settle())) == 1
    assert file.claim().token == 1


def test_a_job_that_comes_meanwhile_waits() -> None:
    file = FileOnPaper()
    file.tell(a_hold())
    file.submit()

    assert dispatched(file.settle()) == []
    assert len(dispatched(file.settle(NOW_MS + HOLD_MS))) == 1


def test_an_edge_that_dies_blocks_nobody_for_longer_than_it_said() -> None:
    file = FileOnPaper()
    file.submit()
    file.tell(a_hold())
    file.settle()

    assert file.core.next_deadline_ms() == NOW_MS + HOLD_MS
    assert len(dispatched(file.settle(NOW_MS + HOLD_MS))) == 1


def test_nobody_holds_a_file_for_ever() -> None:
    file = FileOnPaper()

    file.tell(a_hold(lifetime_ms=10**12))

    assert file.deadlines()[Deadline.HOLD] == NOW_MS + HOLD_MS_MAX


def test_of_several_holds_each_ends_by_itself() -> None:
    file = FileOnPaper()
    file.submit()
    file.tell(a_hold("h1", lifetime_ms=1_000))
    file.tell(a_hold("h2", lifetime_ms=2_000))

    first_ms = file.deadlines()[Deadline.HOLD]
    second_ms = file.deadlines(NOW_MS + 1_000)[Deadline.HOLD]
    file.tell(Unhold(hold_id="h1"), NOW_MS + 1_500)

    assert (first_ms, second_ms) == (NOW_MS + 1_000, NOW_MS + 2_000)
    assert refused(file, CLAIM, NOW_MS + 1_500).code is Code.JOB_NOT_CLAIMABLE
    assert dispatched(file.settle(NOW_MS + 2_000))


def test_a_hold_is_renewed_under_its_id() -> None:
    file = FileOnPaper()
    file.tell(a_hold())

    file.tell(a_hold(), NOW_MS + 5)
    file.tell(Unhold(hold_id="h1"), NOW_MS + 6)

    file.tell(UpdateFile(caller_id="alice", name="new.jpg"), NOW_MS + 6)


def test_there_are_not_endlessly_many() -> None:
    file = FileOnPaper()
    [file.tell(a_hold(f"h{number}")) for number in range(HOLDS_MAX)]

    assert refused(file, a_hold("one more")).code is Code.FILE_LOCKED
    assert file.tell(a_hold("h0")) == Held(order_id="summer-42")


def test_while_a_job_holds_it_nobody_else_does() -> None:
    file = FileOnPaper()
    file.submit()
    file.claim()

    refusal = refused(file, a_hold(verb=HoldFor.DELETE))

    assert (refusal.code, refusal.facts["job_id"]) == (Code.FILE_LOCKED, JOB_ID)
    assert file.tell(a_hold(), NOW_MS + LEASE_MS) == Held(order_id="summer-42")


def test_while_a_job_waits_the_origin_begins_none_of_its_own() -> None:
    file = FileOnPaper()
    file.submit()

    refusal = refused(file, a_hold(verb=HoldFor.EDIT))

    assert (refusal.code, refusal.facts) == (Code.JOB_ACTIVE, {"job_id": JOB_ID})


@pytest.mark.parametrize(
    ("hold", "is_deleted", "code"),
    [
        (a_hold(caller_id="bob"), False, Code.FORBIDDEN),
        (a_hold(), True, Code.FILE_DELETED),
    ],
)
def test_who_may_not_change_it_may_not_hold_it(hold: Hold, code: Code, *, is_deleted: bool) -> None:
    file = FileOnPaper()
    [file.tell(DeleteFile(caller_id="alice")) for _ in range(is_deleted)]

    assert refused(file, hold).code is code


@pytest.mark.parametrize("message", [a_hold(), Unhold(hold_id="h1")])
def test_of_a_file_that_nobody_knows_there_is_nothing_to_hold(message: Value) -> None:
    file = FileOnPaper(is_registered=False)

    assert refused(file, message).code is Code.FILE_NOT_FOUND
    assert file.sql.rows("SELECT name FROM sqlite_schema") == []


def test_letting_go_of_what_nobody_holds_does_nothing() -> None:
    assert FileOnPaper().tell(Unhold(hold_id="h9")) == Done()


def test_watchers_hear_nothing_of_holds() -> None:
    file = FileOnPaper()
    file.settle()
    before = file.seen()

    file.tell(a_hold())
    during = file.seen()
    file.tell(Unhold(hold_id="h1"))

    assert before == during == file.seen()
    assert told(file.settle()) == []


def test_a_hold_survives_a_restart() -> None:
    file = FileOnPaper()
    file.tell(a_hold())

    file.restart()

    assert refused(file, CHANGES[0]).code is Code.FILE_LOCKED
