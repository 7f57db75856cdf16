"""Who serves a request, we or the origin: decided from values alone, so that a log line replays it.

The one order of precedence: the intent's pin, a closed phase, an emergency, the header, the cookie,
the sample. The cookie keeps a client where it is, and outranks the percentage only as far as that
moves nobody to us.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.rollout import BUCKETS, Cohort, Effective, Phase, native_buckets
from domain.values import Value

Bucket = Annotated[int, Field(ge=0, lt=BUCKETS)]


class Reason(StrEnum):
    PINNED = "pinned"  # a finalize goes where its intent was
    PHASE_CLOSED = "phase_closed"
    EMERGENCY = "emergency"
    HEADER = "header"
    COOKIE = "cookie"
    SAMPLED = "sampled"
    DEFAULT = "default"  # outside the sample


class CohortCookie(Value):
    """What a client brings back of an earlier decision by cookie or sample."""

    cohort: Cohort
    bucket: Bucket
    generation: str
    percent: float  # at that time


class Asked(Value):
    """All of a request that a decision depends on."""

    phase: Phase | None = None  # None: a route of no phase, which none can close
    header: bool = False  # X-Canary: 1 was sent, and counts
    cookie: CohortCookie | None = None  # verified
    bucket: Bucket  # where there is no cookie; see `bucket_of`
    pinned: Cohort | None = None


class Decision(Value):
    cohort: Cohort
    reason: Reason
    tag: str
    percent: float
    bucket: int
    generation: str
    detail: str = ""  # of an emergency or a cap, whose it is; of a closed phase, which
    cookie: CohortCookie | None = None  # to be set


class Facts(Value):
    """A decision and all that it was made from, flat, for the log. What is left out was not so."""

    cohort: Cohort
    reason: Reason
    bucket: Bucket
    gave_cookie: bool = False
    percent: float
    tag: str
    generation: str
    emergency: bool = False
    why: str = ""  # of the emergency or the cap
    phase: Phase | None = None
    is_open: bool = False  # that phase
    header: bool = False
    pinned: Cohort | None = None
    key_bucket: Bucket
    cookie_cohort: Cohort | None = None
    cookie_bucket: Bucket = 0
    cookie_generation: str = ""
    cookie_percent: float = 0


def bucket_of(key: str) -> int:
    """The same for the same key: a user's id, so that clients without cookies have a cohort too.

    Where nobody is signed in, the request's id.
    """
    digest = hashlib.sha256(f"canary\0{key}".encode()).digest()
    return int.from_bytes(digest[:8]) % BUCKETS


def decided(config: Effective, asked: Asked) -> Decision:
    if asked.pinned is not None:
        return _decision(config, asked, asked.pinned, Reason.PINNED)
    if asked.phase is not None and asked.phase not in config.phases:
        return _decision(config, asked, Cohort.PROXY, Reason.PHASE_CLOSED, asked.phase)
    if config.emergency:
        return _decision(config, asked, Cohort.PROXY, Reason.EMERGENCY, config.reason)
    if asked.header:
        return _decision(config, asked, Cohort.NATIVE, Reason.HEADER)
    if asked.cookie is not None and _holds(asked.cookie, config):
        return _decision(config, asked, asked.cookie.cohort, Reason.COOKIE)
    return _sampled(config, asked)


def x_pix_canary(decision: Decision) -> str:
    """As `1;tag=B2a;cohort=native;reason=sampled`; the leading 1 says native."""
    flag = 1 if decision.cohort is Cohort.NATIVE else 0
    return f"{flag};tag={decision.tag};cohort={decision.cohort};reason={decision.reason}"


def x_pix_decision(decision: Decision) -> str:
    """For people: `native (10% sample)`, `proxy (emergency: kv)`."""
    cap = f", cap: {decision.detail}" if decision.detail else ""
    sample = f"{decision.percent:g}% sample{cap}"
    why = {
        Reason.PINNED: "as its intent",
        Reason.PHASE_CLOSED: f"phase {decision.detail} is closed",
        Reason.EMERGENCY: f"emergency: {decision.detail}",
        Reason.HEADER: "header",
        Reason.COOKIE: "cookie",
        Reason.SAMPLED: sample,
        Reason.DEFAULT: f"outside the {sample}",
    }[decision.reason]
    return f"{decision.cohort} ({why})"


def log_facts(config: Effective, asked: Asked, decision: Decision) -> dict[str, object]:
    """For the field `canary` of a request's log line."""
    facts = Facts(
        cohort=decision.cohort,
        reason=decision.reason,
        bucket=decision.bucket,
        gave_cookie=decision.cookie is not None,
        percent=config.percent,
        tag=config.tag,
        generation=config.generation,
        emergency=config.emergency,
        why=config.reason,
        phase=asked.phase,
        is_open=asked.phase in config.phases,
        header=asked.header,
        pinned=asked.pinned,
        key_bucket=asked.bucket,
    )
    cookie = {f"cookie_{name}": value for name, value in asked.cookie or ()}
    return facts.model_copy(update=cookie).model_dump(mode="json", exclude_defaults=True)


