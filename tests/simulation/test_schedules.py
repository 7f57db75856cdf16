"""Whatever goes wrong on the way: nothing unlawful ever happens, and in the end all is right.

A failing seed is its own reproduction: its report says how to see it again.
"""

from typing import Final

import pytest

from tests.simulation.campaign import Tally, blocks, play, played, shortened, told
from tests.simulation.weather import Mishap

SEEDS: Final = 1_500
PROCESSES: Final = 2
SEEDS_READ: Final = 60
TROUBLE: Final = (
    *(f"[{mishap}]" for mishap in Mishap),
    "crashes",
    "raises Crash",
    "raises SqlTrouble",
    "dies",
    "stands still",
    "loses message",
    "file cannot be reached",
    "queue cannot be reached",
    "bucket cannot be reached",
    "every clock jumps by -",
    "every clock jumps by 3",
    "ruins",
    "falls asleep",
    "has a socket that will break",
    "receiver cannot be reached",
)
WATCHING: Final = (
    "socket since",
    "stream since",
    "poll since",
    "begins anew at",
    "goes on from",
    "is spared",
    "R2 put audit/",
    "list_events,",
    "→ webhook ",
)


@pytest.fixture(scope="module")
def tally() -> Tally:
    """All schedules over both transports. One pool for them, since its processes are dear."""
    whole = Tally()
    for part in play(blocks(("queue", "cron"), 0, SEEDS), PROCESSES):
        whole.add(part)
    return whole


def test_no_trouble_makes_anything_unlawful_happen(tally: Tally) -> None:
    report = [told(failure) for failure in map(shortened, tally.failures[:3])]

    assert not tally.failures, "\n\n".join(report)


def test_in_all_that_trouble_work_is_done(tally: Tally) -> None:
    assert tally.schedules == 2 * SEEDS
    assert tally.jobs > tally.schedules


@pytest.fixture(scope="module")
def story() -> str:
    """All that happens in some schedules."""
    results = (played(seed, "queue", is_told=True) for seed in range(SEEDS_READ))
    return "\n".join(line for result in results for line in result.lines)


@pytest.mark.parametrize("trouble", TROUBLE)
def test_each_kind_of_trouble_comes_over_some_schedule(story: str, trouble: str) -> None:
    assert trouble in story


@pytest.mark.parametrize("what", WATCHING)
def test_orders_are_watched_and_told_of_in_every_way(story: str, what: str) -> None:
    assert what in story


@pytest.mark.parametrize("seed", range(5))
def test_a_seed_is_its_own_reproduction(seed: int) -> None:
    once = played(seed, "queue", is_told=True)
    again = played(seed, "queue", is_told=True)

    assert once.lines == again.lines
    assert once.lines


def test_trouble_may_be_cut_short() -> None:
    whole = played(1, "queue")
    part = played(1, "queue", steps=whole.steps // 2)

    assert part.steps == whole.steps // 2
    assert part.violation is None
