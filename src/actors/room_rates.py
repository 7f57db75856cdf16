"""How often things may happen in a room, by whom. Held in memory, which silence restores.

So nothing is written for what is refused, and an actor that was put to sleep has lost nothing.
"""

from typing import Final

from domain.errors import Code, Refusal
from domain.limits import (
    ROOM_ALLOWANCES_MAX,
    ROOM_CONNECT_BURST,
    ROOM_CONNECT_INTERVAL_MS,
    ROOM_FRAME_BURST,
    ROOM_FRAME_INTERVAL_MS,
    ROOM_MESSAGE_BURST,
    ROOM_MESSAGE_INTERVAL_MS,
    ROOM_REFUSAL_BURST,
    ROOM_REFUSAL_INTERVAL_MS,
    ROOM_SOCKETS_TOLD_AS_ONE,
)
from domain.rate import ALLOWED, Allowances, Rate

OF_SENDER: Final = Rate(ROOM_FRAME_INTERVAL_MS, ROOM_FRAME_BURST)
OF_ROOM: Final = Rate(ROOM_MESSAGE_INTERVAL_MS, ROOM_MESSAGE_BURST)
OF_REFUSED: Final = Rate(ROOM_REFUSAL_INTERVAL_MS, ROOM_REFUSAL_BURST)
OF_COMING: Final = Rate(ROOM_CONNECT_INTERVAL_MS, ROOM_CONNECT_BURST)
ROOM: Final = "the room"


class RoomRates:
    def __init__(self) -> None:
        self._senders = Allowances(OF_SENDER, ROOM_ALLOWANCES_MAX)
        self._room = Allowances(OF_ROOM, 1)
        self._refused = Allowances(OF_REFUSED, ROOM_ALLOWANCES_MAX)
        self._coming = Allowances(OF_COMING, ROOM_ALLOWANCES_MAX)

    def send(self, sender: str, now_ms: int) -> None:
        """One more of a connection's frames or, without one, of a user's requests."""
        _check(self._senders.take(sender, now_ms), "you send too much")

    def publish(self, sockets: int, now_ms: int) -> None:
        """The more there are to be told, the more a message counts for."""
        cost = 1 + sockets // ROOM_SOCKETS_TOLD_AS_ONE
        _check(self._room.take(ROOM, now_ms, cost), "too much is said in this room")

    def come(self, user_id: str, now_ms: int) -> None:
        _check(self._coming.take(user_id, now_ms), "you connect too often")

    def goes_on(self, sender: str, now_ms: int) -> bool:
        """Whether a sender who was refused has been so often that they are to be shut out."""
        return self._refused.take(sender, now_ms) != ALLOWED


def _check(wait_ms: int, detail: str) -> None:
    if wait_ms != ALLOWED:
        raise Refusal(Code.RATE_LIMITED, detail, {"retry_after_ms": wait_ms})
