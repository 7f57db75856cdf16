"""The platform's `fetch` as our port to others (`storage/web.py`)."""

from typing import Any

from js import AbortSignal, Object, fetch
from pyodide.ffi import JsException, to_js

from domain.errors import Outage
from storage.streams import beginning, bounded
from storage.web import WebAnswer, WebRequest

NO_BODY = frozenset({"GET", "HEAD"})


class FetchWeb:
    async def ask(
        self, request: WebRequest, *, timeout_ms: int, bytes_max: int, is_cut: bool = False
    ) -> WebAnswer:
        host = request.url.split("/")[2]
        init: dict[str, Any] = {
            "method": request.method,
            "headers": dict(request.headers),
            "redirect": "manual",
            "signal": AbortSignal.timeout(timeout_ms),
        }
        if request.body is not None and request.method not in NO_BODY:
            init["body"] = request.body
        try:
            answer = await fetch(request.url, to_js(init, dict_converter=Object.fromEntries))
            content = await (beginning if is_cut else bounded)(answer, bytes_max)
        except (JsException, OSError) as error:
            raise Outage(f"{host} did not answer") from error
        if content is None:
            raise Outage(f"{host} answered more than {bytes_max} bytes")
        headers = {str(name).lower(): str(value) for name, value in answer.headers.entries()}
        return WebAnswer(int(answer.status), headers, content.decode(errors="replace"))
