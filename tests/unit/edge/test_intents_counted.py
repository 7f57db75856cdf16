"""Intents and what becomes of them, counted for the rollout's breaker: each once, in its minute."""

import pytest

from domain.messages.rollout import MinuteEvents
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom
from tests.unit.factories import MINUTE_MS, NOW_MS

pytestmark = pytest.mark.anyio

NOW = NOW_MS // MINUTE_MS
HOUR_MS = 60 * MINUTE_MS


def counted(darkroom: Darkroom) -> dict[int, tuple[int, int]]:
    """Intents and finalized, by minutes from now."""
    events: tuple[MinuteEvents, ...] = darkroom.services.telemetry.taken(None, None).events
    return {one.minute - NOW: (one.intents, one.finalized) for one in events}


async def finalized(darkroom: Darkroom, intent_id: str, url: str) -> None:
    await darkroom.put(url)
    assert (await darkroom.finalize(intent_id)).status == 201


async def test_a_finalize_counts_in_the_minute_of_its_intent(
    darkroom: Darkroom, clock: Clock
) -> None:
    begun = (await darkroom.intent()).json
    clock.advance_ms(3 * MINUTE_MS)

    await finalized(darkroom, begun["intent_id"], begun["upload"]["url"])

    assert counted(darkroom) == {0: (1, 1)}


async def test_an_intent_that_is_asked_for_again_is_the_same_one(
    darkroom: Darkroom, clock: Clock
) -> None:
    await darkroom.intent()
    clock.advance_ms(3 * MINUTE_MS)
    again = (await darkroom.intent()).json

    await finalized(darkroom, again["intent_id"], again["upload"]["url"])

    assert counted(darkroom) == {0: (1, 1)}


async def test_a_finalize_that_is_repeated_counts_once(darkroom: Darkroom, clock: Clock) -> None:
    begun = (await darkroom.intent()).json
    await finalized(darkroom, begun["intent_id"], begun["upload"]["url"])
    clock.advance_ms(MINUTE_MS)

    await darkroom.finalize(begun["intent_id"])

    assert counted(darkroom) == {0: (1, 1)}


async def test_a_finalize_that_is_refused_does_not_count(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent()).json

    await darkroom.finalize(begun["intent_id"])

    assert counted(darkroom) == {0: (1, 0)}


async def test_an_intent_that_is_refused_does_not_count(darkroom: Darkroom) -> None:
    await darkroom.uploaded()
    before = counted(darkroom)

    await darkroom.intent()

    assert counted(darkroom) == before == {0: (1, 1)}


async def test_what_is_announced_anew_after_its_intent_has_expired_is_another_one(
    darkroom: Darkroom, clock: Clock
) -> None:
    await darkroom.intent()
    clock.advance_ms(26 * HOUR_MS)

    await darkroom.intent()

    assert counted(darkroom) == {0: (1, 0), 26 * 60: (1, 0)}
