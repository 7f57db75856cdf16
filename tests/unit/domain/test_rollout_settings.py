"""The breaker's variables: defaults from the issue, bounds, secrets that do not show."""

import base64

import pytest

from domain.rollout_settings import Channel, RolloutSettings
from domain.settings import SettingsInvalid

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
WEBHOOK = {"ALERT_WEBHOOK_URL": "https://hooks.example/a", "ALERT_WEBHOOK_SECRET": SECRET}


def test_the_defaults_are_the_rules() -> None:
    settings = RolloutSettings.read({})

    assert (settings.breaker_error_rate_percent, settings.breaker_error_minutes) == (1.5, 5)
    assert (settings.breaker_p90_ms, settings.breaker_p90_minutes) == (600, 10)
    assert settings.breaker_p90_percent == 5
    assert (settings.breaker_r2_failures, settings.breaker_r2_minutes) == (5, 3)
    assert settings.breaker_orphans == 10
    assert (settings.breaker_dry_run, settings.breaker_minute_ms) == (False, 60_000)
    assert settings.channels == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BREAKER_ERROR_RATE_PERCENT", "0"),
        ("BREAKER_ERROR_MINUTES", "0"),
        ("BREAKER_P90_MS", "30001"),
        ("BREAKER_P90_PERCENT", "0"),
        ("BREAKER_MIN_SAMPLES", "0"),
        ("BREAKER_COOLDOWN_MS", "99"),
        ("BREAKER_MINUTE_MS", "60001"),
        ("BREAKER_DRY_RUN", "perhaps"),
        ("ALERT_WEBHOOK_URL", "hooks.example"),
        ("ALERT_WEBHOOK_SECRET", "hunter2"),
        ("ALERT_WEBHOOK_SECRET", "whsec_hunter2"),
        ("ALERT_WEBHOOK_SECRET", "whsec_" + base64.b64encode(b"hunter2").decode()),
    ],
)
def test_a_variable_out_of_its_bounds_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        RolloutSettings.read({name: value})

    assert str(invalid.value).startswith(f"{name}: ")
    assert "hunter2" not in str(invalid.value)


@pytest.mark.parametrize(
    "half",
    [
        {"ALERT_WEBHOOK_URL": "https://hooks.example"},
        {"ALERT_EMAIL_FROM": "darkroom@example.com"},
        {"ALERT_EMAIL_TO": "olga@example.com"},
    ],
    ids=["no secret", "to nobody", "from nobody"],
)
def test_half_a_channel_is_refused(half: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid):
        RolloutSettings.read(half)


@pytest.mark.parametrize(
    ("given", "channels"),
    [
        (WEBHOOK, (Channel.WEBHOOK,)),
        ({"PAGERDUTY_ROUTING_KEY": "r" * 32}, (Channel.PAGERDUTY,)),
        (
            {"ALERT_EMAIL_FROM": "d@example.com", "ALERT_EMAIL_TO": "o@example.com"},
            (Channel.EMAIL,),
        ),
        ({"PAGERDUTY_ROUTING_KEY": "r" * 32, "PAGERDUTY_URL": ""}, ()),
    ],
    ids=["webhook", "pagerduty", "mail", "switched off"],
)
def test_what_is_configured_is_a_channel(
    given: dict[str, str], channels: tuple[Channel, ...]
) -> None:
    assert RolloutSettings.read(given).channels == channels


def test_several_people_may_get_mail() -> None:
    settings = RolloutSettings(alert_email_from="d@example.com", alert_email_to="a@x.y, b@x.y,")

    assert settings.recipients == ("a@x.y", "b@x.y")


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(RolloutSettings.read({**WEBHOOK, "PAGERDUTY_ROUTING_KEY": "hunter2"}))

    assert SECRET not in shown
    assert "hunter2" not in shown
