"""Rooms: publishing, reading by each transport, and who is there."""

from functools import partial

from domain.errors import Code, Refusal
from domain.ids import is_chosen_id
from domain.messages.live import Transport
from domain.messages.order import DescribeOrder
from domain.messages.room import Publish, RoomWatch
from domain.room_data import PLAIN_MESSAGE, MessageId, MessageType, RoomData
from domain.room_rights import RoomRight, granted, order_of, own_room
from domain.values import Value
from domain.views import rfc3339
from edge.auth import check_origin
from edge.exchange import Body, Response, json_response, parsed_body
from edge.hydration import fresh
from edge.idempotency import REPLAYED
from edge.services import Call
from edge.watching import handed_over, transport_of, watch_of


class MessageBody(Body):
    id: MessageId
    type: MessageType = PLAIN_MESSAGE
    data: RoomData = None


class ReceiptView(Value):
    id: str
    cursor: str
    time: str


class PresentView(Value):
    user_id: str
    since: str
    stay: int
    connections: int


class PresenceView(Value):
    room: str
    members: tuple[PresentView, ...]
    cursor: str | None


async def publish(call: Call) -> Response:
    room_id = call.parameters["room_id"]
    body = await parsed_body(call.request, MessageBody)
    if not (await right_in(call, room_id)).may_publish:
        raise Refusal(Code.ROOM_FORBIDDEN, "you may read in this room, and not publish")
    message = Publish(
        room_id=room_id,
        caller_id=call.caller_id,
        message_id=body.id,
        message_type=body.type,
        data=body.data,
    )
    receipt = await call.services.rooms.publish(message)
    view = ReceiptView(id=receipt.message_id, cursor=receipt.cursor, time=rfc3339(receipt.at_ms))
    if receipt.is_repeat:
        return json_response(view, headers=(REPLAYED,))
    return json_response(view, status=201)


async def socket(call: Call) -> Response:
    """A WebSocket upgrade, handed to the room's actor."""
    request = call.request
    if request.headers.get("upgrade", "").lower() != "websocket":
        raise Refusal(Code.UPGRADE_REQUIRED, "open this path as a WebSocket")
    check_origin(request, call.services.settings)
    watch = await _watch(call, Transport.SOCKET)
    native = await call.services.rooms.watch(watch.room_id, handed_over(call, watch))
    return Response(101, native=native)


async def events(call: Call) -> Response:
    """A stream or one answer, made by the room's actor and passed on as it is."""
    watch = await _watch(call, transport_of(call.request))
    handed = handed_over(call, watch)
    native = await call.services.rooms.events(watch.room_id, handed, watch.wait_ms)
    return Response(native.status, native=native)


async def presence(call: Call) -> Response:
    room_id = call.parameters["room_id"]
    await right_in(call, room_id)
    presence = await call.services.rooms.describe(room_id)
    members = tuple(
        PresentView(
            user_id=member.user_id,
            since=rfc3339(member.since_ms),
            stay=member.stay,
            connections=member.connections,
        )
        for member in presence.members
    )
    return json_response(PresenceView(room=room_id, members=members, cursor=presence.cursor))


async def right_in(call: Call, room_id: str) -> RoomRight:
    """By the session's claim; without one, by whose room it is. A refusal for who may not read."""
    assert call.principal is not None
    claim = call.principal.rooms
    if claim is None and await _is_own(call, room_id):
        return RoomRight.PUBLISH
    right = granted(claim, room_id)
    if not right.may_read:
        raise Refusal(Code.ROOM_FORBIDDEN, "your session does not open this room")
    return right


async def _is_own(call: Call, room_id: str) -> bool:
    if room_id == own_room(call.caller_id):
        return True
    order_id = order_of(room_id)
    if order_id is None:
        return False
    message = DescribeOrder(caller_id=call.caller_id)
    try:
        await fresh(call, order_id, partial(call.services.orders.describe, order_id, message))
    except Refusal as refusal:
        if refusal.code not in {Code.FORBIDDEN, Code.ORDER_NOT_FOUND}:
            raise
        return False
    return True


async def _watch(call: Call, transport: Transport) -> RoomWatch:
    """Where the cursor cannot be read, that is told first: it costs nobody anything."""
    watch = watch_of(call, transport)
    tab = call.request.query.get("tab")
    if tab is not None and not is_chosen_id(tab):
        raise Refusal(Code.INVALID_QUERY, "tab must be an id: letters, digits, _ and -, at most 64")
    room_id = call.parameters["room_id"]
    right = await right_in(call, room_id)
    return RoomWatch(**watch.model_dump(), room_id=room_id, right=right, tab=tab)
