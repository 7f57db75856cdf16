"""What is sent when: a file's events in turn, a failing endpoint spared, dead ones redriven."""

import pytest

from domain.errors import Code, Refusal
from domain.limits import (
    WEBHOOK_DELIVERED_MAX,
    WEBHOOK_IN_FLIGHT_MAX,
    WEBHOOK_MARGIN_MS,
)
from domain.messages.webhook import (
    EndpointState,
    ProbeEndpoint,
    Redrive,
    Redriven,
    UpdateEndpoint,
)
from domain.webhook import DeliveryStatus, Disabled
from tests.unit.actors.webhooks import SETTINGS, Webhooks, a_batch, ids, with_an_endpoint
from tests.unit.domain.webhooks import (
    ENDPOINT_ID,
    OTHER_ENDPOINT_ID,
    SCHEDULE,
    an_endpoint,
)
from tests.unit.factories import FILE_ID, NOW_MS, OTHER_FILE_ID

LOST_AFTER_MS = SETTINGS.webhook_timeout_ms + WEBHOOK_MARGIN_MS
DEAD = DeliveryStatus.DEAD


def many_files(count: int) -> list[str]:
    return [f"file_{number:032x}" for number in range(count)]


# --- Deliveries ---------------------------------------------------------------------------------


def test_of_one_file_the_next_waits_for_the_one_before() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID, FILE_ID, OTHER_FILE_ID))

    assert webhooks.deliver() == ["e1-1", "e1-3"]
    assert webhooks.deliver() == ["e1-2"]
    assert webhooks.deliver() == []


def test_and_while_that_fails_others_go_on() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID, FILE_ID, OTHER_FILE_ID, OTHER_FILE_ID))
    first, other = webhooks.sent()

    webhooks.answer(first, 500)
    webhooks.answer(other)

    assert webhooks.deliver() == ["e1-4"]
    webhooks.pass_time()
    assert webhooks.now_ms == NOW_MS + SCHEDULE[0]
    assert webhooks.deliver() == ["e1-1"]
    assert webhooks.deliver() == ["e1-2"]


def test_one_that_was_given_up_lets_the_next_go() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID, FILE_ID))

    webhooks.try_in_vain(len(SCHEDULE) + 1)

    assert [one.webhook_id for one in webhooks.deliveries(DEAD)] == ["e1-1"]
    assert webhooks.deliver() == ["e1-2"]
    assert webhooks.events().count("webhook.not_delivered") == len(SCHEDULE)


def test_few_are_under_way_at_once() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, *many_files(20)))

    assert len(webhooks.sent()) == WEBHOOK_IN_FLIGHT_MAX
    assert webhooks.sent() == ()
    assert webhooks.core.next_deadline_ms() == NOW_MS + LOST_AFTER_MS


def test_a_slow_endpoint_keeps_no_other() -> None:
    webhooks = Webhooks(
        an_endpoint(), an_endpoint(id=OTHER_ENDPOINT_ID, url="https://b.example.com")
    )
    webhooks.hear(a_batch(0, *many_files(3)))
    outgoing = webhooks.sent()

    webhooks.deliver_to("https://b.example.com", outgoing)

    assert [one.url for one in webhooks.sent()] == ["https://b.example.com"]


def test_one_that_fails_is_tried_with_one_at_a_time() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, *many_files(9)))
    webhooks.deliver(500)
    assert webhooks.sent() == ()

    webhooks.pass_time()

    assert len(webhooks.sent()) == 1


def test_what_nobody_told_of_is_sent_again() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID, FILE_ID))
    (lost,) = webhooks.sent()
    webhooks.restart()

    webhooks.pass_time()
    (again,) = webhooks.sent()

    assert webhooks.now_ms == NOW_MS + LOST_AFTER_MS
    assert (again.webhook_id, again.tries) == (lost.webhook_id, 2)


def test_what_breaks_the_actor_each_time_is_given_up() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID))

    webhooks.lose(len(SCHEDULE) + 1)

    assert webhooks.sent() == ()
    assert len(webhooks.deliveries(DEAD)) == 1


