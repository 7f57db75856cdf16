"""Webhooks: an endpoint, its secrets, a delivery, and what becomes of both after an attempt.

Each event goes to each endpoint that wants it at least once. Those of one key (a file) go one after
the other: the next one waits until the one before was delivered, or given up.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from pydantic import field_validator

from domain.limits import (
    WEBHOOK_IN_FLIGHT_MAX,
    WEBHOOK_PAUSE_FIRST_MS,
    WEBHOOK_PAUSE_MAX_MS,
    WEBHOOK_RETRY_AFTER_MS_MAX,
    WEBHOOK_ROTATION_MS,
    WEBHOOK_TRY_MS_MAX,
)
from domain.values import Stored, Value

SUCCESS: Final = range(200, 300)
GONE: Final = 410  # Standard Webhooks: whoever answers so wants no more
BUSY: Final = frozenset({429, 503})  # of whom `Retry-After` speaks for all that is sent there
JITTER: Final = 0.2  # of a pause, at most, on top: so that what failed together comes apart


class DeliveryStatus(StrEnum):
    WAITING = "waiting"  # to be tried, or tried again; or for the one before it
    DELIVERED = "delivered"
    DEAD = "dead"  # given up; may be redriven


class Disabled(StrEnum):
    """Why nothing is sent to an endpoint."""

    ASKED = "asked"  # its owner wants it so
    GONE = "gone"  # it answered 410
    FAILING = "failing"  # it has accepted nothing for as long as anything is tried


class Secret(Stored):
    text: str
    created_at_ms: int
    expires_at_ms: int | None = None  # of one that was replaced


class Endpoint(Stored):
    id: str
    url: str
    description: str = ""
    order_id: str | None = None  # None: all orders of its owner
    types: tuple[str, ...] = ()  # of events; none: all
    secrets: tuple[Secret, ...]  # the newest first
    created_at_ms: int
    updated_at_ms: int
    enabled_at_ms: int = 0  # the last time, if it was disabled before
    disabled: Disabled | None = None
    failing_since_ms: int | None = None  # the first failure after the last success
    failures: int = 0  # since then
    not_before_ms: int = 0

    @property
    def in_flight_max(self) -> int:
        """Where nothing gets through there is no use in trying more than one."""
        return 1 if self.failures else WEBHOOK_IN_FLIGHT_MAX

    def signs_with(self, now_ms: int) -> tuple[str, ...]:
        return tuple(
            secret.text
            for secret in self.secrets
            if secret.expires_at_ms is None or now_ms < secret.expires_at_ms
        )


class Attempt(Stored):
    """One try, and what came of it: an answer, or why there was none."""

    at_ms: int
    duration_ms: int
    status: int | None = None
    error: str | None = None
    answer: str = ""  # how it begins
    told_pause_ms: int | None = None  # by `Retry-After`

    @property
    def is_success(self) -> bool:
        return self.status in SUCCESS


class Delivery(Stored):
    """One event on its way to one endpoint."""

    webhook_id: str  # the event's own id
    type: str
    source: str
    key: str
    created_at_ms: int
    status: DeliveryStatus = DeliveryStatus.WAITING
    tries: int = 0
    due_ms: int | None = None  # None: not until the one before it is through
    attempts: tuple[Attempt, ...] = ()


class Event(Value):
    """Of a CloudEvent, what is needed to know who wants it."""

    id: str
    source: str
    type: str
    subject: str = ""
    time: str

    @field_validator("time")
    @classmethod
    def _is_a_time(cls, text: str) -> str:
        datetime.fromisoformat(text)
        return text

    @property
    def key(self) -> str:
        return f"{self.source}#{self.subject}"

    @property
    def at_ms(self) -> int:
        return round(datetime.fromisoformat(self.time).timestamp() * 1000)


def wants(endpoint: Endpoint, event: Event, order_id: str | None) -> bool:
    """Of what happened before it was made, or enabled again, it hears nothing."""
    return (
        endpoint.disabled is None
        and endpoint.order_id in {None, order_id}
        and (not endpoint.types or event.type in endpoint.types)
        and event.at_ms >= max(endpoint.created_at_ms, endpoint.enabled_at_ms)
    )


def rotated(endpoint: Endpoint, secret: str, now_ms: int) -> Endpoint:
    """What is sent is signed by both for a while; of those before the last there is no more."""
    newest = endpoint.secrets[0].model_copy(update={"expires_at_ms": now_ms + WEBHOOK_ROTATION_MS})
    secrets = (Secret(text=secret, created_at_ms=now_ms), newest)
    return endpoint.model_copy(update={"secrets": secrets, "updated_at_ms": now_ms})


def enabled(endpoint: Endpoint, now_ms: int) -> Endpoint:
    """With a clean slate: whoever says so has mended it."""
    slate = {"disabled": None, "failing_since_ms": None, "failures": 0, "not_before_ms": 0}
    return endpoint.model_copy(update={**slate, "updated_at_ms": now_ms, "enabled_at_ms": now_ms})


def disabled(endpoint: Endpoint, why: Disabled, now_ms: int) -> Endpoint:
    return endpoint.model_copy(update={"disabled": why, "updated_at_ms": now_ms})


# --- After an attempt ---------------------------------------------------------------------------


def attempted(
    delivery: Delivery, attempt: Attempt, schedule: Sequence[int], jitter: float, now_ms: int
) -> Delivery:
    """Delivered, tried again, or given up: after the last try of the schedule, or when as much
    time as that takes has gone by since it came. So one that has waited for others is tried at
    least once, and no file's events wait for days one after the other.
    """
    tried = delivery.model_copy(update={"attempts": (*delivery.attempts, attempt), "due_ms": None})
    if attempt.is_success:
        return tried.model_copy(update={"status": DeliveryStatus.DELIVERED})
    is_late = now_ms >= delivery.created_at_ms + lifetime_ms(schedule)
    if attempt.status == GONE or delivery.tries > len(schedule) or is_late:
        return tried.model_copy(update={"status": DeliveryStatus.DEAD})
    pause_ms = round(schedule[delivery.tries - 1] * (1 + JITTER * jitter))
    return tried.model_copy(update={"due_ms": now_ms + max(pause_ms, attempt.told_pause_ms or 0)})


def endpoint_after(
    endpoint: Endpoint, attempt: Attempt, schedule: Sequence[int], now_ms: int
) -> Endpoint:
    """One that fails is spared: it gets one try at a time, with pauses in between."""
    if attempt.is_success:
        return endpoint if endpoint.failures == 0 else _well(endpoint)
    since_ms = endpoint.failing_since_ms or now_ms
    pause_ms = min(WEBHOOK_PAUSE_FIRST_MS << min(endpoint.failures, 16), WEBHOOK_PAUSE_MAX_MS)
    if attempt.status in BUSY:
        pause_ms = max(pause_ms, attempt.told_pause_ms or 0)
    failing = endpoint.model_copy(
        update={
            "failing_since_ms": since_ms,
            "failures": endpoint.failures + 1,
            "not_before_ms": max(endpoint.not_before_ms, now_ms + pause_ms),
        }
    )
    if attempt.status == GONE:
        return disabled(failing, Disabled.GONE, now_ms)
    if now_ms >= since_ms + lifetime_ms(schedule):
        return disabled(failing, Disabled.FAILING, now_ms)
    return failing


def lifetime_ms(schedule: Sequence[int]) -> int:
    """Of a delivery: all its pauses and tries at their longest."""
    return round(sum(schedule) * (1 + JITTER)) + len(schedule) * WEBHOOK_TRY_MS_MAX


def told_pause_ms(retry_after: str | None, now_ms: int) -> int | None:
    """Of `Retry-After`: seconds or a date (RFC 9110, 10.2.3). None: it says nothing we can read."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        pause_ms = int(text[:9]) * 1000
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, IndexError):
            return None
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        pause_ms = round(aware.timestamp() * 1000) - now_ms
    return min(max(pause_ms, 0), WEBHOOK_RETRY_AFTER_MS_MAX)


def _well(endpoint: Endpoint) -> Endpoint:
    slate = {"failing_since_ms": None, "failures": 0, "not_before_ms": 0}
    return endpoint.model_copy(update=slate)
