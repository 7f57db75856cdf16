"""The rollout: which phases are open, to how many clients, and what the breaker says on top.

People edit one JSON value in KV; the breaker's verdict comes from the rollout's actor. What counts
is both together: the verdict can only take away.
"""

import hashlib
import json
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from domain.limits import GENERATION_MAX, ROLLOUT_BYTES_MAX
from domain.values import Value

KEY: Final = "rollout"  # of the value in KV
BUCKETS: Final = 10_000  # so that a percentage may have two decimals


class RolloutInvalid(Exception):
    """The value in KV cannot be used. Says why, for the alert."""


class Phase(StrEnum):
    """Routes that are opened together (design, section 3)."""

    B1A = "b1a"  # reads: files, stacks, status, notifications
    B1B = "b1b"  # uploads: intent, finalize
    EDITS = "edits"  # edits, previews, revisions, renames, deletes, live


class Cohort(StrEnum):
    NATIVE = "native"
    PROXY = "proxy"


def native_buckets(percent: float) -> int:
    """How many buckets, from 0 on, so many percent are. 0.07 * 100 is a little more than 7."""
    return round(percent * BUCKETS / 100)


def _with_two_decimals(percent: float) -> float:
    if round(percent, 2) != percent:
        raise ValueError("at most two decimals")
    return abs(percent)  # of -0.0, which would be a generation of its own


Percent = Annotated[
    float,
    Field(ge=0, le=100, allow_inf_nan=False, strict=True),
    AfterValidator(_with_two_decimals),
]
Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]


class RolloutConfig(Value):
    """The value in KV. The last two fields may be left out: all phases, and see `generation_of`."""

    canary_percent: Percent
    canary_tag: Tag = "none"
    emergency_proxy: Annotated[bool, Field(strict=True)] = False
    last_updated: str | None = None
    phases: tuple[Phase, ...] = tuple(Phase)
    generation: Annotated[int, Field(ge=0, le=GENERATION_MAX, strict=True)] | None = None


CLOSED: Final = RolloutConfig(canary_percent=0)  # while nothing is known: everything is proxied


class VerdictKind(StrEnum):
    CLEAR = "clear"
    CAP = "cap"  # at most so many percent
    EMERGENCY = "emergency"


class Verdict(Value):
    """What the breaker, or an operator in its place, allows at the moment."""

    kind: VerdictKind = VerdictKind.CLEAR
    percent: float = 100.0  # of a cap
    revision: int = 0  # grows with each change
    reasons: tuple[str, ...] = ()
    since_ms: int = 0


class Effective(Value):
    """The config under the verdict: what a decision is made from."""

    percent: float
    tag: str
    phases: tuple[Phase, ...]
    generation: str
    emergency: bool
    reason: str = ""  # of the emergency or the cap: "kv", "breaker", "stale"


def parsed(text: str) -> RolloutConfig:
    """The config, or `RolloutInvalid`. Bounded, since people paste into a form."""
    written = text.encode(errors="surrogatepass")  # then no UTF-8, which is found out below
    if len(written) > ROLLOUT_BYTES_MAX:
        raise RolloutInvalid(f"the value: more than {ROLLOUT_BYTES_MAX} bytes")
    try:
        return RolloutConfig.model_validate_json(written)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "the value"
        raise RolloutInvalid(f"{where}: {first['msg']}") from None


def generation_of(config: RolloutConfig) -> str:
    """Within one generation a client's cohort is kept. Not given: a new one with each edit."""
    if config.generation is not None:
        return str(config.generation)
    facts = [config.canary_percent, config.canary_tag, sorted(set(config.phases))]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:8]


def effective(config: RolloutConfig, verdict: Verdict) -> Effective:
    """A cap is a generation of its own: whom it sends to the origin come back when it is lifted."""
    percent, reason, generation = config.canary_percent, "", generation_of(config)
    if verdict.kind is VerdictKind.CAP and verdict.percent < percent:
        percent, reason = verdict.percent, "breaker"
        generation = f"{generation}-{native_buckets(percent)}"
    is_tripped = verdict.kind is VerdictKind.EMERGENCY
    if is_tripped or config.emergency_proxy:
        reason = "kv" if config.emergency_proxy else "breaker"
    return Effective(
        percent=percent,
        tag=config.canary_tag,
        phases=config.phases,
        generation=generation,
        emergency=is_tripped or config.emergency_proxy,
        reason=reason,
    )


def stale(known: Effective) -> Effective:
    """Nobody has confirmed it for too long: proxied until somebody does."""
    return known.model_copy(update={"emergency": True, "reason": "stale"})
