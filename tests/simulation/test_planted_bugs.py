"""Does the simulation find what it is there to find? Each planted bug must make a seed fail."""

import pytest

from tests.simulation.campaign import played
from tests.simulation.planted import PLANTS, SEEDS_MAX, Plant
from tests.simulation.planted_live import LIVE_PLANTS


@pytest.mark.parametrize("plant", PLANTS + LIVE_PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)

    failures = (played(seed, "queue").violation for seed in range(SEEDS_MAX))

    assert any(failures)
