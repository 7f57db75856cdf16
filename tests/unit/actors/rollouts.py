"""The rollout's actor on paper: flushed to by isolates, minute by minute."""

from collections.abc import Sequence
from typing import TypeVar

from actors.alerting import AlertAnswered
from actors.effects import Effect, RecordAudit, SendAlert
from actors.rollout import RolloutCore
from domain.breaker_state import named
from domain.happening import Happening
from domain.messages.reply import AuditRecord, Operated
from domain.messages.rollout import (
    DescribeParity,
    DescribeRollout,
    Flush,
    MinuteEvents,
    MinuteTally,
    OperateRollout,
    ParityReport,
    RolloutReport,
    RuleState,
    SeriesFigures,
    Tally,
    Verdicts,
)
from domain.operation import Operation
from domain.rollout import Cohort, Phase, RolloutConfig
from domain.rollout_settings import RolloutSettings
from domain.values import Value
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.actors.cores import owed_effects
from tests.unit.domain.traces import BEGIN, WELL, Minute
from tests.unit.factories import MINUTE_MS, NOW_MS, an_action

Reply = TypeVar("Reply", bound=Value)
HOUR_MS = 60 * MINUTE_MS
CONFIG = RolloutConfig(canary_percent=10, canary_tag="B2a")


def a_tally(
    minute: int = 0,
    tally: Tally = WELL,
    cohort: Cohort = Cohort.NATIVE,
    phase: Phase | None = Phase.B1A,
) -> MinuteTally:
    """`minute`: since the begin of all tests."""
    return MinuteTally(minute=BEGIN + minute, cohort=cohort, phase=phase, tally=tally)


def some_events(minute: int = 0, **counts: int) -> MinuteEvents:
    return MinuteEvents.model_validate({"minute": BEGIN + minute, **counts})


def a_flush(*tallies: MinuteTally, number: int = 1, **changes: object) -> Flush:
    facts: dict[str, object] = {
        "flush_id": f"flush-{number}",
        "isolate": "isolate-1",
        "tallies": tallies,
        "config": CONFIG,
    }
    return Flush.model_validate(facts | changes)


class RolloutOnPaper:
    """`now_ms` is when it is told, unless a test says otherwise."""

    def __init__(self, orphan_after_ms: int = HOUR_MS, **settings: object) -> None:
        self.sql = SqliteSql()
        self.settings = RolloutSettings.model_validate(settings)
        self.now_ms = NOW_MS
        self.happenings: list[Happening] = []
        self._orphan_after_ms = orphan_after_ms
        self._flushes = 0
        self.restart()

    def restart(self) -> None:
        self.core = RolloutCore(self.sql, self.settings, self._orphan_after_ms)

    def ask(self, message: Value, reply: type[Reply]) -> Reply:
        answer = self.core.receive(message.model_dump_json(), self.now_ms)
        self.happenings += self.core.take_happenings()
        assert isinstance(answer, reply)
        return answer

    # --- Isolates -------------------------------------------------------------------------------

    def flush(self, *tallies: MinuteTally, **changes: object) -> Verdicts:
        """Under an id of its own."""
        self._flushes += 1
        return self.ask(a_flush(*tallies, number=self._flushes, **changes), Verdicts)

    def live(self, *trace: Minute, isolate: str = "isolate-1") -> list[str]:
        """Minutes as they go by, each flushed when it is whole: the verdicts that came back."""
        return [self._minute(one, isolate) for one in trace]

    def _minute(self, one: Minute, isolate: str) -> str:
        at = self.now_ms // MINUTE_MS - BEGIN
        self.now_ms += MINUTE_MS
        tallies = [
            a_tally(at, one.native, Cohort.NATIVE, one.phase),
            a_tally(at, one.proxy, Cohort.PROXY, one.proxy_phase),
        ]
        served = [told for told in tallies if told.tally.requests]
        events = [some_events(at, r2_failures=one.r2)] if one.r2 else []
        return named(self.flush(*served, events=events, isolate=isolate).verdict)

    def pass_minutes(self, minutes: int) -> list[str]:
        """With nobody there: the alarm alone. The verdicts of each minute."""
        return [self._quiet_minute() for _ in range(minutes)]

    def _quiet_minute(self) -> str:
        self.now_ms += MINUTE_MS
        self.settle()
        return named(self.report().verdict)

    # --- Operators ------------------------------------------------------------------------------

    def report(self) -> RolloutReport:
        return self.ask(DescribeRollout(), RolloutReport)

    def parity(self) -> ParityReport:
        return self.ask(DescribeParity(), ParityReport)

    def rule(self, name: str) -> RuleState:
        return {rule.name: rule for rule in self.report().rules}[name]

    def series(self) -> dict[tuple[Cohort, Phase | None], SeriesFigures]:
        return {(one.cohort, one.phase): one for one in self.report().series}

    def operate(self, operation: Operation, action_id: str = "action-1") -> Operated:
        return self.ask(OperateRollout(action=an_action(operation, action_id)), Operated)

    # --- Effects --------------------------------------------------------------------------------

    def owed(self) -> list[Effect]:
        """As if every effect had failed."""
        return owed_effects(self.core, self.now_ms)

    def settle(self, status: int = 200) -> list[Effect]:
        """All that is owed now, each of them done."""
        effect = self.core.next_effect(self.now_ms)
        if effect is None:
            self.happenings += self.core.take_happenings()
            return []
        reply = AlertAnswered(status=status) if isinstance(effect, SendAlert) else None
        self.core.finish(effect, reply, self.now_ms)
        return [effect, *self.settle(status)]

    @property
    def due_ms(self) -> int | None:
        return self.core.next_deadline_ms()

    def events(self) -> list[str]:
        return [happening.event for happening in self.happenings]


def recorded(effects: Sequence[Effect]) -> list[AuditRecord]:
    return [
        record
        for effect in effects
        if isinstance(effect, RecordAudit)
        for record in effect.actions.records
    ]


def alerted(effects: Sequence[Effect]) -> list[tuple[str, str, str]]:
    """Where, whether it fires, and its key."""
    return [
        (effect.channel.value, effect.alert.kind, effect.alert.key)
        for effect in effects
        if isinstance(effect, SendAlert)
    ]
