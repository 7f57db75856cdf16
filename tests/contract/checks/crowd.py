"""Sockets that are told the same. The subject is a crowd, and what its clients have heard.

They are three, and the last one takes several frames as one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from actors.watchers import Crowd

TAKE_BATCHES = (False, False, True)


@dataclass(frozen=True, slots=True)
class Crowded:
    crowd: Crowd
    heard: Callable[[], Awaitable[list[list[str]]]]  # by each client until now


async def each_hears_every_text_in_order(crowded: Crowded) -> None:
    failed = list(crowded.crowd.send(['"one"', '"two é"']))

    single = ['"one"', '"two é"']
    assert not failed, failed
    assert await crowded.heard() == [single, single, ['["one","two é"]']]
    assert (len(crowded.crowd), crowded.crowd.singles()) == (3, 2)


async def one_text_is_the_same_for_all(crowded: Crowded) -> None:
    failed = list(crowded.crowd.send(['"one"']))

    assert not failed, failed
    assert await crowded.heard() == [['"one"']] * len(TAKE_BATCHES)


async def one_that_is_closed_keeps_no_other_from_it(crowded: Crowded) -> None:
    first, closed, last = crowded.crowd
    closed.close(4000, "it is closed")

    failed = list(crowded.crowd.send(['"one"', '"two"']))

    heard = [texts for texts in await crowded.heard() if texts]
    assert [(socket.readyState, bool(why)) for socket, why in failed] == [(closed.readyState, True)]
    assert len(heard) == len(TAKE_BATCHES) - 1, heard
    assert (first.readyState, last.readyState) == (1, 1)


async def all_that_are_closed_are_told_of(crowded: Crowded) -> None:
    for socket in crowded.crowd:
        socket.close(4000, "it is closed")

    failed = list(crowded.crowd.send(['"one"']))

    assert len(failed) == len(TAKE_BATCHES), failed
    assert await crowded.heard() == [[]] * len(TAKE_BATCHES)
