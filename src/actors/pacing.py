"""How often sockets are told: at once while that is quick, in batches while it takes long.

All sockets of an actor are one reader of its hub, at one place. An event that is told to thousands
keeps the actor busy for as long as a dozen messages take; so it pauses then, for about as long, and
tells afterwards what has happened meanwhile: where that is much, the newest of each key alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from actors.opening import Opening
from domain.cursor import Cursor
from domain.limits import SOCKET_SENDS_PER_MS
from storage.hub_repository import Published


class Pace:
    def __init__(
        self,
        send: Callable[[list[str]], int],
        catch_up: Callable[[Cursor], Opening],
        clock: Callable[[], int],
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`send` tells every socket these texts, and says how many sockets that were."""
        self._send = send
        self._catch_up = catch_up
        self._clock = clock
        self._pause = pause
        self._free_at_ms = 0
        self._owed_since: Cursor | None = None  # all sockets know what was up to there
        self._later: asyncio.Task[None] | None = None

    def happened(self, events: Sequence[Published]) -> None:
        if not events or self._owed_since is not None:
            return  # whoever is told later is told of these as well
        if self._clock() >= self._free_at_ms:
            self._tell([event.text for event in events])
            return
        first = events[0].cursor
        self._owed_since = first.moved_to(first.offset - 1)
        self._later = asyncio.create_task(self._flush_later())

    def flush(self) -> None:
        """What is owed, now: before another socket comes, for it begins with the newest."""
        since, self._owed_since = self._owed_since, None
        if since is None:
            return
        opening = self._catch_up(since)
        is_whole = opening.recovered and not opening.is_coalesced
        self._tell([event.text for event in opening.events] if is_whole else opening.frames)

    async def _flush_later(self) -> None:
        await self._pause(max(self._free_at_ms - self._clock(), 0) / 1000)
        self.flush()

    def _tell(self, texts: list[str]) -> None:
        """The platform's clock may stand still meanwhile, so the time it takes is reckoned."""
        sends = len(texts) * self._send(texts)
        self._free_at_ms = self._clock() + sends // SOCKET_SENDS_PER_MS
