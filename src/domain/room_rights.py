"""Who may read and publish in a room: what the session's token says or, without, what is one's own.

The claim `rooms` grants by room id, or by the beginning of one: `{"lobby": "rw", "news-*": "r"}`.
"""

from enum import StrEnum
from typing import Final

from domain.ids import is_chosen_id

EVERY: Final = "*"  # at the end of what is granted: whatever follows
OF_USER: Final = "user-"
OF_ORDER: Final = "order-"


class RoomRight(StrEnum):
    NONE = ""
    READ = "r"
    PUBLISH = "rw"  # and read

    @property
    def may_read(self) -> bool:
        return self is not RoomRight.NONE

    @property
    def may_publish(self) -> bool:
        return self is RoomRight.PUBLISH


def granted(claim: object, room_id: str) -> RoomRight:
    """By the entry that names the room most exactly. What cannot be understood grants nothing."""
    if not isinstance(claim, dict):
        return RoomRight.NONE
    names = [name for name in claim if isinstance(name, str) and _covers(name, room_id)]
    if not names:
        return RoomRight.NONE
    right = claim[max(names, key=lambda name: (name == room_id, len(name)))]
    return RoomRight(right) if right in list(RoomRight) else RoomRight.NONE


def own_room(user_id: str) -> str:
    return f"{OF_USER}{user_id}"


def owner_of(room_id: str) -> str | None:
    """The user whose own room it is. None: it is nobody's, or an order's."""
    user_id = room_id.removeprefix(OF_USER)
    return user_id if user_id != room_id and is_chosen_id(user_id) else None


def order_of(room_id: str) -> str | None:
    """The order whose room it is."""
    order_id = room_id.removeprefix(OF_ORDER)
    return order_id if order_id != room_id and is_chosen_id(order_id) else None


def _covers(name: str, room_id: str) -> bool:
    if name.endswith(EVERY):
        return room_id.startswith(name.removesuffix(EVERY))
    return name == room_id
