"""How both sides are at this moment: each is asked, together and not for long."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

from domain.errors import Outage
from domain.limits import HEALTH_ANSWER_BYTES_MAX, HEALTH_WAIT_MS
from domain.messages.rollout import RolloutReport
from domain.rollout_views import HealthView, NativeHealthView, ProxyHealthView
from edge.exchange import Request
from edge.services import Services
from edge.telemetry import ERRORS_FROM
from storage.web import WebRequest

PROBE: Final = "health/probe"  # a key under which there is nothing
HEALTH: Final = "/health"  # of the origin
NO_ORIGIN: Final = ProxyHealthView(status="none", origin_ping_ms=None, reachable=False)
ORIGIN_DOWN: Final = ProxyHealthView(status="down", origin_ping_ms=None, reachable=False)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Health:
    view: HealthView
    report: RolloutReport | None  # which came along with the answer of its actor


@dataclass(frozen=True, slots=True)
class _Answered(Generic[T]):
    answer: T
    took_ms: int


async def health_of(request: Request, services: Services) -> Health:
    report, bucket, proxy = await asyncio.gather(
        _in_time(services.rollouts.describe(), services.clock),
        _in_time(services.bucket.head(PROBE), services.clock),
        _proxy(request, services),
    )
    native = NativeHealthView(
        status=_native(has_actors=report is not None, has_bucket=bucket is not None),
        db_ping_ms=report.took_ms if report else None,
        r2_accessible=bucket is not None,
    )
    return Health(HealthView(native=native, proxy=proxy), report.answer if report else None)


async def _proxy(request: Request, services: Services) -> ProxyHealthView:
    if services.proxy is None:
        return NO_ORIGIN
    url = f"{services.settings.origin_api_base}{HEALTH}"
    asking = services.web.ask(
        WebRequest("GET", url, dict(request.trace.headers)),
        timeout_ms=HEALTH_WAIT_MS,
        bytes_max=HEALTH_ANSWER_BYTES_MAX,
    )
    answered = await _in_time(asking, services.clock)
    if answered is None:
        return ORIGIN_DOWN
    is_well = answered.answer.status < ERRORS_FROM
    return ProxyHealthView(
        status="ok" if is_well else "degraded", origin_ping_ms=answered.took_ms, reachable=True
    )


async def _in_time(asking: Awaitable[T], clock: Callable[[], int]) -> _Answered[T] | None:
    """None: no answer, or none so far."""
    began_ms = clock()
    try:
        async with asyncio.timeout(HEALTH_WAIT_MS / 1000):
            answer = await asking
    except (Outage, TimeoutError):
        return None
    return _Answered(answer, clock() - began_ms)


def _native(*, has_actors: bool, has_bucket: bool) -> Literal["ok", "degraded", "down"]:
    if not has_actors:
        return "down"
    return "ok" if has_bucket else "degraded"
