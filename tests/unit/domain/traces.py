"""Traces of metrics, minute by minute, and what the breaker makes of them when replayed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain import latency
from domain.breaker import Change, judged
from domain.breaker_rules import Evidence, MinuteFigures
from domain.breaker_state import Breaker, named, operated
from domain.messages.rollout import Tally
from domain.operation import Operation
from domain.rollout import Phase
from domain.rollout_settings import RolloutSettings
from tests.unit.factories import MINUTE_MS, NOW_MS

BEGIN = NOW_MS // MINUTE_MS
COOLDOWN = 10  # minutes, by default
CLEAR, CAP, SHUT, EMERGENCY = "clear", "at most 5 %", "at most 0 %", "emergency"


def answers(requests: int, errors: int = 0, ms: int = 100) -> Tally:
    timed = latency.added((), ms)
    return Tally(
        requests=requests,
        errors=errors,
        statuses={"500": errors} if errors else {},
        latency=tuple(count * requests for count in timed),
        latency_ms=requests * ms,
    )


NOTHING = answers(0)
WELL = answers(1_000, 1)
FAILING = answers(1_000, 30)
SLOW = answers(1_000, ms=700)


@dataclass(frozen=True, slots=True)
class Minute:
    native: Tally = WELL
    proxy: Tally = WELL
    r2: int = 0
    orphans: int = 0
    phase: Phase = Phase.B1A  # of native's answers
    proxy_phase: Phase = Phase.B1A


CALM = Minute()
SICK = Minute(native=FAILING)
SLUGGISH = Minute(native=SLOW)
CLOSED = Minute(native=NOTHING)
SILENCE = Minute(native=NOTHING, proxy=NOTHING)
PROBED = Minute(native=answers(120))  # what a small cap leaves


@dataclass(slots=True)
class Replay:
    """`verdicts`: in force after each minute, when it was whole."""

    breaker: Breaker
    verdicts: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def operations(self) -> list[Operation]:
        return [change.operation for change in self.changes]


def replay(
    *trace: Minute,
    acts: Mapping[int, Operation] | None = None,
    settings: RolloutSettings | None = None,
) -> Replay:
    """`acts`: what an operator does before the breaker judges the minute of that number."""
    rules = settings or RolloutSettings()
    replayed = Replay(Breaker())
    for number in range(len(trace)):
        now_ms = (BEGIN + number + 1) * MINUTE_MS
        if acts is not None and number in acts:
            replayed.breaker = operated(replayed.breaker, acts[number], "olga", rules, now_ms)
        evidence = evidence_of(trace[: number + 1])
        replayed.breaker, change = judged(replayed.breaker, evidence, rules, now_ms)
        replayed.verdicts.append(named(replayed.breaker.in_force))
        replayed.changes += [change] if change is not None else []
    return replayed


def evidence_of(trace: Sequence[Minute]) -> Evidence:
    minutes = [
        MinuteFigures(
            BEGIN + number,
            {one.phase: one.native} if one.native.requests else {},
            {one.proxy_phase: one.proxy} if one.proxy.requests else {},
            one.r2,
        )
        for number, one in enumerate(trace)
    ]
    return Evidence(BEGIN + len(trace), minutes, trace[-1].orphans)
