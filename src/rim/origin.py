"""The platform's `fetch` as the proxy's port to the origin."""

from functools import partial
from typing import Any

from js import (
    AbortController,
    AbortSignal,
    FixedLengthStream,
    Headers,
    Object,
    clearTimeout,
    fetch,
    setTimeout,
)
from js import Response as JsResponse
from pyodide.ffi import JsException, create_once_callable, to_js
from workers import wait_until

from domain.errors import Outage
from edge.exchange import Native, Response
from edge.passed_headers import dropped_of_answer
from edge.proxy import ANSWERS, NoAnswer, Outgoing, Silence
from rim.http import NativeRequest
from storage.streams import bounded


class FetchOrigin:
    async def send(self, native: Native, outgoing: Outgoing) -> Response:
        """The time runs until the answer begins; from then on, another until its body ends."""
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
        status = int(answer.status)
        passed = _passed(answer, outgoing) if status in ANSWERS else answer
        return Response(status, native=passed, copied=partial(_copied, passed))


async def _copied(answer: Any, bytes_max: int) -> bytes | None:
    """The body, which goes its own way nevertheless. Not for long ones: it is kept in memory."""
    try:
        return await bounded(answer.clone(), bytes_max)
    except (JsException, OSError) as error:
        raise Outage("the origin's answer broke off") from error


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
        "cache": "no-store",  # what one customer may see is no other's, whatever a path ends in
        "signal": signal,
    }
    body = request.body if outgoing.body is None else to_js(outgoing.body)
    if body is not None:
        init["body"] = body
    return to_js(init, dict_converter=Object.fromEntries)


def _passed(answer: Any, outgoing: Outgoing) -> Any:
    """The answer without what is not for the client, and with a bound to its body."""
    told = {str(name).lower(): str(value) for name, value in answer.headers.entries()}
    headers = Headers.new(answer.headers)
    for name in dropped_of_answer(told, outgoing.drop_answers):
        headers.delete(name)
    body, bound_ms = answer.body, outgoing.body_timeout_ms(told)
    if body is not None and bound_ms is not None:
        body = _bounded(body, int(told["content-length"]), bound_ms)
    init = {"status": answer.status, "statusText": answer.statusText, "headers": headers}
    return JsResponse.new(body, to_js(init, dict_converter=Object.fromEntries))


def _bounded(body: Any, length: int, bound_ms: int) -> Any:
    """Broken off after that time. The platform pumps it; Python sees neither bytes nor the end."""
    passage = FixedLengthStream.new(length)
    options = to_js({"signal": AbortSignal.timeout(bound_ms)}, dict_converter=Object.fromEntries)
    wait_until(_ended(body.pipeTo(passage.writable, options)))
    return passage.readable


async def _ended(pumping: Any) -> None:
    """Whoever reads it hears of its trouble."""
    try:
        await pumping
    except JsException:
        return
