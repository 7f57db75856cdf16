"""Latencies in buckets: what is added comes out again, near enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.latency import BOUNDS_MS, added, bucket_of, merged, p90

DURATIONS = st.lists(st.integers(0, 40_000), max_size=30)


def buckets(*durations_ms: int) -> tuple[int, ...]:
    counted: tuple[int, ...] = ()
    for duration_ms in durations_ms:
        counted = added(counted, duration_ms)
    return counted


def test_bounds_are_in_order_and_close_around_the_breakers_threshold() -> None:
    assert list(BOUNDS_MS) == sorted(set(BOUNDS_MS))
    assert {575, 600, 625} <= set(BOUNDS_MS)


@pytest.mark.parametrize(("duration_ms", "bucket"), [(0, 0), (5, 0), (5.1, 1), (6, 1), (10**9, 35)])
def test_a_bound_belongs_to_its_bucket(duration_ms: float, bucket: int) -> None:
    assert bucket_of(duration_ms) == bucket


def test_without_samples_there_is_no_p90() -> None:
    assert p90(()) is None
    assert p90((0,) * 36) is None


@pytest.mark.parametrize(
    ("durations_ms", "expected"),
    [
        ([600] * 10, 598),
        ([601] * 10, 623),
        ([100] * 90 + [2_000] * 10, 100),
        ([100] * 89 + [2_000] * 11, 1_546),
        ([10**6], 30_000),
        ([1], 5),
    ],
    ids=["on a bound", "over it", "a tenth slow", "more than a tenth", "without bound", "one"],
)
def test_p90_is_taken_from_within_its_bucket(durations_ms: list[int], expected: int) -> None:
    assert p90(buckets(*durations_ms)) == expected


@given(st.integers(0, 30_000), st.integers(1, 50))
def test_what_always_takes_as_long_is_on_the_right_side_of_every_bound(ms: int, times: int) -> None:
    found = p90(buckets(*[ms] * times))

    assert found is not None
    assert [found > bound for bound in BOUNDS_MS] == [ms > bound for bound in BOUNDS_MS]


@given(DURATIONS, DURATIONS)
def test_it_does_not_matter_who_counted(one: list[int], other: list[int]) -> None:
    assert merged(buckets(*one), buckets(*other)) == merged(buckets(*other), buckets(*one))
    assert sum(merged(buckets(*one), buckets(*other))) == len(one) + len(other)


def test_what_another_version_counted_in_fewer_or_more_buckets_is_not_lost() -> None:
    assert merged((1, 2), (1, 1, 5)) == (2, 3, 5)
