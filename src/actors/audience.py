"""All who watch one actor, by whatever transport: each hears of all that happens there."""

from collections.abc import Callable
from typing import Protocol

from actors.frames import Spread
from actors.live import Streams
from actors.opening import Opening
from actors.pacing import Pace
from actors.sessions import SessionDeadline, sweep
from actors.waiting import Waiting, too_many
from actors.watchers import OPEN, Crowd, gave_up
from domain.cursor import Cursor
from domain.limits import SINGLE_SOCKETS_MAX, SPREAD_MS_EACH, SPREAD_MS_MAX, SPREAD_MS_MIN
from domain.messages.live import Watch
from log import log_bug
from storage.hub_repository import Published


class Watched(Protocol):
    """A core whose events are watched."""

    sessions: SessionDeadline

    def cursor(self) -> str | None: ...
    def take_events(self) -> list[Published]: ...
    def catch_up(self, since: Cursor) -> Opening: ...


class Audience:
    """Built by a shell around its core and its sockets. Lost with it; only sockets outlive it."""

    def __init__(self, core: Watched, sockets: Crowd, name: str, clock: Callable[[], int]) -> None:
        self._core = core
        self._sockets = sockets
        self._name = name
        self._clock = clock
        self._pace = Pace(self._told, self._caught_up, clock, self._broke)
        self.waiting = Waiting(core.cursor)
        self.streams = Streams(self.waiting, clock)

    def hear(self) -> None:
        """What has happened. To be called after all that may have changed something, once that

        is kept, and in the same stretch.
        """
        events = self._core.take_events()
        self.waiting.release(events)
        self._pace.happened(events)

    async def level(self) -> None:
        """As `hear`, until all know as much: then one more may come, who begins with the newest.

        In the stretch in which this has returned.
        """
        self.hear()
        await self._pace.level()

    def check_free(self, watch: Watch, sockets_max: int, coming: int = 0) -> None:
        """A refusal, where one more socket is too many; `coming` are let in already."""
        if len(self._sockets) + coming >= sockets_max:
            raise too_many(f"{sockets_max} connections are open here already")
        if not watch.takes_batches and self._sockets.singles() >= SINGLE_SOCKETS_MAX:
            raise too_many(
                f"{SINGLE_SOCKETS_MAX} connections without batch=1 are open here already"
            )

    def first_frames(self, opening: Opening) -> list[str]:
        """What one more socket reads first.

        Nobody asks an actor before a deployment closes all its sockets, so each is told beforehand.
        """
        within_ms = min(len(self._sockets) * SPREAD_MS_EACH, SPREAD_MS_MAX)
        if within_ms <= SPREAD_MS_MIN:
            return opening.frames
        return [*opening.frames, Spread(within_ms=within_ms).model_dump_json()]

    def end_sessions(self) -> None:
        """Those that are due: warned, or closed."""
        now_ms = self._clock()
        if self._core.sessions.is_due(now_ms):
            self._core.sessions.seen_to(sweep(self._sockets, now_ms, self._name))

    def _caught_up(self, since: Cursor) -> Opening:
        """Up to the newest there is: so of what was not told yet, sockets hear here, and once."""
        self.waiting.release(self._core.take_events())
        return self._core.catch_up(since)

    def _told(self, texts: list[str]) -> int:
        """Everybody whose session holds; how many frames that were."""
        self.end_sessions()
        for socket, reason in self._sockets.send(texts):
            if socket.readyState == OPEN:
                gave_up(socket, reason, self._name)
        return len(self._sockets) + (len(texts) - 1) * self._sockets.singles()

    def _broke(self, bug: BaseException) -> None:
        """Whoever may have missed something comes back, with their cursor."""
        log_bug("audience.broke", bug, actor=self._name)
        for socket in self._sockets:
            if socket.readyState == OPEN:
                gave_up(socket, "something may be missing", self._name)
