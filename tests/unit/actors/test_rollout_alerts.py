"""What the rollout's actor tells people: once per trouble, on every channel, until accepted."""

import base64

from domain.limits import ALERT_KEPT_MS, EFFECT_RETRY_FIRST_MS, ISOLATE_SILENT_MS
from domain.operation import Operation
from tests.unit.actors.rollouts import CONFIG, RolloutOnPaper, alerted, recorded
from tests.unit.domain.traces import CLOSED, COOLDOWN, PROBED, SICK, Minute
from tests.unit.factories import MINUTE_MS

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
ALL_CHANNELS = {
    "alert_webhook_url": "https://hooks.example/a",
    "alert_webhook_secret": SECRET,
    "pagerduty_routing_key": "r" * 32,
    "alert_email_from": "darkroom@example.com",
    "alert_email_to": "olga@example.com",
}
WEBHOOK = {"alert_webhook_url": "https://hooks.example/a", "alert_webhook_secret": SECRET}


def tripped(**settings: object) -> RolloutOnPaper:
    rollout = RolloutOnPaper(**{**WEBHOOK, **settings})  # type: ignore[arg-type]
    rollout.live(*[SICK] * 5)
    return rollout


# --- The breaker --------------------------------------------------------------------------------


def test_a_trip_is_told_on_every_channel_there_is() -> None:
    assert sorted(alerted(tripped(**ALL_CHANNELS).settle())) == [
        ("email", "firing", "breaker_error_rate"),
        ("pagerduty", "firing", "breaker_error_rate"),
        ("webhook", "firing", "breaker_error_rate"),
    ]


def test_where_no_channel_is_configured_nobody_is_told() -> None:
    rollout = RolloutOnPaper()
    rollout.live(*[SICK] * 5)

    assert alerted(rollout.settle()) == []
    assert "alert.fired" in rollout.events()


def test_a_trouble_that_goes_on_is_told_once() -> None:
    rollout = tripped()
    first = alerted(rollout.settle())

    rollout.live(*[CLOSED] * COOLDOWN, *[Minute(native=SICK.native)] * 6)

    assert len(first) == 1
    assert alerted(rollout.settle()) == []


def test_when_it_is_clear_again_that_is_told_and_not_before() -> None:
    rollout = tripped()
    rollout.settle()

    rollout.live(*[CLOSED] * COOLDOWN)
    assert alerted(rollout.settle()) == []
    rollout.live(*[PROBED] * COOLDOWN)

    assert alerted(rollout.settle()) == [("webhook", "resolved", "breaker_error_rate")]


def test_an_operator_who_takes_over_resolves_it() -> None:
    rollout = tripped()
    rollout.settle()

    rollout.operate(Operation.OVERRIDE_CLEAR)

    assert alerted(rollout.settle()) == [("webhook", "resolved", "breaker_error_rate")]


def test_every_rule_is_a_trouble_of_its_own() -> None:
    rollout = tripped()
    rollout.live(*[Minute(native=CLOSED.native, r2=9)] * 3)

    assert [key for _, _, key in alerted(rollout.settle())] == [
        "breaker_error_rate",
        "breaker_r2_failures",
    ]


def test_a_dry_run_is_told_as_one() -> None:
    rollout = tripped(breaker_dry_run=True)

    (effect,) = (one for one in rollout.owed() if alerted([one]))

    assert "dry run" in str(effect)
    assert "warning" in str(effect)


# --- Delivery -----------------------------------------------------------------------------------


def test_what_is_not_accepted_is_tried_again() -> None:
    rollout = tripped()

    assert len(alerted(rollout.owed())) == 1
    assert alerted(rollout.owed()) == []
    rollout.now_ms += EFFECT_RETRY_FIRST_MS
    assert len(alerted(rollout.owed())) == 1
    rollout.restart()
    rollout.now_ms += MINUTE_MS
    assert len(alerted(rollout.settle())) == 1


def test_a_trouble_and_its_end_are_told_in_turn() -> None:
    rollout = tripped()
    rollout.live(*[CLOSED] * COOLDOWN, *[PROBED] * COOLDOWN)

    assert [kind for _, kind, _ in alerted(rollout.settle())] == ["firing", "resolved"]


def test_what_a_channel_never_takes_is_told_to_the_log_and_given_up() -> None:
    rollout = tripped()

    assert len(alerted(rollout.settle(status=400))) == 1
    rollout.now_ms += MINUTE_MS
    assert alerted(rollout.settle()) == []
    assert "alert.refused" in rollout.events()


def test_what_nobody_has_taken_for_a_day_is_given_up() -> None:
    rollout = tripped()

    rollout.now_ms += ALERT_KEPT_MS + MINUTE_MS

    assert alerted(rollout.owed()) == []


def test_a_channel_that_is_no_longer_configured_is_owed_nothing() -> None:
    rollout = tripped()
    rollout.settings = RolloutOnPaper().settings
    rollout.restart()

    rollout.now_ms += MINUTE_MS

    assert alerted(rollout.settle()) == []


# --- The config ---------------------------------------------------------------------------------


def test_a_config_that_cannot_be_used_is_told_until_no_isolate_finds_fault_with_it() -> None:
    rollout = RolloutOnPaper(**WEBHOOK)  # type: ignore[arg-type]
    rollout.flush(config_fault="canary_percent: too large")
    rollout.flush(isolate="behind")
    assert alerted(rollout.settle()) == [("webhook", "firing", "rollout_config")]
    assert rollout.report().config_fault == "canary_percent: too large"

    rollout.flush(isolate="behind")
    assert alerted(rollout.settle()) == []
    rollout.flush()

    assert alerted(rollout.settle()) == [("webhook", "resolved", "rollout_config")]
    assert rollout.report().config_fault is None


def test_the_fault_of_an_isolate_that_is_gone_is_over() -> None:
    rollout = RolloutOnPaper(**WEBHOOK)  # type: ignore[arg-type]
    rollout.flush(config_fault="there is no value in KV")
    rollout.settle()

    rollout.now_ms += ISOLATE_SILENT_MS
    rollout.flush(isolate="another")

    assert alerted(rollout.settle()) == [("webhook", "resolved", "rollout_config")]


def test_an_edit_in_kv_is_recorded_with_what_it_was_before() -> None:
    rollout = RolloutOnPaper()
    rollout.flush()
    rollout.now_ms += 1_000

    rollout.flush(config=CONFIG.model_copy(update={"canary_percent": 25.0, "generation": 7}))

    (record,) = recorded(rollout.settle())
    assert (record.operator, record.operation) == ("kv", Operation.CONFIGURE)
    assert record.before.startswith("10 % B2a, b1a+b1b+edits, generation ")
    assert record.after == "25 % B2a, b1a+b1b+edits, generation 7"
    assert rollout.report().config_since_ms == rollout.now_ms


def test_an_isolate_to_which_kv_still_shows_the_old_one_changes_nothing() -> None:
    rollout = RolloutOnPaper()
    rollout.flush()
    edited = CONFIG.model_copy(update={"canary_percent": 25.0})
    rollout.flush(config=edited)
    rollout.settle()

    told = rollout.flush(isolate="behind")

    assert told.config == edited
    assert recorded(rollout.settle()) == []
