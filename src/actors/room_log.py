"""A room's log on the hub: its messages, and who came and went, all in one order."""

from collections.abc import Callable
from typing import Final

from actors.hub import Hub
from actors.opening import Opening
from actors.publishing import Publishing
from actors.room_events import (
    JOINED,
    LEFT,
    MESSAGE,
    MemberView,
    RoomHello,
    RoomHelloAgain,
    member_event,
    message_event,
)
from domain.cursor import Cursor
from domain.limits import ROOM_HELLO_BYTES_MAX, ROOM_HELLO_EVENTS_MAX
from domain.messages.room import Publish
from domain.presence import Member
from domain.settings import Settings
from domain.values import Value
from storage.deadlines import Deadlines
from storage.hub_repository import Published
from storage.presence_repository import PresenceRepository
from storage.sql import Sql

PUBLISH: Final = "publish"  # a deadline: the audit and webhooks are to hear of events
LISTS: Final = {"members", "messages"}  # added to the frame as text, which is made once


class RoomLog:
    def __init__(self, sql: Sql, deadlines: Deadlines, settings: Settings) -> None:
        self.hub = Hub(sql)
        self.publishing = Publishing(sql, self.hub, deadlines, settings, PUBLISH)
        self._presence = PresenceRepository(sql)
        # Made once for each cursor, by which both are known: after an outage all come at once.
        self._members: tuple[Cursor | None, str] = (None, "")
        self._messages: tuple[Cursor | None, str] = (None, "")
        self._texts: dict[Member, str] = {}

    # --- Writing --------------------------------------------------------------------------------

    def said(self, message: Publish, now_ms: int) -> Published:
        """It has no key, so no other one replaces it, however slow a reader is."""

        def event(cursor: str) -> Value:
            return message_event(cursor, message, now_ms)

        return self._keep(MESSAGE, "", event, now_ms)

    def joined(self, room_id: str, user_id: str, now_ms: int) -> Member:
        """Their stay is named by the event that tells of it."""

        def event(cursor: str) -> Value:
            return member_event(JOINED, room_id, cursor, came(cursor), now_ms)

        def came(cursor: str) -> Member:
            return Member(user_id, stay=_offset(cursor), since_ms=now_ms)

        return came(str(self._keep(JOINED, user_id, event, now_ms).cursor))

    def left(self, room_id: str, member: Member, now_ms: int) -> None:
        def event(cursor: str) -> Value:
            return member_event(LEFT, room_id, cursor, member, now_ms)

        self._keep(LEFT, member.user_id, event, now_ms)

    def _keep(
        self, kind: str, key: str, event_of: Callable[[str], Value], now_ms: int
    ) -> Published:
        self.publishing.owe(now_ms)
        return self.hub.append(kind, key, event_of, now_ms)

    # --- Reading --------------------------------------------------------------------------------

    def opening(
        self, room_id: str, since: Cursor | None, limit: int, coalesce_from: int | None = None
    ) -> Opening:
        resumption, head = self.hub.since(since, limit, coalesce_from), self.hub.head()
        assert head is not None, "a room's log begins with the room"
        members = self._members_at(head)
        if resumption.recovered and since is not None:
            again = RoomHelloAgain(cursor=str(since), up_to=str(head), room=room_id, members=())
            text = again.model_dump_json(exclude=LISTS)
            return Opening.of(resumption, since, f'{text[:-1]},"members":{members}}}')
        hello = RoomHello(cursor=str(head), room=room_id, members=(), messages=())
        text, messages = hello.model_dump_json(exclude=LISTS), self._messages_at(head)
        lists = f'"members":{members},"messages":{messages}'
        return Opening.of(resumption, head, f"{text[:-1]},{lists}}}")

    def _members_at(self, head: Cursor) -> str:
        if self._members[0] != head:
            self._texts = {member: self._text_of(member) for member in self._presence.members()}
            self._members = (head, f"[{','.join(self._texts.values())}]")
        return self._members[1]

    def _text_of(self, member: Member) -> str:
        """Made once: where many come at the same time, each changes the list by one."""
        return self._texts.get(member) or MemberView.of(member).model_dump_json()

    def _messages_at(self, head: Cursor) -> str:
        if self._messages[0] != head:
            self._messages = (head, f"[{','.join(self._newest(head))}]")
        return self._messages[1]

    def _newest(self, head: Cursor) -> list[str]:
        """The texts of the newest messages, the oldest of them first."""
        events = self.hub.page(max(0, head.offset - ROOM_HELLO_EVENTS_MAX), ROOM_HELLO_EVENTS_MAX)
        texts: list[str] = []
        left = ROOM_HELLO_BYTES_MAX
        for event in reversed(events):
            if event.kind == MESSAGE:
                left -= len(event.text.encode())
                if left < 0:
                    break
                texts.append(event.text)
        return texts[::-1]


def _offset(cursor: str) -> int:
    parsed = Cursor.parsed(cursor)
    assert parsed is not None, "the hub has written it"
    return parsed.offset
