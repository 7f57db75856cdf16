"""One file against its model, through anything; and slips planted in the product, all noticed.

Each seed is a few lives of some steps, the same each time. For more of them, here 500 seeds:

    FILE_MACHINE_SEEDS=500 .venv/bin/python -m pytest -q tests/unit/actors/test_file_machine.py

A life that fails is printed step by step, as short as it can be made; its seed finds it again.
"""

import os
from typing import Final

import pytest
from hypothesis import Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.actors.file_machine import FileMachine
from tests.unit.actors.file_plants import PLANTS, Plant

SEEDS: Final = range(int(os.environ.get("FILE_MACHINE_SEEDS", "20")))
SLIP_SEEDS: Final = range(50)  # in which a slip must be noticed; each is within five
# Ten lives a seed: from then on Hypothesis mostly varies the lives it has had already.
LIVES: Final = settings(max_examples=10, stateful_step_count=50, database=None, deadline=None)
# Of a slip it is enough that it is noticed: nobody reads how.
SLIPS: Final = settings(
    LIVES, phases=(Phase.generate,), report_multiple_bugs=False, verbosity=Verbosity.quiet
)


def lives(number: int, how: settings) -> None:
    """As the seed of that number has them; a class of its own, for that is what is seeded."""
    machine = seed(number)(type(FileMachine.__name__, (FileMachine,), {}))
    run_state_machine_as_test(machine, settings=how)


def is_noticed(number: int) -> bool:
    try:
        lives(number, SLIPS)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("number", SEEDS)
def test_a_file_does_as_its_model_whatever_happens(number: int) -> None:
    lives(number, LIVES)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_slip_is_noticed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)

    assert any(map(is_noticed, SLIP_SEEDS))
