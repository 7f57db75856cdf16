"""A request that the origin serves, held to what we know: locks, and what its order has heard."""

from functools import partial

from edge.exchange import Response
from edge.holds import guarded
from edge.services import Call


async def passed_on(call: Call, body: bytes | None = None) -> Response:
    proxy = call.services.proxy
    assert proxy is not None
    return await guarded(call, partial(proxy.passed_on, call.request), body)
