"""A request that the origin serves, held to what we know: locks, and what its order has heard."""

import asyncio
from functools import partial

from edge.auth import SAFE_METHODS, check_origin
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
    passing = guarded(call, partial(proxy.passed_on, call.request), body)
    if call.request.method in SAFE_METHODS:
        return await passing
    change = asyncio.ensure_future(passing)
    call.services.later(partial(_to_its_end, change))
    return await asyncio.shield(change)


async def _to_its_end(change: asyncio.Task[Response]) -> None:
    """Though its client be gone: what the origin has changed is to be heard of, and let go."""
    await asyncio.wait([change])
