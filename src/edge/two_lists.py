"""A list in migration: of what each side has made, that side tells best, so both are asked.

Nothing is copied for it. Two lists are merged page by page; a cursor says where each of them goes
on. While the origin is silent, ours is told.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, Self, TypeVar

from domain.errors import Code, Outage, Refusal
from domain.limits import ORIGIN_LIST_WAIT_MS
from edge.origin import OK, asked
from edge.origin_shapes import REFUSED, refusal_of
from edge.services import Call
from log import log
from storage.web import WebAnswer

BEGIN: Final = ""
END: Final = "-"
CURSOR: Final = re.compile(r"([!-}]{0,100})~([!-~]{0,200})")
ORIGINS: Final = re.compile(r"[0-9]{1,12}")  # told to somebody who was the origin's then
NOT_FOUND: Final = 404
UNREADABLE: Final = 422  # the cursor is the only thing of the caller's that is asked on


class Entry(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def created_at_ms(self) -> int: ...


T = TypeVar("T", bound=Entry)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    entries: tuple[T, ...] = ()
    rest: str = END  # where the list goes on
    unread: int = 0  # of an inbox


class Side(Protocol[T]):
    async def page(self, place: str, limit: int) -> Page[T]:
        """So many from there on, or fewer; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Cursor:
    ours: str = BEGIN
    origins: str = BEGIN

    @classmethod
    def read(cls, text: str | None) -> Self:
        if not text or not text.strip("0"):
            return cls()
        if ORIGINS.fullmatch(text):
            return cls(END, text)
        found = CURSOR.fullmatch(text)
        if found is None or text == cls(END, END).text:
            raise foreign_cursor()
        return cls(*found.groups())

    @property
    def text(self) -> str:
        return f"{self.ours}~{self.origins}"


@dataclass(frozen=True, slots=True)
class Merged(Generic[T]):
    entries: tuple[T, ...]
    next_cursor: str | None
    unread: int


async def merged(call: Call, ours: Side[T], origins: Side[T], limit: int) -> Merged[T]:
    """The newest ones of both, each once. A page may be short and not be the last."""
    cursor = Cursor.read(call.request.query.get("cursor"))
    pages = await asyncio.gather(ours.page(cursor.ours, limit), origins.page(cursor.origins, limit))
    entries, (our_count, origins_count) = _together(pages, limit)
    rest = Cursor(
        *await asyncio.gather(
            _rest(ours, cursor.ours, pages[0], our_count),
            _rest(origins, cursor.origins, pages[1], origins_count),
        )
    )
    next_cursor = None if rest == Cursor(END, END) else rest.text
    return Merged(entries, next_cursor, sum(page.unread for page in pages))


def _together(pages: tuple[Page[T], Page[T]], limit: int) -> tuple[tuple[T, ...], tuple[int, int]]:
    """What comes first of both, and how many of each page that has used up.

    Of what both have, the origin's word counts: ours is a copy.
    """
    taken: dict[str, T] = {}
    counts = [0, 0]
    while True:
        for side, page in enumerate(pages):
            while counts[side] < len(page.entries) and page.entries[counts[side]].id in taken:
                counts[side] += 1
        heads = [
            (page.entries[count], side)
            for side, (page, count) in enumerate(zip(pages, counts, strict=True))
            if count < len(page.entries)
        ]
        is_cut = any(
            count == len(page.entries) and page.rest != END
            for page, count in zip(pages, counts, strict=True)
        )
        if not heads or is_cut or len(taken) == limit:
            return tuple(taken.values()), (counts[0], counts[1])
        head, _ = max(heads, key=lambda head: (head[0].created_at_ms, head[0].id, head[1]))
        taken[head.id] = head


async def _rest(side: Side[T], place: str, page: Page[T], taken: int) -> str:
    """Where the list goes on behind so many of the page; only the side itself knows."""
    if taken == len(page.entries):
        return page.rest
    return (await side.page(place, taken)).rest if taken else place


@dataclass(frozen=True, slots=True)
class OriginList(Generic[T]):
    call: Call
    path: str
    parsed: Callable[[WebAnswer], Page[T]]
    query: Mapping[str, str] = field(default_factory=dict)

    async def page(self, place: str, limit: int) -> Page[T]:
        if place == END:
            return Page()
        try:
            page = self._read(await self._asked(place, limit))
        except Outage as outage:
            log("list.not_asked", level="warning", reason=str(outage), path=self.path)
            return Page()
        return Page(page.entries[:limit], page.rest, page.unread)

    async def _asked(self, place: str, limit: int) -> WebAnswer:
        where = {"cursor": place} if place else {}
        query: dict[str, str | int] = {**self.query, "limit": limit, **where}
        return await asked(self.call, self.path, query, wait_ms=ORIGIN_LIST_WAIT_MS)

    def _read(self, answer: WebAnswer) -> Page[T]:
        if answer.status == OK:
            return self.parsed(answer)
        if answer.status == UNREADABLE:
            raise foreign_cursor()
        if answer.status in REFUSED:
            raise refusal_of(answer, Code.NOTIFICATION_NOT_FOUND)
        if answer.status == NOT_FOUND:  # an order that only we have
            return Page()
        raise Outage(f"the origin answered {answer.status}")


def foreign_cursor() -> Refusal:
    return Refusal(Code.INVALID_QUERY, "cursor must be the next_cursor of the same list")
