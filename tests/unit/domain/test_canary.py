"""The decision: its order, the sample over all buckets, and whom a change of percent moves."""

from collections import ChainMap, Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canary import Asked, CohortCookie, Reason, bucket_of, decided
from domain.rollout import BUCKETS, Cohort, Effective, Phase, native_buckets
from tests.unit.domain.canaries import (
    ALL_BUCKETS,
    ASKED,
    BUCKET,
    CONFIG,
    PERCENT,
    a_config,
    a_cookie,
    a_decision,
    come_back,
    natives,
)

NATIVE, PROXY = Cohort.NATIVE, Cohort.PROXY
PERCENTS = [0, 0.01, 0.07, 0.29, 1, 4.35, 5, 10, 33.33, 50, 57.43, 99.99, 100]

# From the highest to the lowest: what brings the decision about, and the decision.
ORDER: list[tuple[dict[str, object], dict[str, object], tuple[Cohort, Reason]]] = [
    ({"pinned": NATIVE}, {}, (NATIVE, Reason.PINNED)),
    ({"phase": Phase.EDITS}, {"phases": (Phase.B1A,)}, (PROXY, Reason.PHASE_CLOSED)),
    ({}, {"emergency": True, "reason": "kv"}, (PROXY, Reason.EMERGENCY)),
    ({"header": True}, {}, (NATIVE, Reason.HEADER)),
    ({"cookie": a_cookie(PROXY)}, {}, (PROXY, Reason.COOKIE)),
    ({"bucket": 999}, {}, (NATIVE, Reason.SAMPLED)),
]


@pytest.mark.parametrize("rank", range(len(ORDER)))
def test_each_reason_outranks_all_that_come_after_it(rank: int) -> None:
    requests, changes, decisions = zip(*ORDER[rank:], strict=True)
    asked = {"phase": Phase.EDITS, "bucket": 9_999} | ChainMap(*requests)

    decision = decided(a_config(**ChainMap(*changes)), Asked.model_validate(asked))

    assert (decision.cohort, decision.reason) == decisions[0]


def test_with_nothing_else_said_the_origin_serves() -> None:
    decision = a_decision(bucket=1_000)

    assert (decision.cohort, decision.reason) == (PROXY, Reason.DEFAULT)


@pytest.mark.parametrize("cohort", Cohort)
@pytest.mark.parametrize(
    "change", [{"emergency": True, "reason": "breaker"}, {"phases": ()}, {"percent": 0}]
)
def test_a_finalize_follows_its_intent_through_everything(
    cohort: Cohort, change: dict[str, object]
) -> None:
    asked = Asked(phase=Phase.B1B, header=True, cookie=a_cookie(NATIVE), bucket=0, pinned=cohort)

    decision = decided(a_config(**{"percent": 100} | change), asked)

    assert (decision.cohort, decision.reason) == (cohort, Reason.PINNED)


def test_a_route_of_no_phase_is_open_whichever_phases_are() -> None:
    decision = decided(a_config(phases=()), Asked(bucket=0))

    assert decision.reason is Reason.SAMPLED


@pytest.mark.parametrize("percent", PERCENTS)
def test_of_all_buckets_exactly_the_percentage_is_native(percent: float) -> None:
    assert natives(a_config(percent)) == set(range(round(percent * 100)))


def test_every_percentage_of_two_decimals_is_so_many_buckets() -> None:
    counted = [native_buckets(float(f"{n // 100}.{n % 100:02}")) for n in range(BUCKETS + 1)]

    assert counted == list(range(BUCKETS + 1))


def test_who_is_native_at_one_percentage_is_native_at_every_higher_one() -> None:
    sets = [natives(a_config(percent)) for percent in PERCENTS]

    assert all(low <= high for low, high in pairwise(sets))


