"""The product as it is, but for how much may be said in a room: that is what is measured."""

# ruff: noqa: INP001 -- a Worker's folder is no package
from typing import Final

from actors import room_rates
from domain.rate import Rate
from entry import *  # noqa: F403 -- every actor that the product has

NO_LIMIT: Final = Rate(interval_ms=1, burst=10_000_000)

# An actor reads them whenever it starts.
vars(room_rates).update(OF_SENDER=NO_LIMIT, OF_ROOM=NO_LIMIT, OF_COMING=NO_LIMIT)
