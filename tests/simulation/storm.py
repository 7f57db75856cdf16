"""What comes over actors, workers, places and clocks, besides what may become of each message."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.simulation.bucket import Bucket, at_once
from tests.simulation.carriers import Worker
from tests.simulation.cell import Cell
from tests.simulation.ledger import Ledger
from tests.simulation.people import TYPE, a_photo
from tests.simulation.stage import Stage
from tests.simulation.weather import Trip

FREEZES_S: Final = (1.0, 20.0, 300.0)
OUTAGES_S: Final = (1.0, 30.0, 30.0, 300.0, 300.0, 10_000.0)
JUMPS_MS: Final = (-30_000, -1_000, 1_000, 30_000, 300_000)
JUMPS_MAX: Final = 3  # a worker outlives a few, and what it writes late is still swept


@dataclass(slots=True)
class Storm:
    stage: Stage
    draw: random.Random
    ledger: Ledger
    bucket: Bucket
    cells: Callable[[], Sequence[Cell]]
    workers: Callable[[], Sequence[Worker]]
    jumps: int = 0

    def __post_init__(self) -> None:
        everything = (self._crash, self._restart, self._freeze_actor, self._freeze_worker,
                      self._kill_worker, self._break, self._jump, self._ruin)  # fmt: skip
        count = self.draw.randint(0, len(everything))
        self._kinds = self.draw.sample(everything, count)

    _kinds: Sequence[Callable[[], None]] = ()

    async def blow(self, pauses_s: Sequence[float], times: int) -> None:
        for _ in range(times if self._kinds else 0):
            await asyncio.sleep(self.draw.random() * self.draw.choice(pauses_s))
            self.draw.choice(self._kinds)()

    def _crash(self) -> None:
        alive = [cell for cell in self.cells() if cell.life is not None]
        if alive:
            life = self.draw.choice(alive).life
            assert life is not None
            life.end()

    def _restart(self) -> None:
        """All at once, as when the machine goes."""
        for cell in self.cells():
            if cell.life is not None:
                cell.life.end()
            cell.cut_off()
        for worker in self.workers():
            worker.end()

    def _freeze_actor(self) -> None:
        alive = [cell.life for cell in self.cells() if cell.life is not None]
        if alive:
            self.stage.freeze(self.draw.choice(alive), self._some(FREEZES_S))

    def _freeze_worker(self) -> None:
        if self.workers():
            self.stage.freeze(self.draw.choice(self.workers()), self.stage.weather.stall_s())

    def _kill_worker(self) -> None:
        if self.workers():
            worker = self.draw.choice(self.workers())
            self.stage.note(worker.name, "dies")
            worker.end()

    def _break(self) -> None:
        trip = self.draw.choice(list(Trip))
        until_s = self.stage.loop.time() + self._some(OUTAGES_S)
        self.stage.note("storm", f"{trip} cannot be reached until {until_s:.0f} s")
        self.stage.weather.down_until[trip] = until_s

    def _jump(self) -> None:
        if self.jumps < JUMPS_MAX:
            self.jumps += 1
            ms = self.draw.choice(JUMPS_MS)
            self.stage.note("storm", f"every clock jumps by {ms} ms")
            self.stage.jump(ms)
            for cell in self.cells():
                cell.arm()

    def _ruin(self) -> None:
        """A photo is taken away, or replaced, behind everybody's back."""
        present = self.ledger.present()
        if not present:
            return
        key = self.draw.choice(present).known["upload"]["object_key"]
        self.ledger.ruined.add(key)
        self.stage.note("storm", f"ruins {key}")
        if self.draw.random() < 0.5:
            self.bucket.remove(key)
        else:
            at_once(self.bucket.store.put(key, a_photo(999), TYPE))

    def _some(self, seconds: Sequence[float]) -> float:
        return self.draw.random() * self.draw.choice(seconds)
