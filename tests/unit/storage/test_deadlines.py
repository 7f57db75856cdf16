"""Deadlines: taken when due, put off by longer each time, until they are cleared."""

import pytest

from domain.limits import EFFECT_RETRY_FIRST_MS, EFFECT_RETRY_MAX_MS
from storage import deadlines
from storage.deadlines import Deadlines
from storage.sql import migrate
from tests.fakes.sqlite_sql import SqliteSql

NOW_MS = 1_000_000


@pytest.fixture
def kept() -> Deadlines:
    sql = SqliteSql()
    migrate(sql, [deadlines.MIGRATION])
    return Deadlines(sql)


def wait_after_taking(kept: Deadlines) -> int:
    """Takes the one deadline the moment it is due."""
    due_ms = kept.earliest()
    assert due_ms is not None
    kept.take_due(due_ms)
    return (kept.earliest() or 0) - due_ms


def test_nothing_is_due_where_nothing_was_set(kept: Deadlines) -> None:
    assert kept.take_due(NOW_MS) is None
    assert kept.earliest() is None


def test_a_deadline_is_due_from_its_moment_on(kept: Deadlines) -> None:
    kept.set("tell", NOW_MS)

    assert kept.take_due(NOW_MS - 1) is None
    assert kept.take_due(NOW_MS) == "tell"


def test_the_earliest_deadline_is_met_first(kept: Deadlines) -> None:
    kept.set("tell", NOW_MS - 1)
    kept.set("purge", NOW_MS)
    kept.set("lease", NOW_MS + 1)

    taken = [kept.take_due(NOW_MS) for _ in range(3)]

    assert taken == ["tell", "purge", None]


def test_deadlines_of_one_moment_are_met_in_the_order_of_their_names(kept: Deadlines) -> None:
    kept.set("tell", NOW_MS)
    kept.set("purge", NOW_MS)

    assert kept.take_due(NOW_MS) == "purge"


def test_what_is_taken_is_put_off_so_that_nobody_takes_it_too(kept: Deadlines) -> None:
    kept.set("tell", NOW_MS)
    kept.take_due(NOW_MS)

    assert kept.take_due(NOW_MS) is None
    assert kept.earliest() == NOW_MS + EFFECT_RETRY_FIRST_MS


def test_it_is_put_off_by_twice_as_long_each_time_up_to_a_bound(kept: Deadlines) -> None:
    kept.set("tell", NOW_MS)

    waits_ms = [wait_after_taking(kept) for _ in range(9)]

    doubling = [EFFECT_RETRY_FIRST_MS * 2**tries for tries in range(9)]
    assert waits_ms == [min(wait_ms, EFFECT_RETRY_MAX_MS) for wait_ms in doubling]


def test_a_deadline_that_fails_for_weeks_is_still_met(kept: Deadlines) -> None:
    kept.set("tell", 0)
    due = [kept.take_due(10**9 * n) for n in range(100)]

    assert due == ["tell"] * 100


def test_setting_a_deadline_again_moves_it_and_forgets_the_tries(kept: Deadlines) -> None:
    kept.set("tell", 0)
    kept.take_due(0)
    kept.take_due(EFFECT_RETRY_FIRST_MS)

    kept.set("tell", NOW_MS)
    kept.take_due(NOW_MS)

    assert kept.earliest() == NOW_MS + EFFECT_RETRY_FIRST_MS


def put_off(kept: Deadlines) -> int:
    """Takes the one deadline the moment it is due, and puts it off: by how much."""
    due_ms = kept.earliest()
    assert due_ms is not None
    kept.take_due(due_ms)
    kept.put_off("dispatch", 30, 200, due_ms)
    return (kept.earliest() or 0) - due_ms


def test_a_deadline_is_put_off_by_twice_as_long_each_time_up_to_a_bound(kept: Deadlines) -> None:
    kept.set("dispatch", NOW_MS)

    assert [put_off(kept) for _ in range(5)] == [30, 60, 120, 200, 200]


