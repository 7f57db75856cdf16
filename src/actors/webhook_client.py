"""How the edge and whoever has events reach a user's webhook actor."""

from actors.calls import Namespace, Remote
from domain.messages.reply import Done
from domain.messages.webhook import (
    Accept,
    Accepted,
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
)


class WebhookClient:
    """Webhooks by their user's id."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = Remote(namespace, "webhook actor")

    async def create(self, user_id: str, message: CreateEndpoint) -> EndpointState:
        return await self._remote.ask(user_id, message, EndpointState)

    async def update(self, user_id: str, message: UpdateEndpoint) -> EndpointState:
        return await self._remote.ask(user_id, message, EndpointState)

    async def delete(self, user_id: str, message: DeleteEndpoint) -> Done:
        return await self._remote.ask(user_id, message, Done)

    async def describe(self, user_id: str, message: DescribeEndpoint) -> EndpointState:
        return await self._remote.ask(user_id, message, EndpointState)

    async def list(self, user_id: str) -> EndpointStates:
        return await self._remote.ask(user_id, ListEndpoints(), EndpointStates)

    async def rotate(self, user_id: str, message: RotateSecret) -> EndpointState:
        return await self._remote.ask(user_id, message, EndpointState)

    async def probe(self, user_id: str, message: ProbeEndpoint) -> EndpointState:
        return await self._remote.ask(user_id, message, EndpointState)

    async def list_deliveries(self, user_id: str, message: ListDeliveries) -> DeliveryPage:
        return await self._remote.ask(user_id, message, DeliveryPage)

    async def redrive(self, user_id: str, message: Redrive) -> Redriven:
        return await self._remote.ask(user_id, message, Redriven)

    async def accept(self, user_id: str, message: Accept) -> Accepted:
        return await self._remote.ask(user_id, message, Accepted)
