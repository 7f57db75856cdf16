"""The Worker: what the platform calls. Its objects become ours here, and services are built."""

import importlib
import importlib.util
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from js import Headers, Object
from js import Request as JsRequest
from pyodide.ffi import to_js
from workers import Response as PlatformResponse
from workers import WorkerEntrypoint

from actors.backlog_actor import BacklogActor
from actors.client import (
    BacklogClient,
    FileClient,
    InboxClient,
    OperationsClient,
    OrderClient,
)
from actors.environment import settings_of
from actors.file_actor import FileActor
from actors.inbox_actor import InboxActor
from actors.operations_actor import OperationsActor
from actors.order_actor import OrderActor
from consumer.edit import Editor
from consumer.transport import Transport
from edge.app import respond
from edge.exchange import Request, Response
from edge.services import Services
from edge.signing import Signer
from storage.images_previews import ImagesPreviews
from storage.objects import Objects
from storage.previews import CopyPreviews, PreviewMaker
from storage.r2_objects import R2Objects

__all__ = [
    "BacklogActor",
    "Default",
    "FileActor",
    "InboxActor",
    "OperationsActor",
    "OrderActor",
]


class Default(WorkerEntrypoint):
    async def fetch(self, request: Any) -> Any:
        env = self.env
        response = await respond(_request(request), lambda: _services(env))
        return _platform_response(response)

    async def queue(self, batch: Any, env: Any = None, ctx: Any = None) -> None:  # noqa: ARG002
        await _transport(self.env).consume(str(batch.queue), list(batch.messages))

    async def scheduled(self, controller: Any, env: Any = None, ctx: Any = None) -> None:  # noqa: ARG002
        await _transport(self.env).drain()


class NativeRequest:
    """What of a request is streamed or forwarded without being looked into."""

    def __init__(self, request: Any) -> None:
        self._request = request

    @property
    def stream(self) -> object:
        return self._request.body

    def forwarded(self, headers: Mapping[str, str]) -> object:
        changed = Headers.new(self._request.headers)
        for name, value in headers.items():
            changed.set(name, value)
        init = to_js({"headers": changed}, dict_converter=Object.fromEntries)
        return JsRequest.new(self._request, init)

    async def read(self, bytes_max: int) -> bytes | None:
        """The body, given up as soon as it is longer than that."""
        body = self._request.body
        if body is None:
            return b""
        reader, pieces, size = body.getReader(), [], 0
        while not (piece := await reader.read()).done:
            size += piece.value.byteLength
            if size > bytes_max:
                await reader.cancel()
                return None
            pieces.append(piece.value.to_bytes())
        return b"".join(pieces)


def _request(request: Any) -> Request:
    raw = request.js_object
    url = urlsplit(raw.url)
    native = NativeRequest(raw)
    return Request(
        id=raw.headers.get("cf-ray") or uuid.uuid4().hex,
        method=str(raw.method),
        origin=f"{url.scheme}://{url.netloc}",
        path=unquote(url.path),
        query=dict(parse_qsl(url.query)),
        headers={str(name).lower(): str(value) for name, value in raw.headers.entries()},
        read=native.read,
        native=native,
    )


def _platform_response(response: Response) -> Any:
    if response.native is not None:
        return response.native
    body = response.body if response.stream is None else response.stream
    return PlatformResponse(body, status=response.status, headers=list(response.headers))


def _services(env: Any) -> Services:
    settings = settings_of(env)
    return Services(
        settings=settings,
        files=FileClient(env.FILES),
        orders=OrderClient(env.ORDERS),
        inboxes=InboxClient(env.INBOXES),
        operations=OperationsClient(env.OPERATIONS),
        objects=R2Objects(env.PHOTOS),
        signer=Signer(settings.url_signing_secret),
    )


def _transport(env: Any) -> Transport:
    return Transport(
        editor=_editor(env),
        operations=OperationsClient(env.OPERATIONS),
        backlog=BacklogClient(env.BACKLOG),
    )


def _editor(env: Any) -> Editor:
    objects = R2Objects(env.PHOTOS)
    return Editor(
        files=FileClient(env.FILES),
        objects=objects,
        makers=_preview_makers(env, objects),
        worker_id=uuid.uuid4().hex,
    )


def _preview_makers(env: Any, objects: Objects) -> list[PreviewMaker]:
    """Pillow where the platform has it, then the Images binding, then an identical copy."""
    makers: list[PreviewMaker] = []
    if importlib.util.find_spec("PIL") is not None:
        pillow = importlib.import_module("storage.pillow_previews")
        makers.append(pillow.PillowPreviews(objects))
    if hasattr(env, "IMAGES"):
        makers.append(ImagesPreviews(env.IMAGES, objects))
    return [*makers, CopyPreviews(objects)]
