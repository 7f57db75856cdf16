"""Sockets that are told the same. The subject is a crowd of three, and what their clients heard."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from actors.watchers import Crowd

SOCKETS = 3


@dataclass(frozen=True, slots=True)
class Crowded:
    crowd: Crowd
    heard: Callable[[], Awaitable[list[list[str]]]]  # by each client until now


async def each_hears_every_text_in_order(crowded: Crowded) -> None:
    failed = list(crowded.crowd.send(["one", "two é"]))

    assert not failed, failed
    assert await crowded.heard() == [["one", "two é"]] * SOCKETS


async def one_that_is_closed_keeps_no_other_from_it(crowded: Crowded) -> None:
    before, closed, after = crowded.crowd
    closed.close(4000, "it is closed")

    failed = list(crowded.crowd.send(["one", "two"]))

    heard = [texts for texts in await crowded.heard() if texts]
    assert [(socket.readyState, bool(why)) for socket, why in failed] == [(closed.readyState, True)]
    assert heard == [["one", "two"]] * (SOCKETS - 1), heard
    assert (before.readyState, after.readyState) == (1, 1)


async def all_that_are_closed_are_told_of(crowded: Crowded) -> None:
    for socket in crowded.crowd:
        socket.close(4000, "it is closed")

    failed = list(crowded.crowd.send(["one"]))

    assert len(failed) == SOCKETS, failed
    assert await crowded.heard() == [[]] * SOCKETS
