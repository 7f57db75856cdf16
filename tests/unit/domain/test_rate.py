"""Rates: a burst at once, then a steady pace; and what is whole is not kept."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from domain.rate import ALLOWED, Allowances, Rate

TEN_A_SECOND = Rate(interval_ms=100, burst=3)


def walked(allowances: Allowances, gaps: list[int]) -> tuple[int, list[int]]:
    """One tried after each gap: what time it is then, and when it was allowed."""
    moments = list(accumulate(gaps))
    allowed = [now_ms for now_ms in moments if allowances.take("k", now_ms) == ALLOWED]
    return moments[-1] if moments else 0, allowed


def taken(allowances: Allowances, *moments: int, key: str = "k") -> list[int]:
    return [allowances.take(key, now_ms) for now_ms in moments]


def many_take(allowances: Allowances, count: int) -> None:
    for number in range(count):
        allowances.take(str(number), 0)


def test_a_burst_is_allowed_at_once_and_no_more() -> None:
    assert taken(Allowances(TEN_A_SECOND, 10), 0, 0, 0, 0) == [0, 0, 0, 100]


def test_then_one_is_allowed_each_interval() -> None:
    assert taken(Allowances(TEN_A_SECOND, 10), 0, 0, 0, 99, 100, 150, 200) == [0, 0, 0, 1, 0, 50, 0]


def test_what_is_refused_costs_nothing() -> None:
    allowances = Allowances(TEN_A_SECOND, 10)
    taken(allowances, *[0] * 50)

    assert taken(allowances, 100) == [0]


def test_silence_restores_an_allowance_and_does_not_add_to_it() -> None:
    allowances = Allowances(TEN_A_SECOND, 10)
    taken(allowances, 0, 0, 0)

    assert taken(allowances, *[10_000] * 4) == [0, 0, 0, 100]


def test_each_key_has_an_allowance_of_its_own() -> None:
    allowances = Allowances(TEN_A_SECOND, 10)
    taken(allowances, 0, 0, 0, key="one")

    assert taken(allowances, 0, key="other") == [0]


def test_what_counts_for_more_waits_for_more() -> None:
    allowances = Allowances(TEN_A_SECOND, 10)

    waits = [allowances.take("k", now_ms, cost=2) for now_ms in (0, 0, 100, 100)]

    assert waits == [0, 100, 0, 200]


def test_what_counts_for_more_than_a_burst_is_allowed_when_all_is_whole() -> None:
    allowances = Allowances(TEN_A_SECOND, 10)

    waits = [allowances.take("k", now_ms, cost=5) for now_ms in (0, 0, 500)]

    assert waits == [0, 500, 0]


def test_to_look_takes_nothing() -> None:
    allowances = Allowances(TEN_A_SECOND, 10)

    assert [allowances.wait_ms("k", 0) for _ in range(5)] == [0] * 5


def test_allowances_that_are_whole_are_forgotten() -> None:
    allowances = Allowances(TEN_A_SECOND, keys_max=4)
    many_take(allowances, 4)

    allowances.take("late", 10_000)

    assert len(allowances) == 1


def test_however_many_keys_there_are_only_so_many_are_kept() -> None:
    allowances = Allowances(TEN_A_SECOND, keys_max=4)
    taken(allowances, 0, 0, 0, key="greedy")

    many_take(allowances, 1_000)

    assert len(allowances) <= 4
    assert taken(allowances, 0, key="greedy") == [100]


@given(
    st.integers(1, 1_000),
    st.integers(1, 50),
    st.lists(st.integers(0, 5_000), min_size=1, max_size=200),
)
def test_in_no_span_of_time_more_is_allowed_than_the_burst_and_the_pace(
    interval_ms: int, burst: int, gaps: list[int]
) -> None:
    _, allowed = walked(Allowances(Rate(interval_ms, burst), 1), gaps)

    assert all(
        last - first + 1 <= burst + (allowed[last] - allowed[first]) // interval_ms
        for first in range(len(allowed))
        for last in range(first, len(allowed))
    )


@given(st.integers(1, 1_000), st.integers(1, 50), st.lists(st.integers(0, 5_000), max_size=100))
def test_who_waits_as_long_as_told_is_allowed(
    interval_ms: int, burst: int, gaps: list[int]
) -> None:
    allowances = Allowances(Rate(interval_ms, burst), 1)
    now_ms, _ = walked(allowances, gaps)

    wait_ms = allowances.wait_ms("k", now_ms)

    assert wait_ms <= interval_ms
    assert allowances.wait_ms("k", now_ms + wait_ms) == ALLOWED
    assert all(
        allowances.wait_ms("k", now_ms + early) for early in range(max(0, wait_ms - 3), wait_ms)
    )
