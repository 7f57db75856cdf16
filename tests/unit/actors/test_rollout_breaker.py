"""The rollout's actor and its breaker: who hears of a verdict, when it wakes, what operators do."""

import pytest

from actors.effects import RecordAudit
from domain.errors import Refusal
from domain.limits import EFFECT_RETRY_FIRST_MS
from domain.operation import Operation
from domain.rollout import VerdictKind
from tests.unit.actors.rollouts import RolloutOnPaper, a_tally, recorded, some_events
from tests.unit.domain.traces import (
    CALM,
    CAP,
    CLEAR,
    CLOSED,
    COOLDOWN,
    EMERGENCY,
    FAILING,
    PROBED,
    SHUT,
    SICK,
    Minute,
)
from tests.unit.factories import MINUTE_MS, NOW_MS

SICK_PROXY = Minute(proxy=FAILING)

# --- The verdict --------------------------------------------------------------------------------


def test_the_flush_that_brings_the_last_sick_minute_hears_of_the_emergency() -> None:
    assert RolloutOnPaper().live(*[SICK] * 5) == [CLEAR] * 4 + [EMERGENCY]


def test_any_other_isolate_hears_of_it_with_its_next_flush() -> None:
    rollout = RolloutOnPaper()
    rollout.live(*[SICK] * 5)

    assert rollout.flush(isolate="another").verdict.kind is VerdictKind.EMERGENCY


def test_a_sick_proxy_alone_is_nobodys_emergency() -> None:
    assert set(RolloutOnPaper().live(*[SICK_PROXY] * 30)) == {CLEAR}


def test_it_is_found_out_by_the_alarm_if_nobody_flushes() -> None:
    rollout = RolloutOnPaper()
    rollout.live(*[SICK] * 4)
    rollout.flush(a_tally(4, FAILING))

    assert rollout.pass_minutes(1) == [EMERGENCY]


def test_news_of_a_minute_that_was_judged_already_is_judged_again() -> None:
    rollout = RolloutOnPaper()
    rollout.live(*[SICK] * 4, Minute(native=CLOSED.native))

    verdict = rollout.flush(a_tally(4, FAILING)).verdict

    assert verdict.kind is VerdictKind.EMERGENCY


def test_an_emergency_recovers_step_by_step() -> None:
    rollout = RolloutOnPaper()
    rollout.live(*[SICK] * 5)

    assert rollout.pass_minutes(COOLDOWN) == [EMERGENCY] * (COOLDOWN - 1) + [CAP]
    assert rollout.live(*[PROBED] * (COOLDOWN + 1))[-1] == CLEAR


def test_a_verdict_outlives_the_actor() -> None:
    rollout = RolloutOnPaper()
    rollout.live(*[SICK] * 5)

    rollout.restart()

    assert rollout.report().verdict.kind is VerdictKind.EMERGENCY
    assert rollout.rule("error_rate").state == "tripped"


def test_orphans_close_it() -> None:
    rollout = RolloutOnPaper(orphan_after_ms=MINUTE_MS)
    rollout.flush(events=[some_events(0, intents=11)])

    assert rollout.pass_minutes(2) == [CLEAR, SHUT]


def test_a_short_minute_makes_it_quick() -> None:
    """As acceptance tests have it: five minutes of half a second."""
    rollout = RolloutOnPaper(breaker_minute_ms=500)
    first = NOW_MS // 500
    sick = [
        a_tally(tally=FAILING).model_copy(update={"minute": first + number}) for number in range(5)
    ]

    rollout.now_ms += 2_500

    assert rollout.flush(*sick).verdict.kind is VerdictKind.EMERGENCY


# --- When it wakes ------------------------------------------------------------------------------


def test_it_wakes_when_the_minute_is_whole() -> None:
    rollout = RolloutOnPaper()
    rollout.now_ms += 1_234
    rollout.flush(a_tally())

    assert rollout.due_ms == NOW_MS + MINUTE_MS


def test_it_sleeps_when_nobody_flushes_any_more() -> None:
    rollout = RolloutOnPaper()
    rollout.live(CALM)

    rollout.pass_minutes(4)

    assert rollout.due_ms is None


def test_it_does_not_sleep_while_it_is_tripped() -> None:
    rollout = RolloutOnPaper()
    rollout.live(*[SICK] * 5)

    rollout.pass_minutes(100)

    assert rollout.due_ms == rollout.now_ms + MINUTE_MS


# --- Time to effect -----------------------------------------------------------------------------


