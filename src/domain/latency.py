"""How long answers took, as counts in buckets: small, and those of many isolates add up."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

# The upper bound of each bucket; one more is without. Close together around 600 ms, where the
# breaker looks, and each sum of requests of one minute and cohort is a row of so many numbers.
BOUNDS_MS: Final = (
    *(5, 10, 20, 35, 50, 75, 100, 150, 200, 250, 300, 350, 400, 450),
    *(500, 525, 550, 575, 600, 625, 650, 675, 700, 750, 800, 900),
    *(1_000, 1_250, 1_500, 2_000, 3_000, 5_000, 10_000, 15_000, 30_000),
)


def bucket_of(duration_ms: float) -> int:
    return bisect_left(BOUNDS_MS, duration_ms)


def added(latency: Sequence[int], duration_ms: float) -> tuple[int, ...]:
    """With one more request."""
    one = [0] * (len(BOUNDS_MS) + 1)
    one[bucket_of(duration_ms)] = 1
    return merged(latency, one)


def merged(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip_longest(one, other, fillvalue=0))


def p90(latency: Sequence[int]) -> int | None:
    """In milliseconds, rounded up: within its bucket taken as spread evenly, as Prometheus does."""
    total, below = sum(latency), 0
    for bucket, count in enumerate(latency[: len(BOUNDS_MS)]):
        if count and 10 * (below + count) >= 9 * total:
            low = BOUNDS_MS[bucket - 1] if bucket else 0
            tenths = 9 * total - 10 * below
            return low - (-(BOUNDS_MS[bucket] - low) * tenths // (10 * count))
        below += count
    return BOUNDS_MS[-1] if total else None
