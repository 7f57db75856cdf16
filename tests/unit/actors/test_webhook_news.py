"""What a webhook actor takes of an order's news: each once, in the order of the log."""

from domain.limits import (
    WEBHOOK_GAP_EVENTS_MAX,
)
from domain.messages.webhook import (
    Accept,
    Accepted,
)
from tests.unit.actors.webhooks import a_batch, with_an_endpoint
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
