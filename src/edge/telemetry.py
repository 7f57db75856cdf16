"""What an isolate has counted since its last flush to the rollout's actor.

Plain data, as `edge/rollout_state.py`. A flush that got no answer is sent again as it was, under
its id, so that it counts once; what happens meanwhile goes with the next.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from domain import shadow
from domain.latency import added
from domain.limits import TELEMETRY_CELLS_MAX
from domain.messages.rollout import Flush, MinuteEvents, MinuteTally, Tally
from domain.rollout import Cohort, Phase, RolloutConfig
from domain.shadow import Finding

MINUTE_MS = 60_000
ERRORS_FROM = 500
TOLD_FROM = 400  # statuses from here on are counted one by one
Place = tuple[int, Cohort, Phase | None]


@dataclass(slots=True)
class Served:
    """One answer. Its time counts unless it depends on the client: a long poll, a stream."""

    at_ms: int
    cohort: Cohort
    phase: Phase | None
    status: int
    duration_ms: int
    is_timed: bool = True
    is_fault: bool = False  # of the side that served


@dataclass(slots=True)
class Counted:
    tallies: dict[Place, Tally] = field(default_factory=lambda: defaultdict(Tally))
    events: dict[int, MinuteEvents] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tallies or self.events)


class Telemetry:
    def __init__(self, isolate: str = "", minute_ms: int = MINUTE_MS) -> None:
        self._isolate = isolate  # its id, for as long as it lives
        self._minute_ms = minute_ms
        self._counted = Counted()
        self._unanswered: Flush | None = None
        self._flush_at_ms = 0  # not before

    def served(self, answer: Served) -> None:
        place = (answer.at_ms // self._minute_ms, answer.cohort, answer.phase)
        if place not in self._counted.tallies and len(self._counted.tallies) >= TELEMETRY_CELLS_MAX:
            return  # nobody has answered for an hour: what is new is lost, not the isolate
        tally = self._counted.tallies[place]
        self._counted.tallies[place] = _with_answer(tally, answer)

    def happened(self, at_ms: int, what: str, count: int = 1) -> None:
        """`what` is a field of `MinuteEvents`."""
        minute = at_ms // self._minute_ms
        if minute not in self._counted.events and len(self._counted.events) >= TELEMETRY_CELLS_MAX:
            return
        known = self._counted.events.get(minute) or MinuteEvents(minute=minute)
        update = {what: getattr(known, what) + count}
        self._counted.events[minute] = known.model_copy(update=update)

    def differed(self, findings: Iterable[Finding]) -> None:
        """An answer of ours was not the origin's, there."""
        self._counted.findings = shadow.merged(self._counted.findings, findings)

    @property
    def has_events(self) -> bool:
        return bool(self._counted.events)

    def is_due(self, now_ms: int, interval_ms: int) -> bool:
        """Whether to flush; who is told so does it, and nobody else for as long."""
        if now_ms < self._flush_at_ms:
            return False
        self._flush_at_ms = now_ms + interval_ms
        return True

    def taken(self, config: RolloutConfig | None, config_fault: str | None) -> Flush:
        """What is to be told now. The same again, until it is `told`."""
        if self._unanswered is None:
            counted, self._counted = self._counted, Counted()
            self._unanswered = Flush(
                flush_id=uuid.uuid4().hex,
                isolate=self._isolate,
                tallies=tuple(
                    MinuteTally(minute=minute, cohort=cohort, phase=phase, tally=tally)
                    for (minute, cohort, phase), tally in counted.tallies.items()
                ),
                events=tuple(counted.events.values()),
                findings=counted.findings,
                config=config,
                config_fault=config_fault,
            )
        return self._unanswered

    def told(self, flush: Flush) -> None:
        if self._unanswered is not None and self._unanswered.flush_id == flush.flush_id:
            self._unanswered = None


def _with_answer(tally: Tally, answer: Served) -> Tally:
    statuses = dict(tally.statuses)
    if answer.status >= TOLD_FROM:
        statuses[str(answer.status)] = statuses.get(str(answer.status), 0) + 1
    return tally.model_copy(
        update={
            "requests": tally.requests + 1,
            "errors": tally.errors + answer.is_fault,
            "statuses": statuses,
            "latency": added(tally.latency, answer.duration_ms)
            if answer.is_timed
            else tally.latency,
            "latency_ms": tally.latency_ms + (answer.duration_ms if answer.is_timed else 0),
        }
    )
