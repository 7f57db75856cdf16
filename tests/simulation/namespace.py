"""A Durable Object binding: the way to an actor by its name."""

from collections.abc import Callable, Coroutine
from typing import Any

from actors.calls import Answer
from tests.simulation.cell import Cell, Shell
from tests.simulation.stage import Call, Stage
from tests.simulation.weather import Trip


class Stub:
    def __init__(self, stage: Stage, trip: Trip, name: str, cell: Callable[[], Cell]) -> None:
        self._stage = stage
        self._trip = trip
        self._name = name
        self._cell = cell

    async def receive(self, text: str) -> str:
        return await self._go(text, lambda shell: shell.receive(text))

    async def wait(self, text: str) -> str:
        return await self._go(text, lambda shell: shell.wait(text))

    async def fetch(self, request: object) -> Answer:
        raise AssertionError(f"nobody upgrades here: {request}")

    async def _go(self, text: str, ask: Callable[[Shell], Coroutine[Any, Any, str]]) -> str:
        def happen(call: Call) -> None:
            self._cell().deliver(ask, call)

        told = f"{self._name} {text[9:-1].replace(chr(34), '')[:100]}"
        answer: str = await self._stage.travel(self._trip, told, happen)
        return answer


class Namespace:
    def __init__(self, stage: Stage, trip: Trip, cell: Callable[[Trip, str], Cell]) -> None:
        self._stage = stage
        self._trip = trip
        self._cell = cell

    def getByName(self, name: str) -> Stub:  # noqa: N802 -- the platform's spelling
        return Stub(self._stage, self._trip, name, lambda: self._cell(self._trip, name))
