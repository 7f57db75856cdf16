"""The core of the rollout's actor: it adds up what isolates counted, and keeps the breaker."""

from collections.abc import Iterable

from actors.effects import Effect
from actors.rollout_figures import RolloutFigures
from actors.rollout_outbox import RolloutDeadline, RolloutOutbox, an_action
from domain import config_watch, effect_time
from domain.alert import Severity
from domain.breaker import Change, judged, rule_states
from domain.breaker_state import Breaker, described, minute_of, named, operated
from domain.config_watch import KnownConfig, noticed
from domain.effect_time import EffectTime
from domain.happening import Happening
from domain.limits import ISOLATE_SILENT_MS
from domain.messages.reply import Operated
from domain.messages.rollout import (
    ROLLOUT_MESSAGE,
    DescribeParity,
    DescribeRollout,
    Flush,
    OperateRollout,
    ParityReport,
    RolloutMessage,
    RolloutReport,
    Verdicts,
)
from domain.operation import Operation
from domain.rollout import Cohort, RolloutConfig, VerdictKind, generation_of
from domain.rollout_settings import RolloutSettings
from domain.values import Value
from storage.deadlines import Deadlines
from storage.rollout_repository import MIGRATIONS, RolloutRepository
from storage.sql import Sql, migrate

BREAKER = "breaker"  # who trips and recovers, in the audit
KV = "kv"  # who edits the config there, as far as can be known
CONFIG_ALERT = "rollout_config"


