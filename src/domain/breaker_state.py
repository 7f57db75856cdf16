"""What the breaker remembers, and what operators may do to it.

`found` is what its own rules have come to; `in_force` is what isolates are told: another one where
an operator overrides it, or in a dry run. Every function gives the breaker back as it was when
there is nothing to do: so twice is once.
"""

from enum import StrEnum
from typing import Final

from domain.errors import Code, Refusal
from domain.operation import Operation
from domain.rollout import Verdict, VerdictKind
from domain.rollout_settings import RolloutSettings
from domain.values import Stored

SEVERITY: Final = (VerdictKind.CLEAR, VerdictKind.CAP, VerdictKind.EMERGENCY)


class Rule(StrEnum):
    ERROR_RATE = "error_rate"
    P90 = "p90"
    R2_FAILURES = "r2_failures"
    ORPHANS = "orphans"


class Override(StrEnum):
    NONE = "none"
    HOLD_CLEAR = "hold_clear"
    HOLD_EMERGENCY = "hold_emergency"


class Breaker(Stored):
    found: Verdict = Verdict()
    in_force: Verdict = Verdict()
    tripped: tuple[Rule, ...] = ()  # why `found` is not clear
    is_probing: bool = False  # milder than it was, to see whether native is well again
    relapses: int = 0  # how often it was milder in vain: each doubles the cool-down
    cleared_ms: int = 0
    samples_from: int = 0  # the minute from which answers are evidence
    slate_from: int = 0  # the minute from which anything is
    override: Override = Override.NONE
    override_reason: str = ""
    dry_run: bool | None = None  # None: no operator has said so, or otherwise

    def is_dry_run(self, settings: RolloutSettings) -> bool:
        return settings.breaker_dry_run if self.dry_run is None else self.dry_run


def minute_of(now_ms: int, settings: RolloutSettings) -> int:
    return now_ms // settings.breaker_minute_ms


def strictness(verdict: Verdict) -> tuple[int, float]:
    """Greater is stricter."""
    cap = -verdict.percent if verdict.kind is VerdictKind.CAP else 0.0
    return SEVERITY.index(verdict.kind), cap


def settled(breaker: Breaker, settings: RolloutSettings, now_ms: int) -> Breaker:
    """With the verdict in force that follows from all the rest."""
    wanted, known = _wanted(breaker, settings), breaker.in_force
    told = {"kind", "percent", "reasons"}
    if wanted.model_dump(include=told) == known.model_dump(include=told):
        return breaker
    news = {"revision": known.revision + 1, "since_ms": now_ms}
    return breaker.model_copy(update={"in_force": wanted.model_copy(update=news)})


def _wanted(breaker: Breaker, settings: RolloutSettings) -> Verdict:
    match breaker.override:
        case Override.HOLD_EMERGENCY:
            return Verdict(kind=VerdictKind.EMERGENCY, reasons=(breaker.override_reason,))
        case Override.HOLD_CLEAR:
            return Verdict(reasons=(breaker.override_reason,))
        case Override.NONE:
            return Verdict() if breaker.is_dry_run(settings) else breaker.found


# --- Operators ----------------------------------------------------------------------------------


def operated(
    breaker: Breaker, operation: Operation, operator: str, settings: RolloutSettings, now_ms: int
) -> Breaker:
    match operation:
        case Operation.OVERRIDE_CLEAR:
            changed = _overridden(breaker, Override.HOLD_CLEAR, operator, settings, now_ms)
        case Operation.OVERRIDE_EMERGENCY:
            changed = _overridden(breaker, Override.HOLD_EMERGENCY, operator, settings, now_ms)
        case Operation.RESUME_BREAKER:
            changed = _resumed(breaker, settings, now_ms)
        case Operation.DRY_RUN | Operation.ARM:
            is_dry_run = operation is Operation.DRY_RUN
            if is_dry_run == breaker.is_dry_run(settings):
                return breaker
            changed = breaker.model_copy(update={"dry_run": is_dry_run})
        case _:
            raise Refusal(Code.INVALID_BODY, f"the rollout cannot be asked to {operation}")
    return settled(changed, settings, now_ms)


def described(breaker: Breaker, settings: RolloutSettings) -> str:
    """In a few words, for the audit."""
    mode = "dry run" if breaker.is_dry_run(settings) else "armed"
    held = "" if breaker.override is Override.NONE else f"{breaker.override}, "
    return f"{named(breaker.in_force)}, {held}{mode}"


def named(verdict: Verdict) -> str:
    is_cap = verdict.kind is VerdictKind.CAP
    return f"at most {verdict.percent:g} %" if is_cap else str(verdict.kind)


def _overridden(
    breaker: Breaker, override: Override, operator: str, settings: RolloutSettings, now_ms: int
) -> Breaker:
    if breaker.override is override:
        return breaker
    reason = f"{operator} holds it"
    clean = _clean(breaker, settings, now_ms)
    return clean.model_copy(update={"override": override, "override_reason": reason})


def _resumed(breaker: Breaker, settings: RolloutSettings, now_ms: int) -> Breaker:
    if breaker.override is Override.NONE and not breaker.tripped:
        return breaker
    clean = _clean(breaker, settings, now_ms)
    return clean.model_copy(update={"override": Override.NONE, "override_reason": ""})


def _clean(breaker: Breaker, settings: RolloutSettings, now_ms: int) -> Breaker:
    """Nothing found, and nothing of before is evidence."""
    next_minute = minute_of(now_ms, settings) + 1
    return breaker.model_copy(
        update={
            "found": Verdict(since_ms=now_ms),
            "tripped": (),
            "is_probing": False,
            "relapses": 0,
            "samples_from": next_minute,
            "slate_from": next_minute,
        }
    )
