"""The HTTP surface as a table. Adding a line here is what makes a path exist."""

from typing import Final

from edge.exchange import Response
from edge.handlers import files, media, notifications, orders, session, uploads
from edge.router import Route
from edge.services import Call


async def health(_call: Call) -> Response:
    return Response(200, "ok", (("content-type", "text/plain; charset=utf-8"),))


ROUTES: Final = (
    Route("GET", "/health", health, needs_session=False),
    Route("POST", "/api/session", session.begin, needs_session=False),
    Route("GET", "/api/session", session.describe),
    Route("DELETE", "/api/session", session.end, needs_session=False),
    Route("POST", "/api/uploads/intent", uploads.intent),
    Route("POST", "/api/uploads/finalize", uploads.finalize),
    # The legacy client's spelling of the same two.
    Route("POST", "/api/pixcapture/upload/intent", uploads.intent),
    Route("POST", "/api/pixcapture/upload/finalize", uploads.finalize),
    Route("PUT", "/media/{key}", media.put, needs_session=False),
    Route("GET", "/media/{key}", media.get, needs_session=False),
    Route("GET", "/api/orders/{order_id}/files", orders.files),
    Route("GET", "/api/orders/{order_id}/status", orders.status),
    Route("POST", "/api/orders/{order_id}/submit-edits", orders.submit_edits),
    Route("GET", "/api/orders/{order_id}/live", orders.live),
    Route("GET", "/api/files/{file_id}", files.describe),
    Route("PATCH", "/api/files/{file_id}", files.update),
    Route("DELETE", "/api/files/{file_id}", files.delete),
    Route("GET", "/api/files/{file_id}/preview", files.preview),
    Route("GET", "/api/notifications", notifications.list_newest),
    Route("POST", "/api/notifications/{notification_id}/read", notifications.mark_read),
)
