"""The message catalogue of live connections as AsyncAPI 3.0, from the models that serve them."""

import json
from dataclasses import dataclass
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from actors.events import FileEvent, Hello, HelloAgain, OrderEvent
from actors.frames import Auth, Authenticated, Expiring, Spread
from actors.room_events import RoomHello, RoomHelloAgain, RoomMemberEvent, RoomMessageEvent
from actors.room_talk import Ack, ErrorFrame, PublishFrame
from domain.close_codes import CLOSINGS
from domain.cursor import SHAPE
from domain.messages.live import PROTOCOL
from domain.values import Value

Model = type[Value]
DESCRIPTION: Final = (
    f"Frames of a WebSocket (subprotocol {PROTOCOL}), `data:` of server-sent events, and items of "
    "long polls are the same JSON. With batch=1 a frame of a WebSocket may be an array of these "
    "messages, in their order. See docs/api.md, Live."
)
SCHEMAS: Final = "#/components/schemas"
CURSOR: Final = {"type": "string", "pattern": f"^{SHAPE.pattern}$"}
QUERY: Final = {"since": CURSOR, "batch": {"type": "string", "enum": ["0", "1"]}}


@dataclass(frozen=True, slots=True)
class Channel:
    """Where clients connect, by whatever transport, and what they send and receive there."""

    name: str
    addresses: tuple[str, ...]  # a WebSocket; events over plain HTTP
    parameters: tuple[str, ...]
    summary: str
    received: tuple[Model, ...]
    sent: tuple[Model, ...]


CHANNELS: Final = (
    Channel(
        name="order",
        addresses=("/api/orders/{order_id}/live", "/api/orders/{order_id}/events"),
        parameters=("order_id",),
        summary="Every change of an order and of its files, once and in order.",
        received=(Hello, HelloAgain, FileEvent, OrderEvent, Expiring, Authenticated, Spread),
        sent=(Auth,),
    ),
    Channel(
        name="room",
        addresses=("/ws/{room_id}", "/rooms/{room_id}/events"),
        parameters=("room_id",),
        summary="Every message of a room, and who comes and goes, once and in order.",
        received=(
            RoomHello,
            RoomHelloAgain,
            RoomMessageEvent,
            RoomMemberEvent,
            Ack,
            ErrorFrame,
            Expiring,
            Authenticated,
            Spread,
        ),
        sent=(PublishFrame, Auth),
    ),
)


class Complete(GenerateJsonSchema):
    """What we send has all of its fields, whether or not they have a default."""

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: FBT001 -- pydantic's
        return self.mode == "serialization" or super().field_is_required(field, total)


def catalogue() -> str:
    """The document, as `public/asyncapi.json` holds it."""
    received = dict.fromkeys(model for one in CHANNELS for model in one.received)
    sent = dict.fromkeys(model for one in CHANNELS for model in one.sent)
    models = (*received, *sent)
    _, schemas = models_json_schema(
        [
            *((model, "serialization") for model in received),
            *((model, "validation") for model in sent),
        ],
        ref_template=f"{SCHEMAS}/{{model}}",
        schema_generator=Complete,
    )
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Darkroom, live",
            "version": "1",
            "description": DESCRIPTION,
        },
        "defaultContentType": "application/json",
        "channels": {one.name: _channel(one) for one in CHANNELS},
        "operations": {name: made for one in CHANNELS for name, made in _operations(one).items()},
        "x-close-codes": {
            str(code.value): {"means": means, "then": then.value}
            for code, (means, then) in CLOSINGS.items()
        },
        "components": {
            "messages": {model.__name__: _message(model) for model in models},
            "schemas": schemas["$defs"],
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _channel(channel: Channel) -> dict[str, Any]:
    models = (*channel.received, *channel.sent)
    return {
        "address": channel.addresses[0],
        "summary": channel.summary,
        "description": f"Also by HTTP: {', '.join(channel.addresses[1:])}",
        "parameters": {name: {} for name in channel.parameters},
        "messages": {
            model.__name__: {"$ref": f"#/components/messages/{model.__name__}"} for model in models
        },
        "bindings": {"ws": {"query": {"type": "object", "properties": QUERY}}},
    }


def _operations(channel: Channel) -> dict[str, Any]:
    """As the server sees it: it sends what clients receive."""
    both = {"send": channel.received, "receive": channel.sent}
    return {
        f"{action}-{channel.name}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel.name}"},
            "messages": [
                {"$ref": f"#/channels/{channel.name}/messages/{model.__name__}"} for model in models
            ],
        }
        for action, models in both.items()
        if models
    }


def _message(model: Model) -> dict[str, Any]:
    return {
        "name": model.__name__,
        "summary": (model.__doc__ or "").partition("\n")[0],
        "payload": {"$ref": f"{SCHEMAS}/{model.__name__}"},
    }