def test_a_failure_that_comes_late_changes_nothing() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID))
    (late,) = webhooks.sent()
    webhooks.pass_time()
    (again,) = webhooks.sent()
    webhooks.answer(again)

    webhooks.answer(late, 500)

    assert webhooks.deliveries()[0].status is DeliveryStatus.DELIVERED
    assert webhooks.endpoint().endpoint.failures == 0


def test_a_success_counts_however_late_it_comes() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID, FILE_ID))
    (late,) = webhooks.sent()
    webhooks.pass_time()
    webhooks.sent()

    webhooks.answer(late)

    assert webhooks.deliver() == ["e1-2"]


# --- Given up, and redriven ---------------------------------------------------------------------


def test_one_that_is_gone_is_disabled_and_what_waits_is_given_up() -> None:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID, FILE_ID, OTHER_FILE_ID))
    first, other = webhooks.sent()

    webhooks.answer(first, 410)
    webhooks.answer(other)

    state = webhooks.endpoint()
    assert (state.endpoint.disabled, state.waiting, state.dead) == (Disabled.GONE, 0, 2)
    assert webhooks.core.next_deadline_ms() is None
    assert "webhook.disabled" in webhooks.events()


def test_nothing_is_tested_or_redriven_while_it_is_disabled() -> None:
    webhooks = with_an_endpoint(disabled=Disabled.GONE)

    with pytest.raises(Refusal) as refused:
        webhooks.ask(Redrive(endpoint_id=ENDPOINT_ID), Redriven)
    with pytest.raises(Refusal):
        webhooks.ask(ProbeEndpoint(endpoint_id=ENDPOINT_ID, webhook_id="t"), EndpointState)

    assert refused.value.code is Code.WEBHOOK_DISABLED


def given_up() -> Webhooks:
    webhooks = with_an_endpoint()
    webhooks.hear(a_batch(0, FILE_ID, FILE_ID, OTHER_FILE_ID))
    webhooks.answer(webhooks.sent()[0], 410)
    webhooks.ask(UpdateEndpoint(endpoint_id=ENDPOINT_ID, is_enabled=True), EndpointState)
    return webhooks


def test_what_was_given_up_is_redriven_in_its_order() -> None:
    webhooks = given_up()

    redriven = webhooks.ask(Redrive(endpoint_id=ENDPOINT_ID), Redriven)

    assert redriven.count == 3
    assert webhooks.deliver() == ["e1-1", "e1-3"]
    assert webhooks.deliver() == ["e1-2"]
    assert webhooks.endpoint().dead == 0


def test_or_only_those_that_are_named() -> None:
    webhooks = given_up()

    message = Redrive(endpoint_id=ENDPOINT_ID, webhook_ids=("e1-2", "e1-99"))
    redriven = webhooks.ask(message, Redriven)

    assert redriven.count == 1
    assert webhooks.deliver() == ["e1-2"]


def test_what_is_redriven_comes_behind_what_waits() -> None:
    webhooks = given_up()
    webhooks.hear(a_batch(3, FILE_ID))

    webhooks.ask(Redrive(endpoint_id=ENDPOINT_ID, webhook_ids=("e1-1",)), Redriven)

    assert webhooks.deliver() == ["e1-4"]
    assert webhooks.deliver() == ["e1-1"]


def test_the_log_keeps_the_newest() -> None:
    webhooks = with_an_endpoint()
    files = many_files(WEBHOOK_DELIVERED_MAX + 4)
    webhooks.hear(a_batch(0, *files))

    webhooks.deliver_all()

    (oldest,) = webhooks.sql.rows("SELECT MIN(position), COUNT(*) FROM deliveries")
    assert oldest == [5, WEBHOOK_DELIVERED_MAX]


def test_where_too_many_wait_the_oldest_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actors.webhook_sending.WEBHOOK_WAITING_MAX", 3)
    webhooks = with_an_endpoint()

    webhooks.hear(a_batch(0, FILE_ID, FILE_ID, FILE_ID, FILE_ID, FILE_ID))

    assert {one.webhook_id for one in webhooks.deliveries(DEAD)} == {"e1-1", "e1-2"}
    assert ids(webhooks.sent()) == ["e1-3"]
    assert "webhook.overflowed" in webhooks.events()
