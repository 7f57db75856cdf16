"""One request through the edge: always answered, by us or by the origin, and always counted.

Request id, path, CORS, route, principal, decision; then the handler, or the origin.
"""

from collections.abc import Callable

from domain.errors import Code, OriginOutage, Outage, Refusal
from edge.auth import authenticated, known_principal
from edge.cors import cors_headers, preflight
from edge.exchange import Request, Response
from edge.operators import operator_of
from edge.origin_errors import origin_error
from edge.paths import check_plain, checked_path
from edge.placement import placed
from edge.problems import internal, origin_unreachable, problem, unavailable
from edge.proxied import passed_on
from edge.router import Access, Route, located, matched
from edge.routes import ROUTES
from edge.services import Call, Services
from edge.visit import Visit
from edge.watching import closing_of
from log import log, log_bug

API = "/api/"  # below it, what is not ours is the origin's
NOT_OURS = (("x-pix-decision", "proxy (only the origin has it)"),)


async def respond(request: Request, services: Callable[[], Services]) -> Response:
    """Always an answer. What a bug raises is logged here and told to nobody."""
    visit = Visit(request)
    try:
        visit.services = services()
        response = await _answered(visit, visit.services)
    except Refusal as refusal:
        response = _refused(visit, refusal)
    except OriginOutage as outage:
        log("origin.failed", level="error", reason=str(outage), **visit.ids)
        response = problem(origin_unreachable(), request.id)
        visit.code, visit.is_ours_to_answer_for = Code.ORIGIN_UNREACHABLE, False
    except Outage as outage:
        log("upstream.failed", level="error", reason=str(outage), **visit.ids)
        visit.count("storage_failures")
        response = problem(unavailable(), request.id)
    except Exception as bug:  # noqa: BLE001 -- the one place for bugs of the edge
        log_bug("request.broke", bug, **visit.ids)
        response = problem(internal(), request.id)
    if request.method == "HEAD" and response.native is None:
        response = response.without_body()
    visit.ended(response)
    settings = visit.services.settings if visit.services else None
    return response.with_headers(
        *request.trace.headers,
        *visit.headers,
        *(cors_headers(request, settings) if settings else ()),
    )


async def _answered(visit: Visit, services: Services) -> Response:
    request = visit.request
    path = checked_path(request.raw_path)
    if asked := preflight(request, services.settings):
        return asked
    found = _matched(request, path, services)
    if found is None:
        visit.is_proxied, visit.extra = True, NOT_OURS
        visit.route, parameters = located(ROUTES, path) or (None, {})
        principal = known_principal(request, services.settings)
        return await passed_on(Call(request, services, parameters, principal=principal))
    visit.route, parameters = found
    if services.proxy is None or visit.route.phase is None:
        return await visit.route.handler(await _call(visit.route, request, services, parameters))
    principal = known_principal(request, services.settings)
    visit.placement = await placed(request, visit.route, services, principal)
    visit.request = request = visit.placement.request
    if visit.placement.is_native:
        return await visit.route.handler(await _call(visit.route, request, services, parameters))
    visit.is_proxied = True
    call = Call(request, services, parameters, principal=principal)
    return await passed_on(call, visit.placement.body)


def _matched(
    request: Request, path: str, services: Services
) -> tuple[Route, dict[str, str]] | None:
    """Our route; or None, if the request is for the origin, which knows more than we do.

    It may know more methods, too, of what has been there before.
    """
    try:
        return matched(ROUTES, request.method, path)
    except Refusal:
        found = located(ROUTES, path)
        is_ours = found is not None and found[0].phase is None
        if services.proxy is None or not path.startswith(API) or is_ours:
            raise
    check_plain(path, request.method, lambda folded: located(ROUTES, folded) is not None)
    return None


async def _call(
    route: Route, request: Request, services: Services, parameters: dict[str, str]
) -> Call:
    """With whoever the route asks for, or a refusal."""
    match route.access:
        case Access.PUBLIC:
            return Call(request, services, parameters)
        case Access.SESSION:
            principal = authenticated(request, services.settings)
            return Call(request, services, parameters, principal=principal)
        case Access.OPERATORS:
            return await _operators_call(request, services, parameters)
        case Access.GUARDED if services.settings.feature_qa_guard:
            return await _operators_call(request, services, parameters)
        case Access.GUARDED:
            return Call(request, services, parameters)


async def _operators_call(request: Request, services: Services, parameters: dict[str, str]) -> Call:
    operator = await operator_of(request, services)
    return Call(request, services, parameters, operator=operator)


def _refused(visit: Visit, refusal: Refusal) -> Response:
    """In the origin's words, where a client has always had them; as a problem everywhere else."""
    visit.code = refusal.code
    if refusal.code in {Code.ORIGIN_UNREACHABLE, Code.ORIGIN_TIMEOUT}:
        log("origin.failed", level="error", reason=refusal.code, **visit.ids)
    if (closed := closing_of(visit.request, refusal)) is not None:
        return closed
    is_moving = visit.placement is not None and not visit.is_proxied
    told = origin_error(refusal) if is_moving else None
    return told or problem(refusal, visit.request.id)
