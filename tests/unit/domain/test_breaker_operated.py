"""Operators and the breaker: overrides, dry runs, and a clean slate afterwards."""

import pytest

from domain.breaker_state import Breaker, described, operated
from domain.errors import Refusal
from domain.operation import Operation
from domain.rollout_settings import RolloutSettings
from tests.unit.domain.traces import (
    CALM,
    CLEAR,
    COOLDOWN,
    EMERGENCY,
    SICK,
    SILENCE,
    Minute,
    replay,
)
from tests.unit.factories import NOW_MS

DRY = RolloutSettings(breaker_dry_run=True)


# --- Overrides ----------------------------------------------------------------------------------


def test_held_clear_it_stays_clear_whatever_is_found() -> None:
    replayed = replay(*[SICK] * 30, acts={7: Operation.OVERRIDE_CLEAR})

    assert replayed.verdicts == [CLEAR] * 4 + [EMERGENCY] * 3 + [CLEAR] * 23
    assert replayed.breaker.in_force.reasons == ("olga holds it",)


def test_held_in_emergency_it_stays_so_whatever_is_found() -> None:
    replayed = replay(*[CALM] * 30, acts={2: Operation.OVERRIDE_EMERGENCY})

    assert replayed.verdicts == [CLEAR] * 2 + [EMERGENCY] * 28
    assert replayed.changes == []


def test_an_emergency_that_an_operator_holds_outlasts_every_cool_down() -> None:
    acts = {6: Operation.OVERRIDE_EMERGENCY}

    replayed = replay(*[SICK] * 5, *[SILENCE] * 10 * COOLDOWN, acts=acts)

    assert replayed.verdicts[-1] == EMERGENCY


def test_resumed_it_judges_again_from_a_clean_slate() -> None:
    acts = {7: Operation.OVERRIDE_CLEAR, 10: Operation.RESUME_BREAKER}

    replayed = replay(*[SICK] * 20, acts=acts)

    assert replayed.verdicts[7:] == [CLEAR] * 9 + [EMERGENCY] * 4


def test_an_operator_who_resumes_a_tripped_breaker_clears_it() -> None:
    replayed = replay(*[SICK] * 5, *[SILENCE] * 3, acts={6: Operation.RESUME_BREAKER})

    assert replayed.verdicts[4:] == [EMERGENCY] * 2 + [CLEAR] * 2
    assert replayed.breaker.tripped == ()


def test_failures_of_before_do_not_count_after_it_was_resumed() -> None:
    trace = [Minute(r2=9)] * 6

    replayed = replay(*trace, acts={3: Operation.RESUME_BREAKER})

    assert replayed.verdicts == [CLEAR] * 2 + [EMERGENCY] + [CLEAR] * 3


# --- Dry runs -----------------------------------------------------------------------------------


def test_a_dry_run_finds_and_tells_and_changes_nothing() -> None:
    replayed = replay(*[SICK] * 20, settings=DRY)

    assert set(replayed.verdicts) == {CLEAR}
    assert replayed.breaker.in_force.revision == 0
    assert [change.is_dry_run for change in replayed.changes] == [True]
    assert replayed.operations == [Operation.TRIP]


def test_armed_it_does_what_it_has_found() -> None:
    replayed = replay(*[SICK] * 10, settings=DRY, acts={8: Operation.ARM})

    assert replayed.verdicts == [CLEAR] * 8 + [EMERGENCY] * 2


def test_an_operator_may_make_it_a_dry_run_at_any_time() -> None:
    replayed = replay(*[SICK] * 10, acts={7: Operation.DRY_RUN})

    assert replayed.verdicts == [CLEAR] * 4 + [EMERGENCY] * 3 + [CLEAR] * 3


# --- Twice is once ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation",
    [
        Operation.OVERRIDE_CLEAR,
        Operation.OVERRIDE_EMERGENCY,
        Operation.RESUME_BREAKER,
        Operation.DRY_RUN,
        Operation.ARM,
    ],
)
def test_what_is_done_twice_is_done_once(operation: Operation) -> None:
    settings = RolloutSettings()
    once = operated(Breaker(), operation, "olga", settings, NOW_MS)

    assert operated(once, operation, "otto", settings, NOW_MS + 999_999) == once


@pytest.mark.parametrize("operation", [Operation.PAUSE, Operation.TRIP, Operation.CONFIGURE])
def test_what_is_no_operators_business_is_refused(operation: Operation) -> None:
    with pytest.raises(Refusal):
        operated(Breaker(), operation, "olga", RolloutSettings(), NOW_MS)


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ([], "clear, armed"),
        ([Operation.DRY_RUN], "clear, dry run"),
        ([Operation.OVERRIDE_EMERGENCY], "emergency, hold_emergency, armed"),
        ([Operation.OVERRIDE_CLEAR, Operation.DRY_RUN], "clear, hold_clear, dry run"),
        ([Operation.OVERRIDE_CLEAR, Operation.RESUME_BREAKER], "clear, armed"),
    ],
    ids=["at first", "dry run", "held", "held dry", "resumed"],
)
def test_the_audit_says_how_it_stands(operations: list[Operation], words: str) -> None:
    acts = dict(enumerate(operations))

    replayed = replay(*[CALM] * 3, acts=acts)

    assert described(replayed.breaker, RolloutSettings()) == words
