"""What the configuration fixes, and the code says as well, is the same in both."""

import tomllib

import pytest

from consumer.transport import DEAD_EVENTS, DEAD_LETTERS, EVENTS
from domain.limits import (
    CRON_CONCURRENCY,
    EVENTS_RETRY_FIRST_S,
    EVENTS_RETRY_MAX_S,
    QA_PERIOD_MS,
    QA_REQUESTS_MAX,
)
from domain.rollout_settings import RolloutSettings
from domain.settings import Settings
from tools.runtime import paths

CONFIG = tomllib.loads((paths.ROOT / "wrangler.toml").read_text())
VARIABLES = CONFIG["vars"]
SETTINGS = {**Settings.model_fields, **RolloutSettings.model_fields}
SECRETS = {
    "alert_webhook_secret",
    "alert_webhook_url",
    "canary_secret",
    "canary_secret_previous",
    "canary_token",
    "jwt_secret",
    "operator_tokens",
    "origin_internal_token",
    "pagerduty_routing_key",
    "url_signing_secret",
}


@pytest.mark.parametrize("name", sorted(SETTINGS.keys() - SECRETS))
def test_every_setting_stands_there_with_its_default(name: str) -> None:
    assert VARIABLES[name.upper()] == SETTINGS[name].default


def test_no_secret_and_no_unknown_variable_stands_there() -> None:
    assert {name.lower() for name in VARIABLES} == SETTINGS.keys() - SECRETS


def test_what_is_dead_is_consumed_and_goes_nowhere_else() -> None:
    jobs, dead, events, dead_events = CONFIG["queues"]["consumers"]

    assert jobs["dead_letter_queue"] == dead["queue"] == DEAD_LETTERS
    assert events["queue"] == EVENTS
    assert events["dead_letter_queue"] == dead_events["queue"] == DEAD_EVENTS
    assert "dead_letter_queue" not in {*dead, *dead_events}


def test_the_cron_works_on_as_many_at_once_as_a_batch_has() -> None:
    assert CONFIG["queues"]["consumers"][0]["max_batch_size"] == CRON_CONCURRENCY


def test_qa_may_be_asked_as_often_as_its_answer_says() -> None:
    (limit,) = CONFIG["ratelimits"]

    simple = {"limit": QA_REQUESTS_MAX, "period": QA_PERIOD_MS // 1000}
    assert (limit["name"], limit["simple"]) == ("QA_LIMIT", simple)


def test_every_actor_has_its_sqlite_by_a_migration() -> None:
    classes = {binding["class_name"] for binding in CONFIG["durable_objects"]["bindings"]}

    migrated = [name for step in CONFIG["migrations"] for name in step["new_sqlite_classes"]]
    assert sorted(migrated) == sorted(classes)


def test_no_request_of_ours_goes_behind_cloudflare() -> None:
    assert "global_fetch_strictly_public" in CONFIG["compatibility_flags"]


def test_events_that_cannot_be_passed_on_come_again_for_half_a_day() -> None:
    retries = CONFIG["queues"]["consumers"][2]["max_retries"]
    pauses_s = (min(EVENTS_RETRY_FIRST_S << n, EVENTS_RETRY_MAX_S) for n in range(retries))

    assert sum(pauses_s) > 15 * 3_600
