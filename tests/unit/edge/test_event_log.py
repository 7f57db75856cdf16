"""The audit of an order's events, read back by operators: by offset, by time, page by page."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.views import rfc3339
from edge.event_log import Bound
from tests.unit.actors.webhooks import a_batch
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom
from tests.unit.factories import FILE_ID, NOW_MS

pytestmark = pytest.mark.anyio

MINUTE_MS = 60_000
EVENTS = "/ops/orders/summer-42/events"


@pytest.fixture
async def darkroom(clock: Clock) -> Darkroom:
    """With three segments of two events each, stored a minute apart."""
    darkroom = Darkroom()
    for number in range(3):
        batch = a_batch(2 * number, FILE_ID, FILE_ID, now_ms=NOW_MS + number * MINUTE_MS)
        await darkroom.objects.put(batch.segment_key, batch.segment.encode(), "application/jsonl")
        clock.advance_ms(MINUTE_MS)
    return darkroom


async def replayed(darkroom: Darkroom, query: str = "") -> list[int]:
    answer = await darkroom.operate("GET", EVENTS + query)
    return offsets(answer.json["events"])


def offsets(events: list[dict[str, Any]]) -> list[int]:
    return [int(event["cursor"].removeprefix("e1-")) for event in events]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("?from=3", [3, 4, 5, 6]),
        ("?from=2&to=5", [2, 3, 4, 5]),
        ("?to=2", [1, 2]),
        ("?from=9", []),
        (f"?from={rfc3339(NOW_MS + MINUTE_MS)}", [3, 4, 5, 6]),
        (f"?to={rfc3339(NOW_MS + MINUTE_MS)}", [1, 2, 3, 4]),
        (f"?from={rfc3339(NOW_MS + 1)}&to={rfc3339(NOW_MS + MINUTE_MS)}", [3, 4]),
        ("?from=2026-11-22T10:02:00", [5, 6]),
        ("?from=2026-11-22T12:02:00%2B02:00", [5, 6]),
    ],
)
async def test_a_span_is_given_by_offsets_or_times(
    darkroom: Darkroom, query: str, expected: list[int]
) -> None:
    assert await replayed(darkroom, query) == expected


async def test_page_by_page_it_is_all_there(darkroom: Darkroom) -> None:
    first = (await darkroom.operate("GET", f"{EVENTS}?limit=3")).json
    rest = (await darkroom.operate("GET", f"{EVENTS}?cursor={first['next_cursor']}")).json

    assert offsets(first["events"] + rest["events"]) == [1, 2, 3, 4, 5, 6]
    assert rest["next_cursor"] is None


async def test_segments_that_overlap_tell_each_event_once(darkroom: Darkroom) -> None:
    batch = a_batch(3, FILE_ID, FILE_ID, FILE_ID, FILE_ID)
    await darkroom.objects.put(batch.segment_key, batch.segment.encode(), "application/jsonl")

    assert await replayed(darkroom) == [1, 2, 3, 4, 5, 6, 7]


async def test_what_the_bucket_has_removed_is_missing_and_nothing_else(darkroom: Darkroom) -> None:
    await darkroom.objects.delete(a_batch(0, FILE_ID, FILE_ID).segment_key)

    assert await replayed(darkroom) == [3, 4, 5, 6]
    assert await replayed(darkroom, "?from=2&to=3") == [3]


async def test_of_another_order_there_is_nothing(darkroom: Darkroom) -> None:
    answer = await darkroom.operate("GET", "/ops/orders/summer-4/events")

    assert answer.json == {"events": [], "next_cursor": None}


@pytest.mark.parametrize("query", ["?from=soon", "?to=-1", "?cursor=../x", "?limit=0"])
async def test_a_query_that_does_not_fit_is_refused(darkroom: Darkroom, query: str) -> None:
    assert (await darkroom.operate("GET", EVENTS + query)).problem == (422, "invalid_query")


async def test_it_is_for_operators(darkroom: Darkroom) -> None:
    assert (await darkroom.call("GET", EVENTS)).problem == (401, "operator_needed")


@given(st.text(max_size=30))
def test_whatever_is_asked_for_is_a_bound_or_is_not(text: str) -> None:
    bound = Bound.parsed(text)

    assert bound is None or (bound.offset is None) != (bound.at_ms is None)