@given(PERCENT, PERCENT, BUCKET, st.sampled_from(["1", "2"]))
def test_raising_the_percentage_moves_nobody_back(
    one: float, other: float, bucket: int, generation: str
) -> None:
    low, high = sorted((one, other))
    first = a_decision(low, bucket)

    later = come_back(first, a_config(high, generation=generation))

    assert (first.cohort, later.cohort) != (NATIVE, PROXY)


@given(PERCENT, PERCENT, BUCKET, st.sampled_from(["1", "2"]))
def test_lowering_it_takes_effect_at_once_whatever_the_cookies_say(
    one: float, other: float, bucket: int, generation: str
) -> None:
    low, high = sorted((one, other))
    first = a_decision(high, bucket)

    later = come_back(first, a_config(low, generation=generation))

    assert later.cohort is PROXY or bucket < native_buckets(low)


@pytest.mark.parametrize("generation", ["1", "2"])
@pytest.mark.parametrize("percent", [0, 5, 9.99])
def test_lowering_it_moves_exactly_the_buckets_above(percent: float, generation: str) -> None:
    lowered = a_config(percent, generation=generation)
    cookies = [a_decision(10, bucket) for bucket in ALL_BUCKETS]

    later = [come_back(first, lowered) for first in cookies]

    stayed = {decision.bucket for decision in later if decision.cohort is NATIVE}
    assert stayed == set(range(native_buckets(percent)))


@given(PERCENT, PERCENT, BUCKET)
def test_within_a_generation_nobody_moves_while_the_percentage_grows(
    one: float, other: float, bucket: int
) -> None:
    low, high = sorted((one, other))
    first = a_decision(low, bucket)

    later = come_back(first, a_config(high))

    assert (later.cohort, later.reason, later.cookie) == (first.cohort, Reason.COOKIE, None)


def test_lowering_it_leaves_those_alone_whom_the_origin_serves_anyway() -> None:
    first = a_decision(10, 5_000)

    later = come_back(first, a_config(5))

    assert (later.cohort, later.reason, later.cookie) == (PROXY, Reason.COOKIE, None)


@given(PERCENT, BUCKET, BUCKET)
def test_a_new_generation_samples_again_by_the_bucket_of_the_cookie(
    percent: float, bucket: int, key_bucket: int
) -> None:
    first = a_decision(10, bucket)

    later = come_back(first, a_config(percent, generation="2"), key_bucket)

    assert later.bucket == bucket
    assert (later.cohort is NATIVE) == (bucket < native_buckets(percent))
    assert later.cookie == CohortCookie(
        cohort=later.cohort, bucket=bucket, generation="2", percent=percent
    )


@given(CONFIG, ASKED)
def test_a_cookie_is_given_when_the_sample_decided_and_says_the_same(
    config: Effective, asked: Asked
) -> None:
    decision = decided(config, asked)

    is_sampled = decision.reason in {Reason.SAMPLED, Reason.DEFAULT}
    assert (decision.cookie is not None) == is_sampled
    assert decision.cookie is None or decision.cookie.cohort is decision.cohort


@given(ASKED)
def test_an_emergency_takes_everybody_but_the_pinned_and_nobodys_cookie(asked: Asked) -> None:
    decision = decided(a_config(100, emergency=True, reason="kv"), asked)

    assert decision.cohort is (asked.pinned or PROXY)
    assert decision.cookie is None


@given(st.text())
def test_a_key_has_one_bucket(key: str) -> None:
    assert bucket_of(key) == bucket_of(key)
    assert 0 <= bucket_of(key) < BUCKETS


def test_a_keys_bucket_is_the_same_in_every_version() -> None:
    assert [bucket_of(key) for key in ("alice", "bob", "")] == [5386, 8249, 4758]


def test_keys_spread_evenly_over_the_buckets() -> None:
    tenths = Counter(bucket_of(f"user-{number}") // 1_000 for number in range(20_000))

    assert set(tenths) == set(range(10))
    assert all(1_850 < count < 2_150 for count in tenths.values())
