"""What becomes of a delivery and its endpoint after an attempt; who wants which event."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import (
    WEBHOOK_PAUSE_MAX_MS,
    WEBHOOK_RETRY_AFTER_MS_MAX,
    WEBHOOK_ROTATION_MS,
)
from domain.settings import WEBHOOK_SCHEDULE_MS
from domain.webhook import (
    Attempt,
    Delivery,
    DeliveryStatus,
    Disabled,
    Endpoint,
    attempted,
    disabled,
    enabled,
    endpoint_after,
    lifetime_ms,
    rotated,
    told_pause_ms,
    wants,
)
from tests.unit.domain.webhooks import (
    SCHEDULE,
    SECRET,
    a_delivery,
    an_attempt,
    an_endpoint,
    an_event,
)
from tests.unit.factories import NOW_MS

HOUR_MS = 3_600_000


def after(
    attempt: Attempt, delivery: Delivery | None = None, jitter: float = 0, now_ms: int = NOW_MS
) -> Delivery:
    return attempted(delivery or a_delivery(), attempt, SCHEDULE, jitter, now_ms)


# --- A delivery ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_it_is_delivered_with_any_success(status: int) -> None:
    assert after(an_attempt(status)).status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("status", [301, 302, 307, 308, 304, 400, 404, 429, 500, 503, 199, None])
def test_anything_else_is_tried_again_redirects_too(status: int | None) -> None:
    delivery = after(an_attempt(status))

    assert (delivery.status, delivery.due_ms) == (DeliveryStatus.WAITING, NOW_MS + SCHEDULE[0])


def test_who_is_gone_gets_it_no_more() -> None:
    assert after(an_attempt(410)).status is DeliveryStatus.DEAD


@pytest.mark.parametrize(("tries", "pause_ms"), [(1, 5_000), (2, 300_000), (3, 1_800_000)])
def test_the_pauses_are_those_of_the_schedule(tries: int, pause_ms: int) -> None:
    assert after(an_attempt(500), a_delivery(tries=tries)).due_ms == NOW_MS + pause_ms


def test_after_the_last_try_it_is_given_up() -> None:
    assert after(an_attempt(500), a_delivery(tries=4)).status is DeliveryStatus.DEAD


def test_one_that_has_waited_for_others_all_that_time_has_one_try() -> None:
    late_ms = NOW_MS + lifetime_ms(SCHEDULE)

    assert after(an_attempt(500), now_ms=late_ms).status is DeliveryStatus.DEAD
    assert after(an_attempt(200), now_ms=late_ms).status is DeliveryStatus.DELIVERED


@given(st.floats(0, 1, exclude_max=True))
def test_jitter_makes_a_pause_longer_by_a_fifth_at_most(jitter: float) -> None:
    due_ms = after(an_attempt(500), jitter=jitter).due_ms

    assert due_ms is not None
    assert SCHEDULE[0] <= due_ms - NOW_MS <= SCHEDULE[0] * 1.2


def test_a_receiver_may_ask_for_more_time_and_not_for_less() -> None:
    longer = after(an_attempt(503, told_pause_ms=60_000))
    shorter = after(an_attempt(503, told_pause_ms=1_000))

    assert longer.due_ms == NOW_MS + 60_000
    assert shorter.due_ms == NOW_MS + SCHEDULE[0]


def test_every_attempt_is_remembered() -> None:
    once = after(an_attempt(500))
    twice = after(an_attempt(None, error="it did not answer"), once)

    assert [attempt.status for attempt in twice.attempts] == [500, None]


def test_the_schedule_of_the_product_is_that_of_standard_webhooks() -> None:
    pauses = [int(pause) // 1000 for pause in WEBHOOK_SCHEDULE_MS.split(",")]

    hours = (2, 5, 10, 14, 20, 24)
    assert pauses == [5, 5 * 60, 30 * 60, *(hour * 3600 for hour in hours)]
    assert list(accumulate(pauses))[-1] > 3 * 24 * 3600


# --- Retry-After --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pause_ms"),
    [
        (None, None),
        ("120", 120_000),
        (" 7 ", 7_000),
        ("0", 0),
        ("Sun, 22 Nov 2026 10:01:00 GMT", 60_000),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0),
        ("Sunday, 22-Nov-26 10:01:00 GMT", 60_000),
        ("99999999999999999999999", WEBHOOK_RETRY_AFTER_MS_MAX),
        ("Sun, 22 Nov 2099 10:01:00 GMT", WEBHOOK_RETRY_AFTER_MS_MAX),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, pause_ms: int | None) -> None:
    assert told_pause_ms(text, NOW_MS) == pause_ms


@given(st.text(max_size=40))
def test_whatever_it_says_is_a_bounded_pause_or_none(text: str) -> None:
    assert (told_pause_ms(text, NOW_MS) or 0) in range(WEBHOOK_RETRY_AFTER_MS_MAX + 1)


# --- An endpoint --------------------------------------------------------------------------------


def failed(times: int, status: int | None = 500, endpoint: Endpoint | None = None) -> Endpoint:
    endpoint = endpoint or an_endpoint()
    if times == 0:
        return endpoint
    return failed(times - 1, status, endpoint_after(endpoint, an_attempt(status), SCHEDULE, NOW_MS))


@pytest.mark.parametrize(
    ("times", "pause_ms"), [(1, 1_000), (2, 2_000), (5, 16_000), (40, WEBHOOK_PAUSE_MAX_MS)]
)
def test_one_that_fails_is_spared_for_longer_and_longer(times: int, pause_ms: int) -> None:
    endpoint = failed(times)

    assert endpoint.not_before_ms == NOW_MS + pause_ms
    assert endpoint.in_flight_max == 1
    assert endpoint.failing_since_ms == NOW_MS


def test_one_success_and_it_is_well() -> None:
    well = endpoint_after(failed(5), an_attempt(200), SCHEDULE, NOW_MS)

    assert well == an_endpoint()


def test_one_that_is_busy_is_left_alone_for_as_long_as_it_says() -> None:
    busy = endpoint_after(an_endpoint(), an_attempt(429, told_pause_ms=HOUR_MS), SCHEDULE, NOW_MS)
    broken = endpoint_after(an_endpoint(), an_attempt(500, told_pause_ms=HOUR_MS), SCHEDULE, NOW_MS)

    assert busy.not_before_ms == NOW_MS + HOUR_MS
    assert broken.not_before_ms == NOW_MS + 1_000


def test_one_that_is_gone_is_disabled() -> None:
    assert failed(1, 410).disabled is Disabled.GONE


def test_one_that_fails_for_as_long_as_anything_is_tried_is_disabled() -> None:
    failing, end_ms = failed(1), NOW_MS + lifetime_ms(SCHEDULE)

    before = endpoint_after(failing, an_attempt(500), SCHEDULE, end_ms - 1)
    then = endpoint_after(failing, an_attempt(500), SCHEDULE, end_ms)

    assert (before.disabled, then.disabled) == (None, Disabled.FAILING)


def test_enabled_again_it_begins_with_a_clean_slate() -> None:
    mended = enabled(disabled(failed(5), Disabled.GONE, NOW_MS), NOW_MS)

    assert mended == an_endpoint(enabled_at_ms=NOW_MS)


# --- Secrets ------------------------------------------------------------------------------------


def test_after_a_rotation_both_secrets_sign_for_a_day() -> None:
    endpoint = rotated(an_endpoint(), "whsec_new", NOW_MS)

    assert endpoint.signs_with(NOW_MS) == ("whsec_new", SECRET)
    assert endpoint.signs_with(NOW_MS + WEBHOOK_ROTATION_MS) == ("whsec_new",)


def test_of_two_rotations_the_last_two_secrets_are_left() -> None:
    endpoint = rotated(rotated(an_endpoint(), "whsec_new", NOW_MS), "whsec_newer", NOW_MS)

    assert endpoint.signs_with(NOW_MS) == ("whsec_newer", "whsec_new")


# --- Who wants what -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "is_wanted"),
    [
        ({}, True),
        ({"order_id": "summer-42"}, True),
        ({"order_id": "winter-1"}, False),
        ({"types": ("darkroom.file.changed", "darkroom.file.deleted")}, True),
        ({"types": ("darkroom.file.deleted",)}, False),
        ({"disabled": Disabled.ASKED}, False),
        ({"created_at_ms": NOW_MS + 1}, False),
        ({"enabled_at_ms": NOW_MS + 1}, False),
    ],
)
def test_an_endpoint_says_what_it_wants(changes: dict[str, object], is_wanted: bool) -> None:  # noqa: FBT001
    assert wants(an_endpoint(**changes), an_event(), "summer-42") is is_wanted


def test_a_room_s_event_is_not_for_who_wants_one_order() -> None:
    assert wants(an_endpoint(), an_event(), None)
    assert not wants(an_endpoint(order_id="summer-42"), an_event(), None)
