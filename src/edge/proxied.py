"""A request that the origin serves, held to what we know: locks, and what its order has heard."""

from functools import partial

from edge.auth import check_origin
from edge.exchange import Response
from edge.holds import guarded
from edge.passed_headers import is_upgrade
from edge.services import Call


async def passed_on(call: Call, body: bytes | None = None) -> Response:
    """A WebSocket for our own pages only, since a browser adds the cookie whatever page asks."""
    proxy = call.services.proxy
    assert proxy is not None
    if is_upgrade(call.request):
        check_origin(call.request, call.services.settings)
    return await guarded(call, partial(proxy.passed_on, call.request), body)
