"""One data point per request, for Workers Analytics Engine: nothing in it names anybody.

https://developers.cloudflare.com/analytics/analytics-engine/ -- at most 20 blobs, 20 doubles and
one index of 96 bytes a point.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DataPoint:
    """`blobs` are route, cohort, phase, tag, reason, method; `doubles` are status, duration_ms."""

    index: str  # what points are sampled by: the route
    blobs: tuple[str, ...]
    doubles: tuple[float, ...]


class DataPoints(Protocol):
    def write(self, point: DataPoint) -> None:
        """Never waits, and never fails a request."""
        ...
