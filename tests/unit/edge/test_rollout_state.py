"""What an isolate knows of the rollout: the last good config, and a verdict that may not age."""

import json

import pytest

from domain.messages.rollout import Verdicts
from domain.rollout import KEY, RolloutConfig, Verdict, VerdictKind
from edge.rollout_state import RolloutState
from tests.fakes.memory_config import MemoryConfig
from tests.unit.factories import NOW_MS

pytestmark = pytest.mark.anyio

STALE_MS = 60_000
TEN = json.dumps({"canary_percent": 10, "canary_tag": "B2a"})
EMERGENCY = Verdict(kind=VerdictKind.EMERGENCY, revision=2)


async def after_reading(*texts: str | None) -> RolloutState:
    """A state that was confirmed, and then read these values, one after the other."""
    state, config = RolloutState(), MemoryConfig()
    state.heard(Verdicts(verdict=Verdict()), NOW_MS)
    for text in texts:
        config.values = {} if text is None else {KEY: text}
        await state.read(config, NOW_MS)
    return state


async def test_a_value_counts_once_it_is_read() -> None:
    state = await after_reading(TEN)

    known = state.effective(NOW_MS, STALE_MS)
    assert (known.percent, known.tag, known.emergency) == (10, "B2a", False)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"canary_percent": 101}', "null", None])
async def test_a_value_that_cannot_be_used_leaves_the_last_good_one(
    text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    state = await after_reading(TEN, text, text)

    assert state.effective(NOW_MS, STALE_MS).percent == 10
    assert state.config_fault
    assert capsys.readouterr().out.count("rollout.config_invalid") == 1


async def test_a_good_value_ends_the_fault() -> None:
    state = await after_reading("{", TEN)

    assert state.config_fault is None


async def test_kv_that_does_not_answer_changes_nothing() -> None:
    state = await after_reading(TEN)
    silent = MemoryConfig()
    silent.is_down = True

    await state.read(silent, NOW_MS + 1)

    assert state.effective(NOW_MS, STALE_MS).percent == 10
    assert state.config_at_ms == NOW_MS


async def test_an_isolate_that_reads_nothing_good_takes_what_others_have_read() -> None:
    state = await after_reading("{")

    state.heard(Verdicts(verdict=Verdict(), config=RolloutConfig(canary_percent=25)), NOW_MS)

    assert state.effective(NOW_MS, STALE_MS).percent == 25


async def test_before_anything_is_known_everything_is_the_origins() -> None:
    known = (await after_reading()).effective(NOW_MS, STALE_MS)

    assert (known.percent, known.emergency) == (0, False)


async def test_the_breakers_word_counts_as_soon_as_it_is_heard() -> None:
    state = await after_reading(TEN)

    state.heard(Verdicts(verdict=EMERGENCY), NOW_MS)

    known = state.effective(NOW_MS, STALE_MS)
    assert (known.emergency, known.reason) == (True, "breaker")


@pytest.mark.parametrize(("age_ms", "is_closed"), [(STALE_MS, False), (STALE_MS + 1, True)])
async def test_a_verdict_that_nobody_confirms_closes_the_rollout(
    age_ms: int, *, is_closed: bool
) -> None:
    state = await after_reading(TEN)

    known = state.effective(NOW_MS + age_ms, STALE_MS)

    assert (known.emergency, known.reason) == ((True, "stale") if is_closed else (False, ""))


async def test_an_answer_that_was_long_under_way_takes_no_newer_one_back() -> None:
    state = await after_reading(TEN)
    state.heard(Verdicts(verdict=EMERGENCY), NOW_MS)

    state.heard(Verdicts(verdict=Verdict(revision=1)), NOW_MS)

    assert state.effective(NOW_MS, STALE_MS).emergency


async def test_an_isolate_that_was_never_told_anything_is_closed() -> None:
    assert RolloutState().effective(NOW_MS, STALE_MS).reason == "stale"


def test_one_request_at_a_time_goes_and_reads() -> None:
    state = RolloutState()

    assert state.is_due(NOW_MS, 5_000)
    assert not state.is_due(NOW_MS + 4_999, 5_000)
    assert state.is_due(NOW_MS + 5_000, 5_000)
