"""Long polls held by an actor: answered when something happens, or when their time is up.

They live in memory alone. Should the actor vanish, its callers see an outage and ask again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from actors.remote import is_refused, refused
from domain.errors import Code, Refusal
from domain.limits import ORDER_WAITERS_MAX, WATCHERS_RETRY_AFTER_MS
from domain.messages.order import AwaitOrder


@dataclass(frozen=True, slots=True, eq=False)
class Waiter:
    since: str  # the cursor of what it knows
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Waiting:
    """Never shared between actors: an event of one may not be awaited in another."""

    def __init__(self, cursor: Callable[[], str | None]) -> None:
        self._cursor = cursor
        self._waiters: set[Waiter] = set()

    def release(self) -> None:
        """To be called after every message: whoever knows an older state is told the new one."""
        if not self._waiters:
            return
        cursor = self._cursor()
        for waiter in self._waiters:
            if waiter.since != cursor:
                waiter.news.set()

    async def answer(self, message: AwaitOrder, answer: Callable[[], str]) -> str:
        """At once, if it is a refusal or the caller knows an older state."""
        first = answer()
        if is_refused(first) or self._cursor() != message.since:
            return first
        if len(self._waiters) >= ORDER_WAITERS_MAX:
            return refused(_too_many())
        waiter = Waiter(message.since)
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(message.wait_ms / 1000):
                await waiter.news.wait()
        except TimeoutError:
            pass  # then what is known is still the newest
        finally:
            self._waiters.discard(waiter)
        return answer()


def _too_many() -> Refusal:
    return Refusal(
        Code.TOO_MANY_WATCHERS,
        f"{ORDER_WAITERS_MAX} requests wait for this order already",
        {"retry_after_ms": WATCHERS_RETRY_AFTER_MS},
    )
