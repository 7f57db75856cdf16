"""A rate limit of ten in a minute. The subject is a limiter, and a key of the check's own."""

from dataclasses import dataclass
from typing import Protocol

LIMIT = 10
PERIOD_MS = 60_000


class Limiter(Protocol):
    async def allows(self, key: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Limited:
    limiter: Limiter
    key: str


async def as_many_as_the_limit_are_let_through_and_no_more(limited: Limited) -> None:
    answers = [await limited.limiter.allows(limited.key) for _ in range(LIMIT + 2)]

    assert answers == [*[True] * LIMIT, False, False], answers


async def each_key_is_counted_by_itself(limited: Limited) -> None:
    one, other = f"{limited.key}-one", f"{limited.key}-other é"
    answers = [await limited.limiter.allows(one) for _ in range(LIMIT + 1)]

    assert await limited.limiter.allows(other)
    assert not answers[-1]
