"""An upload that the origin has finalized: the order it belongs to is read anew here."""

import asyncio
from collections.abc import Awaitable, Callable

from pydantic import ValidationError

from domain.errors import Outage
from domain.limits import FINALIZED_BYTES_MAX, HOLD_WAIT_MS
from edge.exchange import Response
from edge.hydration import invalidated
from edge.origin_shapes import OriginFinalized
from edge.services import Call
from log import log

SUCCESSES = range(200, 300)


async def finalized(call: Call, forward: Callable[[], Awaitable[Response]]) -> Response:
    """Only the answer says which order has a file more, so this one is looked into."""
    response = await forward()
    if response.status in SUCCESSES and response.copied is not None:
        order_id = await _order_told(response.copied)
        if order_id is not None:
            await invalidated(call, order_id)
    return response


async def _order_told(copied: Callable[[int], Awaitable[bytes | None]]) -> str | None:
    """None, if it cannot be read, or not soon: then the order's copy grows old by itself."""
    try:
        async with asyncio.timeout(HOLD_WAIT_MS / 1000):
            text = await copied(FINALIZED_BYTES_MAX)
        return OriginFinalized.model_validate_json(text or b"").order_id
    except (Outage, TimeoutError, ValidationError) as trouble:
        log("invalidation.failed", level="warning", reason=type(trouble).__name__)
        return None