class RolloutCore:
    def __init__(self, sql: Sql, settings: RolloutSettings, orphan_after_ms: int) -> None:
        migrate(sql, MIGRATIONS)
        self._sql = sql
        self._settings = settings
        self._repository = RolloutRepository(sql)
        self._figures = RolloutFigures(self._repository, settings, orphan_after_ms)
        self._deadlines = Deadlines(sql)
        self._outbox = RolloutOutbox(sql, self._deadlines, settings)
        self._judged_minute: int | None = None  # only remembered to save work

    def receive(self, text: str, now_ms: int) -> Value:
        message = ROLLOUT_MESSAGE.validate_json(text)
        return self._sql.transaction(lambda: self._answer(message, now_ms))

    def wake(self, now_ms: int) -> None:
        """Whether another minute is whole is looked into with all that is due."""

    def take_happenings(self) -> list[Happening]:
        return self._outbox.take_happenings()

    def _answer(self, message: RolloutMessage, now_ms: int) -> Value:
        match message:
            case Flush():
                return self._flush(message, now_ms)
            case DescribeRollout():
                return self._report(now_ms)
            case DescribeParity():
                return self._parity()
            case OperateRollout():
                return self._operate(message, now_ms)

    # --- Isolates -------------------------------------------------------------------------------

    def _flush(self, flush: Flush, now_ms: int) -> Verdicts:
        is_late = self._count(flush, now_ms)
        known = self._notice(flush.config, now_ms)
        if is_late or self._judged_minute != minute_of(now_ms, self._settings):
            self._judge(now_ms)
        breaker = self._repository.load(Breaker)
        if flush.isolate:
            knows = _knows(breaker, flush.config)
            self._repository.seen(flush.isolate, knows, flush.config_fault or "", now_ms)
            self._watch_fault(now_ms)
            self._keep_effect_time(breaker, known, now_ms)
        self._deadlines.set_if_absent(RolloutDeadline.JUDGE, self._next_minute_ms(now_ms))
        return Verdicts(verdict=breaker.in_force, config=known.config)

    def _count(self, flush: Flush, now_ms: int) -> bool:
        """Whether there was news of a minute that was judged already."""
        if not (flush.tallies or flush.events) or not self._repository.is_news(flush.flush_id):
            return False
        self._figures.add(flush, now_ms)
        minutes = {one.minute for one in flush.tallies} | {one.minute for one in flush.events}
        return min(minutes) < minute_of(now_ms, self._settings)

    def _notice(self, heard: RolloutConfig | None, now_ms: int) -> KnownConfig:
        known = self._repository.load(KnownConfig)
        if heard is None:
            return known
        news = noticed(known, heard, now_ms)
        if news is known:
            return known
        self._repository.keep(news)
        if known.config is not None:
            before, after = config_watch.described(known.config), config_watch.described(heard)
            reason = f"edited, last_updated {heard.last_updated or 'not given'}"
            before = f"{before}, generation {generation_of(known.config)}"
            after = f"{after}, generation {generation_of(heard)}"
            self._outbox.note(
                an_action(KV, Operation.CONFIGURE, reason, now_ms), before, after, now_ms
            )
        return news

    def _watch_fault(self, now_ms: int) -> None:
        """Isolates see an edit one after the other: it is mended once none finds fault with it."""
        fault = self._repository.fault(now_ms - ISOLATE_SILENT_MS)
        if fault is None:
            self._outbox.resolve(CONFIG_ALERT, "the rollout's value in KV can be used", now_ms)
        else:
            title = "the rollout's value in KV cannot be used; the last good one counts"
            self._outbox.fire(CONFIG_ALERT, Severity.WARNING, title, now_ms, reason=fault)

    def _keep_effect_time(self, breaker: Breaker, known: KnownConfig, now_ms: int) -> None:
        before = self._repository.load(EffectTime)
        knows = _knows(breaker, known.config)
        told_ms = self._repository.told_ms(knows, now_ms - ISOLATE_SILENT_MS)
        after = effect_time.changed(before, knows, now_ms)
        if told_ms is not None:
            after = effect_time.told(after, told_ms)
        if after != before:
            self._repository.keep(after)

    # --- The breaker ----------------------------------------------------------------------------

    def _judge(self, now_ms: int) -> None:
        before = self._repository.load(Breaker)
        evidence = self._figures.evidence(before, now_ms)
        after, change = judged(before, evidence, self._settings, now_ms)
        self._judged_minute = evidence.until
        if after != before:
            self._keep(after, now_ms)
        if change is not None:
            self._tell(change, before, after, now_ms)

    def _keep(self, breaker: Breaker, now_ms: int) -> None:
        self._repository.keep(breaker)
        self._keep_effect_time(breaker, self._repository.load(KnownConfig), now_ms)

    def _tell(self, change: Change, before: Breaker, after: Breaker, now_ms: int) -> None:
        """What a dry run finds is alerted, and there is nothing to record: nothing was changed."""
        is_trip = change.operation is Operation.TRIP
        mode = " (dry run: nothing is changed)" if change.is_dry_run else ""
        rules = ", ".join(change.rules)
        reason = "; ".join(change.after.reasons) or f"well again: {rules}"
        self._outbox.happened(
            Happening(
                "breaker.tripped" if is_trip else "breaker.recovered",
                {
                    "before": named(change.before),
                    "after": named(change.after),
                    "rules": rules,
                    "reason": reason,
                    "dry_run": change.is_dry_run,
                },
                "warning",
            )
        )
        if not change.is_dry_run:
            action = an_action(BREAKER, change.operation, reason, now_ms)
            words = described(before, self._settings), described(after, self._settings)
            self._outbox.note(action, *words, now_ms)
        if is_trip:
            title = f"the breaker found {named(change.after)}{mode}"
            severity = _severity(change)
            for rule in change.rules:
                self._outbox.fire(f"{BREAKER}_{rule}", severity, title, now_ms, reason=reason)
        elif change.after.kind is VerdictKind.CLEAR:
            self._resolve(change.rules, f"the breaker is clear again{mode}", now_ms)

    def _resolve(self, rules: Iterable[str], title: str, now_ms: int) -> None:
        for rule in rules:
            self._outbox.resolve(f"{BREAKER}_{rule}", title, now_ms)

    def _operate(self, message: OperateRollout, now_ms: int) -> Operated:
        """Once per action id; and what changes nothing leaves no record."""
        action = message.action
        if known := self._outbox.answer(action.action_id):
            return known
        before = self._repository.load(Breaker)
        after = operated(before, action.operation, action.operator, self._settings, now_ms)
        if after != before:
            self._keep(after, now_ms)
            gone = [rule for rule in before.tripped if rule not in after.tripped]
            self._resolve(gone, f"{action.operator}: {action.operation}", now_ms)
        words = described(before, self._settings), described(after, self._settings)
        return self._outbox.record(action, *words, now_ms)

    # --- Report ---------------------------------------------------------------------------------

    def _report(self, now_ms: int) -> RolloutReport:
        breaker = self._repository.load(Breaker)
        known = self._repository.load(KnownConfig)
        evidence = self._figures.evidence(breaker, now_ms)
        return RolloutReport(
            verdict=breaker.in_force,
            is_dry_run=breaker.is_dry_run(self._settings),
            override=breaker.override.value,
            rules=rule_states(breaker, evidence, self._settings),
            native=self._figures.of_a_day(Cohort.NATIVE, now_ms),
            proxy=self._figures.of_a_day(Cohort.PROXY, now_ms),
            series=self._figures.series(),
            events=self._figures.events(),
            config=known.config,
            config_since_ms=known.since_ms if known.config else None,
            config_fault=self._repository.fault(now_ms - ISOLATE_SILENT_MS),
            last_flush_ms=self._repository.last_seen_ms(),
            time_to_effect_ms=self._repository.load(EffectTime).took_ms,
        )

    def _parity(self) -> ParityReport:
        events = self._figures.events()
        return ParityReport(
            compared=events.shadow_compared,
            differed=events.shadow_differed,
            findings=self._figures.findings(),
        )

    # --- Effects --------------------------------------------------------------------------------

    def next_effect(self, now_ms: int) -> Effect | None:
        while (due := self._deadlines.take_due(now_ms)) is not None:
            deadline = RolloutDeadline(due)
            if deadline is RolloutDeadline.JUDGE:
                self._sql.transaction(lambda: self._end_minute(now_ms))
            elif (effect := self._outbox.effect(deadline, now_ms)) is not None:
                return effect
        return None

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:
        self._sql.transaction(lambda: self._outbox.finish(effect, reply, now_ms))

    def next_deadline_ms(self) -> int | None:
        return self._deadlines.earliest()

    def _end_minute(self, now_ms: int) -> None:
        """Once nobody flushes, nothing is tripped and nothing is wrong, it need not wake again."""
        self._figures.forget_old(now_ms)
        self._judge(now_ms)
        self._watch_fault(now_ms)
        breaker, known = self._repository.load(Breaker), self._repository.load(KnownConfig)
        self._keep_effect_time(breaker, known, now_ms)
        seen_ms = self._repository.last_seen_ms() or 0
        is_quiet = now_ms - seen_ms > 2 * max(ISOLATE_SILENT_MS, self._settings.breaker_minute_ms)
        is_over = is_quiet and breaker.found.kind is VerdictKind.CLEAR
        next_ms = None if is_over else self._next_minute_ms(now_ms)
        self._deadlines.set(RolloutDeadline.JUDGE, next_ms)

    def _next_minute_ms(self, now_ms: int) -> int:
        return (minute_of(now_ms, self._settings) + 1) * self._settings.breaker_minute_ms


def _knows(breaker: Breaker, config: RolloutConfig | None) -> str:
    """What an isolate has read and will have heard, in a word."""
    return f"{breaker.in_force.revision} {config.model_dump_json() if config else ''}"


def _severity(change: Change) -> Severity:
    is_emergency = change.after.kind is VerdictKind.EMERGENCY
    return Severity.CRITICAL if is_emergency and not change.is_dry_run else Severity.WARNING
