"""The emergency Worker's whole edge: what is allowed is passed on, and nothing else happens.

For the day on which the product itself is what is sick. So it shares the proxy and the check of
paths with it, and neither sessions, actors, nor the rollout.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.errors import Code, Refusal
from edge.exchange import Request, Response
from edge.paths import check_plain, checked_path
from edge.problems import internal, problem
from edge.proxy import Proxy
from log import log, log_bug

HEALTH = "/health"


@dataclass(frozen=True, slots=True)
class Fallback:
    proxy: Proxy
    prefixes: Sequence[str]


async def fall_back(request: Request, fallback: Callable[[], Fallback]) -> Response:
    """Always an answer."""
    facts = {"req_id": request.id, "method": request.method}
    try:
        response = await _answered(request, fallback())
    except Refusal as refusal:
        response = problem(refusal, request.id)
        log("request.served", status=response.status, code=refusal.code, **facts)
    except Exception as bug:  # noqa: BLE001 -- the one place for bugs of this Worker
        log_bug("request.broke", bug, **facts)
        response = problem(internal(), request.id)
    if request.method == "HEAD" and response.native is None:
        response = response.without_body()
    return response.with_headers(*request.trace.headers, ("x-pix-decision", "proxy (fallback)"))


async def _answered(request: Request, fallback: Fallback) -> Response:
    path = checked_path(request.raw_path)
    if path == HEALTH:
        return Response(200, "ok", (("content-type", "text/plain; charset=utf-8"),))
    if not is_allowed(path, fallback.prefixes):
        check_plain(path, request.method, lambda folded: is_allowed(folded, fallback.prefixes))
        raise Refusal(Code.ROUTE_NOT_FOUND, "there is nothing at this path")
    return await fallback.proxy.passed_on(request)


def is_allowed(path: str, prefixes: Sequence[str]) -> bool:
    """A prefix ends where a segment does: "/api" and "/api/" allow "/api/x" and not "/apix"."""
    return any(path.startswith(f"{prefix.rstrip('/')}/") for prefix in prefixes)
