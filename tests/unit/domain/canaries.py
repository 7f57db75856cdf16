"""Rollouts and requests for the tests of the decision."""

from hypothesis import strategies as st

from domain.canary import Asked, CohortCookie, Decision, decided
from domain.rollout import BUCKETS, Cohort, Effective, Phase

ALL_BUCKETS = range(BUCKETS)

BUCKET = st.integers(0, BUCKETS - 1)
PERCENT = st.integers(0, BUCKETS).map(lambda hundredths: hundredths / 100)
COHORT = st.sampled_from(Cohort)
GENERATION = st.sampled_from(["1", "2", "2-500", "abcd0123"])
COOKIE = st.builds(
    CohortCookie, cohort=COHORT, bucket=BUCKET, generation=GENERATION, percent=PERCENT
)
ASKED = st.builds(
    Asked,
    phase=st.none() | st.sampled_from(Phase),
    header=st.booleans(),
    cookie=st.none() | COOKIE,
    bucket=BUCKET,
    pinned=st.none() | COHORT,
)
CONFIG = st.builds(
    Effective,
    percent=PERCENT,
    tag=st.sampled_from(["none", "B2a"]),
    phases=st.sets(st.sampled_from(Phase)).map(tuple),
    generation=GENERATION,
    emergency=st.booleans(),
    reason=st.sampled_from(["", "kv", "breaker", "stale"]),
)


def a_config(percent: object = 10, **changes: object) -> Effective:
    facts = {"tag": "B2a", "phases": tuple(Phase), "generation": "1", "emergency": False}
    return Effective.model_validate(facts | {"percent": percent} | changes)


def a_cookie(cohort: Cohort, bucket: int = 500, **changes: object) -> CohortCookie:
    facts = {"cohort": cohort, "bucket": bucket, "generation": "1", "percent": 10}
    return CohortCookie.model_validate(facts | changes)


def a_decision(percent: float = 10, bucket: int = 500, **changes: object) -> Decision:
    """Of a request without a cookie."""
    asked = Asked(phase=Phase.B1A, bucket=bucket)
    return decided(a_config(percent, **changes), asked)


def come_back(first: Decision, config: Effective, bucket: int = 0) -> Decision:
    """The next request of a client that kept its cookie."""
    return decided(config, Asked(phase=Phase.B1A, cookie=first.cookie, bucket=bucket))


def natives(config: Effective) -> set[int]:
    """The buckets of all clients without a cookie that are served by us."""
    decisions = (decided(config, Asked(phase=Phase.B1A, bucket=each)) for each in ALL_BUCKETS)
    return {decision.bucket for decision in decisions if decision.cohort is Cohort.NATIVE}
