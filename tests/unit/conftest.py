"""What all unit tests share: a clock that stands still until a test moves it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from hypothesis import settings

from tests.unit.factories import NOW

# A loaded machine is no bug: examples have no time limit of their own.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


class Clock:
    def __init__(self, frozen: FrozenDateTimeFactory) -> None:
        self._frozen = frozen

    def advance_ms(self, span_ms: int) -> None:
        self._frozen.tick(timedelta(milliseconds=span_ms))


@pytest.fixture(scope="module")
def frozen_time() -> Iterator[FrozenDateTimeFactory]:
    """Once per module, for freezing looks through every module there is."""
    with freeze_time(NOW, tick=False, ignore=["_pytest.timing"]) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


@pytest.fixture
def clock(frozen_time: FrozenDateTimeFactory) -> Clock:
    """Stands at NOW_MS when a test begins."""
    frozen_time.move_to(NOW)
    return Clock(frozen_time)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
