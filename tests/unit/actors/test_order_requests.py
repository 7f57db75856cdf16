"""Requests with an Idempotency-Key: made once, answered again for a day, never two at a time."""

import pytest

from domain.errors import Code, Refusal
from domain.limits import (
    IDEMPOTENCY_KEY_LIFETIME_MS,
    REQUEST_RETRY_AFTER_MS,
    REQUEST_RUNNING_MAX_MS,
)
from domain.messages.order import BeginRequest, BegunRequest, FinishRequest
from domain.values import Value
from storage import requests
from tests.unit.actors.cores import OrderOnPaper
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Darkroom
from tests.unit.factories import NOW_MS, news

FIRST_TIME = BegunRequest(answer=None, began_ms=NOW_MS)
DAY_MS = NOW_MS + IDEMPOTENCY_KEY_LIFETIME_MS


def begun(
    order: OrderOnPaper, key: str = "key-1", fingerprint: str = "submit a", now_ms: int = NOW_MS
) -> BegunRequest:
    message = BeginRequest(caller_id="alice", key=key, fingerprint=fingerprint)
    return order.ask(message, BegunRequest, now_ms)


def finish(order: OrderOnPaper, answer: str | None, key: str = "key-1") -> None:
    order.tell(FinishRequest(caller_id="alice", key=key, answer=answer))


def an_answered_order() -> OrderOnPaper:
    order = OrderOnPaper(news())
    begun(order)
    finish(order, "created")
    return order


def test_a_request_made_for_the_first_time_has_no_answer_yet() -> None:
    assert begun(OrderOnPaper(news())) == FIRST_TIME


def test_a_request_that_was_answered_is_answered_again() -> None:
    order = an_answered_order()

    again = [begun(order), begun(order, now_ms=NOW_MS + REQUEST_RUNNING_MAX_MS)]

    assert again == [BegunRequest(answer="created", began_ms=NOW_MS)] * 2


def test_an_answer_outlives_a_restart() -> None:
    order = an_answered_order()

    order.restart()

    assert begun(order).answer == "created"


def test_a_request_that_still_runs_is_refused_with_a_time_to_ask_again() -> None:
    order = OrderOnPaper(news())
    begun(order)

    with pytest.raises(Refusal) as refused:
        begun(order, now_ms=NOW_MS + REQUEST_RUNNING_MAX_MS - 1)

    assert refused.value.code is Code.IDEMPOTENCY_KEY_IN_USE
    assert refused.value.facts == {"retry_after_ms": REQUEST_RETRY_AFTER_MS}


def test_a_request_that_has_run_for_too_long_is_taken_over() -> None:
    order = OrderOnPaper(news())
    begun(order)

    taken_over_ms = NOW_MS + REQUEST_RUNNING_MAX_MS
    assert begun(order, now_ms=taken_over_ms) == FIRST_TIME

    with pytest.raises(Refusal) as refused:
        begun(order, now_ms=taken_over_ms + REQUEST_RUNNING_MAX_MS - 1)
    assert refused.value.code is Code.IDEMPOTENCY_KEY_IN_USE


@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "still running"])
def test_a_key_may_not_be_used_for_another_request(*, is_answered: bool) -> None:
    order = an_answered_order() if is_answered else OrderOnPaper(news())
    begun(order)

    with pytest.raises(Refusal) as refused:
        begun(order, fingerprint="submit b")

    assert refused.value.code is Code.IDEMPOTENCY_KEY_REUSED
    assert begun(an_answered_order()).answer == "created"


def test_a_request_that_broke_off_may_be_made_again_as_the_same_one() -> None:
    order = OrderOnPaper(news())
    begun(order)

    finish(order, None)

    assert begun(order, now_ms=NOW_MS + 5) == FIRST_TIME
    with pytest.raises(Refusal) as refused:
        begun(order, now_ms=NOW_MS + 6)
    assert refused.value.code is Code.IDEMPOTENCY_KEY_IN_USE


