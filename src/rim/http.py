"""The platform's requests and responses as ours, and back."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from js import Headers, Object, WebSocketPair
from js import Request as JsRequest
from js import Response as JsResponse
from pyodide.ffi import to_js
from workers import Response as PlatformResponse

from clock import clock_ms
from edge.exchange import Closing, Request, Response
from edge.trace import TRACEPARENT, trace_of
from storage.streams import bounded

SWITCHING_PROTOCOLS = 101
ADDED = {"set-cookie", "vary", "access-control-expose-headers"}  # to what there is of them


class NativeRequest:
    """What of a request is streamed or forwarded without being looked into."""

    def __init__(self, request: Any) -> None:
        self.request = request

    @property
    def stream(self) -> object:
        return self.request.body

    def forwarded(self, headers: Mapping[str, str]) -> object:
        changed = Headers.new(self.request.headers)
        for name, value in headers.items():
            changed.set(name, value)
        init = to_js({"headers": changed}, dict_converter=Object.fromEntries)
        return JsRequest.new(self.request, init)

    async def read(self, bytes_max: int) -> bytes | None:
        """The body, given up as soon as it is longer than that."""
        return await bounded(self.request, bytes_max)


def request_of(request: Any) -> Request:
    raw = request.js_object
    url = urlsplit(raw.url)
    headers = {str(name).lower(): str(value) for name, value in raw.headers.entries()}
    native = NativeRequest(raw)
    return Request(
        trace=trace_of(headers.get("cf-ray"), headers.get(TRACEPARENT)),
        method=str(raw.method),
        origin=f"{url.scheme}://{url.netloc}",
        target=f"{url.path}?{url.query}" if url.query else url.path,
        query=dict(parse_qsl(url.query)),
        headers=headers,
        read=native.read,
        native=native,
        clock=clock_ms,
    )


def platform_response(response: Response) -> Any:
    if response.closing is not None:
        return _closed(response.closing, response.headers)
    if response.native is not None:
        return _passed(response.native, response.headers)
    body = response.body if response.stream is None else response.stream
    return PlatformResponse(body, status=response.status, headers=list(response.headers))


def _closed(closing: Closing, headers: tuple[tuple[str, str], ...]) -> Any:
    """Accepted and closed: the only answer to an upgrade that a browser shows to its page."""
    client, server = WebSocketPair.new().object_values()
    server.accept()
    server.close(closing.code, closing.reason)
    if closing.protocol:
        headers = (*headers, ("sec-websocket-protocol", closing.protocol))
    return PlatformResponse(None, status=101, web_socket=client, headers=list(headers))


def _passed(native: Any, ours: tuple[tuple[str, str], ...]) -> Any:
    """A response of the origin or of an actor, with our headers; its body is not looked into."""
    native = getattr(native, "js_object", native)  # an actor's comes wrapped
    headers = Headers.new(native.headers)
    for name, value in ours:
        if name in ADDED:
            headers.append(name, value)
        else:
            headers.set(name, value)
    init = {"status": native.status, "statusText": native.statusText, "headers": headers}
    if native.status == SWITCHING_PROTOCOLS:
        init["webSocket"] = native.webSocket
    return JsResponse.new(native.body, to_js(init, dict_converter=Object.fromEntries))
