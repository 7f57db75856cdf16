"""A user's webhook core on its real SQL, with receivers that answer as a test says."""

import json
from collections.abc import Sequence
from typing import TypeVar

from actors.effects import Outgoing, SendWebhooks
from actors.webhook import WebhookCore
from domain.event_batch import EventBatch, EventSource
from domain.messages.reply import Done
from domain.messages.webhook import (
    Accept,
    Accepted,
    Attempted,
    CreateEndpoint,
    DeliveryPage,
    DescribeEndpoint,
    EndpointState,
    EndpointStates,
    ListDeliveries,
    ListEndpoints,
    UpdateEndpoint,
)
from domain.values import Value
from domain.views import rfc3339
from domain.webhook import Delivery, DeliveryStatus, Endpoint
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.domain.webhooks import ENDPOINT_ID, SCHEDULE, an_attempt, an_endpoint
from tests.unit.factories import FILE_ID, NOW_MS, some_settings

Reply = TypeVar("Reply", bound=Value)
SETTINGS = some_settings(webhook_schedule_ms=",".join(map(str, SCHEDULE)))


def an_event_text(offset: int, file_id: str = FILE_ID, now_ms: int = NOW_MS) -> str:
    event = {
        "specversion": "1.0",
        "id": f"e1-{offset}",
        "source": "/api/orders/summer-42",
        "type": "darkroom.file.changed",
        "subject": file_id,
        "time": rfc3339(now_ms),
        "cursor": f"e1-{offset}",
        "data": {},
    }
    return json.dumps(event)


def a_batch(after: int, *file_ids: str, now_ms: int = NOW_MS, epoch: str = "e1") -> EventBatch:
    """An event of each file, from `after` on."""
    events = (
        an_event_text(offset, file_id, now_ms)
        for offset, file_id in enumerate(file_ids, start=after + 1)
    )
    source = EventSource(kind="orders", id="summer-42", epoch=epoch, owner_id="alice")
    return EventBatch(source=source, after=after, first=after + 1, events=tuple(events))


class Webhooks:
    def __init__(self, *endpoints: Endpoint) -> None:
        self.sql = SqliteSql()
        self.core = WebhookCore(self.sql, SETTINGS, lambda: 0.0)
        self.now_ms = NOW_MS
        for endpoint in endpoints:
            self.ask(CreateEndpoint(endpoint=endpoint), EndpointState)

    def ask(self, message: Value, reply: type[Reply]) -> Reply:
        answer = self.core.receive(message.model_dump_json(), self.now_ms)
        assert isinstance(answer, reply)
        return answer

    def hear(self, batch: EventBatch, *, is_final: bool = False) -> int | None:
        """What is missing before it, if anything is."""
        return self.ask(Accept(batch=batch, is_final=is_final), Accepted).missing_after

    def restart(self) -> None:
        """The actor's memory is gone."""
        self.core = WebhookCore(self.sql, SETTINGS, lambda: 0.0)

    def sent(self) -> tuple[Outgoing, ...]:
        """All that sets out now."""
        effect = self.core.next_effect(self.now_ms)
        if effect is None:
            return ()
        assert isinstance(effect, SendWebhooks)
        self.core.finish(effect, None, self.now_ms)
        return effect.outgoing

    def answer(self, outgoing: Outgoing, status: int | None = 204, **changes: object) -> None:
        attempt = an_attempt(status, at_ms=self.now_ms, **changes)
        told = Attempted(position=outgoing.position, tries=outgoing.tries, attempt=attempt)
        self.ask(told, Done)

    def deliver(self, status: int = 204) -> list[str]:
        """All that sets out now is answered so. The ids, as they arrived."""
        outgoing = self.sent()
        for one in outgoing:
            self.answer(one, status)
        return [one.webhook_id for one in outgoing]

    def deliver_to(self, url: str, outgoing: Sequence[Outgoing]) -> None:
        """Those of one endpoint are answered; of the others nothing is heard."""
        for one in outgoing:
            if one.url == url:
                self.answer(one)

    def try_in_vain(self, times: int) -> None:
        """Each time it is due."""
        for _ in range(times):
            self.deliver(500)
            self.pass_time()

    def lose(self, times: int) -> None:
        """The actor breaks each time it sends."""
        for _ in range(times):
            self.sent()
            self.restart()
            self.pass_time()

    def mend(self) -> None:
        """What was disabled is enabled at once."""
        for state in self.ask(ListEndpoints(), EndpointStates).endpoints:
            if state.endpoint.disabled is not None:
                message = UpdateEndpoint(endpoint_id=state.endpoint.id, is_enabled=True)
                self.ask(message, EndpointState)

    def deliver_all(self) -> None:
        while self.deliver():
            pass

    def pass_time(self) -> None:
        """Until there is something to do."""
        due_ms = self.core.next_deadline_ms()
        assert due_ms is not None
        self.now_ms = max(self.now_ms, due_ms)

    def endpoint(self, endpoint_id: str = ENDPOINT_ID) -> EndpointState:
        return self.ask(DescribeEndpoint(endpoint_id=endpoint_id), EndpointState)

    def deliveries(self, status: DeliveryStatus | None = None) -> tuple[Delivery, ...]:
        message = ListDeliveries(endpoint_id=ENDPOINT_ID, status=status, limit=100)
        return self.ask(message, DeliveryPage).deliveries

    def events(self) -> list[str]:
        return [happening.event for happening in self.core.take_happenings()]


def with_an_endpoint(**changes: object) -> Webhooks:
    return Webhooks(an_endpoint(**changes))


def ids(outgoing: Sequence[Outgoing]) -> list[str]:
    return [one.webhook_id for one in outgoing]
