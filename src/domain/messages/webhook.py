"""What a user's webhook actor is told and what it answers."""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from domain.event_batch import EventBatch
from domain.limits import PAGE_DELIVERIES_DEFAULT
from domain.values import Value
from domain.webhook import Attempt, Delivery, DeliveryStatus, Endpoint


class CreateEndpoint(Value):
    """One of the same id is answered as it is."""

    type: Literal["create_endpoint"] = "create_endpoint"
    endpoint: Endpoint


class UpdateEndpoint(Value):
    """None: it stays as it is."""

    type: Literal["update_endpoint"] = "update_endpoint"
    endpoint_id: str
    url: str | None = None
    description: str | None = None
    types: tuple[str, ...] | None = None
    is_enabled: bool | None = None


class DeleteEndpoint(Value):
    """And everything that was to be sent there."""

    type: Literal["delete_endpoint"] = "delete_endpoint"
    endpoint_id: str


class DescribeEndpoint(Value):
    type: Literal["describe_endpoint"] = "describe_endpoint"
    endpoint_id: str


class ListEndpoints(Value):
    type: Literal["list_endpoints"] = "list_endpoints"


class RotateSecret(Value):
    type: Literal["rotate_secret"] = "rotate_secret"
    endpoint_id: str
    secret: str


class ProbeEndpoint(Value):
    """An event of no order, so that its owner sees whether it is received."""

    type: Literal["probe_endpoint"] = "probe_endpoint"
    endpoint_id: str
    webhook_id: str


class EndpointState(Value):
    endpoint: Endpoint
    waiting: int
    dead: int


class EndpointStates(Value):
    endpoints: tuple[EndpointState, ...]


class ListDeliveries(Value):
    """Newest first."""

    type: Literal["list_deliveries"] = "list_deliveries"
    endpoint_id: str
    status: DeliveryStatus | None = None
    limit: int = PAGE_DELIVERIES_DEFAULT
    before: int | None = None  # the position of the last one seen


class DeliveryPage(Value):
    deliveries: tuple[Delivery, ...]
    next_before: int | None


class Redrive(Value):
    """Dead ones are to be sent after all: those named or, if none is, all of them."""

    type: Literal["redrive"] = "redrive"
    endpoint_id: str
    webhook_ids: tuple[str, ...] = ()


class Redriven(Value):
    count: int


class Accept(Value):
    """News of an order. What is known already is passed over."""

    type: Literal["accept"] = "accept"
    batch: EventBatch
    is_final: bool = False  # whatever is missing before it cannot be had


class Accepted(Value):
    """`missing_after`: nothing was taken, for what came after that offset is to come first."""

    missing_after: int | None = None


class Attempted(Value):
    """From the actor's own courier."""

    type: Literal["attempted"] = "attempted"
    position: int
    tries: int  # which of its tries it was
    attempt: Attempt


WebhookMessage = Annotated[
    CreateEndpoint
    | UpdateEndpoint
    | DeleteEndpoint
    | DescribeEndpoint
    | ListEndpoints
    | RotateSecret
    | ProbeEndpoint
    | ListDeliveries
    | Redrive
    | Accept
    | Attempted,
    Field(discriminator="type"),
]
WEBHOOK_MESSAGE: Final[TypeAdapter[WebhookMessage]] = TypeAdapter(WebhookMessage)
