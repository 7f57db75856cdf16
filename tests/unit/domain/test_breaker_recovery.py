"""How the breaker recovers: step by step, after its cool-down, and not at the first good minute."""

import pytest

from domain.breaker_state import Rule
from domain.operation import Operation
from domain.rollout import VerdictKind
from domain.rollout_settings import RolloutSettings
from tests.unit.domain.traces import (
    CALM,
    CAP,
    CLEAR,
    CLOSED,
    COOLDOWN,
    EMERGENCY,
    NOTHING,
    PROBED,
    SHUT,
    SICK,
    SILENCE,
    SLUGGISH,
    Minute,
    answers,
    replay,
)

TRIPPED = [SICK] * 5  # the fifth minute is the first under an emergency
SHUT_DOWN = [*TRIPPED, *[CLOSED] * COOLDOWN]  # and the last one is the first of a probe
SICK_PROBE = Minute(native=answers(120, 30))


def test_an_emergency_is_probed_after_its_cool_down_and_cleared_after_another() -> None:
    replayed = replay(*SHUT_DOWN, *[PROBED] * (COOLDOWN + 1))

    assert replayed.verdicts == (
        [CLEAR] * 4 + [EMERGENCY] * COOLDOWN + [CAP] * COOLDOWN + [CLEAR] * 2
    )
    assert replayed.operations == [Operation.TRIP, Operation.RECOVER, Operation.RECOVER]
    assert replayed.breaker.tripped == ()


def test_a_probe_that_fails_is_an_emergency_again_and_cools_down_twice_as_long() -> None:
    trace = [*SHUT_DOWN, *[SICK_PROBE] * 6, *[CLOSED] * 2 * COOLDOWN]

    replayed = replay(*trace)

    again = replayed.verdicts[len(SHUT_DOWN) :]
    assert again == [CAP] * 5 + [EMERGENCY] * 2 * COOLDOWN + [CAP]
    assert replayed.breaker.relapses == 1


def test_the_cool_down_does_not_grow_without_bounds() -> None:
    in_vain = [*[CLOSED] * 8 * COOLDOWN, *[SICK_PROBE] * 6]

    replayed = replay(*TRIPPED, *in_vain * 6)

    assert replayed.breaker.relapses == 3
    assert replayed.operations == [Operation.TRIP, *[Operation.RECOVER, Operation.TRIP] * 6]


def test_a_trip_soon_after_it_was_cleared_is_a_relapse() -> None:
    cleared = [*SHUT_DOWN, *[PROBED] * COOLDOWN]

    assert replay(*cleared, CALM, *[SICK] * 5).breaker.relapses == 1
    assert replay(*cleared, *[CALM] * 2 * COOLDOWN, *[SICK] * 5).breaker.relapses == 0


def test_the_minutes_of_before_are_no_evidence_against_a_probe() -> None:
    replayed = replay(*TRIPPED, *[CLOSED] * COOLDOWN, *[SILENCE] * 5)

    assert replayed.verdicts[-6:] == [CAP] * 6


def test_without_samples_a_probe_stays_one() -> None:
    replayed = replay(*SHUT_DOWN, *[CLOSED] * 5 * COOLDOWN)

    assert replayed.verdicts[-1] == CAP


@pytest.mark.parametrize("errors", [13, 15], ids=["86 % of it", "on it"])
def test_below_the_threshold_is_not_well_enough(errors: int) -> None:
    """It needs 80 percent of it, or it would trip and recover and trip."""
    probe = Minute(native=answers(1_000, errors))

    assert replay(*SHUT_DOWN, *[probe] * 30).verdicts[-1] == CAP


def test_a_cap_at_p90_is_lifted_once_it_is_quick_again() -> None:
    slow, quick = SLUGGISH, Minute(native=answers(120, ms=400))

    replayed = replay(*[slow] * 10, *[slow] * COOLDOWN, *[quick] * 12)

    assert replayed.verdicts[9:] == [CAP] * (COOLDOWN + 10) + [CLEAR] * 3


def test_it_is_not_lifted_before_the_cool_down_however_quick_it_is() -> None:
    settings = RolloutSettings(breaker_p90_minutes=1)

    replayed = replay(SLUGGISH, *[PROBED] * COOLDOWN, settings=settings)

    assert replayed.verdicts == [CAP] * COOLDOWN + [CLEAR]


def test_orphans_close_it_until_there_are_few_and_then_it_is_probed() -> None:
    orphans = [Minute(native=NOTHING, orphans=n) for n in (11, *[9] * COOLDOWN, 8, 0)]

    replayed = replay(*orphans, *[PROBED] * COOLDOWN)

    assert replayed.verdicts == [SHUT] * (COOLDOWN + 1) + [CAP] * COOLDOWN + [CLEAR] * 2


def test_failures_of_the_bucket_are_well_again_where_there_are_none() -> None:
    replayed = replay(*[Minute(r2=9)] * 3, *[CLOSED] * COOLDOWN, *[PROBED] * COOLDOWN)

    assert replayed.verdicts[2:] == [EMERGENCY] * COOLDOWN + [CAP] * COOLDOWN + [CLEAR]


def test_failures_that_go_on_keep_it_shut() -> None:
    trace = [Minute(native=NOTHING, r2=9)] * 40

    assert replay(*trace).verdicts[2:] == [EMERGENCY] * 38


def test_it_gets_no_milder_than_what_another_rule_demands() -> None:
    orphans = Minute(native=NOTHING, orphans=11)

    replayed = replay(*TRIPPED, *[orphans] * 3 * COOLDOWN)

    assert replayed.verdicts[-1] == SHUT
    assert set(replayed.breaker.tripped) == {Rule.ERROR_RATE, Rule.ORPHANS}


def test_flapping_trips_nothing_if_no_trouble_lasts() -> None:
    assert set(replay(*[SICK, SICK, CALM] * 20).verdicts) == {CLEAR}


def test_a_cap_is_as_large_as_it_is_set() -> None:
    settings = RolloutSettings(breaker_p90_percent=2.5)

    replayed = replay(*[SLUGGISH] * 10, settings=settings)

    assert replayed.verdicts[-1] == "at most 2.5 %"
    assert replayed.breaker.in_force.kind is VerdictKind.CAP


def test_every_change_has_a_revision_of_its_own() -> None:
    replayed = replay(*SHUT_DOWN, *[PROBED] * COOLDOWN)

    assert replayed.breaker.in_force.revision == 3
    assert replayed.breaker.in_force.reasons == ()
