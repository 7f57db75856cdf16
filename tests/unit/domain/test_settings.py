"""Settings: their bounds, their defaults, and that a fault names a variable and no value."""

import pytest

from domain.settings import Settings, SettingsInvalid

SECRET = "s3cr3t-" + "x" * 32
ENVIRONMENT: dict[str, object] = {"JWT_SECRET": SECRET, "URL_SIGNING_SECRET": SECRET}


def test_defaults_hold_where_nothing_is_set() -> None:
    settings = Settings.read(ENVIRONMENT)

    assert settings.lease_ms == 15 * 60_000
    assert settings.dispatch_timeout_ms == 30_000
    assert settings.retry_backoff_ms == 5_000
    assert settings.origins == frozenset()


def test_a_variable_given_as_text_is_a_number() -> None:
    assert Settings.read(ENVIRONMENT | {"LEASE_MS": "2000"}).lease_ms == 2_000


@pytest.mark.parametrize("name", ["JWT_SECRET", "URL_SIGNING_SECRET"])
@pytest.mark.parametrize("secret", [None, "", "too-short-a-secret"])
def test_a_missing_or_short_secret_is_named_and_no_value_told(
    name: str, secret: str | None
) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        Settings.read(ENVIRONMENT | {name: secret})

    assert name in str(invalid.value)
    assert SECRET not in str(invalid.value)
    assert "too-short-a-secret" not in str(invalid.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEASE_MS", 999),
        ("LEASE_MS", 3_600_001),
        ("LEASE_MS", "soon"),
        ("LEASE_MS", ""),
        ("DISPATCH_TIMEOUT_MS", 499),
        ("DISPATCH_TIMEOUT_MS", 3_600_001),
        ("RETRY_BACKOFF_MS", 9),
        ("RETRY_BACKOFF_MS", 300_001),
    ],
)
def test_a_variable_out_of_its_bounds_is_named(name: str, value: object) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        Settings.read(ENVIRONMENT | {name: value})

    assert str(invalid.value).startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEASE_MS", 1_000),
        ("LEASE_MS", 3_600_000),
        ("DISPATCH_TIMEOUT_MS", 500),
        ("DISPATCH_TIMEOUT_MS", 3_600_000),
        ("RETRY_BACKOFF_MS", 10),
        ("RETRY_BACKOFF_MS", 300_000),
    ],
)
def test_a_variable_at_its_bound_is_accepted(name: str, value: int) -> None:
    settings = Settings.read(ENVIRONMENT | {name: value})

    assert getattr(settings, name.lower()) == value


def test_origins_are_separated_by_commas() -> None:
    settings = Settings.read(
        ENVIRONMENT | {"ALLOWED_ORIGINS": "https://a.example, https://b.example,"}
    )

    assert settings.origins == {"https://a.example", "https://b.example"}


def test_the_cause_of_invalid_settings_is_cut_off_for_it_holds_their_values() -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        Settings.read(ENVIRONMENT | {"LEASE_MS": "hunter2"})

    assert invalid.value.__suppress_context__
    assert "hunter2" not in str(invalid.value)


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    assert SECRET not in repr(Settings.read(ENVIRONMENT))


def test_operators_have_names_and_tokens() -> None:
    given = f"olga:{'o' * 16}, otto:{'p' * 15}:, olga:{'q' * 16},"

    settings = Settings.read(ENVIRONMENT | {"OPERATOR_TOKENS": given})

    assert settings.operators == (
        ("olga", "o" * 16),
        ("otto", "p" * 15 + ":"),
        ("olga", "q" * 16),
    )


def test_where_none_is_named_nobody_is_an_operator() -> None:
    assert Settings.read(ENVIRONMENT).operators == ()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("olga:" + "o" * 15, "16 characters"),
        ("olga:", "16 characters"),
        ("s3cr3t" + "o" * 20, "16 characters"),
        (":s3cr3t" + "o" * 20, '"name:token"'),
        ("ol ga:s3cr3t" + "o" * 20, '"name:token"'),
        ("olga:s3cr3t\N{LATIN SMALL LETTER E WITH ACUTE}" + "o" * 20, '"name:token"'),
        ("olga:s3cr3t\t" + "o" * 20, '"name:token"'),
        ("olga:s3cr3t " + "o" * 20, '"name:token"'),
        (f"olga:s3cr3t{'o' * 20},otto:s3cr3t{'o' * 20}", "the same token"),
    ],
)
def test_an_entry_that_names_no_operator_is_told_and_not_shown(given: str, why: str) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        Settings.read(ENVIRONMENT | {"OPERATOR_TOKENS": given})

    assert str(invalid.value).startswith("OPERATOR_TOKENS: ")
    assert why in str(invalid.value)
    assert "s3cr3t" not in str(invalid.value)


def test_before_an_origin_cohorts_are_signed() -> None:
    origin = {"ORIGIN_API_BASE": "https://legacy.example"}

    with pytest.raises(SettingsInvalid) as invalid:
        Settings.read(ENVIRONMENT | origin)

    assert "ORIGIN_API_BASE needs CANARY_SECRET" in str(invalid.value)
    assert Settings.read(ENVIRONMENT | origin | {"CANARY_SECRET": "c" * 32}).origin_api_base
