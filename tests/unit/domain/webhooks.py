"""Endpoints, deliveries and attempts, valid as they are."""

from domain.standard_webhooks import secret_of
from domain.webhook import Attempt, Delivery, Endpoint, Event, Secret
from tests.unit.factories import FILE_ID, NOW, NOW_MS

ENDPOINT_ID = "hook_" + "a" * 32
OTHER_ENDPOINT_ID = "hook_" + "b" * 32
URL = "https://hooks.example.com/darkroom"
SECRET = secret_of(b"k" * 32)
SCHEDULE = (5_000, 300_000, 1_800_000)


def an_endpoint(**changes: object) -> Endpoint:
    endpoint = Endpoint(
        id=ENDPOINT_ID,
        url=URL,
        secrets=(Secret(text=SECRET, created_at_ms=NOW_MS),),
        created_at_ms=NOW_MS,
        updated_at_ms=NOW_MS,
    )
    return endpoint.model_copy(update=changes)


def a_delivery(**changes: object) -> Delivery:
    delivery = Delivery(
        webhook_id="e1-1",
        type="darkroom.file.changed",
        source="/api/orders/summer-42",
        key=FILE_ID,
        created_at_ms=NOW_MS,
        tries=1,
    )
    return delivery.model_copy(update=changes)


def an_attempt(status: int | None = 204, **changes: object) -> Attempt:
    attempt = Attempt(at_ms=NOW_MS, duration_ms=20, status=status)
    return attempt.model_copy(update=changes)


def an_event(**changes: object) -> Event:
    event = Event(
        id="e1-1",
        source="/api/orders/summer-42",
        type="darkroom.file.changed",
        subject=FILE_ID,
        time=NOW,
    )
    return event.model_copy(update=changes)