def test_a_request_that_broke_off_may_not_become_another_one() -> None:
    order = OrderOnPaper(news())
    begun(order)
    finish(order, None)

    with pytest.raises(Refusal) as refused:
        begun(order, fingerprint="submit b")

    assert refused.value.code is Code.IDEMPOTENCY_KEY_REUSED


def test_each_key_is_a_request_of_its_own() -> None:
    order = an_answered_order()

    assert begun(order, "key-2") == FIRST_TIME
    finish(order, "skipped", "key-2")

    assert (begun(order).answer, begun(order, "key-2").answer) == ("created", "skipped")


def test_a_key_is_honoured_for_a_day_counted_from_when_the_request_began() -> None:
    order = an_answered_order()

    assert begun(order, now_ms=DAY_MS - 1).answer == "created"
    assert begun(order, now_ms=DAY_MS) == BegunRequest(began_ms=DAY_MS)


def test_after_a_day_a_key_may_be_used_for_another_request() -> None:
    order = an_answered_order()

    again = begun(order, fingerprint="submit b", now_ms=DAY_MS)

    assert again == BegunRequest(began_ms=DAY_MS)


def test_requests_that_are_a_day_old_are_forgotten_with_the_next_one() -> None:
    order = an_answered_order()

    begun(order, "key-2", now_ms=NOW_MS + IDEMPOTENCY_KEY_LIFETIME_MS)

    assert order.sql.rows("SELECT key FROM requests") == [["key-2"]]


def test_an_order_remembers_so_many_requests_the_newest_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requests, "IDEMPOTENCY_KEYS_MAX", 3)
    order = OrderOnPaper(news())

    [begun(order, f"key-{number}") for number in range(5)]

    assert order.sql.rows("SELECT key FROM requests ORDER BY position") == [
        ["key-2"],
        ["key-3"],
        ["key-4"],
    ]


def test_the_end_of_a_request_that_was_forgotten_is_no_trouble() -> None:
    order = OrderOnPaper(news())

    finish(order, "created")

    assert begun(order) == FIRST_TIME


@pytest.mark.parametrize(
    "message",
    [
        BeginRequest(caller_id="bob", key="key-1", fingerprint="submit a"),
        FinishRequest(caller_id="bob", key="key-1", answer="mine"),
    ],
    ids=lambda message: message.type,
)
def test_nobody_else_can_begin_or_end_a_request(message: Value) -> None:
    order = an_answered_order()

    with pytest.raises(Refusal) as refused:
        order.tell(message)

    assert refused.value.code is Code.FORBIDDEN
    assert begun(order).answer == "created"


def test_a_request_to_an_order_that_never_was_leaves_nothing_behind() -> None:
    order = OrderOnPaper()

    with pytest.raises(Refusal) as refused:
        begun(order)

    assert refused.value.code is Code.ORDER_NOT_FOUND
    assert order.sql.rows("SELECT * FROM sqlite_master") == []


def test_a_request_changes_nothing_that_watchers_see() -> None:
    order = OrderOnPaper(news())
    before = order.status()

    begun(order)
    finish(order, "created")

    assert order.status() == before


@pytest.mark.anyio
async def test_after_a_day_a_key_makes_a_new_job(clock: Clock) -> None:
    darkroom = Darkroom()
    path = await darkroom.edited()
    body = {"file_ids": [path.rsplit("/", 1)[1]]}
    first = await darkroom.call("POST", f"{ORDER}/submit-edits", body, idempotency_key="every-day")
    await darkroom.work()

    clock.advance_ms(IDEMPOTENCY_KEY_LIFETIME_MS)
    second = await darkroom.call("POST", f"{ORDER}/submit-edits", body, idempotency_key="every-day")

    (made,), (made_anew,) = first.json["created"], second.json["created"]
    assert made["job_id"] != made_anew["job_id"]
