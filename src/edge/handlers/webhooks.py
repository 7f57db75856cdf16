"""The caller's webhooks: where their events go, how that went, and what was given up."""

import secrets
import uuid
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.errors import Code, Refusal
from domain.ids import CHOSEN, is_chosen_id, new_webhook_id
from domain.limits import (
    CURSOR_MAX,
    PAGE_DELIVERIES_DEFAULT,
    PAGE_DELIVERIES_MAX,
    WEBHOOK_DEAD_MAX,
    WEBHOOK_DESCRIPTION_CHARACTERS_MAX,
    WEBHOOK_KEY_BYTES,
    WEBHOOK_TYPE_CHARACTERS_MAX,
    WEBHOOK_TYPES_MAX,
    WEBHOOK_URL_CHARACTERS_MAX,
)
from domain.messages.order import DescribeOrder
from domain.messages.webhook import (
    CreateEndpoint,
    DeleteEndpoint,
    DescribeEndpoint,
    ListDeliveries,
    ProbeEndpoint,
    Redrive,
    RotateSecret,
    UpdateEndpoint,
)
from domain.standard_webhooks import secret_of
from domain.webhook import DeliveryStatus, Endpoint, Secret
from domain.webhook_url import check_webhook_url
from domain.webhook_views import (
    DeliveriesView,
    DeliveryView,
    ProbedView,
    RedrivenWebhooksView,
    SecretWebhookView,
    WebhooksView,
    WebhookView,
)
from edge.exchange import (
    Body,
    Response,
    json_response,
    optional_body,
    parsed_body,
    whole_number,
)
from edge.services import Call

Url = Annotated[str, StringConstraints(max_length=WEBHOOK_URL_CHARACTERS_MAX)]
Description = Annotated[str, StringConstraints(max_length=WEBHOOK_DESCRIPTION_CHARACTERS_MAX)]
EventType = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9._-]*$", max_length=WEBHOOK_TYPE_CHARACTERS_MAX),
]
Types = Annotated[tuple[EventType, ...], Field(max_length=WEBHOOK_TYPES_MAX)]
WebhookId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class CreateBody(Body):
    url: Url
    description: Description = ""
    order_id: Annotated[str, StringConstraints(pattern=CHOSEN)] | None = None
    types: Types = ()


class UpdateBody(Body):
    url: Url | None = None
    description: Description | None = None
    types: Types | None = None
    enabled: bool | None = None


class NoBody(Body):
    pass


class RedriveBody(Body):
    webhook_ids: Annotated[tuple[WebhookId, ...], Field(max_length=WEBHOOK_DEAD_MAX)] = ()


async def create(call: Call) -> Response:
    body = await parsed_body(call.request, CreateBody)
    check_webhook_url(body.url, call.services.settings.webhook_hosts)
    if body.order_id is not None:  # which must be the caller's, or it would hear of nothing
        await call.services.orders.describe(body.order_id, DescribeOrder(caller_id=call.caller_id))
    secret = _new_secret()
    endpoint = Endpoint(
        id=new_webhook_id(),
        url=body.url,
        description=body.description,
        order_id=body.order_id,
        types=body.types,
        secrets=(Secret(text=secret, created_at_ms=call.now_ms),),
        created_at_ms=call.now_ms,
        updated_at_ms=call.now_ms,
    )
    state = await call.services.webhooks.create(call.caller_id, CreateEndpoint(endpoint=endpoint))
    return json_response(SecretWebhookView.of(state, secret=secret), 201)


async def list_all(call: Call) -> Response:
    return await _listed(call, call.caller_id)


async def list_of_user(call: Call) -> Response:
    """For operators."""
    user_id = call.request.query.get("user", "")
    if not is_chosen_id(user_id):
        raise Refusal(Code.INVALID_QUERY, "user must be a user's id")
    return await _listed(call, user_id)


async def describe(call: Call) -> Response:
    message = DescribeEndpoint(endpoint_id=_id(call))
    return json_response(
        WebhookView.of(await call.services.webhooks.describe(call.caller_id, message))
    )


async def update(call: Call) -> Response:
    body = await parsed_body(call.request, UpdateBody)
    if body.url is not None:
        check_webhook_url(body.url, call.services.settings.webhook_hosts)
    message = UpdateEndpoint(
        endpoint_id=_id(call),
        url=body.url,
        description=body.description,
        types=body.types,
        is_enabled=body.enabled,
    )
    return json_response(
        WebhookView.of(await call.services.webhooks.update(call.caller_id, message))
    )


async def delete(call: Call) -> Response:
    await call.services.webhooks.delete(call.caller_id, DeleteEndpoint(endpoint_id=_id(call)))
    return Response(204)


async def rotate(call: Call) -> Response:
    await optional_body(call.request, NoBody)
    secret = _new_secret()
    message = RotateSecret(endpoint_id=_id(call), secret=secret)
    state = await call.services.webhooks.rotate(call.caller_id, message)
    return json_response(SecretWebhookView.of(state, secret=secret))


async def probe(call: Call) -> Response:
    await optional_body(call.request, NoBody)
    webhook_id = f"test_{uuid.uuid4().hex}"
    message = ProbeEndpoint(endpoint_id=_id(call), webhook_id=webhook_id)
    await call.services.webhooks.probe(call.caller_id, message)
    return json_response(ProbedView(webhook_id=webhook_id), 202)


async def deliveries(call: Call) -> Response:
    message = ListDeliveries(
        endpoint_id=_id(call),
        status=_status(call),
        limit=whole_number(
            call.request, "limit", default=PAGE_DELIVERIES_DEFAULT, low=1, high=PAGE_DELIVERIES_MAX
        ),
        before=whole_number(call.request, "cursor", default=0, low=0, high=CURSOR_MAX) or None,
    )
    page = await call.services.webhooks.list_deliveries(call.caller_id, message)
    view = DeliveriesView(
        deliveries=tuple(map(DeliveryView.of, page.deliveries)),
        next_cursor=None if page.next_before is None else str(page.next_before),
    )
    return json_response(view)


async def redrive(call: Call) -> Response:
    body = await optional_body(call.request, RedriveBody)
    message = Redrive(endpoint_id=_id(call), webhook_ids=body.webhook_ids)
    redriven = await call.services.webhooks.redrive(call.caller_id, message)
    return json_response(RedrivenWebhooksView(redriven=redriven.count), 202)


async def _listed(call: Call, user_id: str) -> Response:
    states = await call.services.webhooks.list(user_id)
    return json_response(WebhooksView(webhooks=tuple(map(WebhookView.of, states.endpoints))))


def _status(call: Call) -> DeliveryStatus | None:
    given = call.request.query.get("status")
    if not given:
        return None
    if given not in set(DeliveryStatus):
        raise Refusal(Code.INVALID_QUERY, f"status must be one of {', '.join(DeliveryStatus)}")
    return DeliveryStatus(given)


def _id(call: Call) -> str:
    return call.parameters["webhook_id"]


def _new_secret() -> str:
    return secret_of(secrets.token_bytes(WEBHOOK_KEY_BYTES))
