"""Sums of what cohorts were answered. In which order they are added makes no difference."""

from collections.abc import Iterable

from domain import latency
from domain.messages.rollout import Tally
from domain.totals import added


def merged(one: Tally, other: Tally) -> Tally:
    return Tally(
        requests=one.requests + other.requests,
        errors=one.errors + other.errors,
        statuses=added(one.statuses, other.statuses),
        latency=latency.merged(one.latency, other.latency),
        latency_ms=one.latency_ms + other.latency_ms,
    )


def total(tallies: Iterable[Tally]) -> Tally:
    together = Tally()
    for tally in tallies:
        together = merged(together, tally)
    return together


def error_percent(tally: Tally) -> float | None:
    return 100 * tally.errors / tally.requests if tally.requests else None
