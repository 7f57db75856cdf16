"""The platform's `fetch` as the proxy's port to the origin."""

from typing import Any

from js import AbortController, Headers, Object, clearTimeout, fetch, setTimeout
from pyodide.ffi import JsException, create_once_callable, to_js

from edge.exchange import Native, Response
from edge.proxy import NoAnswer, Outgoing, Silence
from rim.http import NativeRequest


class FetchOrigin:
    async def send(self, native: Native, outgoing: Outgoing) -> Response:
        """The time runs until the answer begins: its body may take as long as it takes."""
        assert isinstance(native, NativeRequest)
        controller = AbortController.new()
        timer = setTimeout(create_once_callable(controller.abort), outgoing.timeout_ms)
        init = _init(native.request, outgoing, controller.signal)
        try:
            answer = await fetch(outgoing.url, init)
        except (JsException, OSError):
            is_late = bool(controller.signal.aborted)
            raise NoAnswer(Silence.TIMEOUT if is_late else Silence.REFUSED) from None
        finally:
            clearTimeout(timer)
        return Response(int(answer.status), native=answer)


def _init(request: Any, outgoing: Outgoing, signal: Any) -> Any:
    headers = Headers.new(request.headers)
    for name in outgoing.drop_headers:
        headers.delete(name)
    for name, value in outgoing.set_headers:
        headers.set(name, value)
    init = {
        "method": request.method,
        "headers": headers,
        "redirect": "manual",
        "signal": signal,
    }
    body = request.body if outgoing.body is None else to_js(outgoing.body)
    if body is not None:
        init["body"] = body
    return to_js(init, dict_converter=Object.fromEntries)
