"""Events to where they are kept and to whom they are told: the audit, their owner's webhooks.

Called by the consumer of the queue or, on accounts without one, by the actor whose events they are.
All of it may be done twice.
"""

from dataclasses import dataclass
from typing import Final

from actors.client import OrderClient, RoomClient
from actors.webhook_client import WebhookClient
from domain.errors import Outage, Refusal
from domain.event_batch import EventBatch
from domain.limits import EVENTS_PER_BATCH_MAX, WEBHOOK_GAP_EVENTS_MAX
from domain.messages.event_page import ListEvents
from domain.messages.webhook import Accept
from log import log
from storage.objects import Objects

JSON_LINES: Final = "application/jsonl"


@dataclass(frozen=True, slots=True)
class Fanout:
    objects: Objects
    webhooks: WebhookClient
    orders: OrderClient
    rooms: RoomClient

    async def deliver(self, batch: EventBatch) -> None:
        """`Outage`: not all of it has happened."""
        await self.objects.put(batch.segment_key, batch.segment.encode(), JSON_LINES)
        owner_id = batch.source.owner_id
        if owner_id is None:
            return
        accepted = await self.webhooks.accept(owner_id, Accept(batch=batch))
        if accepted.missing_after is not None:
            whole = await self._from(batch, accepted.missing_after)
            await self.webhooks.accept(owner_id, Accept(batch=whole, is_final=True))

    async def _from(self, batch: EventBatch, after: int) -> EventBatch:
        """With what came before, by the log itself. Where that is lost, it was out of turn."""
        source = batch.source
        limit = WEBHOOK_GAP_EVENTS_MAX + EVENTS_PER_BATCH_MAX
        logs: OrderClient | RoomClient = self.orders if source.kind == "orders" else self.rooms
        try:
            page = await logs.list_events(source.id, ListEvents(after=after, limit=limit))
        except (Outage, Refusal) as trouble:
            log("events.not_found", level="warning", reason=str(trouble), events_of=source.id)
            return batch
        whole = EventBatch(source=source, after=after, first=page.first, events=page.events)
        reaches = page.epoch == source.epoch and whole.first <= batch.first
        return whole if reaches and whole.last >= batch.last else batch
