"""Reading a stream of the platform into memory, up to a bound."""

from typing import Any


async def bounded(holder: Any, bytes_max: int) -> bytes | None:
    """The body of a request or an answer, given up as soon as it is longer than that."""
    if not holder.body:  # JavaScript's null, which is not None
        return b""
    reader, pieces, size = holder.body.getReader(), [], 0
    while not (piece := await reader.read()).done:
        size += piece.value.byteLength
        if size > bytes_max:
            await reader.cancel()
            return None
        pieces.append(piece.value.to_bytes())
    return b"".join(pieces)
