"""What the rollout's actor owes the world: records of what was changed, and alerts."""

from enum import StrEnum
from typing import Final

from actors.alerting import AlertAnswered
from actors.effects import Effect, RecordAudit, SendAlert
from domain.alert import Alert, Severity
from domain.happening import Happening
from domain.limits import ALERT_DETAIL_CHARACTERS_MAX, ALERT_KEPT_MS
from domain.messages.operations import RecordActions
from domain.messages.reply import Action, Operated
from domain.operation import Operation
from domain.rollout import KEY
from domain.rollout_settings import Channel, RolloutSettings
from domain.values import Value
from storage.actions import Actions
from storage.deadlines import Deadlines
from storage.owed_alerts import OwedAlerts
from storage.sql import Sql

TARGET: Final = KEY  # of records in the audit


class RolloutDeadline(StrEnum):
    JUDGE = "judge"  # another minute is whole
    AUDIT = "audit"  # what was changed is to be recorded
    WEBHOOK = "webhook"  # alerts are to be told there
    PAGERDUTY = "pagerduty"
    EMAIL = "email"


class RolloutOutbox:
    def __init__(self, sql: Sql, deadlines: Deadlines, settings: RolloutSettings) -> None:
        self._actions = Actions(sql)
        self._alerts = OwedAlerts(sql)
        self._deadlines = deadlines
        self._settings = settings
        self._happenings: list[Happening] = []

    def take_happenings(self) -> list[Happening]:
        happenings, self._happenings = self._happenings, []
        return happenings

    # --- What is owed ---------------------------------------------------------------------------

    def answer(self, action_id: str) -> Operated | None:
        """Of an action that was done already."""
        return self._actions.answer(action_id)

    def record(self, action: Action, before: str, after: str, now_ms: int) -> Operated:
        operated = Operated(
            action_id=action.action_id, is_changed=before != after, before=before, after=after
        )
        self._actions.keep(action, TARGET, operated, now_ms)
        if operated.is_changed:
            self._deadlines.owe(RolloutDeadline.AUDIT, now_ms)
            facts: dict[str, object] = {
                "operator": action.operator,
                "operation": action.operation.value,
                "before": before,
                "after": after,
            }
            self.happened(Happening("rollout.changed", facts))
        return operated

    def note(self, action: Action, before: str, after: str, now_ms: int) -> None:
        """What was not asked for by a message, and may be found twice in one millisecond."""
        if self._actions.answer(action.action_id) is None:
            self.record(action, before, after, now_ms)

    def happened(self, happening: Happening) -> None:
        self._happenings.append(happening)

    def fire(self, key: str, severity: Severity, title: str, now_ms: int, **details: str) -> None:
        """Once, until it is resolved."""
        short = {name: text[:ALERT_DETAIL_CHARACTERS_MAX] for name, text in details.items()}
        alert = Alert(
            key=key, kind="firing", severity=severity, title=title, details=short, at_ms=now_ms
        )
        if self._alerts.fire(alert, self._settings.channels):
            self._owe(alert, now_ms)

    def resolve(self, key: str, title: str, now_ms: int) -> None:
        """Nothing, if it never fired."""
        alert = Alert(
            key=key, kind="resolved", severity=Severity.WARNING, title=title, at_ms=now_ms
        )
        if self._alerts.resolve(alert, self._settings.channels):
            self._owe(alert, now_ms)

    def _owe(self, alert: Alert, now_ms: int) -> None:
        facts: dict[str, object] = {"key": alert.key, "title": alert.title}
        if alert.kind == "firing":
            level = "error" if alert.severity is Severity.CRITICAL else "warning"
            self.happened(Happening("alert.fired", facts, level))
        else:
            self.happened(Happening("alert.resolved", facts))
        for channel in self._settings.channels:
            self._deadlines.owe(RolloutDeadline(channel), now_ms)

    # --- Effects --------------------------------------------------------------------------------

    def effect(self, deadline: RolloutDeadline, now_ms: int) -> Effect | None:
        """None: there was nothing to it after all."""
        if deadline is RolloutDeadline.AUDIT:
            return RecordAudit(TARGET, RecordActions(records=self._actions.owed()))
        channel = Channel(deadline)
        if channel not in self._settings.channels:
            self._alerts.drop_all(channel)
        self._alerts.drop(channel, now_ms - ALERT_KEPT_MS)
        alert = self._alerts.first(channel)
        if alert is None:
            self._deadlines.set(deadline, None)
            return None
        return SendAlert(channel, alert)

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:
        match effect:
            case RecordAudit():
                for record in effect.actions.records:
                    self._actions.settle(record.action_id)
                self._again(RolloutDeadline.AUDIT, now_ms, bool(self._actions.owed()))
            case SendAlert():
                assert isinstance(reply, AlertAnswered)
                if not reply.is_accepted:
                    whose = {"channel": effect.channel.value, "key": effect.alert.key}
                    facts = {**whose, "status": reply.status}
                    self.happened(Happening("alert.refused", facts, "error"))
                self._alerts.settle(effect.channel, effect.alert)
                is_owed = self._alerts.first(effect.channel) is not None
                self._again(RolloutDeadline(effect.channel), now_ms, is_owed)
            case _:
                raise AssertionError(effect)

    def _again(self, deadline: RolloutDeadline, now_ms: int, is_owed: bool) -> None:  # noqa: FBT001
        if is_owed:
            self._deadlines.owe(deadline, now_ms)
        else:
            self._deadlines.set(deadline, None)


def an_action(who: str, operation: Operation, why: str, now_ms: int) -> Action:
    """Of somebody who sends no message: the breaker itself, or whoever edits KV."""
    action_id = f"act_{who}_{operation}_{now_ms}"
    return Action(action_id=action_id, operator=who, operation=operation, reason=why)
