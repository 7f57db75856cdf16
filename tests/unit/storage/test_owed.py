"""Ids that are owed something: each once, by kind, until it is settled."""

import pytest

from storage import owed
from storage.owed import Owed
from storage.sql import migrate
from tests.fakes.sqlite_sql import SqliteSql


@pytest.fixture
def sql() -> SqliteSql:
    sql = SqliteSql()
    migrate(sql, [owed.MIGRATION])
    return sql


def test_what_is_owed_twice_is_owed_once(sql: SqliteSql) -> None:
    nudges = Owed(sql, "nudge")

    nudges.add("b", "a")
    nudges.add("a")

    assert nudges.first(10) == ("a", "b")


def test_so_many_are_told_at_a_time_and_the_rest_once_those_are_settled(sql: SqliteSql) -> None:
    nudges = Owed(sql, "nudge")
    nudges.add("c", "a", "b")

    first = nudges.first(2)
    nudges.settle(*first)

    assert (first, nudges.first(2)) == (("a", "b"), ("c",))


def test_each_kind_is_owed_for_itself(sql: SqliteSql) -> None:
    nudges, reports = Owed(sql, "nudge"), Owed(sql, "report")
    nudges.add("a")
    reports.add("a", "b")

    nudges.settle("a")

    assert (nudges.first(10), reports.first(10)) == ((), ("a", "b"))
    assert (nudges.has("a"), reports.has("a")) == (False, True)


def test_settling_what_is_not_owed_is_no_trouble(sql: SqliteSql) -> None:
    nudges = Owed(sql, "nudge")

    nudges.settle("a")
    nudges.settle()
    nudges.add()

    assert nudges.first(10) == ()
