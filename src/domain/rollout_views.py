"""What people see of the rollout, over HTTP: `/qa` and `/ops/rollout`."""

from typing import Literal, Self

from domain.messages.rollout import (
    CohortFigures,
    EventFigures,
    ParityReport,
    RolloutReport,
    RuleState,
)
from domain.rollout import Cohort, Phase, RolloutConfig, VerdictKind, generation_of
from domain.shadow import Finding
from domain.values import Value
from domain.views import rfc3339


class RuleView(Value):
    name: str
    state: str
    value: float | None
    threshold: float
    since: str | None
    detail: str

    @classmethod
    def of(cls, rule: RuleState) -> Self:
        return cls.model_validate({**dict(rule), "since": _time(rule.since_ms)})


class BreakerView(Value):
    state: VerdictKind
    percent: float  # at most so many
    since: str | None
    revision: int
    reasons: tuple[str, ...]
    rules: tuple[RuleView, ...]
    dry_run: bool
    override: str

    @classmethod
    def of(cls, report: RolloutReport) -> Self:
        verdict = report.verdict
        most = {VerdictKind.CLEAR: 100.0, VerdictKind.CAP: verdict.percent}
        return cls(
            state=verdict.kind,
            percent=most.get(verdict.kind, 0.0),
            since=_time(verdict.since_ms or None),
            revision=verdict.revision,
            reasons=verdict.reasons,
            rules=tuple(map(RuleView.of, report.rules)),
            dry_run=report.is_dry_run,
            override=report.override,
        )


# --- /ops/rollout -------------------------------------------------------------------------------


class ConfigView(Value):
    percent: float
    tag: str
    emergency_proxy: bool
    phases: tuple[Phase, ...]
    generation: str
    last_updated: str | None  # as it was written there
    since: str | None

    @classmethod
    def of(cls, config: RolloutConfig, since_ms: int | None) -> Self:
        return cls(
            percent=config.canary_percent,
            tag=config.canary_tag,
            emergency_proxy=config.emergency_proxy,
            phases=config.phases,
            generation=generation_of(config),
            last_updated=config.last_updated,
            since=_time(since_ms),
        )


class CohortView(Value):
    requests: int
    errors: int
    error_rate: float | None
    p90_ms: int | None
    statuses: dict[str, int]

    @classmethod
    def of(cls, figures: CohortFigures) -> Self:
        return cls.model_validate({**dict(figures), "error_rate": error_rate(figures)})


class RolloutView(Value):
    breaker: BreakerView
    config: ConfigView | None
    config_fault: str | None
    native_24h: CohortView
    proxy_24h: CohortView
    events: EventFigures
    last_flush: str | None
    time_to_effect_ms: int | None

    @classmethod
    def of(cls, report: RolloutReport) -> Self:
        config = report.config
        return cls(
            breaker=BreakerView.of(report),
            config=ConfigView.of(config, report.config_since_ms) if config else None,
            config_fault=report.config_fault,
            native_24h=CohortView.of(report.native),
            proxy_24h=CohortView.of(report.proxy),
            events=report.events,
            last_flush=_time(report.last_flush_ms),
            time_to_effect_ms=report.time_to_effect_ms,
        )


# --- /ops/parity --------------------------------------------------------------------------------


class FindingView(Value):
    route: str
    pointer: str
    kind: str
    count: int
    first_at: str
    last_at: str
    request_id: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        times = {"first_at": rfc3339(finding.first_ms), "last_at": rfc3339(finding.last_ms)}
        return cls.model_validate({**dict(finding), **times})


class ParityView(Value):
    shadow_percent: float
    compared: int
    differed: int
    findings: tuple[FindingView, ...]  # the newest first

    @classmethod
    def of(cls, report: ParityReport, shadow_percent: float) -> Self:
        return cls(
            shadow_percent=shadow_percent,
            compared=report.compared,
            differed=report.differed,
            findings=tuple(map(FindingView.of, report.findings)),
        )


# --- /qa ----------------------------------------------------------------------------------------


class CanaryView(Value):
    sampling_active: bool
    percent: float
    tag: str
    cohort: Cohort  # of whoever asks, if they asked for a route of phase b1a
    decision_reason: str
    emergency_proxy: bool


class NativeHealthView(Value):
    status: Literal["ok", "degraded", "down"]
    db_ping_ms: int | None
    r2_accessible: bool


class ProxyHealthView(Value):
    status: Literal["ok", "degraded", "down", "none"]
    origin_ping_ms: int | None
    reachable: bool


class HealthView(Value):
    native: NativeHealthView
    proxy: ProxyHealthView


class MetricsView(Value):
    """Null: not known, because the rollout's actor did not answer or nobody has asked."""

    requests_native: int | None = None
    requests_proxy: int | None = None
    error_rate_native: float | None = None
    error_rate_proxy: float | None = None
    p90_latency_native_ms: int | None = None
    p90_latency_proxy_ms: int | None = None

    @classmethod
    def of(cls, native: CohortFigures, proxy: CohortFigures) -> Self:
        return cls(
            requests_native=native.requests,
            requests_proxy=proxy.requests,
            error_rate_native=error_rate(native),
            error_rate_proxy=error_rate(proxy),
            p90_latency_native_ms=native.p90_ms,
            p90_latency_proxy_ms=proxy.p90_ms,
        )


class KnownRolloutView(Value):
    """As the isolate that answers knows it; the breaker as its actor does."""

    phases: tuple[Phase, ...]
    generation: str
    breaker: BreakerView | None
    config_age_ms: int | None
    config_fault: str | None
    time_to_effect_ms: int | None
    verdict_age_ms: int | None


class QaView(Value):
    endpoint: str
    timestamp: str
    canary: CanaryView
    health: HealthView
    metrics_24h: MetricsView
    rollout: KnownRolloutView


def error_rate(figures: CohortFigures) -> float | None:
    """Of 1, so 0.015 is the breaker's 1.5 %; None where nobody has asked."""
    return round(figures.errors / figures.requests, 6) if figures.requests else None


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)
