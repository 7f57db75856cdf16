"""Notifications in migration: of what each side has edited only that side tells, so both are asked.

Nothing is copied. The list is ours and the origin's, newest first; a cursor says where each of
them goes on. While the origin is silent, ours are told.
"""

import asyncio
import re
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Final, Protocol, Self

from domain.errors import Code, Outage, Refusal
from domain.limits import CURSOR_MAX
from domain.messages.inbox import ListNotifications, MarkRead, Notification
from edge.origin import OK, asked, told
from edge.origin_shapes import REFUSED, OriginNotification, OriginNotifications, read, refusal_of
from edge.services import Call
from log import log

BEGIN: Final = ""
END: Final = "-"
UNREADABLE: Final = 422  # the cursor is the only thing of the caller's in the question
PATH: Final = "/api/notifications"
CURSOR: Final = re.compile(r"([0-9]{1,12}|-?)\.([!-~]{0,200})")
ORIGINS: Final = re.compile(r"[0-9]{1,12}")  # told to somebody who was the origin's then


@dataclass(frozen=True, slots=True)
class Page:
    notifications: tuple[Notification, ...] = ()
    rest: str = END  # where the list goes on
    unread: int = 0


class Inbox(Protocol):
    async def page(self, place: str, limit: int) -> Page: ...


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
            raise _foreign_cursor()
        return cls(*found.groups())

    @property
    def text(self) -> str:
        return f"{self.ours}.{self.origins}"


async def both(call: Call, limit: int) -> tuple[tuple[Notification, ...], str | None, int]:
    """The newest ones of both sides, the cursor of the next ones, and how many are unread."""
    cursor = Cursor.read(call.request.query.get("cursor"))
    ours_at, origins_at = (Ours(call), cursor.ours), (Origins(call), cursor.origins)
    ours, origins = await asyncio.gather(_page(*ours_at, limit), _page(*origins_at, limit))
    newest_first = merge(
        ours.notifications, origins.notifications, key=lambda one: -one.created_at_ms
    )
    together = tuple(islice(newest_first, limit))
    rest = Cursor(
        *await asyncio.gather(
            _rest(*ours_at, ours, together), _rest(*origins_at, origins, together)
        )
    )
    is_over = rest == Cursor(END, END)
    return together, None if is_over else rest.text, ours.unread + origins.unread


async def marked_read(call: Call, message: MarkRead) -> Notification:
    """By the side that knows it."""
    try:
        return await call.services.inboxes.mark_read(call.caller_id, message)
    except Refusal as refusal:
        if refusal.code is not Code.NOTIFICATION_NOT_FOUND:
            raise
    answer = await told(call, f"{PATH}/{message.notification_id}/read")
    if answer.status != OK:
        raise refusal_of(answer, Code.NOTIFICATION_NOT_FOUND)
    return read(answer, OriginNotification).notification


@dataclass(frozen=True, slots=True)
class Ours:
    call: Call

    async def page(self, place: str, limit: int) -> Page:
        before = min(int(place), CURSOR_MAX) if place else None
        message = ListNotifications(limit=limit, before=before)
        page = await self.call.services.inboxes.list(self.call.caller_id, message)
        rest = END if page.next_before is None else str(page.next_before)
        return Page(page.notifications, rest, page.unread)


@dataclass(frozen=True, slots=True)
class Origins:
    call: Call

    async def page(self, place: str, limit: int) -> Page:
        try:
            heard = await self._heard(place, limit)
        except Outage as outage:
            log("inbox.not_asked", level="warning", reason=str(outage))
            return Page()
        notifications = tuple(one.notification for one in heard.notifications[:limit])
        return Page(notifications, heard.next_cursor or END, heard.unread)

    async def _heard(self, place: str, limit: int) -> OriginNotifications:
        query: dict[str, str | int] = {"limit": limit, **({"cursor": place} if place else {})}
        answer = await asked(self.call, PATH, query)
        if answer.status == UNREADABLE:
            raise _foreign_cursor()
        if answer.status in REFUSED:
            raise refusal_of(answer, Code.NOTIFICATION_NOT_FOUND)
        if answer.status != OK:
            raise Outage(f"the origin answered {answer.status}")
        return read(answer, OriginNotifications)


async def _page(inbox: Inbox, place: str, limit: int) -> Page:
    """At its end it tells no more than how many are unread."""
    if place == END:
        return Page(unread=(await inbox.page(BEGIN, 1)).unread)
    return await inbox.page(place, limit)


async def _rest(inbox: Inbox, place: str, page: Page, together: tuple[Notification, ...]) -> str:
    """Where the list goes on behind those that were taken of its page; only itself knows."""
    taken = sum(one in together for one in page.notifications)
    if taken == len(page.notifications):
        return page.rest
    return (await inbox.page(place, taken)).rest if taken else place


def _foreign_cursor() -> Refusal:
    return Refusal(Code.INVALID_QUERY, "cursor must be the next_cursor of this list")
