"""What users and operators see of webhooks, over HTTP. Secrets only where they were just made."""

from typing import Self

from domain.messages.webhook import EndpointState
from domain.values import Value
from domain.views import rfc3339
from domain.webhook import Attempt, Delivery, DeliveryStatus, Disabled


class WebhookView(Value):
    id: str
    url: str
    description: str
    order_id: str | None
    types: tuple[str, ...]
    enabled: bool
    disabled_reason: Disabled | None
    failing_since: str | None
    waiting: int
    dead: int
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, state: EndpointState, **more: str) -> Self:
        endpoint = state.endpoint
        since_ms = endpoint.failing_since_ms
        return cls.model_validate(
            {
                "id": endpoint.id,
                "url": endpoint.url,
                "description": endpoint.description,
                "order_id": endpoint.order_id,
                "types": endpoint.types,
                "enabled": endpoint.disabled is None,
                "disabled_reason": endpoint.disabled,
                "failing_since": None if since_ms is None else rfc3339(since_ms),
                "waiting": state.waiting,
                "dead": state.dead,
                "created_at": rfc3339(endpoint.created_at_ms),
                "updated_at": rfc3339(endpoint.updated_at_ms),
                **more,
            }
        )


class SecretWebhookView(WebhookView):
    """With what its receiver is to verify by."""

    secret: str


class WebhooksView(Value):
    webhooks: tuple[WebhookView, ...]


class AttemptView(Value):
    at: str
    duration_ms: int
    status: int | None
    error: str | None
    answer: str

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        return cls(
            at=rfc3339(attempt.at_ms),
            duration_ms=attempt.duration_ms,
            status=attempt.status,
            error=attempt.error,
            answer=attempt.answer,
        )


class DeliveryView(Value):
    webhook_id: str
    type: str
    source: str
    status: DeliveryStatus
    created_at: str
    next_attempt_at: str | None
    attempts: tuple[AttemptView, ...]

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        return cls(
            webhook_id=delivery.webhook_id,
            type=delivery.type,
            source=delivery.source,
            status=delivery.status,
            created_at=rfc3339(delivery.created_at_ms),
            next_attempt_at=None if delivery.due_ms is None else rfc3339(delivery.due_ms),
            attempts=tuple(map(AttemptView.of, delivery.attempts)),
        )


class DeliveriesView(Value):
    deliveries: tuple[DeliveryView, ...]
    next_cursor: str | None


class ProbedView(Value):
    webhook_id: str


class RedrivenWebhooksView(Value):
    redriven: int
