"""The core of a user's webhook actor: endpoints, what they are to hear, and their deliveries."""

import json
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet

from pydantic import ValidationError

from actors.effects import Effect, SendWebhooks
from actors.webhook_sending import WebhookSending
from domain.errors import Code, Refusal
from domain.event_batch import EventBatch
from domain.happening import Happening
from domain.limits import WEBHOOK_ENDPOINTS_MAX, WEBHOOK_GAP_EVENTS_MAX
from domain.messages.reply import Done
from domain.messages.webhook import (
    WEBHOOK_MESSAGE,
    Accept,
    Accepted,
    Attempted,
    CreateEndpoint,
    DeleteEndpoint,
    DeliveryPage,
    DescribeEndpoint,
    EndpointState,
    EndpointStates,
    ListDeliveries,
    ListEndpoints,
    ProbeEndpoint,
    Redrive,
    Redriven,
    RotateSecret,
    UpdateEndpoint,
    WebhookMessage,
)
from domain.settings import Settings
from domain.values import Value
from domain.views import rfc3339
from domain.webhook import DeliveryStatus, Disabled, Endpoint, Event, enabled, rotated, wants
from storage.heard_repository import HeardRepository
from storage.sql import Sql, migrate, migrate_existing
from storage.webhook_repository import MIGRATIONS, WebhookRepository

TEST_TYPE = "darkroom.webhook.test"


