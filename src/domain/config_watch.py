"""Which of the configs that isolates have read is the newest, though KV shows some an old one."""

from datetime import UTC, datetime
from typing import Final

from domain.rollout import RolloutConfig
from domain.values import Stored

KV_SETTLES_MS: Final = 180_000  # "up to 60 seconds or more" (Cloudflare KV, "How KV works")
SUPERSEDED_MAX: Final = 10


class Superseded(Stored):
    config: RolloutConfig
    at_ms: int


class KnownConfig(Stored):
    config: RolloutConfig | None = None
    since_ms: int = 0  # when an isolate first told of it
    superseded: tuple[Superseded, ...] = ()  # newest first


def noticed(known: KnownConfig, heard: RolloutConfig, now_ms: int) -> KnownConfig:
    """By `last_updated` where both have it. Else what was not heard of before is newer.

    One that was superseded a moment ago is told by an isolate to which KV still shows it. Later it
    is an edit that takes another back.
    """
    if known.config is None:
        return KnownConfig(config=heard, since_ms=now_ms)
    if heard == known.config or not _is_newer(known, known.config, heard, now_ms):
        return known
    past = (Superseded(config=known.config, at_ms=now_ms), *known.superseded)
    return KnownConfig(config=heard, since_ms=now_ms, superseded=past[:SUPERSEDED_MAX])


def described(config: RolloutConfig) -> str:
    """In a few words, for the audit."""
    emergency = ", emergency" if config.emergency_proxy else ""
    phases = "+".join(config.phases) or "no phase"
    return f"{config.canary_percent:g} % {config.canary_tag}, {phases}{emergency}"


def _is_newer(
    known: KnownConfig, current: RolloutConfig, heard: RolloutConfig, now_ms: int
) -> bool:
    ours, theirs = _updated(current), _updated(heard)
    if ours is not None and theirs is not None and ours != theirs:
        return theirs > ours
    return not any(
        one.config == heard and now_ms - one.at_ms < KV_SETTLES_MS for one in known.superseded
    )


def _updated(config: RolloutConfig) -> datetime | None:
    """People write it by hand; what is no time says nothing."""
    try:
        at = datetime.fromisoformat(config.last_updated or "")
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
