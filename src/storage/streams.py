"""Reading a stream of the platform into memory, up to a bound."""

from typing import Any


async def bounded(holder: Any, bytes_max: int) -> bytes | None:
    """The body of a request or an answer, given up as soon as it is longer than that."""
    found = await beginning(holder, bytes_max + 1)
    return None if len(found) > bytes_max else found


async def beginning(holder: Any, bytes_max: int) -> bytes:
    """As much of it. The rest is not waited for."""
    if not holder.body:  # JavaScript's null, which is not None
        return b""
    reader, found = holder.body.getReader(), b""
    while not (piece := await reader.read()).done:
        found += piece.value.to_bytes()
        if len(found) >= bytes_max:
            await reader.cancel()
            break
    return found[:bytes_max]
