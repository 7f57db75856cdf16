"""What the platform asks and gets: around everything else, so that a bug here is told to nobody."""

from collections.abc import Awaitable, Callable
from typing import Any

from workers import Response as PlatformResponse

from edge.exchange import Request, Response
from edge.problems import internal, problem
from log import log, log_bug
from rim.http import platform_response, request_of

BAD_REQUEST = 400


async def served(raw: Any, respond: Callable[[Request], Awaitable[Response]]) -> Any:
    try:
        request = request_of(raw)
    except ValueError as fault:  # a `Host` that makes no URL, for one
        log("request.unreadable", level="warning", reason=str(fault))
        return PlatformResponse("Bad Request", status=BAD_REQUEST)
    try:
        return platform_response(await respond(request))
    except Exception as bug:  # noqa: BLE001 -- what nobody else has caught
        log_bug("request.broke", bug, req_id=request.id, method=request.method)
        told = problem(internal(), request.id)
        return platform_response(told.with_headers(*request.trace.headers))
