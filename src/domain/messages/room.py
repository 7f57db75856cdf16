"""What a room's actor is told and what it answers."""

from typing import Annotated, Final, Literal

from pydantic import Field, JsonValue, TypeAdapter

from domain.messages.event_page import ListEvents
from domain.messages.live import Watch
from domain.room_rights import RoomRight
from domain.values import Value


class Publish(Value):
    """A message for all. One with the same sender and id is the same message, sent again."""

    type: Literal["publish"] = "publish"
    room_id: str
    caller_id: str
    message_id: str
    message_type: str
    data: JsonValue = None


class Receipt(Value):
    """Where the message stands in the room: as it was said the first time."""

    message_id: str
    cursor: str
    at_ms: int
    is_repeat: bool = False


class DescribePresence(Value):
    type: Literal["describe_presence"] = "describe_presence"


class MemberFact(Value):
    user_id: str
    stay: int
    since_ms: int
    connections: int  # 0: missing, and not yet taken for gone


class Presence(Value):
    members: tuple[MemberFact, ...]
    cursor: str | None = None  # of the newest event; None: nothing ever was in this room


RoomAsked = Annotated[Publish | DescribePresence | ListEvents, Field(discriminator="type")]
ROOM_MESSAGE: Final[TypeAdapter[RoomAsked]] = TypeAdapter(RoomAsked)


class RoomWatch(Watch):
    """How the room's actor is asked to be watched."""

    room_id: str
    right: RoomRight
    tab: str | None = None  # of a socket: the next one of the same tab takes its place
