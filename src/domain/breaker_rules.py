"""The breaker's four rules. Each says what it finds in the figures, and remembers nothing.

Only whole minutes count. Where one minute has too few requests to be judged, it is judged together
with those before it, as far as the rule looks back: a stretch. A stretch is evidence against native
if it is over the threshold and, where proxy has samples too, native is worse by a margin; for if
both are sick, sending everybody to proxy helps nobody.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final, Literal

from domain import latency
from domain.breaker_state import Breaker, Rule
from domain.messages.rollout import Tally
from domain.rollout import Phase, Verdict, VerdictKind
from domain.rollout_settings import LOOKBACK, RolloutSettings
from domain.tallies import error_percent, total

NOBODY: Final = 0.0  # percent
EMERGENCY: Final = Verdict(kind=VerdictKind.EMERGENCY)


@dataclass(frozen=True, slots=True)
class MinuteFigures:
    """One minute, over all isolates. Routes of no phase are of no interest to the breaker."""

    minute: int
    native: Mapping[Phase, Tally] = field(default_factory=dict)
    proxy: Mapping[Phase, Tally] = field(default_factory=dict)
    r2_failures: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    until: int  # the minute that is still running
    minutes: Sequence[MinuteFigures] = ()
    orphaned: int = 0  # of the intents of one hour, which have had their time


@dataclass(frozen=True, slots=True)
class Finding:
    """`is_held`: it was breached for as long as it takes. `is_recovered`: well for as long."""

    rule: Rule
    state: Literal["ok", "inconclusive", "breached"]
    demands: Verdict  # once it is held
    value: float | None
    threshold: float
    detail: str
    is_held: bool = False
    is_recovered: bool = False
    since: int | None = None  # the minute


def findings(
    breaker: Breaker, evidence: Evidence, settings: RolloutSettings
) -> tuple[Finding, ...]:
    figures = sorted(
        (one for one in evidence.minutes if one.minute < evidence.until),
        key=lambda one: one.minute,
        reverse=True,
    )
    return (
        _rate(_error_rate(settings), breaker, evidence.until, figures, settings),
        _rate(_p90(settings), breaker, evidence.until, figures, settings),
        _r2_failures(breaker, evidence.until, figures, settings),
        _orphans(evidence.orphaned, settings),
    )


# --- Error rate and p90: native against proxy ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Measure:
    rule: Rule
    threshold: float
    unit: str
    minutes: int
    demands: Verdict
    samples: Callable[[Tally], int]
    value: Callable[[Tally], float | None]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """`bad_minutes`: those that are over the threshold by themselves, however few their samples.

    One bad minute among many empty ones is no time of trouble, though their sum be over.
    """

    native: Tally
    proxy: Tally
    minutes: tuple[int, ...]  # in which native served anybody; newest first
    bad_minutes: int


def _error_rate(settings: RolloutSettings) -> _Measure:
    return _Measure(
        Rule.ERROR_RATE,
        settings.breaker_error_rate_percent,
        "%",
        settings.breaker_error_minutes,
        EMERGENCY,
        lambda tally: tally.requests,
        error_percent,
    )


def _p90(settings: RolloutSettings) -> _Measure:
    return _Measure(
        Rule.P90,
        settings.breaker_p90_ms,
        "ms",
        settings.breaker_p90_minutes,
        Verdict(kind=VerdictKind.CAP, percent=settings.breaker_p90_percent),
        lambda tally: sum(tally.latency),
        lambda tally: latency.p90(tally.latency),
    )


def _rate(
    measure: _Measure,
    breaker: Breaker,
    until: int,
    figures: Sequence[MinuteFigures],
    settings: RolloutSettings,
) -> Finding:
    first = max(breaker.samples_from, breaker.slate_from, until - LOOKBACK * measure.minutes)
    cut = _stretches(measure, [one for one in figures if one.minute >= first], settings)
    if not cut:
        return Finding(
            measure.rule, "inconclusive", measure.demands, None, measure.threshold, "few samples"
        )
    streak = list(takewhile(lambda one: _is_against_native(measure, one, settings), cut))
    lower = measure.threshold * settings.breaker_recovery_percent / 100
    calm = list(takewhile(lambda one: _value(measure, one.native) < lower, cut))
    value = _value(measure, cut[0].native)
    is_over = value > measure.threshold
    return Finding(
        measure.rule,
        "breached" if streak else "inconclusive" if is_over else "ok",
        measure.demands,
        value,
        measure.threshold,
        _told(measure, cut[0], streak, settings),
        is_held=(
            _span(streak) >= measure.minutes
            and 2 * sum(one.bad_minutes for one in streak) >= measure.minutes
        ),
        is_recovered=_span(calm) >= measure.minutes,
        since=streak[-1].minutes[-1] if streak else None,
    )


def _stretches(
    measure: _Measure, figures: Sequence[MinuteFigures], settings: RolloutSettings
) -> list[_Stretch]:
    """Newest first. What is left over, with too few samples, is none."""
    cut: list[_Stretch] = []
    gathered: list[MinuteFigures] = []
    samples = 0
    for one in figures:
        gathered.append(one)
        samples += measure.samples(total(one.native.values()))
        if samples >= settings.breaker_min_samples:
            cut.append(_stretch(measure, gathered))
            gathered, samples = [], 0
    return cut


def _stretch(measure: _Measure, figures: Sequence[MinuteFigures]) -> _Stretch:
    """Like is compared with like: of proxy, the phases that native serves."""
    phases = {phase for one in figures for phase, tally in one.native.items() if tally.requests}
    served = [(one.minute, total(one.native.values())) for one in figures]
    native = [(minute, tally) for minute, tally in served if measure.samples(tally)]
    proxy = (one.proxy.get(phase, Tally()) for one in figures for phase in phases)
    return _Stretch(
        total(tally for _, tally in native),
        total(proxy),
        tuple(minute for minute, _ in native),
        sum(_value(measure, tally) > measure.threshold for _, tally in native),
    )


def _value(measure: _Measure, tally: Tally) -> float:
    return measure.value(tally) or 0.0


def _is_against_native(measure: _Measure, stretch: _Stretch, settings: RolloutSettings) -> bool:
    native = _value(measure, stretch.native)
    if native <= measure.threshold:
        return False
    if measure.samples(stretch.proxy) < settings.breaker_min_samples:
        return True
    margin = 1 + settings.breaker_margin_percent / 100
    return native > _value(measure, stretch.proxy) * margin


def _span(streak: Sequence[_Stretch]) -> int:
    return sum(len(stretch.minutes) for stretch in streak)


def _told(
    measure: _Measure, newest: _Stretch, streak: Sequence[_Stretch], settings: RolloutSettings
) -> str:
    is_compared = measure.samples(newest.proxy) >= settings.breaker_min_samples
    proxy = f"{_value(measure, newest.proxy):.4g} {measure.unit}" if is_compared else "few samples"
    native = f"native {_value(measure, newest.native):.4g} {measure.unit}"
    held = f", for {_span(streak)} of {measure.minutes} min" if streak else ""
    return f"{native}, proxy {proxy}{held}"


# --- Counts: an absence is as good as a nought --------------------------------------------------


def _r2_failures(
    breaker: Breaker, until: int, figures: Sequence[MinuteFigures], settings: RolloutSettings
) -> Finding:
    counts = {one.minute: one.r2_failures for one in figures if one.minute >= breaker.slate_from}
    threshold, minutes = settings.breaker_r2_failures, settings.breaker_r2_minutes
    backwards = range(until - 1, until - 1 - minutes, -1)
    streak = list(takewhile(lambda minute: counts.get(minute, 0) > threshold, backwards))
    lower = threshold * settings.breaker_recovery_percent / 100
    newest = counts.get(until - 1, 0)
    held = f", for {len(streak)} of {minutes} min" if streak else ""
    return Finding(
        Rule.R2_FAILURES,
        "breached" if streak else "ok",
        EMERGENCY,
        newest,
        threshold,
        f"{newest} a minute{held}",
        is_held=len(streak) == minutes,
        is_recovered=all(counts.get(minute, 0) <= lower for minute in backwards),
        since=streak[-1] if streak else None,
    )


def _orphans(orphaned: int, settings: RolloutSettings) -> Finding:
    threshold = settings.breaker_orphans
    is_over = orphaned > threshold
    return Finding(
        Rule.ORPHANS,
        "breached" if is_over else "ok",
        Verdict(kind=VerdictKind.CAP, percent=NOBODY),
        orphaned,
        threshold,
        f"{orphaned} intents of an hour were never finalized",
        is_held=is_over,
        is_recovered=orphaned <= threshold * settings.breaker_recovery_percent / 100,
    )
