"""Who of a user's endpoints may have another connection: so that no slow one keeps the others.

Each may have one, and a second while some are left for whoever has none. Those that fail, which is
what those that never answer do, share a part of all.
"""

from collections.abc import Sequence

from domain.limits import (
    WEBHOOK_CONNECTIONS_MAX,
    WEBHOOK_FAILING_CONNECTIONS_MAX,
    WEBHOOK_SPARE_CONNECTIONS,
)
from domain.webhook import Endpoint


class Traffic:
    """How much is under way to each."""

    def __init__(self, under_way: Sequence[tuple[Endpoint, int]]) -> None:
        self._of = {endpoint.id: count for endpoint, count in under_way}
        self._all = sum(count for _, count in under_way)
        self._failing = sum(count for endpoint, count in under_way if endpoint.failures)

    def of(self, endpoint: Endpoint) -> int:
        return self._of[endpoint.id]

    def takes(self, endpoint: Endpoint) -> bool:
        """One more to it."""
        free = WEBHOOK_CONNECTIONS_MAX - self._all
        if endpoint.failures and self._failing >= WEBHOOK_FAILING_CONNECTIONS_MAX:
            return False
        needed = 1 if self.of(endpoint) == 0 else 1 + WEBHOOK_SPARE_CONNECTIONS
        return free >= needed and self.of(endpoint) < endpoint.in_flight_max

    def add(self, endpoint: Endpoint) -> None:
        self._of[endpoint.id] += 1
        self._all += 1
        self._failing += bool(endpoint.failures)
