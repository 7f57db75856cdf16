"""`/qa`: what it tells of the rollout and of both sides."""

from typing import Any

import pytest

from domain.rollout import KEY, Phase
from edge.health import HEALTH
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom, a_token
from tests.unit.edge.asking_qa import BASE, CONFIG, asked, migrating, told
from tests.unit.edge.rollouts import REPORT, with_rollout

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

BREAKER = {
    "state": "cap",
    "percent": 5.0,
    "since": "2026-11-22T09:59:59.000Z",
    "revision": 3,
    "reasons": ["p90: slow"],
    "rules": [
        {
            "name": "p90",
            "state": "tripped",
            "value": 700.0,
            "threshold": 600.0,
            "since": "2026-11-22T09:50:00.000Z",
            "detail": "native 700 ms",
        },
        {
            "name": "orphans",
            "state": "ok",
            "value": 0.0,
            "threshold": 10.0,
            "since": None,
            "detail": "",
        },
    ],
    "dry_run": False,
    "override": "none",
}
TOLD: dict[str, Any] = {
    "endpoint": "/qa",
    "timestamp": "2026-11-22T10:00:00.000Z",
    "canary": {
        "sampling_active": True,
        "percent": 5.0,
        "tag": "B2a",
        "cohort": "proxy",
        "decision_reason": "default",
        "emergency_proxy": False,
    },
    "health": {
        "native": {"status": "ok", "db_ping_ms": 0, "r2_accessible": True},
        "proxy": {"status": "ok", "origin_ping_ms": 0, "reachable": True},
    },
    "metrics_24h": {
        "requests_native": 400,
        "requests_proxy": 3_600,
        "error_rate_native": 0.0075,
        "error_rate_proxy": 0.0,
        "p90_latency_native_ms": 700,
        "p90_latency_proxy_ms": 210,
    },
    "rollout": {
        "phases": ["b1a"],
        "generation": "7-500",
        "breaker": BREAKER,
        "config_age_ms": 0,
        "config_fault": None,
        "time_to_effect_ms": 8_000,
        "verdict_age_ms": 0,
    },
}


async def test_everything_is_told_at_once() -> None:
    answer = await asked(migrating())

    assert answer.headers["cache-control"] == "no-store"
    assert answer.json == TOLD


async def test_standing_alone_everything_is_native_and_there_is_no_other_side() -> None:
    darkroom = Darkroom()
    with_rollout(darkroom)

    qa = await told(darkroom)

    assert qa["canary"] == {
        "sampling_active": False,
        "percent": 100.0,
        "tag": "none",
        "cohort": "native",
        "decision_reason": "no_origin",
        "emergency_proxy": False,
    }
    assert qa["health"]["native"]["status"] == "ok"
    assert qa["health"]["proxy"] == {"status": "none", "origin_ping_ms": None, "reachable": False}
    assert qa["rollout"]["phases"] == [phase.value for phase in Phase]
    assert darkroom.web.asked == []


# --- The decision for whoever asks --------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "headers", "expected"),
    [
        (CONFIG | {"canary_percent": 0}, {}, (False, "proxy", "default")),
        (CONFIG | {"emergency_proxy": True}, {}, (False, "proxy", "emergency")),
        (CONFIG | {"phases": ["b1b"]}, {}, (True, "proxy", "phase_closed")),
        (CONFIG, {"x-canary": "1", "x-canary-token": "t" * 32}, (True, "native", "header")),
        (CONFIG, {"x-canary": "1"}, (True, "proxy", "default")),
    ],
)
async def test_who_asks_is_told_what_would_be_decided_for_them(
    config: dict[str, object], headers: dict[str, str], expected: tuple[bool, str, str]
) -> None:
    canary = (await told(migrating(config, canary_token="t" * 32), **headers))["canary"]

    told_of_it = canary["sampling_active"], canary["cohort"], canary["decision_reason"]
    assert told_of_it == expected


async def test_the_session_beside_the_operators_token_says_whose_bucket_it_is() -> None:
    cookie = f"session={a_token('alice')}"
    darkroom = migrating(canary_principals="alice")

    canary = (await told(darkroom, cookie=cookie, **{"x-canary": "1"}))["canary"]

    assert (canary["cohort"], canary["decision_reason"]) == ("native", "header")


async def test_asking_moves_nobody() -> None:
    assert "set-cookie" not in (await asked(migrating())).headers


# --- A side that is down ------------------------------------------------------------------------


async def test_actors_that_do_not_answer_are_told_of_and_their_figures_are_unknown() -> None:
    darkroom = migrating()
    with_rollout(darkroom)[1].is_down = True

    qa = await told(darkroom)

    assert qa["health"]["native"] == {"status": "down", "db_ping_ms": None, "r2_accessible": True}
    assert set(qa["metrics_24h"].values()) == {None}
    assert qa["rollout"]["breaker"] is None
    assert qa["canary"]["emergency_proxy"] is True  # nobody confirms the verdict
    assert qa["rollout"]["verdict_age_ms"] is None


async def test_a_bucket_that_does_not_answer_is_told_of() -> None:
    darkroom = migrating()
    darkroom.objects.is_down = True

    native = (await told(darkroom))["health"]["native"]

    assert native == {"status": "degraded", "db_ping_ms": 0, "r2_accessible": False}


async def test_an_origin_that_does_not_answer_is_told_of() -> None:
    darkroom = migrating()
    darkroom.web.is_down = True

    qa = await told(darkroom)

    down = {"status": "down", "origin_ping_ms": None, "reachable": False}
    assert (qa["health"]["proxy"], qa["health"]["native"]["status"]) == (down, "ok")


@pytest.mark.parametrize(("status", "word"), [(204, "ok"), (404, "ok"), (500, "degraded")])
async def test_what_the_origin_answers_says_how_it_is(status: int, word: str) -> None:
    darkroom = migrating()
    darkroom.web.answer(f"{BASE}{HEALTH}", "", status)

    proxy = (await told(darkroom))["health"]["proxy"]

    assert proxy == {"status": word, "origin_ping_ms": 0, "reachable": True}


async def test_the_origin_is_asked_under_the_requests_own_trace() -> None:
    darkroom = migrating()

    await told(darkroom)

    (request,) = darkroom.web.asked
    assert (request.method, request.url) == ("GET", f"{BASE}/health")
    assert request.headers["x-request-id"] == "req-1"


async def test_figures_of_nobody_are_not_known() -> None:
    darkroom = migrating()
    with_rollout(darkroom, REPORT.model_copy(update={"native": type(REPORT.native)()}))

    metrics = (await told(darkroom))["metrics_24h"]

    assert (metrics["requests_native"], metrics["error_rate_native"]) == (0, None)
    assert metrics["p90_latency_native_ms"] is None


async def test_a_config_that_cannot_be_read_is_told_of_with_its_age(clock: Clock) -> None:
    darkroom = migrating()
    await told(darkroom)
    darkroom.config.values[KEY] = '{"canary_percent": "ten"}'
    clock.advance_ms(darkroom.settings.rollout_refresh_ms)
    await told(darkroom)
    await darkroom.background[-1]()

    rollout = (await told(darkroom))["rollout"]

    assert rollout["config_fault"].startswith("canary_percent: ")
    assert (rollout["generation"], rollout["verdict_age_ms"]) == ("7-500", 5_000)
