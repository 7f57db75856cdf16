"""Performs the effects that cores owe: the queue, other actors, the bucket."""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

from actors.alerting import AlertAnswered, Alerting
from actors.client import FileClient, InboxClient, OperationsClient, OrderClient
from actors.effects import (
    ArchiveObject,
    Effect,
    ExpireUpload,
    NotifyOwner,
    NudgeFiles,
    PublishEvents,
    PurgeObjects,
    RecordAudit,
    ReportOrder,
    SendAlert,
    SendDispatch,
    SendWebhooks,
    SweepObjects,
    TellOrder,
    TellOrigin,
)
from actors.fanout import Fanout
from actors.origin import Origin, OriginAnswered
from domain.errors import Code, Outage, Refusal
from domain.event_batch import EventBatch
from domain.file import OrderPause, Upload
from domain.limits import QUEUE_SEND_MS_MAX
from domain.messages.file import Nudge
from domain.messages.order import Applied, Nudged
from domain.messages.reply import Done, Gone
from storage.foreign import outages_of
from storage.objects import NotCopied, Objects, StorageClass


class Queue(Protocol):
    """A queue binding, as far as we use it."""

    async def send(self, body: dict[str, str]) -> object: ...


class EventQueue(Protocol):
    """The same of one that carries texts."""

    async def send(self, body: str, options: dict[str, str]) -> object: ...


AS_TEXT: Final = {"contentType": "text"}  # else a JSON text would be put into JSON once more


@dataclass(frozen=True, slots=True)
class Performer:
    jobs: Queue
    files: FileClient
    orders: OrderClient
    inboxes: InboxClient
    operations: OperationsClient
    objects: Objects
    origin: Origin | None = None  # None: the product stands alone
    alerts: Alerting | None = None  # None: this actor alerts nobody
    fanout: Fanout | None = None  # None: this actor has no events
    events: EventQueue | None = None  # None: the account has no queues

    async def perform(  # noqa: C901, PLR0912 -- a case each
        self, effect: Effect
    ) -> Applied | Nudged | Done | Gone | AlertAnswered | OriginAnswered | None:
        """What came back, if anybody asks. `Outage`: it did not happen, or nobody can say."""
        match effect:
            case SendDispatch():
                await self._send(effect)
            case TellOrder():
                return await self.orders.apply(effect.order_id, effect.apply)
            case PurgeObjects():
                await self._purge(effect.prefixes)
                if effect.stray is not None:
                    await self._remove_stray(effect.stray)
            case SweepObjects():
                for key in effect.object_keys:
                    await self.objects.delete(key)
            case ArchiveObject():
                return await self._archive(effect)
            case RecordAudit():
                await self.operations.record(effect.actions)
            case NotifyOwner():
                await self.inboxes.deliver(effect.owner_id, effect.deliver)
            case NudgeFiles():
                return await self._nudge(effect)
            case ReportOrder():
                await self.operations.report(effect.report)
            case ExpireUpload():
                return await self._expire(effect)
            case TellOrigin():
                assert self.origin is not None, "nobody owes it without an origin"
                return await self.origin.tell(effect)
            case SendAlert():
                assert self.alerts is not None, "only the rollout's actor owes any"
                return await self.alerts.send(effect.channel, effect.alert)
            case PublishEvents():
                await self._publish(effect.batch)
            case SendWebhooks():
                raise AssertionError("a webhook actor has a courier")
        return None

    async def _send(self, effect: SendDispatch) -> None:
        with outages_of("queue edit-jobs"):
            async with asyncio.timeout(QUEUE_SEND_MS_MAX / 1000):
                await self.jobs.send(effect.dispatch.model_dump())

    async def _publish(self, batch: EventBatch) -> None:
        """By the queue, so that nobody waits for receivers of events; or at once, without one."""
        if self.events is None:
            assert self.fanout is not None, "an order has one"
            await self.fanout.deliver(batch)
            return
        with outages_of("queue events"):
            async with asyncio.timeout(QUEUE_SEND_MS_MAX / 1000):
                await self.events.send(batch.text, AS_TEXT)

    async def _archive(self, effect: ArchiveObject) -> Gone | None:
        """None: the copy lies there."""
        source_key, target_key = effect.source_key, effect.target_key
        copied = await self.objects.copy(
            source_key, target_key, storage_class=StorageClass.INFREQUENT_ACCESS
        )
        return Gone() if isinstance(copied, NotCopied) else None

    async def _purge(self, prefixes: tuple[str, ...]) -> None:
        for prefix in prefixes:
            await self.objects.delete_under(prefix)

    async def _remove_stray(self, upload: Upload) -> None:
        found = await self.objects.head(upload.object_key)
        if found is not None and found.etag == upload.etag:
            await self.objects.delete(upload.object_key)

    async def _nudge(self, effect: NudgeFiles) -> Nudged:
        """All at once; the effect keeps them few. One that is unknown has nothing to tell."""
        nudges = (self._heard(file_id, effect.pause) for file_id in effect.file_ids)
        heard = await asyncio.gather(*nudges)
        if effect.file_ids and not any(heard):
            raise Outage("no file could be reached")
        reached = zip(effect.file_ids, heard, strict=True)
        return Nudged(file_ids=tuple(file_id for file_id, has_heard in reached if has_heard))

    async def _heard(self, file_id: str, pause: OrderPause) -> bool:
        try:
            await self.files.nudge(file_id, Nudge(order_pause=pause))
        except Refusal as refusal:
            if refusal.code is not Code.FILE_NOT_FOUND:
                raise
        except Outage:
            return False
        return True

    async def _expire(self, effect: ExpireUpload) -> Done | None:
        """None: expired. Else the file was finalized, and only its order did not know it yet."""
        try:
            return await self.files.nudge(effect.file_id, Nudge())
        except Refusal as refusal:
            if refusal.code is not Code.FILE_NOT_FOUND:
                raise
        await self._purge(effect.prefixes)
        return None
