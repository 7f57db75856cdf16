"""The breaker: it grows stricter at once, and milder step by step.

Emergency, or a cap at nobody, becomes a small cap after the cool-down: a probe, for where nobody is
served natively, nothing would ever be known. From the probe it is cleared, if what tripped it has
been well for as long as it takes; or it trips again, and cools down for twice as long.
"""

from dataclasses import dataclass
from typing import Final, Literal

from domain.breaker_rules import Evidence, Finding, findings
from domain.breaker_state import Breaker, Override, Rule, minute_of, settled, strictness
from domain.messages.rollout import RuleState
from domain.operation import Operation
from domain.rollout import Verdict, VerdictKind
from domain.rollout_settings import RolloutSettings

RELAPSES_MAX: Final = 3  # which make the cool-down eight times as long


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` are what was found; whether it is in force, `is_dry_run` says."""

    operation: Literal[Operation.TRIP, Operation.RECOVER]
    before: Verdict
    after: Verdict
    rules: tuple[Rule, ...]  # that have tripped now, or that are well again
    is_dry_run: bool


def judged(
    breaker: Breaker, evidence: Evidence, settings: RolloutSettings, now_ms: int
) -> tuple[Breaker, Change | None]:
    """While an operator holds it, nothing is judged."""
    if breaker.override is not Override.NONE:
        return settled(breaker, settings, now_ms), None
    found = findings(breaker, evidence, settings)
    after = _tripped(breaker, found, settings, now_ms)
    if after is breaker:
        after = _milder(breaker, found, settings, now_ms)
    if after is breaker:
        return settled(breaker, settings, now_ms), None
    return settled(after, settings, now_ms), _change(breaker, after, settings)


def cooldown_ms(breaker: Breaker, settings: RolloutSettings) -> int:
    return settings.breaker_cooldown_ms << breaker.relapses


def rule_states(
    breaker: Breaker, evidence: Evidence, settings: RolloutSettings
) -> tuple[RuleState, ...]:
    """As operators see them."""
    return tuple(
        RuleState(
            name=finding.rule,
            state=_state(breaker, finding),
            value=finding.value,
            threshold=finding.threshold,
            since_ms=None if finding.since is None else finding.since * settings.breaker_minute_ms,
            detail=finding.detail,
        )
        for finding in findings(breaker, evidence, settings)
    )


def _state(
    breaker: Breaker, finding: Finding
) -> Literal["ok", "inconclusive", "breached", "tripped", "cooling"]:
    if finding.rule not in breaker.tripped:
        return finding.state
    return "cooling" if finding.state == "ok" else "tripped"


def _change(before: Breaker, after: Breaker, settings: RolloutSettings) -> Change:
    news = tuple(rule for rule in after.tripped if rule not in before.tripped)
    has_tripped = bool(news) or strictness(after.found) > strictness(before.found)
    return Change(
        Operation.TRIP if has_tripped else Operation.RECOVER,
        before.found,
        after.found,
        (news or after.tripped) if has_tripped else before.tripped,
        after.is_dry_run(settings),
    )


# --- Stricter -----------------------------------------------------------------------------------


def _tripped(
    breaker: Breaker, found: tuple[Finding, ...], settings: RolloutSettings, now_ms: int
) -> Breaker:
    held = [finding for finding in found if finding.is_held]
    demand = _strictest(held)
    is_stricter = strictness(demand) > strictness(breaker.found)
    news = [finding for finding in held if finding.rule not in breaker.tripped]
    if not is_stricter and not news:
        return breaker
    changed: dict[str, object] = {
        "tripped": (*breaker.tripped, *(finding.rule for finding in news)),
        "is_probing": breaker.is_probing and not is_stricter,
        "relapses": _relapses(breaker, settings, now_ms) if is_stricter else breaker.relapses,
    }
    verdict = demand if is_stricter else breaker.found
    reasons = tuple(f"{finding.rule}: {finding.detail}" for finding in held)
    changed["found"] = verdict.model_copy(update={"reasons": reasons, "since_ms": now_ms})
    if is_stricter and verdict.kind is VerdictKind.EMERGENCY:
        changed["samples_from"] = minute_of(now_ms, settings) + 1
    return breaker.model_copy(update=changed)


def _strictest(held: list[Finding]) -> Verdict:
    return max((finding.demands for finding in held), key=strictness, default=Verdict())


def _relapses(breaker: Breaker, settings: RolloutSettings, now_ms: int) -> int:
    """A trip soon after it was cleared, or out of a probe, is the old trouble again."""
    is_clear = breaker.found.kind is VerdictKind.CLEAR
    is_soon = now_ms - breaker.cleared_ms < cooldown_ms(breaker, settings)
    if breaker.is_probing or (is_clear and is_soon):
        return min(breaker.relapses + 1, RELAPSES_MAX)
    return 0 if is_clear else breaker.relapses


# --- Milder -------------------------------------------------------------------------------------


def _milder(
    breaker: Breaker, found: tuple[Finding, ...], settings: RolloutSettings, now_ms: int
) -> Breaker:
    known = breaker.found
    if known.kind is VerdictKind.CLEAR:
        return breaker
    if now_ms - known.since_ms < cooldown_ms(breaker, settings):
        return breaker
    target = _next_milder(known, settings)
    demand = _strictest([finding for finding in found if finding.state == "breached"])
    target = max(target, demand, key=strictness)
    if strictness(target) >= strictness(known):
        return breaker
    if not all(_is_well(breaker, finding) for finding in found if _is_asked(target, finding)):
        return breaker
    is_clear = target.kind is VerdictKind.CLEAR
    words = "" if is_clear else f"to see whether it is well again: {', '.join(breaker.tripped)}"
    news = {"reasons": (words,) if words else (), "since_ms": now_ms}
    return breaker.model_copy(
        update={
            "found": target.model_copy(update=news),
            "tripped": () if is_clear else breaker.tripped,
            "is_probing": not is_clear,
            "cleared_ms": now_ms if is_clear else breaker.cleared_ms,
            "samples_from": minute_of(now_ms, settings) + 1,
        }
    )


def _next_milder(known: Verdict, settings: RolloutSettings) -> Verdict:
    probe = Verdict(kind=VerdictKind.CAP, percent=settings.breaker_p90_percent)
    return probe if strictness(known) > strictness(probe) else Verdict()


def _is_asked(target: Verdict, finding: Finding) -> bool:
    """A rule that demands no more than the next step does not stand in its way."""
    return strictness(finding.demands) > strictness(target)


def _is_well(breaker: Breaker, finding: Finding) -> bool:
    """Where nobody is served natively, native cannot show that it is well."""
    if finding.rule not in breaker.tripped:
        return finding.state != "breached"
    known = breaker.found
    is_shut = known.kind is VerdictKind.EMERGENCY or not known.percent
    return finding.is_recovered or (is_shut and finding.state == "inconclusive")
