"""Connections from an order's actor to who watches it: frames arrive in turn, late, or never."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from actors.watchers import OPEN
from domain.messages.live import Watch
from tests.simulation.stage import Stage

Taken = asyncio.Future[None]
CLOSED: Final = 3  # WebSocket.readyState


class Line:
    """One connection. What was sent arrives in turn, until one side or the net has ended it."""

    def __init__(self, stage: Stage, lag_s: Callable[[], float], notice_s: float) -> None:
        self.is_open = True
        self.is_answered = False  # there is a server at its other end
        self.is_cut = False
        self.ended = asyncio.Event()  # as the client knows by now
        self.left: Callable[[], None] | None = None  # the server comes to know that the client went
        self._stage = stage
        self._lag_s = lag_s
        self._notice_s = notice_s  # until the other side knows
        self._take: Callable[[str], None] | None = None
        self._under_way: deque[tuple[str | None, Taken | None]] = deque()
        self._early: list[tuple[str | None, Taken | None]] = []  # before the client has begun

    # --- The server's end -----------------------------------------------------------------------

    def send(self, text: str | None, taken: Taken | None = None) -> None:
        """None: that was the last one. `taken` is told when the client has taken it."""
        if self.is_open:
            self._under_way.append((text, taken))
            self._stage.later(self._lag_s(), self._arrive)
        elif taken is not None:
            _break(taken)

    def cut(self) -> None:
        """The server is gone, or has given its client up: what is under way is lost."""
        self.is_cut = True
        if self.is_open:
            self._end()
            self._stage.later(self._notice_s, self.ended.set)

    # --- The client's end -----------------------------------------------------------------------

    def begin(self, take: Callable[[str], None]) -> None:
        self._take = take
        early, self._early = self._early, []
        for text, taken in early:
            self._hand_over(text, taken)

    def leave(self) -> None:
        if self.is_open:
            self._end()
            self._stage.later(self._notice_s, self._tell_server)

    def _tell_server(self) -> None:
        if self.left is not None:
            self.left()

    # --- In between -----------------------------------------------------------------------------

    def _arrive(self) -> None:
        if not self._under_way:
            return
        text, taken = self._under_way.popleft()
        if self._take is None:
            self._early.append((text, taken))
        else:
            self._hand_over(text, taken)

    def _hand_over(self, text: str | None, taken: Taken | None) -> None:
        if text is None:
            self.is_open = False
            self.ended.set()
        elif self._take is not None and self.is_open:
            self._take(text)
        if taken is not None and not taken.done():
            taken.set_result(None)

    def _end(self) -> None:
        self.is_open = False
        for _, taken in (*self._under_way, *self._early):
            if taken is not None:
                self._stage.later(self._notice_s, _break, taken)
        self._under_way.clear()
        self._early.clear()


def _break(taken: Taken) -> None:
    if not taken.done():
        taken.set_exception(ConnectionError("the client is gone"))


class ServerSocket:
    """The actor's end of a hibernating WebSocket, as `actors.watchers.Socket` has it."""

    def __init__(
        self, line: Line, watch: Watch, send_out: Callable[[Callable[[], None]], None]
    ) -> None:
        """`send_out`: what is sent leaves the actor once the stretch that sends it is kept."""
        self.readyState = OPEN
        self.line = line
        self.watch = watch
        self.is_broken = False  # the next one who sends finds out
        self._send_out = send_out
        self._attachment = ""

    def deserializeAttachment(self) -> str:  # noqa: N802 -- the platform's spelling
        return self._attachment

    def serializeAttachment(self, attachment: str) -> None:  # noqa: N802 -- as above
        self._attachment = attachment

    def send(self, text: str) -> None:
        if self.is_broken:
            raise ConnectionError("drawn")
        self._send_out(lambda: self.line.send(text))

    def close(self, _: int, __: str) -> None:
        self.readyState = CLOSED
        self._send_out(lambda: self.line.send(None))

    def break_off(self) -> None:
        """As the next one to send will find out."""
        self.is_broken = True

    def forget(self) -> None:
        """Its client is gone, as the platform knows by now."""
        self.readyState = CLOSED