def replayed(facts: Mapping[str, object]) -> Decision:
    """The decision, made again from what was logged; `ValidationError` if that was none."""
    logged = Facts.model_validate(facts)
    config = Effective(
        percent=logged.percent,
        tag=logged.tag,
        phases=(logged.phase,) if logged.phase is not None and logged.is_open else (),
        generation=logged.generation,
        emergency=logged.emergency,
        reason=logged.why,
    )
    return decided(config, _asked(logged))


def is_as_logged(decision: Decision, facts: Mapping[str, object]) -> bool:
    logged = Facts.model_validate(facts)
    made = (decision.cohort, decision.reason, decision.bucket, decision.cookie is not None)
    return made == (logged.cohort, logged.reason, logged.bucket, logged.gave_cookie)


def _holds(cookie: CohortCookie, config: Effective) -> bool:
    """A lowered percentage takes effect at once, even where the generation was left as it is."""
    is_raised_or_same = cookie.cohort is Cohort.PROXY or config.percent >= cookie.percent
    return cookie.generation == config.generation and is_raised_or_same


def _sampled(config: Effective, asked: Asked) -> Decision:
    """By the bucket; and the cookie that keeps it so. No other decision moves a client."""
    bucket = _bucket(asked)
    is_native = bucket < native_buckets(config.percent)
    cohort = Cohort.NATIVE if is_native else Cohort.PROXY
    reason = Reason.SAMPLED if is_native else Reason.DEFAULT
    cookie = CohortCookie(
        cohort=cohort, bucket=bucket, generation=config.generation, percent=config.percent
    )
    decision = _decision(config, asked, cohort, reason, config.reason)
    return decision.model_copy(update={"cookie": cookie})


def _decision(
    config: Effective, asked: Asked, cohort: Cohort, reason: Reason, detail: str = ""
) -> Decision:
    return Decision(
        cohort=cohort,
        reason=reason,
        tag=config.tag,
        percent=config.percent,
        bucket=_bucket(asked),
        generation=config.generation,
        detail=detail,
    )


def _bucket(asked: Asked) -> int:
    """A client's own, if it brings one: it stays the same when the generation changes."""
    return asked.bucket if asked.cookie is None else asked.cookie.bucket


def _asked(logged: Facts) -> Asked:
    cookie = None
    if logged.cookie_cohort is not None:
        cookie = CohortCookie(
            cohort=logged.cookie_cohort,
            bucket=logged.cookie_bucket,
            generation=logged.cookie_generation,
            percent=logged.cookie_percent,
        )
    return Asked(
        phase=logged.phase,
        header=logged.header,
        cookie=cookie,
        bucket=logged.key_bucket,
        pinned=logged.pinned,
    )