def test_a_verdict_takes_effect_when_every_isolate_has_heard_of_it() -> None:
    rollout = RolloutOnPaper()
    rollout.flush(isolate="idle, but alive")
    rollout.live(*[SICK] * 5)
    rollout.flush(isolate="another")
    rollout.now_ms += 100
    rollout.operate(Operation.RESUME_BREAKER)
    assert rollout.report().time_to_effect_ms == 0  # of the emergency, for the others were gone

    rollout.now_ms += 300
    rollout.flush()
    assert rollout.report().time_to_effect_ms == 0
    rollout.now_ms += 400
    rollout.flush(isolate="another")

    assert rollout.report().time_to_effect_ms == 700


def test_an_isolate_that_is_gone_need_not_hear_of_it() -> None:
    rollout = RolloutOnPaper()
    rollout.flush(isolate="gone")
    rollout.flush()
    rollout.now_ms += 30_000
    rollout.operate(Operation.OVERRIDE_EMERGENCY)
    rollout.now_ms += 5_000
    rollout.flush()

    rollout.pass_minutes(1)

    assert rollout.report().time_to_effect_ms == 5_000


# --- The audit ----------------------------------------------------------------------------------


def test_what_the_breaker_does_is_recorded_with_why_and_before_and_after() -> None:
    rollout = RolloutOnPaper()
    rollout.live(*[SICK] * 5)

    (record,) = recorded(rollout.settle())

    assert (record.operator, record.operation, record.target) == (
        "breaker",
        Operation.TRIP,
        "rollout",
    )
    assert (record.before, record.after) == ("clear, armed", "emergency, armed")
    assert record.reason == "error_rate: native 3 %, proxy 0.1 %, for 5 of 5 min"


def test_its_recovery_is_recorded_too() -> None:
    rollout = RolloutOnPaper()
    rollout.live(*[SICK] * 5, *[CLOSED] * COOLDOWN, *[PROBED] * COOLDOWN)

    records = recorded(rollout.settle())

    assert [(record.operation, record.after) for record in records] == [
        (Operation.TRIP, "emergency, armed"),
        (Operation.RECOVER, "at most 5 %, armed"),
        (Operation.RECOVER, "clear, armed"),
    ]


def test_a_dry_run_is_told_and_not_recorded() -> None:
    rollout = RolloutOnPaper(breaker_dry_run=True)

    assert set(rollout.live(*[SICK] * 6)) == {CLEAR}
    assert recorded(rollout.settle()) == []
    assert "breaker.tripped" in rollout.events()


def test_a_record_that_could_not_be_told_stays_owed() -> None:
    rollout = RolloutOnPaper()
    rollout.operate(Operation.OVERRIDE_EMERGENCY)
    assert [type(effect) for effect in rollout.owed()] == [RecordAudit]

    rollout.now_ms += EFFECT_RETRY_FIRST_MS

    assert len(recorded(rollout.settle())) == 1
    assert recorded(rollout.settle()) == []


# --- Operators ----------------------------------------------------------------------------------


def test_an_operator_holds_it_and_lets_it_go() -> None:
    rollout = RolloutOnPaper()

    held = rollout.operate(Operation.OVERRIDE_EMERGENCY, "a")
    assert (held.is_changed, held.before, held.after) == (
        True,
        "clear, armed",
        "emergency, hold_emergency, armed",
    )
    assert rollout.report().override == "hold_emergency"

    resumed = rollout.operate(Operation.RESUME_BREAKER, "b")
    assert (resumed.is_changed, resumed.after) == (True, "clear, armed")
    assert rollout.report().override == "none"


def test_an_action_that_comes_again_is_answered_as_at_first() -> None:
    rollout = RolloutOnPaper()
    first = rollout.operate(Operation.OVERRIDE_EMERGENCY, "a")
    rollout.operate(Operation.RESUME_BREAKER, "b")

    assert rollout.operate(Operation.OVERRIDE_EMERGENCY, "a") == first
    assert rollout.report().verdict.kind is VerdictKind.CLEAR


def test_what_changes_nothing_leaves_no_record() -> None:
    rollout = RolloutOnPaper()

    operated = rollout.operate(Operation.ARM)

    assert not operated.is_changed
    assert recorded(rollout.settle()) == []


def test_what_operators_do_is_recorded_with_their_reason() -> None:
    rollout = RolloutOnPaper()
    rollout.operate(Operation.DRY_RUN)

    (record,) = recorded(rollout.settle())

    assert (record.operator, record.operation, record.reason) == (
        "olga",
        Operation.DRY_RUN,
        "as asked",
    )
    assert rollout.report().is_dry_run


def test_nothing_else_can_be_asked_of_it() -> None:
    with pytest.raises(Refusal):
        RolloutOnPaper().operate(Operation.CANCEL)
