"""What the edge's tests share: a product of its own for each test; its clock stands still."""

import pytest

from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom


@pytest.fixture
def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    return Darkroom()
