"""Which config is the newest, of those that isolates have read from a KV that is slow to agree."""

import pytest

from domain.config_watch import KV_SETTLES_MS, SUPERSEDED_MAX, KnownConfig, described, noticed
from domain.rollout import Phase, RolloutConfig
from tests.unit.factories import NOW_MS

EARLY, LATE = "2026-11-22T10:00:00Z", "2026-11-22T10:00:01+00:00"


def config(percent: float = 10, updated: str | None = None) -> RolloutConfig:
    return RolloutConfig(canary_percent=percent, last_updated=updated)


def known_of(*heard: RolloutConfig, pause_ms: int = 1_000) -> KnownConfig:
    """What is known after each was heard of, one after the other."""
    known = KnownConfig()
    for number, one in enumerate(heard):
        known = noticed(known, one, NOW_MS + number * pause_ms)
    return known


def test_what_is_heard_first_is_known_since_then() -> None:
    known = known_of(config(10))

    assert (known.config, known.since_ms) == (config(10), NOW_MS)


def test_what_is_heard_again_changes_nothing() -> None:
    known = known_of(config(10))

    assert noticed(known, config(10), NOW_MS + 5) is known


@pytest.mark.parametrize(
    ("heard", "newest"),
    [
        ([config(10, EARLY), config(5, LATE)], config(5, LATE)),
        ([config(5, LATE), config(10, EARLY)], config(5, LATE)),
        ([config(10), config(5)], config(5)),
        ([config(10), config(5), config(10)], config(5)),
        ([config(10, EARLY), config(5, EARLY)], config(5, EARLY)),
        ([config(10, "soon"), config(5, "later")], config(5, "later")),
        ([config(10, EARLY), config(5)], config(5)),
        ([config(10, EARLY), config(5), config(10, EARLY)], config(5)),
        ([config(10, EARLY[:-1]), config(5, LATE)], config(5, LATE)),
    ],
    ids=[
        "a later time",
        "an earlier time",
        "no times",
        "no times, and one that is behind",
        "the same time",
        "no times at all",
        "one without",
        "one without, and one that is behind",
        "without a zone",
    ],
)
def test_the_newest_is_known(heard: list[RolloutConfig], newest: RolloutConfig) -> None:
    assert known_of(*heard).config == newest


def test_what_is_taken_back_later_counts_again() -> None:
    known = known_of(config(10), config(5), config(10), pause_ms=KV_SETTLES_MS + 1)

    assert known.config == config(10)


def test_only_some_of_the_past_is_remembered() -> None:
    known = known_of(*(config(percent) for percent in range(50)))

    assert len(known.superseded) == SUPERSEDED_MAX


def test_the_audit_says_what_it_was() -> None:
    assert described(config(12.5)) == "12.5 % none, b1a+b1b+edits"
    closed = RolloutConfig(canary_percent=0, canary_tag="B2a", phases=(), emergency_proxy=True)
    assert described(closed) == "0 % B2a, no phase, emergency"
    assert "b1a" in described(RolloutConfig(canary_percent=1, phases=(Phase.B1A,)))
