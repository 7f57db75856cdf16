"""One file against its model, through anything; and slips planted in the product, all noticed.

The lives that are tried are the same each time. For others, and more of them:

    FILE_MACHINE_EXAMPLES=5000 .venv/bin/python -m pytest -q tests/unit/actors/test_file_machine.py
    FILE_MACHINE_EXAMPLES=5000 ... --hypothesis-seed=7    # and those same ones again

A life that fails is printed step by step, as short as it can be made.
"""

import os
from typing import Final

import pytest
from hypothesis import Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.actors.file_machine import FileMachine
from tests.unit.actors.file_plants import PLANTS, Plant

MORE: Final = os.environ.get("FILE_MACHINE_EXAMPLES", "")
LIVES: Final = settings(
    max_examples=int(MORE or 100),
    stateful_step_count=50,
    derandomize=not MORE,
    database=None,
    deadline=None,
)
# Until it is noticed, which takes most slips a few dozen lives; nobody reads them, so none is cut.
SLIPS: Final = settings(
    LIVES,
    max_examples=1_000,
    derandomize=True,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
    verbosity=Verbosity.quiet,
)


def test_a_file_does_as_its_model_whatever_happens() -> None:
    run_state_machine_as_test(FileMachine, settings=LIVES)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_slip_is_noticed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(FileMachine, settings=SLIPS)
