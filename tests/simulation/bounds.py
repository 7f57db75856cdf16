"""The product's limits, drawn: so narrow in some schedules that a few events go beyond them."""

import random
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

import pytest

from actors.hub import Hub, HubLimits
from actors.pacing import Pace
from domain.limits import (
    EVENTS_PER_BATCH_MAX,
    HUB_COALESCE_FROM,
    HUB_EVENTS_MAX,
    HUB_TRIM_EVERY,
    PACED_COALESCE_FROM,
    PAGE_EVENTS_MAX,
    SSE_MS_MAX,
)

HERE: Final = {
    "coalesce_paced": "actors.order.PACED_COALESCE_FROM",
    "page": "actors.live.PAGE_EVENTS_MAX",
    "stream_ms": "actors.live.SSE_MS_MAX",
    "batch": "actors.publishing.EVENTS_PER_BATCH_MAX",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    coalesce: int
    coalesce_paced: int
    events: int
    trim_every: int
    page: int
    stream_ms: int
    batch: int
    crowd: int  # for how many each socket stands

    @classmethod
    def drawn(cls, draw: random.Random, *, is_published: bool) -> Self:
        """What is published is not forgotten before: that takes an hour's outage at least."""
        is_short = not is_published and draw.random() < 0.6
        return cls(
            coalesce=draw.choice((2, 5, HUB_COALESCE_FROM)),
            coalesce_paced=draw.choice((1, 3, PACED_COALESCE_FROM)),
            events=draw.choice((2, 4)) if is_short else HUB_EVENTS_MAX,
            trim_every=draw.choice((1, 1, 3)) if is_short else HUB_TRIM_EVERY,
            page=draw.choice((1, 3, PAGE_EVENTS_MAX)),
            stream_ms=draw.choice((10_000, 50_000, SSE_MS_MAX)),
            batch=draw.choice((2, 5, EVENTS_PER_BATCH_MAX)),
            crowd=draw.choice((1, 25_000, 250_000)),
        )

    def set(self, patch: pytest.MonkeyPatch) -> None:
        limits = HubLimits(
            events_max=self.events, coalesce_from=self.coalesce, trim_every=self.trim_every
        )
        patch.setattr("actors.order_log.Hub", partial(Hub, limits=limits))
        patch.setattr("actors.audience.Pace", partial(Pace, held_max=self.coalesce_paced))
        for name, place in HERE.items():
            patch.setattr(place, getattr(self, name))
