"""What operators see of the rollout, and the switches they have."""

import pytest

from domain.errors import Code
from domain.messages.rollout import RolloutReport
from domain.operation import Operation
from domain.rollout import Verdict, VerdictKind
from tests.unit.darkroom import Darkroom
from tests.unit.edge.acting import KEY, acted
from tests.unit.edge.rollouts import with_rollout

pytestmark = pytest.mark.anyio

ROLLOUT = "/ops/rollout"


async def test_operators_see_all_that_the_actor_knows(darkroom: Darkroom) -> None:
    with_rollout(darkroom)

    seen = (await darkroom.operate("GET", ROLLOUT)).json

    assert seen["breaker"]["state"] == "cap"
    assert [rule["name"] for rule in seen["breaker"]["rules"]] == ["p90", "orphans"]
    assert seen["config"] == {
        "percent": 10.0,
        "tag": "B2a",
        "emergency_proxy": False,
        "phases": ["b1a"],
        "generation": "7",
        "last_updated": "today",
        "since": "2026-11-22T09:59:55.000Z",
    }
    assert seen["native_24h"] == {
        "requests": 400,
        "errors": 3,
        "error_rate": 0.0075,
        "p90_ms": 700,
        "statuses": {"404": 2, "503": 3},
    }
    assert seen["events"]["orphaned"] == 4
    assert (seen["last_flush"], seen["time_to_effect_ms"]) == ("2026-11-22T09:59:58.000Z", 8_000)


@pytest.mark.parametrize(
    ("verdict", "percent"),
    [
        (Verdict(), 100.0),
        (Verdict(kind=VerdictKind.CAP, percent=0), 0.0),
        (Verdict(kind=VerdictKind.EMERGENCY), 0.0),
    ],
)
async def test_a_verdict_says_how_many_it_allows(
    darkroom: Darkroom, verdict: Verdict, percent: float
) -> None:
    with_rollout(darkroom, RolloutReport(verdict=verdict))

    seen = (await darkroom.operate("GET", ROLLOUT)).json

    assert (seen["breaker"]["percent"], seen["breaker"]["since"]) == (percent, None)
    assert (seen["config"], seen["native_24h"]["error_rate"]) == (None, None)


async def test_a_rollout_that_does_not_answer_is_unavailable(darkroom: Darkroom) -> None:
    with_rollout(darkroom)[1].is_down = True

    answer = await darkroom.operate("GET", ROLLOUT)

    assert answer.problem == (503, "unavailable")


@pytest.mark.parametrize(
    ("verb", "operation"),
    [
        ("override-clear", Operation.OVERRIDE_CLEAR),
        ("override-emergency", Operation.OVERRIDE_EMERGENCY),
        ("resume", Operation.RESUME_BREAKER),
        ("dry-run", Operation.DRY_RUN),
        ("arm", Operation.ARM),
    ],
)
async def test_each_switch_goes_to_the_actor_with_who_and_why(
    darkroom: Darkroom, verb: str, operation: Operation
) -> None:
    actor, _ = with_rollout(darkroom)

    answer = await darkroom.operate("POST", f"{ROLLOUT}/{verb}", "the graphs look bad")

    (action,) = actor.actions
    assert (action.operation, action.operator) == (operation, "olga")
    assert action.reason == "the graphs look bad"
    assert answer.json == {
        "action_id": action.action_id,
        "changed": True,
        "before": "clear, armed",
        "after": "emergency, armed",
        "job_id": None,
    }


async def test_a_switch_needs_a_reason(darkroom: Darkroom) -> None:
    actor, _ = with_rollout(darkroom)

    answer = await darkroom.operate("POST", f"{ROLLOUT}/arm", " ")

    assert answer.problem == (422, Code.INVALID_BODY)
    assert actor.actions == []


async def test_a_switch_is_thrown_once_for_each_key(darkroom: Darkroom) -> None:
    actor, _ = with_rollout(darkroom)
    await darkroom.operate("POST", f"{ROLLOUT}/arm", "ready", KEY)
    await darkroom.operate("POST", f"{ROLLOUT}/arm", "ready", KEY)
    await darkroom.operate("POST", f"{ROLLOUT}/dry-run", "not ready", KEY)

    first, again, other = (action.action_id for action in actor.actions)

    assert first == again != other


async def test_a_switch_is_told_to_the_log_without_its_reason(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    with_rollout(darkroom)

    await darkroom.operate("POST", f"{ROLLOUT}/override-emergency", "the graphs look bad")

    (line,) = acted(capsys)
    assert (line["operation"], line["target"]) == ("override_emergency", "rollout")
    assert "graphs" not in str(line)


async def test_the_other_figures_are_told_while_the_rollouts_actor_is_silent(
    darkroom: Darkroom,
) -> None:
    with_rollout(darkroom)[1].is_down = True

    answer = await darkroom.operate("GET", "/ops/metrics")

    assert answer.status == 200
    assert "darkroom_orders 0" in answer.text
    assert "darkroom_rollout_up 0" in answer.text
    assert "darkroom_requests_total" not in answer.text
