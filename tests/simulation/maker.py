"""A maker of previews that takes its time, and fails as makers do."""

import asyncio
from typing import Final

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from storage.objects import Objects
from storage.picture import PixelSize
from storage.previews import CopyPreviews, PreviewRequest
from tests.simulation.stage import Stage
from tests.simulation.weather import Trouble

SLOW_S: Final = (1.0, 30.0, 400.0, 1000.0)
FAILURES: Final = (FailureCode.PROCESSING_FAILED, FailureCode.CORRUPT_IMAGE)


class DrawnMaker:
    def __init__(self, stage: Stage, objects: Objects) -> None:
        self._stage = stage
        self._copies = CopyPreviews(objects)

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        weather = self._stage.weather
        if weather.strikes(Trouble.EDIT_SLOW) or weather.strikes(Trouble.EDIT_SLOW):
            await asyncio.sleep(weather.draw.random() * weather.draw.choice(SLOW_S))
        if weather.strikes(Trouble.EDIT_FAILS):
            if weather.draw.random() < 0.3:
                raise Outage("drawn")
            raise EditFailed(weather.draw.choice(FAILURES), "drawn")
        return await self._copies.make(request, size)
