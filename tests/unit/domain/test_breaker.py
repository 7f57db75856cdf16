"""The breaker's rules by replayed traces: what trips it, and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.breaker import rule_states
from domain.breaker_state import Breaker, Rule
from domain.messages.rollout import RuleState
from domain.operation import Operation
from domain.rollout import Phase, VerdictKind
from domain.rollout_settings import RolloutSettings
from tests.unit.domain.traces import (
    CALM,
    CAP,
    CLEAR,
    CLOSED,
    EMERGENCY,
    FAILING,
    NOTHING,
    SHUT,
    SICK,
    SILENCE,
    SLOW,
    SLUGGISH,
    Minute,
    answers,
    evidence_of,
    replay,
)

# --- Each rule, for as long as it takes ---------------------------------------------------------


@pytest.mark.parametrize(
    ("sick", "minutes", "verdict", "rule"),
    [
        (SICK, 5, EMERGENCY, Rule.ERROR_RATE),
        (SLUGGISH, 10, CAP, Rule.P90),
        (Minute(r2=6), 3, EMERGENCY, Rule.R2_FAILURES),
        (Minute(orphans=11), 1, SHUT, Rule.ORPHANS),
    ],
    ids=["errors", "p90", "r2", "orphans"],
)
def test_what_is_over_its_threshold_for_long_enough_trips(
    sick: Minute, minutes: int, verdict: str, rule: Rule
) -> None:
    replayed = replay(*[CALM] * 3, *[sick] * minutes)

    assert replayed.verdicts == [CLEAR] * (3 + minutes - 1) + [verdict]
    assert replayed.breaker.tripped == (rule,)
    assert replayed.operations == [Operation.TRIP]
    assert replayed.breaker.in_force.reasons[0].startswith(f"{rule}: ")


@pytest.mark.parametrize(
    ("sick", "minutes"),
    [(SICK, 4), (SLUGGISH, 9), (Minute(r2=6), 2)],
    ids=["errors", "p90", "r2"],
)
def test_one_good_minute_in_between_begins_anew(sick: Minute, minutes: int) -> None:
    replayed = replay(*[sick] * minutes, CALM, *[sick] * minutes)

    assert set(replayed.verdicts) == {CLEAR}


@pytest.mark.parametrize(
    "on_the_threshold",
    [
        Minute(native=answers(1_000, 15)),
        Minute(native=answers(1_000, ms=600)),
        Minute(r2=5),
        Minute(orphans=10),
    ],
    ids=["errors", "p90", "r2", "orphans"],
)
def test_what_is_on_its_threshold_is_not_over_it(on_the_threshold: Minute) -> None:
    assert set(replay(*[on_the_threshold] * 30).verdicts) == {CLEAR}


@pytest.mark.parametrize(
    "over",
    [
        Minute(native=answers(1_000, 16)),
        Minute(native=answers(1_000, ms=601)),
        Minute(r2=6),
        Minute(orphans=11),
    ],
    ids=["errors", "p90", "r2", "orphans"],
)
def test_what_is_just_over_its_threshold_is(over: Minute) -> None:
    assert replay(*[over] * 10).verdicts[-1] != CLEAR


def test_thresholds_and_times_are_settings() -> None:
    settings = RolloutSettings(breaker_error_rate_percent=5, breaker_error_minutes=2)

    failing = Minute(native=answers(1_000, 51))
    assert replay(*[SICK] * 10, settings=settings).verdicts[-1] == CLEAR
    assert replay(failing, failing, settings=settings).verdicts == [CLEAR, EMERGENCY]


# --- Native against proxy -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "trace",
    [
        [Minute(proxy=FAILING)] * 30,
        [Minute(proxy=SLOW)] * 30,
        [Minute(native=NOTHING, proxy=answers(1_000, 1_000))] * 30,
        [Minute(native=answers(20), proxy=answers(1_000, 1_000))] * 30,
    ],
    ids=["errors", "p90", "nobody native", "few native"],
)
def test_a_sick_proxy_alone_changes_nothing(trace: list[Minute]) -> None:
    replayed = replay(*trace)

    assert set(replayed.verdicts) == {CLEAR}
    assert replayed.changes == []


@pytest.mark.parametrize(
    "trace",
    [
        [Minute(native=FAILING, proxy=FAILING)] * 30,
        [Minute(native=FAILING, proxy=answers(1_000, 25))] * 30,
        [Minute(native=answers(1_000, 20), proxy=answers(1_000, 500))] * 30,
        [Minute(native=SLOW, proxy=SLOW)] * 30,
        [Minute(native=SLOW, proxy=answers(1_000, ms=900))] * 30,
    ],
    ids=["alike", "by less than the margin", "proxy worse", "slow alike", "proxy slower"],
)
def test_where_both_are_sick_nobody_is_sent_anywhere(trace: list[Minute]) -> None:
    assert set(replay(*trace).verdicts) == {CLEAR}


def test_where_both_are_sick_the_rule_is_inconclusive() -> None:
    found = states(*[Minute(native=FAILING, proxy=FAILING)] * 5)[Rule.ERROR_RATE]

    assert found.state == "inconclusive"
    assert found.value == 3.0
    assert found.detail == "native 3 %, proxy 3 %"


def test_native_that_is_worse_than_a_sick_proxy_trips() -> None:
    trace = [Minute(native=answers(1_000, 300), proxy=FAILING)] * 5

    assert replay(*trace).verdicts[-1] == EMERGENCY


@pytest.mark.parametrize("proxy", [NOTHING, answers(3, 3)], ids=["no proxy", "few proxied"])
def test_where_proxy_has_too_few_samples_native_is_judged_by_itself(proxy: object) -> None:
    assert isinstance(proxy, type(NOTHING))

    assert replay(*[Minute(native=FAILING, proxy=proxy)] * 5).verdicts[-1] == EMERGENCY


def test_like_is_compared_with_like() -> None:
    """What proxy serves in other phases, slow uploads say, excuses no native reads."""
    trace = [Minute(native=SLOW, proxy=answers(1_000, ms=2_000), proxy_phase=Phase.B1B)] * 10

    assert replay(*trace).verdicts[-1] == CAP


# --- Samples ------------------------------------------------------------------------------------


def states(*trace: Minute, breaker: Breaker | None = None) -> dict[str, RuleState]:
    found = rule_states(breaker or Breaker(), evidence_of(trace), RolloutSettings())
    return {state.name: state for state in found}


def test_too_few_samples_are_inconclusive_and_no_failure() -> None:
    trace = [Minute(native=answers(3, 3))] * 15

    assert set(replay(*trace).verdicts) == {CLEAR}
    assert states(*trace)[Rule.ERROR_RATE].state == "inconclusive"


def test_where_one_minute_has_too_few_samples_several_are_judged_together() -> None:
    replayed = replay(*[Minute(native=answers(20, 20))] * 5)

    assert replayed.verdicts == [CLEAR] * 4 + [EMERGENCY]


def test_one_bad_minute_in_a_quiet_hour_is_no_time_of_trouble() -> None:
    burst = Minute(native=answers(100, 60))

    assert set(replay(burst, *[SILENCE] * 20).verdicts) == {CLEAR}
    assert set(replay(burst, *[Minute(native=answers(10))] * 20).verdicts) == {CLEAR}


def test_nothing_at_all_is_no_failure() -> None:
    assert set(replay(*[SILENCE] * 30).verdicts) == {CLEAR}


def test_the_minute_that_is_still_running_does_not_count() -> None:
    evidence = evidence_of([*[CALM] * 3, *[SICK] * 5])
    running = type(evidence)(evidence.until - 1, evidence.minutes)

    found = rule_states(Breaker(), running, RolloutSettings())

    assert found[0].detail.endswith("for 4 of 5 min")


def test_requests_that_are_not_timed_have_no_p90() -> None:
    untimed = answers(1_000, ms=5_000).model_copy(update={"latency": ()})

    assert states(*[Minute(native=untimed)] * 10)[Rule.P90].state == "inconclusive"


# --- Several rules ------------------------------------------------------------------------------


def test_the_strictest_demand_counts() -> None:
    replayed = replay(*[Minute(native=answers(1_000, 30, ms=700))] * 12)

    assert replayed.verdicts == [CLEAR] * 4 + [EMERGENCY] * 8


def test_a_cap_becomes_an_emergency_at_once() -> None:
    both = Minute(native=answers(1_000, 30, ms=700))

    replayed = replay(*[SLUGGISH] * 10, *[both] * 5)

    assert replayed.verdicts[9:] == [*[CAP] * 5, EMERGENCY]
    assert replayed.operations == [Operation.TRIP, Operation.TRIP]
    assert replayed.breaker.tripped == (Rule.P90, Rule.ERROR_RATE)


def test_a_further_rule_is_told_of_though_nothing_gets_stricter() -> None:
    replayed = replay(*[SICK] * 5, *[Minute(native=NOTHING, r2=9)] * 3)

    assert set(replayed.verdicts[4:]) == {EMERGENCY}
    assert [change.rules for change in replayed.changes] == [
        (Rule.ERROR_RATE,),
        (Rule.R2_FAILURES,),
    ]


# --- How rules look to operators ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("trace", "state"),
    [
        ([CALM] * 5, "ok"),
        ([SILENCE] * 5, "inconclusive"),
        ([SICK] * 2, "breached"),
    ],
    ids=["ok", "inconclusive", "breached"],
)
def test_a_rule_says_how_it_stands(trace: list[Minute], state: str) -> None:
    assert states(*trace)[Rule.ERROR_RATE].state == state


def test_a_rule_that_has_tripped_cools_down_once_it_is_well() -> None:
    tripped = Breaker(tripped=(Rule.R2_FAILURES,))

    assert states(Minute(r2=9), breaker=tripped)[Rule.R2_FAILURES].state == "tripped"
    assert states(CLOSED, breaker=tripped)[Rule.R2_FAILURES].state == "cooling"


# --- Whatever the figures are -------------------------------------------------------------------

COUNTS = st.integers(0, 500)
PROXIES = st.builds(answers, COUNTS, COUNTS, st.integers(1, 20_000))


@given(st.lists(st.tuples(COUNTS, PROXIES), max_size=40))
def test_where_native_has_no_errors_errors_never_shut_it(trace: list[tuple[int, object]]) -> None:
    minutes = [Minute(native=answers(n), proxy=proxy) for n, proxy in trace]  # type: ignore[arg-type]

    replayed = replay(*minutes)

    assert set(replayed.verdicts) <= {CLEAR}


@given(
    st.lists(
        st.builds(
            Minute,
            native=st.builds(answers, COUNTS, COUNTS, st.integers(1, 20_000)),
            proxy=PROXIES,
            r2=st.integers(0, 12),
            orphans=st.integers(0, 20),
        ),
        max_size=60,
    )
)
def test_it_is_clear_exactly_while_nothing_has_tripped(trace: list[Minute]) -> None:
    replayed = replay(*trace)

    is_clear = replayed.breaker.found.kind is VerdictKind.CLEAR
    assert is_clear == (replayed.breaker.tripped == ())
    assert replayed.breaker.in_force.model_copy(update={"revision": 0, "since_ms": 0}) == (
        replayed.breaker.found.model_copy(update={"revision": 0, "since_ms": 0})
    )
