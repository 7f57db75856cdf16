"""What a room's readers are sent: `hello`, then one CloudEvents 1.0 event for all that happens."""

from typing import Final, Literal

from pydantic import JsonValue

from actors.events import CloudEvent
from domain.messages.room import Publish
from domain.presence import Member
from domain.values import Value
from domain.views import rfc3339

MemberKind = Literal["darkroom.room.joined", "darkroom.room.left"]

MESSAGE: Final = "darkroom.room.message"
JOINED: Final = "darkroom.room.joined"
LEFT: Final = "darkroom.room.left"


class MemberView(Value):
    user_id: str
    since: str
    stay: int  # the offset of the event that told of its beginning

    @classmethod
    def of(cls, member: Member) -> "MemberView":
        return cls(user_id=member.user_id, since=rfc3339(member.since_ms), stay=member.stay)


class RoomHello(Value):
    """To who starts anew: the newest messages, who is there, and the cursor of both."""

    type: Literal["hello"] = "hello"
    cursor: str
    recovered: Literal[False] = False
    room: str
    members: tuple[MemberView, ...]
    messages: tuple["RoomMessageEvent", ...]


class RoomHelloAgain(Value):
    """To who goes on from their own cursor: what they missed follows, up to that of `members`."""

    type: Literal["hello"] = "hello"
    cursor: str
    recovered: Literal[True] = True
    up_to: str  # until there, events that newer ones replace may be missing
    room: str
    members: tuple[MemberView, ...]


class Said(Value):
    """A message as it was published; whose it is, the room says."""

    id: str
    type: str
    user_id: str
    data: JsonValue


class Moved(Value):
    """Who came or went."""

    member: MemberView


class RoomMessageEvent(CloudEvent):
    type: Literal["darkroom.room.message"] = "darkroom.room.message"
    data: Said


class RoomMemberEvent(CloudEvent):
    type: MemberKind
    data: Moved


def message_event(cursor: str, message: Publish, now_ms: int) -> RoomMessageEvent:
    return RoomMessageEvent(
        id=cursor,
        source=source_of(message.room_id),
        subject=message.caller_id,
        time=rfc3339(now_ms),
        cursor=cursor,
        data=Said(
            id=message.message_id,
            type=message.message_type,
            user_id=message.caller_id,
            data=message.data,
        ),
    )


def member_event(
    kind: MemberKind, room_id: str, cursor: str, member: Member, now_ms: int
) -> RoomMemberEvent:
    return RoomMemberEvent(
        type=kind,
        id=cursor,
        source=source_of(room_id),
        subject=member.user_id,
        time=rfc3339(now_ms),
        cursor=cursor,
        data=Moved(member=MemberView.of(member)),
    )


def source_of(room_id: str) -> str:
    return f"/rooms/{room_id}"
