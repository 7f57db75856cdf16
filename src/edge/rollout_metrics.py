"""The rollout's figures for Prometheus: what each cohort was answered, what the breaker says."""

from collections.abc import Callable, Iterator
from typing import Final

from domain.latency import BOUNDS_MS
from domain.messages.rollout import EventFigures, RolloutReport, SeriesFigures
from domain.rollout import CLOSED, VerdictKind, effective
from edge.metric_family import Family, Sample, histogram, one

STATES: Final = (VerdictKind.CLEAR, VerdictKind.CAP, VerdictKind.EMERGENCY)  # 0, 1, 2
NO_PHASE: Final = "none"
EVENTS: Final[tuple[tuple[str, str, Callable[[EventFigures], int]], ...]] = (
    ("darkroom_r2_failures_total", "R2 did not do what it was asked.", lambda e: e.r2_failures),
    (
        "darkroom_storage_failures_total",
        "An actor did not answer.",
        lambda e: e.storage_failures,
    ),
    ("darkroom_upload_intents_total", "Uploads that were announced.", lambda e: e.intents),
    ("darkroom_uploads_finalized_total", "Of those, the finalized ones.", lambda e: e.finalized),
    (
        "darkroom_upload_intents_orphaned_total",
        "Of those, the ones not finalized in time.",
        lambda e: e.orphaned,
    ),
    (
        "darkroom_shadow_compared_total",
        "Answers that were compared with the origin's.",
        lambda e: e.shadow_compared,
    ),
    (
        "darkroom_shadow_differed_total",
        "Of those, the ones that differed.",
        lambda e: e.shadow_differed,
    ),
)


def rollout_families(report: RolloutReport | None) -> Iterator[Family]:
    yield Family(
        "darkroom_rollout_up",
        "gauge",
        "Whether the rollout's actor answered; without it there is nothing below.",
        one(int(report is not None)),
    )
    if report is None:
        return
    yield from _served(report)
    for name, told, figure in EVENTS:
        yield Family(name, "counter", told, one(figure(report.events)))
    yield from _state(report)


def _served(report: RolloutReport) -> Iterator[Family]:
    yield Family(
        "darkroom_requests_total",
        "counter",
        "Answers given, by us or by the origin.",
        tuple(Sample(figures.tally.requests, _place(figures)) for figures in report.series),
    )
    yield Family(
        "darkroom_request_errors_total",
        "counter",
        "Answers 5xx, of which the error rate is made.",
        tuple(Sample(figures.tally.errors, _place(figures)) for figures in report.series),
    )
    yield Family(
        "darkroom_error_responses_total",
        "counter",
        "Answers from 400 on, by status.",
        tuple(
            Sample(count, {**_place(figures), "status": status})
            for figures in report.series
            for status, count in sorted(figures.tally.statuses.items())
        ),
    )
    yield Family(
        "darkroom_request_duration_seconds",
        "histogram",
        "Of answers whose time is not their client's: no long polls, sockets, uploads.",
        tuple(
            sample
            for figures in report.series
            for sample in histogram(
                BOUNDS_MS, figures.tally.latency, figures.tally.latency_ms, _place(figures)
            )
        ),
    )


def _state(report: RolloutReport) -> Iterator[Family]:
    known = effective(report.config or CLOSED, report.verdict)
    yield Family(
        "darkroom_rollout_breaker_state",
        "gauge",
        "0 clear, 1 cap, 2 emergency.",
        one(STATES.index(report.verdict.kind)),
    )
    yield Family(
        "darkroom_rollout_breaker_dry_run",
        "gauge",
        "Whether it finds and tells, and changes nothing.",
        one(int(report.is_dry_run)),
    )
    yield Family(
        "darkroom_rollout_percent",
        "gauge",
        "Of clients that are served natively, under the breaker's cap.",
        one(known.percent),
    )
    yield Family(
        "darkroom_rollout_emergency",
        "gauge",
        "Whether everything is proxied, by KV or the breaker.",
        one(int(known.emergency)),
    )
    yield Family(
        "darkroom_rollout_config_faulty",
        "gauge",
        "Whether the value in KV cannot be used, and the last good one counts.",
        one(int(report.config_fault is not None)),
    )


def _place(figures: SeriesFigures) -> dict[str, str]:
    phase = figures.phase.value if figures.phase else NO_PHASE
    return {"cohort": figures.cohort.value, "phase": phase}
