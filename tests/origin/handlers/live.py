"""An order's live socket: `hello`, then an event for each change, and `pong` for `ping`."""

import asyncio
import time

from starlette.websockets import WebSocket

from tests.origin import views
from tests.origin.call import Backend
from tests.origin.dialect import ORDER_NOT_FOUND, Refusal, refused
from tests.origin.hub import News
from tests.origin.names import is_chosen_id
from tests.origin.session import Session, session_of
from tests.origin.store import compact

FRAME_BYTES_MAX = 64 * 1024
TOO_BIG, SESSION_OVER = 1009, 4401


async def watch(socket: WebSocket, backend: Backend) -> None:
    order_id = socket.path_params["order_id"]
    try:
        session = _admitted(socket, backend, order_id)
    except Refusal as refusal:
        await socket.send_denial_response(refused(refusal.fault, refusal.headers))
        return
    await socket.accept()
    with backend.hub.watching(order_id) as news:
        await socket.send_text(_hello(backend, order_id, session.user_id))
        telling = asyncio.create_task(_tell(socket, news, session))
        try:
            await _listen(socket)
        finally:
            telling.cancel()


def _admitted(socket: WebSocket, backend: Backend, order_id: str) -> Session:
    if not is_chosen_id(order_id):
        raise Refusal(ORDER_NOT_FOUND)
    session = session_of(socket, backend.config.jwt_secret)
    backend.store.order(order_id, session.user_id)
    return session


def _hello(backend: Backend, order_id: str, user_id: str) -> str:
    database = backend.store.database
    order = backend.store.order(order_id, user_id)
    files = [views.file(database, row) for row in backend.store.files(order_id)]
    status = views.status(database, order)
    return compact(
        {"type": "hello", "cursor": views.cursor(order), "status": status, "files": files}
    )


async def _tell(socket: WebSocket, news: News, session: Session) -> None:
    while True:
        event = await news.get()
        if time.time() >= session.expires_at_s:
            await socket.close(SESSION_OVER)
            return
        await socket.send_text(event)


async def _listen(socket: WebSocket) -> None:
    """Until the client has gone."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        frame = message.get("text") or message.get("bytes") or ""
        if len(frame) > FRAME_BYTES_MAX:
            await socket.close(TOO_BIG)
        elif frame == "ping":
            await socket.send_text("pong")
