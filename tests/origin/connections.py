"""uvicorn's connections, such that one can be cut off in the middle of an answer."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

# Not statuses of HTTP, which an origin may send all the same.
STATUS_PHRASES.update(dict.fromkeys(range(600, 1000), b"Odd"))
_OPEN: Final[dict[object, asyncio.Transport]] = {}


class Connection(H11Protocol):
    """Known by its client's address, which is all that an application sees of it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _OPEN[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _OPEN.pop(self.client, None)
        super().connection_lost(exc)


def cut(scope: Any, *, at_once: bool) -> None:
    """At once, as by a crash; or when all that was written has been sent."""
    transport = _OPEN.pop(tuple(scope["client"]), None)
    if transport is None:  # the client was quicker
        return
    if at_once:
        transport.abort()
    else:
        transport.close()
