"""How often sockets are told: at once while that is quick, in batches while it takes long.

All sockets of an actor are one reader of its hub, at one place. A frame costs the same whatever is
in it, and to tell thousands of one event keeps the actor busy for as long as a dozen messages take.
So it pauses then, for as long as that took or longer, and tells afterwards what has happened
meanwhile: in one frame to whoever takes batches; and where it is much, the newest of each key
alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from actors.opening import Opening
from domain.cursor import Cursor
from domain.limits import LEVEL_PAUSES_MAX, PACED_COALESCE_FROM, SOCKET_SENDS_PER_MS
from storage.hub_repository import Published


@dataclass(slots=True)
class Owed:
    """What all sockets do not know yet. What has become much is looked up when it is told."""

    since: Cursor
    held_max: int
    count: int = 0
    texts: list[str] = field(default_factory=list)

    def add(self, events: Sequence[Published]) -> None:
        self.count += len(events)
        if self.is_held:
            self.texts += [event.text for event in events]
        else:
            self.texts.clear()

    @property
    def is_held(self) -> bool:
        return self.count <= self.held_max


class Pace:
    def __init__(  # noqa: PLR0913 -- the last two are for tests
        self,
        send: Callable[[list[str]], int],
        catch_up: Callable[[Cursor], Opening],
        clock: Callable[[], int],
        broke: Callable[[BaseException], None],
        *,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        held_max: int = PACED_COALESCE_FROM,
    ) -> None:
        """`send` tells every socket these texts, and says how many frames that were.

        `broke` hears of an error by which sockets have missed what they were owed.
        """
        self._send = send
        self._broke = broke
        self._catch_up = catch_up
        self._clock = clock
        self._pause = pause
        self._held_max = held_max
        self._free_at_ms = 0
        self._pause_ms = 0  # until then, from when it was told
        self._owed: Owed | None = None
        self._later: asyncio.Task[None] | None = None

    def happened(self, events: Sequence[Published]) -> None:
        if not events:
            return
        if self._owed is None:
            if self._left_ms() == 0:
                self._tell([event.text for event in events])
                return
            first = events[0].cursor
            self._owed = Owed(first.moved_to(first.offset - 1), self._held_max)
            self._later = asyncio.create_task(self._flush_later(self._owed))
            self._later.add_done_callback(self._ended)
        self._owed.add(events)

    async def level(self) -> None:
        """Once all know what has happened: before another socket comes, for it begins with that.

        Who comes in a pause waits for its end, together with all others who do; but not for ever.
        """
        for _ in range(LEVEL_PAUSES_MAX):
            if self._owed is None or self._later is None:
                return
            await asyncio.wait([self._later])
        self.flush()

    def flush(self) -> None:
        """What is owed, now."""
        owed, self._owed = self._owed, None
        if owed is None:
            return
        if owed.is_held:
            self._tell(owed.texts)
            return
        opening = self._catch_up(owed.since)
        is_whole = opening.recovered and not opening.is_coalesced
        self._tell([event.text for event in opening.events] if is_whole else opening.frames)

    async def _flush_later(self, owed: Owed) -> None:
        """Unless it was told before: what is owed by then has a pause of its own."""
        await self._pause(self._left_ms() / 1000)
        if owed is self._owed:
            self.flush()

    def _ended(self, later: asyncio.Task[None]) -> None:
        if not later.cancelled() and (bug := later.exception()) is not None:
            self._broke(bug)

    def _tell(self, texts: list[str]) -> None:
        """The platform's clock may stand still meanwhile, so the time it takes is reckoned."""
        began_ms = self._clock()
        self._pause_ms = self._send(texts) // SOCKET_SENDS_PER_MS
        self._free_at_ms = began_ms + self._pause_ms

    def _left_ms(self) -> int:
        """Of the pause. Never more than all of it, for a clock may step back."""
        return max(0, min(self._pause_ms, self._free_at_ms - self._clock()))
