"""The simulation by hand: one seed with its whole trace, or any number of schedules."""

import argparse
import sys
import time
from typing import Final, get_args

from tests.simulation.campaign import Tally, blocks, play, played, shortened, told
from tests.simulation.world import Transport

TRANSPORTS: Final[tuple[Transport, ...]] = get_args(Transport)
FAILURES_TOLD: Final = 3


def main() -> int:
    arguments = _parser().parse_args()
    transports = TRANSPORTS if arguments.transport is None else (arguments.transport,)
    if arguments.seed is not None:
        return _one(arguments, transports)
    return _many(arguments, transports)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one schedule")
    parser.add_argument("--transport", choices=TRANSPORTS, help="both, if none is named")
    parser.add_argument("--steps", type=int, help="so many steps of trouble, and then peace")
    parser.add_argument("--trace", action="store_true", help="tell everything that happens")
    parser.add_argument("--schedules", type=int, default=1000, help="over each transport")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    return parser


def _one(arguments: argparse.Namespace, transports: tuple[Transport, ...]) -> int:
    failed = 0
    for transport in transports:
        result = played(arguments.seed, transport, steps=arguments.steps, is_told=arguments.trace)
        if result.violation is not None:
            failed = 1
            _say(told(result, arguments.steps))
            continue
        if arguments.trace:
            _say("\n".join(result.lines))
        _say(f"seed {result.seed}, {transport}: {result.jobs} jobs, {result.steps} steps; all well")
    return failed


def _many(arguments: argparse.Namespace, transports: tuple[Transport, ...]) -> int:
    began_s, whole = time.monotonic(), Tally()
    work = blocks(transports, arguments.first_seed, arguments.schedules)
    for tally in play(work, arguments.jobs):
        whole.add(tally)
        seconds = time.monotonic() - began_s
        _say(
            f"\r{whole.schedules} schedules, {whole.jobs} jobs, {len(whole.failures)} failures, "
            f"{seconds / whole.schedules * 1000:.1f} ms each",
            end="",
        )
    _say("")
    for failure in whole.failures[:FAILURES_TOLD]:
        shortest = shortened(failure)
        _say(told(shortest, shortest.steps), end="\n\n")
    for failure in whole.failures[FAILURES_TOLD:]:
        _say(f"also: --seed {failure.seed} --transport {failure.transport}: {failure.violation}")
    return 1 if whole.failures else 0


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()
