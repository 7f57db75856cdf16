"""What a webhook actor takes of an order's news: each once, in the order of the log."""

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.event_batch import EventBatch
from domain.limits import WEBHOOK_GAP_EVENTS_MAX, WEBHOOK_GAPS_MAX
from domain.messages.webhook import (
    Accept,
    Accepted,
)
from tests.unit.actors.webhooks import Webhooks, a_batch, with_an_endpoint
from tests.unit.factories import FILE_ID, NOW_MS, OTHER_FILE_ID


def test_news_that_come_twice_are_told_once() -> None:
    webhooks = with_an_endpoint()

    webhooks.hear(a_batch(0, FILE_ID))
    webhooks.hear(a_batch(0, FILE_ID))
    webhooks.hear(a_batch(0, FILE_ID, OTHER_FILE_ID))

    assert webhooks.deliver() == ["e1-1", "e1-2"]


def test_news_that_come_before_their_turn_are_not_taken() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID))

    missing_after = webhooks.hear(a_batch(2, FILE_ID))

    assert missing_after == 1
    assert webhooks.deliver() == ["e1-1"]


def test_of_an_order_that_is_older_than_it_what_came_just_before_is_asked_for() -> None:
    webhooks = with_an_endpoint()

    assert webhooks.hear(a_batch(3, FILE_ID)) == 0
    assert webhooks.hear(a_batch(9_000, FILE_ID)) == 9_000 - WEBHOOK_GAP_EVENTS_MAX


def test_what_cannot_be_had_is_done_without() -> None:
    webhooks = with_an_endpoint()

    assert webhooks.hear(a_batch(5, FILE_ID), is_final=True) is None
    assert webhooks.deliver() == ["e1-6"]


def test_what_was_done_without_is_told_when_it_comes_after_all() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID))
    webhooks.hear(a_batch(5, FILE_ID), is_final=True)

    webhooks.hear(a_batch(2, FILE_ID))
    webhooks.hear(a_batch(2, FILE_ID))
    webhooks.hear(a_batch(0, *[FILE_ID] * 6))
    webhooks.deliver_all()

    arrived = [delivery.webhook_id for delivery in reversed(webhooks.deliveries())]
    assert arrived == ["e1-1", "e1-6", "e1-3", "e1-2", "e1-4", "e1-5"]


@given(st.data())
def test_in_whatever_order_batches_come_each_event_is_told_once(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=8))
    batches = [a_batch(after, *[FILE_ID] * size) for after, size in zip_after(sizes)]
    turns = data.draw(st.permutations([*batches, *batches[:2]]))
    webhooks = with_an_endpoint()

    hear_all(webhooks, turns)
    webhooks.deliver_all()

    told = [delivery.webhook_id for delivery in webhooks.deliveries()]
    assert sorted(told) == sorted(f"e1-{offset}" for offset in range(1, sum(sizes) + 1))


def zip_after(sizes: list[int]) -> list[tuple[int, int]]:
    """Where each begins, and how many there are."""
    return [(after, end - after) for after, end in pairwise(accumulate(sizes, initial=0))]


def hear_all(webhooks: Webhooks, batches: list[EventBatch]) -> None:
    for batch in batches:
        webhooks.hear(batch, is_final=True)


def test_only_so_many_gaps_are_remembered() -> None:
    webhooks = with_an_endpoint()

    hear_all(webhooks, [a_batch(2 * gap + 1, FILE_ID) for gap in range(WEBHOOK_GAPS_MAX + 5)])

    assert webhooks.sql.rows("SELECT COUNT(*) FROM left_out") == [[WEBHOOK_GAPS_MAX]]


def test_what_happened_before_it_was_made_is_passed_over() -> None:
    webhooks = with_an_endpoint()

    webhooks.hear(a_batch(0, FILE_ID, now_ms=NOW_MS - 1))

    assert webhooks.sent() == ()


def test_a_log_that_begins_anew_is_heard_anew() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID, FILE_ID))

    assert webhooks.hear(a_batch(0, OTHER_FILE_ID, epoch="e2")) is None
    assert len(webhooks.sent()) == 2


def test_what_is_no_event_is_told_to_nobody() -> None:
    webhooks = with_an_endpoint()
    batch = a_batch(0, FILE_ID)
    events = ("{}", "no json", '{"id":"x","source":"s","type":"t","time":"soon"}', *batch.events)

    accept = Accept(batch=batch.model_copy(update={"events": events}))
    webhooks.ask(accept, Accepted)

    assert webhooks.deliver() == ["e1-1"]