def test_a_deadline_that_was_cleared_is_not_put_off(kept: Deadlines) -> None:
    kept.put_off("dispatch", 30, 200, NOW_MS)

    assert kept.earliest() is None


def test_a_cleared_deadline_is_gone(kept: Deadlines) -> None:
    kept.set("tell", NOW_MS)

    kept.set("tell", None)

    assert kept.earliest() is None
    assert kept.take_due(NOW_MS) is None


def test_what_is_owed_is_taken_at_once_and_is_put_off_already(kept: Deadlines) -> None:
    kept.owe("tell", NOW_MS)

    assert kept.take_due(NOW_MS) == "tell"
    assert kept.take_due(NOW_MS) is None
    assert kept.earliest() == NOW_MS + EFFECT_RETRY_FIRST_MS


def test_what_is_owed_is_met_later_by_whoever_knows_nothing_of_it() -> None:
    sql = SqliteSql()
    migrate(sql, [deadlines.MIGRATION])
    Deadlines(sql).owe("tell", NOW_MS)

    restarted = Deadlines(sql)

    assert restarted.take_due(NOW_MS) is None
    assert restarted.take_due(NOW_MS + EFFECT_RETRY_FIRST_MS) == "tell"


def test_what_was_owed_in_a_transaction_that_was_undone_is_not_met() -> None:
    sql = SqliteSql()
    migrate(sql, [deadlines.MIGRATION])
    kept = Deadlines(sql)

    def owe_and_fail() -> None:
        kept.owe("tell", NOW_MS)
        raise KeyError

    with pytest.raises(KeyError):
        sql.transaction(owe_and_fail)

    assert kept.take_due(NOW_MS) is None
    assert kept.earliest() is None


def test_what_is_cleared_is_no_longer_owed(kept: Deadlines) -> None:
    kept.owe("tell", NOW_MS)

    kept.set("tell", None)

    assert kept.take_due(NOW_MS) is None


@pytest.mark.parametrize(
    ("first_ms", "then_ms", "due_ms"),
    [(NOW_MS, NOW_MS - 1, NOW_MS - 1), (NOW_MS, NOW_MS + 1, NOW_MS)],
    ids=["sooner", "later"],
)
def test_a_deadline_may_be_brought_forward_without_being_put_off(
    kept: Deadlines, first_ms: int, then_ms: int, due_ms: int
) -> None:
    kept.set_if_sooner("expire", first_ms)

    kept.set_if_sooner("expire", then_ms)

    assert kept.earliest() == due_ms


def test_a_deadline_that_is_brought_forward_forgets_its_tries(kept: Deadlines) -> None:
    kept.set("expire", NOW_MS)
    kept.take_due(NOW_MS)
    kept.set_if_sooner("expire", NOW_MS + 1)

    kept.take_due(NOW_MS + 1)

    assert kept.earliest() == NOW_MS + 1 + EFFECT_RETRY_FIRST_MS


@pytest.mark.parametrize("then_ms", [NOW_MS - 1, NOW_MS + 1])
def test_a_deadline_that_is_set_if_absent_leaves_the_one_there_is(
    kept: Deadlines, then_ms: int
) -> None:
    kept.set_if_absent("report", NOW_MS)

    kept.set_if_absent("report", then_ms)

    assert kept.earliest() == NOW_MS


def test_all_deadlines_are_told_in_the_order_they_are_due(kept: Deadlines) -> None:
    kept.set("tell", NOW_MS)
    kept.set("archive", NOW_MS + 5)
    kept.set("dispatch", NOW_MS)
    kept.take_due(NOW_MS)

    assert kept.all() == [
        ("tell", NOW_MS, 0),
        ("archive", NOW_MS + 5, 0),
        ("dispatch", NOW_MS + EFFECT_RETRY_FIRST_MS, 1),
    ]
