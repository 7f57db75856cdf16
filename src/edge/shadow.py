"""Shadow mode: of what we have answered, a sample is compared with the origin's answer, afterwards.

Reads only, and as the caller. Nobody waits for it, and an isolate asks the origin so often a minute
and no more. What the origin answers differently when it is asked twice counts as noise.
"""

from functools import partial
from typing import Final

from domain.errors import Outage
from domain.limits import SHADOW_CHARACTERS_MAX, SHADOW_TIMEOUT_MS
from domain.parity import Answered, Parity, judged
from domain.shadow import found
from edge.exchange import Request, Response
from edge.origin import credentials
from edge.sampling import is_drawn
from edge.services import Services
from edge.telemetry import ERRORS_FROM
from log import log
from storage.web import WebRequest

OURS_ALONE: Final = frozenset({"wait", "since", "cursor"})


def shadow_soon(pattern: str, request: Request, services: Services, response: Response) -> None:
    """Once the answer is given, if this request is one of the sample."""
    if (
        _is_comparable(request, response)
        and is_drawn(request.id, services.settings.shadow_percent, "shadow")
        and services.shadow_budget.allows(request.clock())
    ):
        answered = Answered(
            status=response.status, headers=response.headers, text=response.body or ""
        )
        services.later(partial(_compare, pattern, request, services, answered))


def _is_comparable(request: Request, response: Response) -> bool:
    """A read that was answered from Python, as the origin would answer it at any moment.

    A 304 is about a tag of ours, a cursor is read by us alone, a long poll is about what happens
    next, an outage about nothing.
    """
    return (
        request.method == "GET"
        and response.body is not None
        and response.stream is None
        and response.native is None
        and response.status < ERRORS_FROM
        and len(response.body) <= SHADOW_CHARACTERS_MAX
        and OURS_ALONE.isdisjoint(request.query)
    )


async def _compare(pattern: str, request: Request, services: Services, ours: Answered) -> None:
    route = f"{request.method} {pattern}"
    try:
        parity = await _judged(route, request, services, ours)
    except Outage as outage:
        log("parity.not_asked", level="warning", reason=str(outage), req_id=request.id, route=route)
        return
    services.telemetry.happened(request.clock(), "shadow_compared")
    if parity.is_equal:
        return
    services.telemetry.happened(request.clock(), "shadow_differed")
    findings = found(route, parity.differences, request.id, request.clock())
    services.telemetry.differed(findings)
    log(
        "parity.differed",
        level="warning",
        req_id=request.id,
        route=route,
        status=ours.status,
        places=[f"{one.kind} {one.pointer}" for one in findings],
    )


async def _judged(route: str, request: Request, services: Services, ours: Answered) -> Parity:
    theirs = await _asked(request, services)
    parity = judged(route, theirs, ours)
    if parity.is_equal:
        return parity
    return judged(route, theirs, ours, await _asked(request, services))


async def _asked(request: Request, services: Services) -> Answered:
    given = request.headers
    headers = credentials(given) | {name: given[name] for name in ("accept",) if name in given}
    answer = await services.web.ask(
        WebRequest(
            "GET",
            f"{services.settings.origin_api_base}{request.target}",
            headers | dict(request.trace.headers),
        ),
        timeout_ms=SHADOW_TIMEOUT_MS,
        bytes_max=4 * SHADOW_CHARACTERS_MAX,  # UTF-8
    )
    if answer.status >= ERRORS_FROM:
        raise Outage(f"the origin answered {answer.status}")
    return Answered(status=answer.status, headers=tuple(answer.headers.items()), text=answer.text)
