"""Watching an order: by WebSocket, by server-sent events, by long polls, and just looking."""

from domain.errors import Code, Refusal
from domain.messages.live import Transport
from edge.auth import check_origin
from edge.exchange import Response
from edge.hydration import hydrated
from edge.services import Call
from edge.watching import handed_over, transport_of, watch_of


async def socket(call: Call) -> Response:
    """A WebSocket upgrade, handed to the order's actor."""
    request, order_id = call.request, call.parameters["order_id"]
    if request.headers.get("upgrade", "").lower() != "websocket":
        raise Refusal(Code.UPGRADE_REQUIRED, "open this path as a WebSocket")
    check_origin(request, call.services.settings)
    watch = watch_of(call, Transport.SOCKET)
    await hydrated(call, order_id)
    native = await call.services.orders.watch(order_id, handed_over(call, watch))
    return Response(101, native=native)


async def events(call: Call) -> Response:
    """A stream or one answer, made by the order's actor and passed on as it is."""
    order_id = call.parameters["order_id"]
    watch = watch_of(call, transport_of(call.request))
    await hydrated(call, order_id)
    native = await call.services.orders.events(order_id, handed_over(call, watch), watch.wait_ms)
    return Response(native.status, native=native)
