"""Many schedules, one after the other or in several processes; and the shortest one that fails."""

import gc
import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from tests.simulation.schedule import Result, Schedule
from tests.simulation.world import Transport

BLOCK: Final = 50  # schedules between two collections of garbage, and between two words of progress
NEARBY: Final = 30  # steps below the shortest failure that are tried one by one
Block = tuple[Transport, int, int]  # its seeds: from, and how many


@dataclass(slots=True)
class Tally:
    schedules: int = 0
    steps: int = 0
    jobs: int = 0
    failures: list[Result] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.schedules += other.schedules
        self.steps += other.steps
        self.jobs += other.jobs
        self.failures += other.failures


def played(
    seed: int,
    transport: Transport,
    steps: int | None = None,
    *,
    is_told: bool = False,
) -> Result:
    return Schedule(seed, transport, is_told=is_told).run(steps)


def blocks(transports: Iterable[Transport], first_seed: int, schedules: int) -> Iterator[Block]:
    """So many schedules over each of the transports."""
    for at in range(first_seed, first_seed + schedules, BLOCK):
        for transport in transports:
            yield transport, at, min(BLOCK, first_seed + schedules - at)


def play_block(block: Block) -> Tally:
    transport, first, count = block
    tally = Tally()
    gc.collect()
    gc.disable()  # an eighth of the time, and what one schedule leaves behind is little
    try:
        for seed in range(first, first + count):
            result = played(seed, transport)
            tally.schedules += 1
            tally.steps += result.steps
            tally.jobs += result.jobs
            if result.violation is not None:
                tally.failures.append(result)
    finally:
        gc.enable()
    return tally


def play(work: Iterable[Block], jobs: int) -> Iterator[Tally]:
    """A tally for each block, in turn."""
    if jobs == 1:
        yield from map(play_block, work)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(play_block, work)


def shortened(failure: Result) -> Result:
    """The failure with as little trouble before it as can be found: trouble ends, peace begins."""

    def fails(steps: int) -> Result | None:
        result = played(failure.seed, failure.transport, steps=steps)
        return result if result.violation is not None else None

    shortest, low, high = failure, 0, failure.steps
    while low < high:
        middle = (low + high) // 2
        if (result := fails(middle)) is not None:
            shortest, high = result, middle
        else:
            low = middle + 1
    for steps in range(shortest.steps - 1, max(shortest.steps - NEARBY, 0), -1):
        if (result := fails(steps)) is not None:
            shortest = result
    return shortest


def told(failure: Result, steps: int | None = None) -> str:
    """What broke, how it came to that, and how to see it again."""
    limit = "" if steps is None else f" --steps {steps}"
    command = f"python -m tests.simulation --seed {failure.seed} --transport {failure.transport}"
    return "\n".join(
        (
            f"seed {failure.seed}, {failure.transport}, after {failure.steps} steps of trouble:",
            f"  {failure.violation}",
            *failure.lines,
            f"To see it again: {command}{limit} --trace",
        )
    )
