"""All who watch in one schedule, and what holds of them once everything works again."""

import asyncio
from collections.abc import Sequence
from typing import Final

from tests.simulation.stage import Party, Stage
from tests.simulation.watchers import Watcher
from tests.simulation.world import World

COUNTS: Final = (0, 0, 0, 1, 2, 3)  # nobody, in half of the schedules


def watching_in(world: World, order_ids: Sequence[str]) -> "Watching":
    stage = world.stage
    draw = stage.draw("watching")
    watchers, peace = [], asyncio.Event()
    for number in range(draw.choice(COUNTS)):
        name, order_id = f"watcher {number}", draw.choice(order_ids)
        log = world.laws.events.of(order_id)
        watchers.append(Watcher(name, order_id, world.cell, log, stage, stage.draw(name), peace))
    return Watching(watchers, stage, peace)


class Watching:
    """All who watch in one schedule."""

    def __init__(self, watchers: Sequence[Watcher], stage: Stage, peace: asyncio.Event) -> None:
        self._peace = peace
        self._watchers = watchers
        self._stage = stage

    def begin(self, pauses_s: Sequence[float]) -> None:
        for watcher in self._watchers:
            self._stage.begin(self._stage.itself, watcher.watch(pauses_s))

    def be_in_peace(self) -> None:
        """Everything works again: nobody waits for anything else."""
        self._peace.set()
        for watcher in self._watchers:
            watcher.log.has_grown.set()

    def rested(self) -> None:
        """Who is connected has heard of everything, though nothing happens any more."""
        for watcher in self._watchers:
            if watcher.stays and watcher.log.epoch:
                is_there = watcher.line is not None and watcher.line.is_open
                self._stage.expect(is_there, "who wants to watch gets in", watcher.name)
                watcher.view.rested()

    def catch_up(self) -> None:
        for watcher in self._watchers:
            watcher.stays = False
            if watcher.log.epoch:
                self._stage.begin(Party(watcher.name), watcher.catch_up())

    def ended(self) -> None:
        for watcher in self._watchers:
            if watcher.log.epoch:
                watcher.view.rested()
