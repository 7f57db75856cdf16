"""What of a user's webhooks is to be sent now, and what becomes of it once it was tried.

A delivery in flight has a time when it is taken for lost: it is sent again then, so a crash costs
an attempt and no event.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from actors.effects import Outgoing, SendWebhooks
from domain.happening import Happening
from domain.limits import (
    WEBHOOK_CONNECTIONS_MAX,
    WEBHOOK_IN_FLIGHT_MAX,
    WEBHOOK_MARGIN_MS,
    WEBHOOK_WAITING_MAX,
)
from domain.messages.webhook import Attempted
from domain.settings import Settings
from domain.webhook import (
    Delivery,
    DeliveryStatus,
    Disabled,
    Endpoint,
    Event,
    attempted,
    disabled,
    endpoint_after,
)
from domain.webhook_traffic import Traffic
from storage.webhook_repository import Kept, WebhookRepository

ATTEMPTS_KEPT_MAX: Final = 21  # of one delivery: as many as the longest schedule makes, and one


class WebhookSending:
    def __init__(
        self, repository: WebhookRepository, settings: Settings, jitter: Callable[[], float]
    ) -> None:
        self._repository = repository
        self._schedule = settings.webhook_schedule
        self._lost_after_ms = settings.webhook_timeout_ms + WEBHOOK_MARGIN_MS
        self._jitter = jitter
        self._happenings: list[Happening] = []
        # When each endpoint was last sent something, counted. In memory alone: it is but fair.
        self._turns: Counter[str] = Counter()

    def take_happenings(self) -> list[Happening]:
        happenings, self._happenings = self._happenings, []
        return happenings

    def owe(self, endpoint: Endpoint, event: Event, body: str, now_ms: int) -> None:
        delivery = Delivery(
            webhook_id=event.id,
            type=event.type,
            source=event.source,
            key=event.key,
            created_at_ms=now_ms,
        )
        self._repository.add(endpoint.id, delivery, body, now_ms)

    def bound(self, endpoint: Endpoint, now_ms: int) -> None:
        """Too many wait: the oldest are given up, and may be redriven."""
        waiting = self._repository.count(endpoint.id, DeliveryStatus.WAITING)
        excess = waiting - WEBHOOK_WAITING_MAX
        if excess > 0:
            for kept in self._repository.oldest_waiting(endpoint.id, excess):
                self._bury(kept, now_ms)
            facts: dict[str, object] = {"endpoint_id": endpoint.id, "events": excess}
            self._happenings.append(Happening("webhook.overflowed", facts, "error"))

    def disable(self, endpoint: Endpoint, why: Disabled, now_ms: int) -> Endpoint:
        """What waits is given up, and may be redriven once it is enabled."""
        if endpoint.disabled is None:
            endpoint = disabled(endpoint, why, now_ms)
        self._repository.keep_endpoint(endpoint)
        self._repository.bury_all(endpoint.id)
        level = "info" if why is Disabled.ASKED else "warning"
        facts: dict[str, object] = {"endpoint_id": endpoint.id, "reason": why.value}
        self._happenings.append(Happening("webhook.disabled", facts, level))
        return endpoint

    def redrive(self, endpoint: Endpoint, webhook_ids: tuple[str, ...], now_ms: int) -> int:
        """Behind what waits, in the order they had among themselves, with all their tries."""
        wanted = frozenset(webhook_ids)
        dead = self._repository.dead(endpoint.id)
        chosen = [kept for kept in dead if not wanted or kept.delivery.webhook_id in wanted]
        for kept in chosen:
            again = kept.delivery.model_copy(
                update={
                    "status": DeliveryStatus.WAITING,
                    "tries": 0,
                    "due_ms": None,
                    "created_at_ms": now_ms,
                }
            )
            self._repository.remove(kept.position)
            self._repository.add(endpoint.id, again, kept.body, now_ms)
        return len(chosen)

    # --- Sending --------------------------------------------------------------------------------

    def next(self, now_ms: int) -> SendWebhooks | None:
        """As many as may be under way at once: one of each endpoint first, whoever fails last.

        Of the others, whose last turn is longest ago comes first.
        """
        endpoints = [e for e in self._repository.endpoints() if e.disabled is None]
        for endpoint in endpoints:
            for kept in self._repository.lost(endpoint.id, now_ms, WEBHOOK_CONNECTIONS_MAX):
                self._lost(kept, now_ms)
        traffic = self._traffic(endpoints)
        turns = {e.id: e.not_before_ms if e.failures else self._turns[e.id] for e in endpoints}
        endpoints.sort(key=lambda e: (e.failures > 0, traffic.of(e), turns[e.id]))
        outgoing: list[Outgoing] = []
        for _ in range(WEBHOOK_IN_FLIGHT_MAX):
            for endpoint in endpoints:
                if endpoint.not_before_ms <= now_ms and traffic.takes(endpoint):
                    for kept in self._repository.due(endpoint.id, now_ms, 1):
                        outgoing.append(self._sent(endpoint, kept, now_ms))
                        traffic.add(endpoint)
        return SendWebhooks(tuple(outgoing)) if outgoing else None

    def _traffic(self, endpoints: Sequence[Endpoint]) -> Traffic:
        return Traffic([(e, self._repository.in_flight(e.id)[0]) for e in endpoints])

    def _lost(self, kept: Kept, now_ms: int) -> None:
        """Due again at once, for the receiver has done nothing wrong; but not for ever."""
        if kept.delivery.tries > len(self._schedule):
            self._bury(kept, now_ms)
        else:
            self._repository.settle(kept, kept.delivery, now_ms)

    def next_ms(self) -> int | None:
        """When there is something to send, or to be taken for lost.

        What waits for a connection has no time: it goes on when one is told to be over, or lost.
        """
        times: list[int] = []
        endpoints = self._repository.endpoints()
        traffic = self._traffic(endpoints)
        for endpoint in endpoints:
            _, lost_ms = self._repository.in_flight(endpoint.id)
            if lost_ms is not None:
                times.append(lost_ms)
            due_ms = self._repository.earliest(endpoint.id)
            if due_ms is not None and traffic.takes(endpoint):
                times.append(max(due_ms, endpoint.not_before_ms))
        return min(times, default=None)

    def _sent(self, endpoint: Endpoint, kept: Kept, now_ms: int) -> Outgoing:
        self._repository.send(kept.position, now_ms + self._lost_after_ms)
        self._turns[endpoint.id] = max(self._turns.values(), default=0) + 1
        return Outgoing(
            position=kept.position,
            tries=kept.delivery.tries + 1,
            url=endpoint.url,
            secrets=endpoint.signs_with(now_ms),
            webhook_id=kept.delivery.webhook_id,
            body=kept.body,
        )

    # --- Afterwards -----------------------------------------------------------------------------

    def tried(self, message: Attempted, now_ms: int) -> None:
        """A success counts whenever it is told of; a failure only if it was of the last try."""
        kept = self._repository.one(message.position)
        endpoint = None if kept is None else self._repository.endpoint(kept.endpoint_id)
        if kept is None or endpoint is None:
            return  # the endpoint was deleted meanwhile, or the delivery forgotten
        attempt, delivery = message.attempt, kept.delivery
        is_open = delivery.status is DeliveryStatus.WAITING and delivery.tries == message.tries
        is_news = attempt.is_success and delivery.status is not DeliveryStatus.DELIVERED
        if not is_open and not is_news:
            return
        after = attempted(delivery, attempt, self._schedule, self._jitter(), now_ms)
        after = after.model_copy(update={"attempts": after.attempts[-ATTEMPTS_KEPT_MAX:]})
        self._repository.settle(kept, after, now_ms)
        changed = endpoint_after(endpoint, attempt, self._schedule, now_ms)
        self._tell(endpoint, after, attempt.status)
        if changed.disabled is not None and endpoint.disabled is None:
            self.disable(changed, changed.disabled, now_ms)
        elif changed is not endpoint:
            self._repository.keep_endpoint(changed)

    def _bury(self, kept: Kept, now_ms: int) -> None:
        dead = kept.delivery.model_copy(update={"status": DeliveryStatus.DEAD, "due_ms": None})
        self._repository.settle(kept, dead, now_ms)

    def _tell(self, endpoint: Endpoint, delivery: Delivery, status: int | None) -> None:
        if delivery.status is DeliveryStatus.DELIVERED:
            return
        facts: dict[str, object] = {
            "endpoint_id": endpoint.id,
            "webhook_id": delivery.webhook_id,
            "tries": delivery.tries,
            "status": status,
        }
        if delivery.status is DeliveryStatus.DEAD:
            self._happenings.append(Happening("webhook.given_up", facts, "warning"))
        else:
            self._happenings.append(Happening("webhook.not_delivered", facts, "info"))
