"""Those who wait in an actor: told when something happens, or when their time is up.

They live in memory alone. Should the actor vanish, its callers see an outage and ask again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from actors.remote import is_refused, refused
from domain.errors import Code, Refusal
from domain.limits import WAITERS_MAX, WATCHERS_RETRY_AFTER_MS
from domain.messages.order import AwaitOrder
from storage.hub_repository import Published


@dataclass(slots=True, eq=False)
class Waiter:
    since: str  # the cursor of what it knows
    news: asyncio.Event = field(default_factory=asyncio.Event)
    events: Sequence[Published] = ()


class Waiting:
    """Never shared between actors: an event of one may not be awaited in another."""

    def __init__(self, cursor: Callable[[], str | None]) -> None:
        self._cursor = cursor
        self._waiters: set[Waiter] = set()

    def release(self, events: Sequence[Published] = ()) -> None:
        """To be called after every message: whoever knows an older state is told the new one.

        `events` are what has happened since the last time, of which everybody here is told.
        """
        if not self._waiters:
            return
        cursor = self._cursor()
        for waiter in self._waiters:
            if waiter.since != cursor and not waiter.news.is_set():
                waiter.events = events
                waiter.news.set()

    async def news(self, since: str, wait_ms: int) -> Sequence[Published] | None:
        """What has happened while one waited; None: nothing, and the time is up.

        Nothing at all: something has happened before, and is to be looked for.
        """
        if self._cursor() != since:
            return ()
        if len(self._waiters) >= WAITERS_MAX:
            raise too_many(f"{WAITERS_MAX} requests wait for this already")
        waiter = Waiter(since)
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(wait_ms / 1000):
                await waiter.news.wait()
        except TimeoutError:
            return None  # then what is known is still the newest
        finally:
            self._waiters.discard(waiter)
        return waiter.events

    async def answer(self, message: AwaitOrder, answer: Callable[[], str]) -> str:
        """At once, if it is a refusal or the caller knows an older state."""
        first = answer()
        if is_refused(first) or self._cursor() != message.since:
            return first
        try:
            await self.news(message.since, message.wait_ms)
        except Refusal as refusal:
            return refused(refusal)
        return answer()


def too_many(detail: str) -> Refusal:
    return Refusal(Code.TOO_MANY_WATCHERS, detail, {"retry_after_ms": WATCHERS_RETRY_AFTER_MS})
