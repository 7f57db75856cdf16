"""An order's events on their way: in batches, in order, none missing, none in two segments."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.effects import PublishEvents
from domain.event_batch import EventBatch
from domain.limits import EVENTS_PER_BATCH_MAX, HUB_EVENTS_MAX, HUB_TRIM_EVERY
from domain.messages.event_page import EventPage, ListEvents
from tests.unit.actors.cores import OrderOnPaper, of_kind
from tests.unit.factories import NOW_MS, news, some_settings

INTERVAL_MS = some_settings().publish_interval_ms
LATER_MS = NOW_MS + INTERVAL_MS
HOUR_MS = 3_600_000


def an_order(changes: int, **settings: object) -> OrderOnPaper:
    order = OrderOnPaper(events_enabled=True, **settings)
    change(order, *range(1, changes + 1))
    return order


def change(order: OrderOnPaper, *versions: int) -> None:
    for version in versions:
        order.tell(news(version))


def begun(order: OrderOnPaper, now_ms: int = LATER_MS) -> list[EventBatch]:
    """What is owed now, none of which arrives."""
    return [effect.batch for effect in of_kind(PublishEvents, order.owed(now_ms))]


def published(order: OrderOnPaper, now_ms: int = LATER_MS) -> list[EventBatch]:
    """What is owed now, all of which arrives."""
    return [effect.batch for effect in of_kind(PublishEvents, order.settle(now_ms))]


def lived(order: OrderOnPaper, steps: list[str]) -> Iterator[EventBatch]:
    """All that it sends, step by step, each of which may break off; and then the rest."""
    for number, step in enumerate(steps, start=2):
        match step:
            case "change":
                change(order, number)
            case "restart":
                order.restart()
            case "begin":
                yield from begun(order, LATER_MS + number * HOUR_MS)
            case _:
                yield from published(order, LATER_MS + number * HOUR_MS)
    yield from published(order, LATER_MS + 99 * HOUR_MS)


def offsets(*batches: EventBatch) -> list[int]:
    return [offset for batch in batches for offset in range(batch.first, batch.last + 1)]


def test_what_happens_within_a_second_is_told_together() -> None:
    order = an_order(3)

    assert published(order, LATER_MS - 1) == []
    (batch,) = published(order)

    assert (batch.after, offsets(batch)) == (0, [1, 2, 3])
    assert (batch.source.id, batch.source.owner_id) == ("summer-42", "alice")
    assert batch.source.epoch == "epoch1"


def test_what_is_told_is_what_watchers_hear() -> None:
    order = an_order(2)

    (batch,) = published(order)

    assert batch.events == tuple(event.text for event in order.core.take_events())


def test_once_all_is_told_nothing_is_owed() -> None:
    order = an_order(1)
    published(order)

    assert published(order, LATER_MS + HOUR_MS) == []


def test_the_next_batch_says_where_the_one_before_has_ended() -> None:
    order = an_order(2)
    (first,) = published(order)

    change(order, 3)
    (second,) = published(order)

    assert (second.after, offsets(second)) == (first.last, [3])


def test_many_are_told_in_several_batches_without_a_pause() -> None:
    order = an_order(2 * EVENTS_PER_BATCH_MAX + 1)

    batches = published(order)

    assert [len(batch.events) for batch in batches] == [EVENTS_PER_BATCH_MAX] * 2 + [1]
    assert offsets(*batches) == list(range(1, 2 * EVENTS_PER_BATCH_MAX + 2))
    assert all(one.last == other.after for one, other in pairwise(batches))


def test_a_batch_that_did_not_arrive_is_sent_as_it_was_begun() -> None:
    order = an_order(2)
    (first,) = begun(order)
    change(order, 3)
    order.restart()

    again, rest = published(order, LATER_MS + HOUR_MS)

    assert again == first
    assert again.segment_key == first.segment_key
    assert (rest.after, offsets(rest)) == (2, [3])


def test_what_the_log_has_forgotten_meanwhile_is_told_of_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    order = an_order(1)
    published(order)
    change(order, *range(2, HUB_EVENTS_MAX + HUB_TRIM_EVERY))
    capsys.readouterr()

    begun(order, LATER_MS + HOUR_MS)
    batch, *_ = published(order, LATER_MS + 2 * HOUR_MS)

    lines = map(json.loads, capsys.readouterr().out.splitlines())
    left_out = [line for line in lines if line["event"] == "events.left_out"]
    assert [(line["source"], line["after"], line["first"]) for line in left_out] == [
        ("orders/summer-42", 1, batch.first)
    ]
    assert batch.first > 2


def test_where_events_are_off_nothing_is_owed() -> None:
    order = OrderOnPaper(news(1), events_enabled=False)

    assert published(order, LATER_MS + HOUR_MS) == []


@given(st.lists(st.sampled_from(["change", "begin", "publish", "restart"]), max_size=30))
def test_whatever_breaks_every_event_is_in_one_batch(steps: list[str]) -> None:
    """The keys of segments are those of batches: so each event is in one segment of the audit."""
    order = an_order(1)

    segments = {batch.segment_key: batch for batch in lived(order, steps)}

    told = sorted(offsets(*segments.values()))
    assert told == list(range(1, order.kept().version + 1))


@pytest.mark.parametrize(("after", "limit", "expected"), [(0, 9, [1, 2, 3]), (1, 1, [2])])
def test_who_has_missed_some_may_look_them_up(after: int, limit: int, expected: list[int]) -> None:
    order = an_order(3)

    page = order.ask(ListEvents(after=after, limit=limit), EventPage)

    assert page.epoch == "epoch1"
    assert list(range(page.first, page.first + len(page.events))) == expected


def test_after_the_last_there_is_nothing() -> None:
    assert an_order(1).ask(ListEvents(after=1, limit=9), EventPage).events == ()
