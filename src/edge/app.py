"""One request through the edge: route, authenticate, handle; and every kind of trouble answered."""

import time
from collections.abc import Callable

from domain.errors import Outage, Refusal
from edge.auth import authenticated
from edge.exchange import Request, Response
from edge.operators import operator_of
from edge.problems import internal, problem, unavailable
from edge.router import Access, Route, matched
from edge.routes import ROUTES
from edge.services import Call, Services
from log import log, log_bug


async def respond(request: Request, services: Callable[[], Services]) -> Response:
    """Always an answer. What a bug raises is logged here and told to nobody."""
    began = time.monotonic()
    facts = {"request_id": request.id, "method": request.method}
    try:
        response = await _handled(request, services)
    except Refusal as refusal:
        response = problem(refusal, request.id)
        facts["code"] = refusal.code
    except Outage as outage:
        log("upstream.failed", level="error", reason=str(outage), **facts)
        response = problem(unavailable(), request.id)
    except Exception as bug:  # noqa: BLE001 -- the one place for bugs of the edge
        log_bug("request.broke", bug, **facts)
        response = problem(internal(), request.id)
    duration_ms = round((time.monotonic() - began) * 1000)
    path = "/media/" if request.path.startswith("/media/") else request.path  # a key names people
    log("request.served", path=path, status=response.status, duration_ms=duration_ms, **facts)
    if response.native is not None:
        return response
    if request.method == "HEAD":
        response = response.without_body()
    return response.with_headers(("x-request-id", request.id))


async def _handled(request: Request, services: Callable[[], Services]) -> Response:
    route, parameters = matched(ROUTES, request.method, request.path)
    return await route.handler(_call(route, request, services(), parameters))


def _call(route: Route, request: Request, services: Services, parameters: dict[str, str]) -> Call:
    """With whoever the route asks for, or a refusal."""
    match route.access:
        case Access.PUBLIC:
            return Call(request, services, parameters)
        case Access.SESSION:
            principal = authenticated(request, services.settings)
            return Call(request, services, parameters, principal=principal)
        case Access.OPERATORS:
            operator = operator_of(request, services.settings)
            return Call(request, services, parameters, operator=operator)
