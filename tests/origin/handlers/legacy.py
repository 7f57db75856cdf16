"""What only the origin knows, and the odd answers that a proxy has to hand on as they are."""

import hashlib
from collections.abc import AsyncIterator
from typing import Final

from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.websockets import WebSocket

from tests.origin.call import Call, answer, whole_number

BLOCK: Final = bytes(range(251)) * 256
"""What is streamed, over and over: the byte at `n` is `n % 251`."""
SIZE_MAX: Final = 1_000_000_000
CLOSE: Final = "close:"


async def health(_call: Call) -> Response:
    return Response("ok", media_type="text/plain")


async def account(call: Call) -> Response:
    orders = "SELECT COUNT(*) FROM orders WHERE owner_id = ?"
    files = "SELECT COUNT(*) FROM files WHERE owner_id = ? AND deleted = 0"
    value = {
        "user_id": call.user_id,
        "plan": "studio",
        "orders": call.store.database.number(orders, call.user_id),
        "files": call.store.database.number(files, call.user_id),
    }
    return answer(value)


async def redirect(call: Call) -> Response:
    """To `?to=`, with `?status=`."""
    status = whole_number(call, "status", default=302, low=300, high=399)
    return RedirectResponse(call.request.query_params.get("to", "/api/account"), status)


async def cookies(_call: Call) -> Response:
    response = answer({"cookies": 3})
    for cookie in (
        "legacy_a=1; Path=/; HttpOnly",
        "legacy_b=two, with a comma; Expires=Wed, 09 Jun 2038 10:18:14 GMT; Path=/",
        "legacy_c=; Max-Age=0; Path=/api; SameSite=Lax",
    ):
        response.headers.append("set-cookie", cookie)
    return response


async def chunked(_call: Call) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(5):
            yield f"piece {number}\n".encode()

    return StreamingResponse(pieces(), media_type="text/plain")


async def empty(call: Call) -> Response:
    """204; or 200 with nothing in it, by `?status=200`."""
    return Response(None, whole_number(call, "status", default=204, low=200, high=599))


async def numbered(call: Call) -> Response:
    """`?size=` bytes under a content-length; without one by `?chunked=1`."""
    size = whole_number(call, "size", default=1000, low=0, high=SIZE_MAX)
    is_chunked = call.request.query_params.get("chunked") == "1"
    headers = {} if is_chunked else {"content-length": str(size)}
    return StreamingResponse(_blocks(size), 200, headers, "application/octet-stream")


async def _blocks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // len(BLOCK)):
        yield BLOCK
    yield BLOCK[: size % len(BLOCK)]


async def echo(call: Call) -> Response:
    """What arrived; of the body its length and checksum, for it may be large."""
    request, digest, length = call.request, hashlib.sha256(), 0
    async for chunk in request.stream():
        digest.update(chunk)
        length += len(chunk)
    value = {
        "method": request.method,
        "path": request.scope["raw_path"].decode("latin-1"),
        "query": request.url.query,
        "headers": [[n.decode("latin-1"), v.decode("latin-1")] for n, v in request.headers.raw],
        "sha256": digest.hexdigest(),
        "length": length,
    }
    return answer(value)


async def echo_frames(socket: WebSocket) -> None:
    """Each frame comes back as it is. The text `close:4001` has the socket closed with that code.

    The first subprotocol that is offered is the one that is spoken.
    """
    offered = socket.scope["subprotocols"]
    await socket.accept(offered[0] if offered else None)
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        text = message.get("text")
        if text is None:
            await socket.send_bytes(message["bytes"])
        elif text.startswith(CLOSE):
            await socket.close(int(text.removeprefix(CLOSE)), "as you like")
        else:
            await socket.send_text(text)
