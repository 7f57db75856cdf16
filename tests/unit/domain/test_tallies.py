"""Tallies add up, whoever counted, and in whatever order they come."""

from hypothesis import given
from hypothesis import strategies as st

from domain.messages.rollout import Tally
from domain.tallies import error_percent, merged, total

COUNTS = st.integers(0, 1_000)
TALLIES = st.builds(
    Tally,
    requests=COUNTS,
    errors=COUNTS,
    statuses=st.dictionaries(st.sampled_from(["404", "500", "503"]), COUNTS),
    latency=st.lists(COUNTS, min_size=36, max_size=36).map(tuple),
    latency_ms=COUNTS,
)


@given(TALLIES, TALLIES)
def test_the_order_of_two_makes_no_difference(one: Tally, other: Tally) -> None:
    assert merged(one, other) == merged(other, one)


@given(TALLIES, TALLIES, TALLIES)
def test_nor_does_that_of_three(one: Tally, two: Tally, three: Tally) -> None:
    assert total([one, two, three]) == total([three, one, two])


def test_everything_in_a_tally_is_added() -> None:
    one = Tally(requests=1, errors=2, statuses={"500": 3}, latency=(4,), latency_ms=5)

    assert merged(one, one) == Tally(
        requests=2, errors=4, statuses={"500": 6}, latency=(8,), latency_ms=10
    )
    assert set(one.model_dump()) == set(Tally.model_fields)


def test_where_nobody_asked_there_is_no_error_rate() -> None:
    assert error_percent(Tally()) is None
    assert error_percent(Tally(requests=200, errors=3)) == 1.5
