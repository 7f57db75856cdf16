"""The port `Limiter` in memory: so many of each key in a span of time, then none until the next."""

import time
from collections import Counter


class MemoryLimiter:
    def __init__(self, limit: int, period_ms: int) -> None:
        self._limit = limit
        self._period_ms = period_ms
        self._counted: Counter[tuple[int, str]] = Counter()

    async def allows(self, key: str) -> bool:
        place = (int(time.time() * 1000) // self._period_ms, key)
        self._counted[place] += 1
        return self._counted[place] <= self._limit
