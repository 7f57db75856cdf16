"""Notifications in migration: two inboxes, for the side that has edited a photo tells of it."""

from dataclasses import dataclass
from typing import Final

from domain.errors import Code, Refusal
from domain.limits import CURSOR_MAX
from domain.messages.inbox import ListNotifications, MarkRead, Notification
from edge.origin import OK, told
from edge.origin_shapes import OriginNotification, OriginNotifications, read, refusal_of
from edge.services import Call
from edge.two_lists import BEGIN, END, Merged, OriginList, Page, foreign_cursor, merged
from storage.web import WebAnswer

PATH: Final = "/api/notifications"


async def both_inboxes(call: Call, limit: int) -> Merged[Notification]:
    origins = Counting(OriginList(call, PATH, _page_of))
    return await merged(call, Counting(OurInbox(call)), origins, limit)


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
class OurInbox:
    call: Call

    async def page(self, place: str, limit: int) -> Page[Notification]:
        if place and not place.isdigit():
            raise foreign_cursor()
        message = ListNotifications(limit=limit, before=_before(place))
        page = await self.call.services.inboxes.list(self.call.caller_id, message)
        rest = END if page.next_before is None else str(page.next_before)
        return Page(page.notifications, rest, page.unread)


@dataclass(frozen=True, slots=True)
class Counting:
    """At its end it is still asked how many are unread."""

    inbox: OurInbox | OriginList[Notification]

    async def page(self, place: str, limit: int) -> Page[Notification]:
        if place == END:
            return Page(unread=(await self.inbox.page(BEGIN, 1)).unread)
        return await self.inbox.page(place, limit)


def _page_of(answer: WebAnswer) -> Page[Notification]:
    heard = read(answer, OriginNotifications)
    notifications = tuple(one.notification for one in heard.notifications)
    return Page(notifications, heard.next_cursor or END, heard.unread)


def _before(place: str) -> int | None:
    return min(int(place), CURSOR_MAX) or None if place else None
