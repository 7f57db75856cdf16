"""Performs the effects that cores owe: the queue, other actors, the bucket."""

from typing import Protocol

from actors.client import InboxClient, OrderClient
from actors.effects import Effect, NotifyOwner, PurgeObjects, SendDispatch, TellOrder
from storage.foreign import outages_of
from storage.objects import Objects


class Queue(Protocol):
    """A queue binding, as far as we use it."""

    async def send(self, body: dict[str, str]) -> object: ...


class Performer:
    def __init__(
        self, jobs: Queue, orders: OrderClient, inboxes: InboxClient, objects: Objects
    ) -> None:
        self._jobs = jobs
        self._orders = orders
        self._inboxes = inboxes
        self._objects = objects

    async def perform(self, effect: Effect) -> None:
        """Raises `Outage` when it did not happen, or nobody can say whether it did."""
        match effect:
            case SendDispatch():
                with outages_of("queue edit-jobs"):
                    await self._jobs.send(effect.dispatch.model_dump())
            case TellOrder():
                await self._orders.apply(effect.order_id, effect.apply)
            case PurgeObjects():
                for prefix in effect.prefixes:
                    await self._objects.delete_under(prefix)
            case NotifyOwner():
                await self._inboxes.deliver(effect.owner_id, effect.deliver)
