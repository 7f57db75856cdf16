"""What the rollout's actor counts: minutes for the breaker, hours for people, sums for ever."""

from collections.abc import Iterable

from domain import latency, shadow
from domain.breaker_rules import Evidence, MinuteFigures
from domain.breaker_state import Breaker, minute_of
from domain.limits import FIGURES_HOURS
from domain.messages.rollout import (
    CohortFigures,
    EventFigures,
    Flush,
    MinuteEvents,
    MinuteTally,
    SeriesFigures,
    Tally,
)
from domain.rollout import Cohort, Phase
from domain.rollout_settings import RolloutSettings
from domain.shadow import Finding, Findings
from domain.tallies import merged, total
from domain.values import Stored
from storage.rollout_repository import EVENTS, EVER, HOUR, RolloutRepository


class EventSums(Stored):
    """Since ever."""

    figures: EventFigures = EventFigures()
    ripe_until: int = 0  # intents of the minutes before have had their time, and were counted


class RolloutFigures:
    def __init__(
        self, repository: RolloutRepository, settings: RolloutSettings, orphan_after_ms: int
    ) -> None:
        self._repository = repository
        self._settings = settings
        self._orphan_minutes = -(-orphan_after_ms // settings.breaker_minute_ms)

    def add(self, flush: Flush, now_ms: int) -> None:
        """An isolate's clock may run ahead: what it says of minutes to come is of this one."""
        now = minute_of(now_ms, self._settings)
        tallies = (one.model_copy(update={"minute": min(one.minute, now)}) for one in flush.tallies)
        self._repository.add(tallies, self._first_minute(now), self._first_hour(now))
        sums = self._repository.load(EventSums)
        for events in flush.events:
            if events.minute >= self._first_event(now):
                at = min(events.minute, now)
                self._repository.add_events(events.model_copy(update={"minute": at}))
            sums = sums.model_copy(update={"figures": _with_events(sums.figures, events)})
        if flush.events:
            self._repository.keep(sums)
        if flush.findings:
            news = shadow.merged(self.findings(), flush.findings)
            self._repository.keep(Findings(findings=news))

    def findings(self) -> tuple[Finding, ...]:
        return self._repository.load(Findings).findings

    def evidence(self, breaker: Breaker, now_ms: int) -> Evidence:
        now = minute_of(now_ms, self._settings)
        first = self._first_minute(now)
        ripe = now - self._orphan_minutes
        return Evidence(
            until=now,
            minutes=_by_minute(
                self._repository.minutes(first, now), self._repository.r2_failures(first, now)
            ),
            orphaned=self._repository.orphaned(max(ripe - HOUR, breaker.slate_from), ripe),
        )

    def of_a_day(self, cohort: Cohort, now_ms: int) -> CohortFigures:
        """Of routes with a phase, for only these can be served by either; to the hour."""
        now = minute_of(now_ms, self._settings)
        series = self._repository.series(self._first_hour(now), now // HOUR + 1)
        together = total(one.tally for one in series if one.cohort is cohort and one.phase)
        return CohortFigures(
            requests=together.requests,
            errors=together.errors,
            p90_ms=latency.p90(together.latency),
            statuses=together.statuses,
        )

    def series(self) -> tuple[SeriesFigures, ...]:
        sums: dict[tuple[Cohort, Phase | None], Tally] = {}
        for one in self._repository.series(EVER, 2**40):
            place = one.cohort, one.phase
            sums[place] = merged(sums.get(place, Tally()), one.tally)
        return tuple(
            SeriesFigures(cohort=cohort, phase=phase, tally=tally)
            for (cohort, phase), tally in sorted(sums.items(), key=lambda item: str(item[0]))
        )

    def events(self) -> EventFigures:
        return self._repository.load(EventSums).figures

    def forget_old(self, now_ms: int) -> None:
        """Orphans are counted when their minute is ripe; a later finalize takes none back."""
        now = minute_of(now_ms, self._settings)
        sums = self._repository.load(EventSums)
        ripe = now - self._orphan_minutes
        if ripe > sums.ripe_until:
            orphaned = self._repository.orphaned(sums.ripe_until, ripe)
            news = {"orphaned": sums.figures.orphaned + orphaned}
            figures = sums.figures.model_copy(update=news)
            self._repository.keep(sums.model_copy(update={"figures": figures, "ripe_until": ripe}))
        self._repository.forget(
            self._first_minute(now), self._first_hour(now), self._first_event(now), now_ms
        )

    def _first_minute(self, now: int) -> int:
        return now - self._settings.lookback_minutes

    def _first_hour(self, now: int) -> int:
        return now // HOUR - FIGURES_HOURS

    def _first_event(self, now: int) -> int:
        return now - self._orphan_minutes - 2 * HOUR


def _by_minute(tallies: Iterable[MinuteTally], r2_failures: dict[int, int]) -> list[MinuteFigures]:
    served: dict[int, dict[Cohort, dict[Phase, Tally]]] = {minute: {} for minute in r2_failures}
    for one in tallies:
        assert one.phase is not None, "only routes with a phase were asked for"
        served.setdefault(one.minute, {}).setdefault(one.cohort, {})[one.phase] = one.tally
    return [
        MinuteFigures(
            minute,
            cohorts.get(Cohort.NATIVE, {}),
            cohorts.get(Cohort.PROXY, {}),
            r2_failures.get(minute, 0),
        )
        for minute, cohorts in served.items()
    ]


def _with_events(figures: EventFigures, events: MinuteEvents) -> EventFigures:
    return figures.model_copy(
        update={name: getattr(figures, name) + getattr(events, name) for name in EVENTS}
    )