class WebhookCore:
    def __init__(self, sql: Sql, settings: Settings, jitter: Callable[[], float]) -> None:
        self._sql = sql
        self._exists = migrate_existing(sql, MIGRATIONS)
        self._repository = WebhookRepository(sql)
        self._heard = HeardRepository(sql)
        self._sending = WebhookSending(self._repository, settings, jitter)
        self._happenings: list[Happening] = []

    def receive(self, text: str, now_ms: int) -> Value:
        message = WEBHOOK_MESSAGE.validate_json(text)
        if isinstance(message, CreateEndpoint) and not self._exists:
            migrate(self._sql, MIGRATIONS)
            self._exists = True
        if not self._exists:
            return _of_nobody(message)
        return self._sql.transaction(lambda: self._answer(message, now_ms))

    def _answer(self, message: WebhookMessage, now_ms: int) -> Value:  # noqa: C901 -- a case each
        match message:
            case CreateEndpoint():
                return self._create(message)
            case UpdateEndpoint():
                return self._update(message, now_ms)
            case DeleteEndpoint():
                return self._delete(message)
            case DescribeEndpoint():
                return self._state(self._known(message.endpoint_id))
            case ListEndpoints():
                return EndpointStates(
                    endpoints=tuple(map(self._state, self._repository.endpoints()))
                )
            case RotateSecret():
                changed = rotated(self._known(message.endpoint_id), message.secret, now_ms)
                self._repository.keep_endpoint(changed)
                return self._state(changed)
            case ProbeEndpoint():
                return self._probe(message, now_ms)
            case ListDeliveries():
                return self._list(message)
            case Redrive():
                endpoint = self._enabled(message.endpoint_id)
                count = self._sending.redrive(endpoint, message.webhook_ids, now_ms)
                return Redriven(count=count)
            case Accept():
                return self._accept(message, now_ms)
            case Attempted():
                self._sending.tried(message, now_ms)
                return Done()

    def wake(self, now_ms: int) -> None:
        """Time alone changes nothing here; what it makes due is an effect."""

    def take_happenings(self) -> list[Happening]:
        happenings, self._happenings = self._happenings, []
        return [*happenings, *self._sending.take_happenings()]

    # --- Effects --------------------------------------------------------------------------------

    def next_effect(self, now_ms: int) -> Effect | None:
        if not self._exists:
            return None
        return self._sql.transaction(lambda: self._sending.next(now_ms))

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:  # noqa: ARG002
        """It is under way; what comes of it is told by a message."""
        assert isinstance(effect, SendWebhooks)

    def next_deadline_ms(self) -> int | None:
        return self._sending.next_ms() if self._exists else None

    # --- Endpoints ------------------------------------------------------------------------------

    def _create(self, message: CreateEndpoint) -> EndpointState:
        if known := self._repository.endpoint(message.endpoint.id):
            return self._state(known)
        if len(self._repository.endpoints()) >= WEBHOOK_ENDPOINTS_MAX:
            raise Refusal(
                Code.WEBHOOKS_FULL, f"there may be {WEBHOOK_ENDPOINTS_MAX}; delete one first"
            )
        self._repository.keep_endpoint(message.endpoint)
        self._happenings.append(Happening("webhook.created", {"endpoint_id": message.endpoint.id}))
        return self._state(message.endpoint)

    def _update(self, message: UpdateEndpoint, now_ms: int) -> EndpointState:
        endpoint = self._known(message.endpoint_id)
        given = {
            "url": message.url,
            "description": message.description,
            "types": message.types,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        changed = endpoint.model_copy(update={**changes, "updated_at_ms": now_ms})
        if message.is_enabled and changed.disabled is not None:
            changed = enabled(changed, now_ms)
        self._repository.keep_endpoint(changed)
        self._happenings.append(Happening("webhook.changed", {"endpoint_id": changed.id}))
        if message.is_enabled is False and changed.disabled is None:
            changed = self._sending.disable(changed, Disabled.ASKED, now_ms)
        return self._state(changed)

    def _delete(self, message: DeleteEndpoint) -> Done:
        self._repository.remove_endpoint(self._known(message.endpoint_id).id)
        self._happenings.append(Happening("webhook.deleted", {"endpoint_id": message.endpoint_id}))
        return Done()

    def _probe(self, message: ProbeEndpoint, now_ms: int) -> EndpointState:
        endpoint = self._enabled(message.endpoint_id)
        event = Event(
            id=message.webhook_id,
            source=f"/api/webhooks/{endpoint.id}",
            type=TEST_TYPE,
            subject=message.webhook_id,
            time=rfc3339(now_ms),
        )
        told = {
            "specversion": "1.0",
            **event.model_dump(),
            "datacontenttype": "application/json",
            "data": {"endpoint_id": endpoint.id},
        }
        self._sending.owe(endpoint, event, json.dumps(told), now_ms)
        return self._state(endpoint)

    def _state(self, endpoint: Endpoint) -> EndpointState:
        return EndpointState(
            endpoint=endpoint,
            waiting=self._repository.count(endpoint.id, DeliveryStatus.WAITING),
            dead=self._repository.count(endpoint.id, DeliveryStatus.DEAD),
        )

    def _known(self, endpoint_id: str) -> Endpoint:
        endpoint = self._repository.endpoint(endpoint_id)
        if endpoint is None:
            raise _not_found()
        return endpoint

    def _enabled(self, endpoint_id: str) -> Endpoint:
        endpoint = self._known(endpoint_id)
        if endpoint.disabled is not None:
            raise Refusal(
                Code.WEBHOOK_DISABLED,
                "enable it first: nothing is sent there now",
                {"disabled_reason": endpoint.disabled.value},
            )
        return endpoint

    # --- Deliveries -----------------------------------------------------------------------------

    def _list(self, message: ListDeliveries) -> DeliveryPage:
        self._known(message.endpoint_id)
        found = self._repository.page(
            message.endpoint_id, message.status, message.before, message.limit + 1
        )
        page = found[: message.limit]
        return DeliveryPage(
            deliveries=tuple(kept.delivery for kept in page),
            next_before=page[-1].position if len(found) > message.limit else None,
        )

    def _accept(self, message: Accept, now_ms: int) -> Accepted:
        """In the order of the log: what has come before its turn is not taken.

        What had to be left out is told whenever it comes, however late.
        """
        endpoints = [e for e in self._repository.endpoints() if e.disabled is None]
        if not endpoints:
            return Accepted()
        batch = message.batch
        source = f"{batch.source.kind}/{batch.source.id}"
        heard = self._heard.heard(source, batch.source.epoch)
        if batch.after > (heard or 0) and not message.is_final:
            earliest = batch.after - WEBHOOK_GAP_EVENTS_MAX
            return Accepted(missing_after=max(heard or 0, earliest, 0))
        news = self._heard.hear(source, batch.source.epoch, batch.first, batch.last)
        for event, body in _read(batch, news):
            for endpoint in endpoints:
                if wants(endpoint, event, _order_of(batch)):
                    self._sending.owe(endpoint, event, body, now_ms)
        for endpoint in endpoints:
            self._sending.bound(endpoint, now_ms)
        return Accepted()


def _read(batch: EventBatch, news: AbstractSet[int]) -> Iterator[tuple[Event, str]]:
    """Those at these offsets. One that is no CloudEvent is told to nobody."""
    for offset, body in enumerate(batch.events, start=batch.first):
        if offset not in news:
            continue
        try:
            yield Event.model_validate_json(body), body
        except ValidationError:
            continue


def _order_of(batch: EventBatch) -> str | None:
    return batch.source.id if batch.source.kind == "orders" else None


def _of_nobody(message: WebhookMessage) -> Value:
    """Of a user who has never had an endpoint, of which nothing is kept."""
    match message:
        case Accept():
            return Accepted()
        case ListEndpoints():
            return EndpointStates(endpoints=())
        case _:
            raise _not_found()


def _not_found() -> Refusal:
    return Refusal(Code.WEBHOOK_NOT_FOUND, "you have no such webhook")
