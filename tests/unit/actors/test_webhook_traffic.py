"""Which of a user's endpoints get the few connections: none of them keeps the others waiting."""

from collections import Counter

import pytest

from actors.effects import Outgoing
from domain.limits import WEBHOOK_CONNECTIONS_MAX, WEBHOOK_FAILING_CONNECTIONS_MAX
from domain.webhook import Endpoint
from tests.unit.actors.webhooks import SETTINGS, Webhooks, a_batch
from tests.unit.domain.webhooks import an_endpoint
from tests.unit.factories import FILE_ID, NOW_MS

WELL = "https://well.example.com/"
FILES = [f"file_{number:032x}" for number in range(9)]


def some_endpoints(count: int, **changes: object) -> list[Endpoint]:
    return [
        an_endpoint(id=f"hook_{n:032x}", url=f"https://{n}.example.com/", **changes)
        for n in range(count)
    ]


def told(outgoing: tuple[Outgoing, ...]) -> Counter[str]:
    return Counter(one.url for one in outgoing)


@pytest.mark.parametrize(("endpoints", "under_way"), [(1, 2), (2, 4), (3, 4), (5, 5), (9, 6)])
def test_each_gets_one_and_some_are_left_for_who_has_none(endpoints: int, under_way: int) -> None:
    webhooks = Webhooks(*some_endpoints(endpoints))
    webhooks.hear(a_batch(0, *FILES))

    outgoing = webhooks.sent()

    assert len(outgoing) == under_way
    assert len(told(outgoing)) == min(endpoints, under_way)
    assert webhooks.sent() == ()


def test_what_waits_for_a_connection_wakes_nobody() -> None:
    webhooks = Webhooks(*some_endpoints(9))
    webhooks.hear(a_batch(0, *FILES))
    webhooks.sent()

    due_ms = webhooks.core.next_deadline_ms()

    assert due_ms is not None
    assert due_ms > NOW_MS + SETTINGS.webhook_timeout_ms


def test_those_that_fail_share_a_part_of_all() -> None:
    webhooks = Webhooks(*some_endpoints(9, failures=1))
    webhooks.hear(a_batch(0, *FILES))

    assert len(webhooks.sent()) == WEBHOOK_FAILING_CONNECTIONS_MAX
    assert webhooks.sent() == ()


def test_where_all_others_hang_one_that_answers_is_told_at_once() -> None:
    webhooks = Webhooks(*some_endpoints(9, failures=1), an_endpoint(url=WELL))
    webhooks.hear(a_batch(0, FILE_ID))
    first = webhooks.sent()
    webhooks.deliver_to(WELL, first)

    webhooks.hear(a_batch(1, *FILES))

    assert told(first)[WELL] == 1
    assert told(webhooks.sent()) == {WELL: 1}


def test_where_there_are_more_than_connections_each_has_its_turn() -> None:
    webhooks = Webhooks(*some_endpoints(WEBHOOK_CONNECTIONS_MAX + 1))
    webhooks.hear(a_batch(0, *FILES))
    first = webhooks.sent()
    webhooks.deliver_to(first[0].url, first)

    (next_one,) = webhooks.sent()

    assert next_one.url not in {one.url for one in first}


def test_of_those_that_fail_the_next_is_who_was_spared_longest() -> None:
    endpoints = [
        endpoint.model_copy(update={"not_before_ms": NOW_MS - number})
        for number, endpoint in enumerate(some_endpoints(5, failures=1))
    ]
    webhooks = Webhooks(*endpoints)
    webhooks.hear(a_batch(0, FILE_ID))

    assert [one.url for one in webhooks.sent()] == [
        f"https://{number}.example.com/" for number in (4, 3, 2)
    ]
