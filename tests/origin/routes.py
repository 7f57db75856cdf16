"""The legacy API as a table."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from tests.origin import names
from tests.origin.call import Backend, Call, Handler
from tests.origin.dialect import (
    FILE_NOT_FOUND,
    JOB_NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOTIFICATION_NOT_FOUND,
    ORDER_NOT_FOUND,
    Refusal,
)
from tests.origin.handlers import edits, files, internal, jobs, legacy, live, orders, uploads
from tests.origin.session import session_of

ORDER: Final = "/api/orders/{order_id}"
FILE: Final = "/api/files/{file_id}"
TABLE: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", f"{ORDER}/files", orders.list_files),
    ("GET", f"{ORDER}/stacks", orders.list_stacks),
    ("GET", f"{ORDER}/status", orders.status),
    ("GET", f"{ORDER}/live", orders.live_without_socket),
    ("POST", f"{ORDER}/submit-edits", edits.submit),
    ("GET", "/api/notifications", jobs.list_notifications),
    ("POST", "/api/notifications/{notification_id}/read", jobs.mark_read),
    ("POST", "/api/uploads/intent", uploads.intent),
    ("POST", "/api/uploads/finalize", uploads.finalize),
    ("POST", "/api/pixcapture/upload/intent", uploads.intent),
    ("POST", "/api/pixcapture/upload/finalize", uploads.finalize),
    ("GET", FILE, files.describe),
    ("PATCH", FILE, files.update),
    ("DELETE", FILE, files.delete),
    ("GET", f"{FILE}/preview", files.preview),
    ("POST", f"{FILE}/revision", edits.revise),
    ("GET", "/api/jobs", jobs.list_jobs),
    ("GET", "/api/jobs/{job_id}", jobs.describe_job),
    ("GET", "/api/account", legacy.account),
)
FOR_ANYBODY: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", "/health", legacy.health),
    ("PUT", "/internal/files/{file_id}", internal.put_file),
    ("GET", "/api/legacy/redirect", legacy.redirect),
    ("GET", "/api/legacy/cookies", legacy.cookies),
    ("GET", "/api/legacy/chunked", legacy.chunked),
    ("GET", "/api/legacy/empty", legacy.empty),
    ("GET", "/api/legacy/bytes", legacy.numbered),
    *((method, "/api/legacy/echo", legacy.echo) for method in ("GET", "POST", "PUT", "PATCH")),
)
SHAPES: Final = {
    "order_id": (names.CHOSEN_ID, ORDER_NOT_FOUND),
    "file_id": (names.FILE_ID, FILE_NOT_FOUND),
    "job_id": (names.JOB_ID, JOB_NOT_FOUND),
    "notification_id": (names.NOTIFICATION_ID, NOTIFICATION_NOT_FOUND),
}


@dataclass(frozen=True, slots=True)
class Method:
    handler: Handler
    needs_session: bool


class Resource:
    """One path with all its methods. First the method, then the ids, then the caller."""

    def __init__(self, backend: Backend, methods: dict[str, Method]) -> None:
        self._backend = backend
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        method = self._method(request.method)
        for name, text in request.path_params.items():
            shape, fault = SHAPES[name]
            if not re.fullmatch(shape, text):
                raise Refusal(fault)
        secret = self._backend.config.jwt_secret
        user_id = session_of(request, secret).user_id if method.needs_session else ""
        response = await method.handler(Call(request, self._backend, user_id))
        await response(scope, receive, send)

    def _method(self, name: str) -> Method:
        asked = "GET" if name == "HEAD" else name
        if asked not in self._methods:
            allowed = ", ".join(self._methods).replace("GET", "GET, HEAD")
            raise Refusal(METHOD_NOT_ALLOWED, {"allow": allowed})
        return self._methods[asked]


def api(backend: Backend) -> Sequence[BaseRoute]:
    resources: defaultdict[str, dict[str, Method]] = defaultdict(dict)
    for table, needs_session in ((TABLE, True), (FOR_ANYBODY, False)):
        for method, path, handler in table:
            resources[path][method] = Method(handler, needs_session)

    async def watch(socket: WebSocket) -> None:
        await live.watch(socket, backend)

    return (
        *(Route(path, Resource(backend, methods)) for path, methods in resources.items()),
        WebSocketRoute(f"{ORDER}/live", watch),
        WebSocketRoute("/api/legacy/ws", legacy.echo_frames),
    )
