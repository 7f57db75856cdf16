"""How an actor without a platform answers who would watch it: as `actors.watcher_responses`."""

from collections.abc import Awaitable, Callable

from actors.hub import ALL
from actors.live import opened, poll
from actors.opening import Open
from actors.remote import refused
from actors.waiting import Waiting
from domain.cursor import Cursor
from domain.errors import Refusal
from domain.messages.live import Transport, Watch
from tests.fakes.local_actor import LocalAnswer


async def nothing_more() -> None:
    """A socket is there, and nobody needs to know."""


async def answer_to(
    watch: Watch,
    open_at: Open,
    waiting: Waiting,
    accept: Callable[[], Awaitable[None]] = nothing_more,
) -> LocalAnswer:
    """The frames of a socket are lines. A stream ends when it has begun."""
    since = None if watch.since is None else Cursor.parsed(watch.since)
    try:
        match watch.transport:
            case Transport.SOCKET:
                await accept()
                frames = watch.framed(open_at(since, ALL).frames)
                return LocalAnswer(101, "\n".join(frames), watch.protocol)
            case Transport.STREAM:
                return LocalAnswer(200, opened(open_at(since, ALL)))
            case Transport.POLL:
                page = await poll(waiting, open_at, since, watch.wait_ms)
                return LocalAnswer(304 if page is None else 200, page or "")
    except Refusal as refusal:
        return LocalAnswer(409, refused(refusal))
