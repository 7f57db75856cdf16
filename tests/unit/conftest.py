"""What all unit tests share: a clock that stands still until a test moves it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory

from tests.unit.factories import NOW


class Clock:
    def __init__(self, frozen: FrozenDateTimeFactory) -> None:
        self._frozen = frozen

    def advance_ms(self, span_ms: int) -> None:
        self._frozen.tick(timedelta(milliseconds=span_ms))


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Stands at NOW_MS."""
    with freeze_time(NOW, tick=False, ignore=["_pytest"]) as frozen:
        yield Clock(frozen)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
