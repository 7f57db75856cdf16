"""`/qa`: how the rollout and both of its sides are, for people and for gates of a deployment."""

from dataclasses import replace
from typing import Final

from domain.canary import decided
from domain.errors import Code, Refusal
from domain.limits import QA_PERIOD_MS, QA_REQUESTS_MAX
from domain.messages.rollout import RolloutReport
from domain.rollout import Cohort, Effective, Phase
from domain.rollout_views import (
    BreakerView,
    CanaryView,
    KnownRolloutView,
    MetricsView,
    QaView,
)
from domain.views import rfc3339
from edge.auth import known_principal
from edge.exchange import Request, Response, json_response
from edge.health import health_of
from edge.placement import asked_by, known_rollout
from edge.services import Call

ENDPOINT: Final = "/qa"
# Standing alone: everybody is served here, and there is nothing to decide.
ALONE: Final = Effective(
    percent=100, tag="none", phases=tuple(Phase), generation="", emergency=False
)
ALONE_REASON: Final = "no_origin"


async def describe(call: Call) -> Response:
    await _check_limit(call)
    known = await _known(call)
    health = await health_of(call.request, call.services)
    report = health.report
    view = QaView(
        endpoint=ENDPOINT,
        timestamp=rfc3339(call.now_ms),
        canary=_canary(call, known),
        health=health.view,
        metrics_24h=MetricsView.of(report.native, report.proxy) if report else MetricsView(),
        rollout=_rollout(call, known, report),
    )
    return json_response(view)


async def _check_limit(call: Call) -> None:
    """Each request asks both sides for their health, so not everybody may ask all the time."""
    address = call.request.headers.get("cf-connecting-ip", "unknown")
    key = f"operator:{call.operator}" if call.operator else f"client:{address}"
    if not await call.services.qa_limit.allows(key):
        told = f"at most {QA_REQUESTS_MAX} requests in {QA_PERIOD_MS // 1000} seconds"
        raise Refusal(Code.RATE_LIMITED, told, {"retry_after_ms": QA_PERIOD_MS})


async def _known(call: Call) -> Effective:
    if call.services.proxy is None:
        return ALONE
    return await known_rollout(call.services, call.now_ms)


def _canary(call: Call, known: Effective) -> CanaryView:
    """Who asks is told what would be decided for them, had they asked for a route of phase b1a."""
    cohort, reason = Cohort.NATIVE, ALONE_REASON
    if call.services.proxy is not None:
        principal = known_principal(_without_operator(call), call.services.settings)
        decision = decided(known, asked_by(call.request, call.services, principal, Phase.B1A))
        cohort, reason = decision.cohort, decision.reason.value
    is_sampling = call.services.proxy is not None and known.percent > 0 and not known.emergency
    return CanaryView(
        sampling_active=is_sampling,
        percent=known.percent,
        tag=known.tag,
        cohort=cohort,
        decision_reason=reason,
        emergency_proxy=known.emergency,
    )


def _without_operator(call: Call) -> Request:
    """An operator's token is no session; theirs may have come beside it, as a cookie."""
    headers = dict(call.request.headers)
    if call.operator is not None:
        headers.pop("authorization", None)
    return replace(call.request, headers=headers)


def _rollout(call: Call, known: Effective, report: RolloutReport | None) -> KnownRolloutView:
    state = call.services.rollout
    return KnownRolloutView(
        phases=known.phases,
        generation=known.generation,
        breaker=BreakerView.of(report) if report else None,
        config_age_ms=_age(call, state.config_at_ms),
        config_fault=state.config_fault or (report.config_fault if report else None),
        time_to_effect_ms=report.time_to_effect_ms if report else None,
        verdict_age_ms=_age(call, state.verdict_at_ms),
    )


def _age(call: Call, at_ms: int | None) -> int | None:
    return None if at_ms is None else max(call.now_ms - at_ms, 0)
