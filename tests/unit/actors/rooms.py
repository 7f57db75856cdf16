"""A room's core on its real SQL, with sockets that come, go and vanish."""

import json
from dataclasses import dataclass
from typing import Any

from actors.hub import ALL
from actors.opening import Opening
from actors.room import RoomCore
from actors.room_events import JOINED, LEFT, MESSAGE
from actors.room_talk import Reaction, RoomAttachment, heard
from domain.cursor import Cursor
from domain.messages.room import DescribePresence, Presence, Publish, Receipt
from domain.presence import Connection
from domain.room_rights import RoomRight
from tests.fakes.sqlite_sql import SqliteSql
from tests.unit.factories import NOW_MS, some_settings

GRACE_MS = 10_000
SWEEP_MS = 300_000
ROOM = "lobby"


@dataclass(frozen=True, slots=True)
class Moment:
    """An event as its readers see it: what happened, about whom, and where in the room."""

    kind: str
    user_id: str
    offset: int


class RoomOnPaper:
    def __init__(self) -> None:
        self.sql = SqliteSql()
        self.sockets: dict[str, Connection] = {}
        self.told: list[dict[str, Any]] = []
        self.now_ms = NOW_MS
        self._epochs = iter(f"epoch{number}" for number in range(100))
        self._opened = 0
        self.start()

    # --- What happens to its actor --------------------------------------------------------------

    def start(self) -> None:
        settings = some_settings(presence_grace_ms=GRACE_MS, presence_sweep_ms=SWEEP_MS)
        self.core = RoomCore(self.sql, settings, lambda: next(self._epochs))
        self.core.sweep(self.sockets, self.now_ms)

    def hibernate(self) -> None:
        """Hibernation, from which it is woken: the sockets stay."""
        self.start()

    def kill(self) -> None:
        """And nobody tells of the sockets that are gone with it."""
        self.sockets.clear()
        self.start()

    def pass_ms(self, span_ms: int) -> None:
        """The alarm rings as often as it is due."""
        until_ms = self.now_ms + span_ms
        while (due_ms := self.core.next_deadline_ms()) is not None and due_ms <= until_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self.core.sweep(self.sockets, self.now_ms)
            self.core.wake(self.now_ms)
            self._tell()
        self.now_ms = until_ms

    # --- What people do -------------------------------------------------------------------------

    def come(self, user_id: str = "alice", tab: str | None = None) -> str:
        self._opened += 1
        connection = Connection(f"{user_id}-{self._opened}", user_id, tab)
        for older_id in self.core.connect(ROOM, connection, self.now_ms):
            self.sockets.pop(older_id, None)
        self.sockets[connection.id] = connection
        self._tell()
        return connection.id

    def go(self, connection_id: str) -> None:
        """Their socket is closed, and the actor hears of it."""
        self.vanish(connection_id)
        self.hear_of_close(connection_id)

    def vanish(self, connection_id: str) -> None:
        """It is gone, and nobody says so."""
        self.sockets.pop(connection_id, None)

    def hear_of_close(self, connection_id: str) -> None:
        user_id = connection_id.rpartition("-")[0]
        self.core.disconnect(user_id, connection_id, self.now_ms)
        self._tell()

    def publish(self, message_id: str = "m1", data: object = None, by: str = "alice") -> Receipt:
        message = Publish.model_validate(
            {
                "room_id": ROOM,
                "caller_id": by,
                "message_id": message_id,
                "message_type": "chat",
                "data": data,
            }
        )
        receipt = self.core.receive(message.model_dump_json(), self.now_ms)
        self._tell()
        assert isinstance(receipt, Receipt)
        return receipt

    def publish_slowly(self, count: int) -> None:
        for number in range(count):
            self.now_ms += 1_000
            self.publish(f"slow-{number}")

    def say(self, text: str | None, user_id: str = "alice", right: str = "rw") -> Reaction:
        """A frame on a socket."""
        attached = RoomAttachment(
            user_id=user_id,
            expires_at_ms=self.now_ms + 3_600_000,
            room_id=ROOM,
            connection_id=f"{user_id}-socket",
            right=RoomRight(right),
        )
        reaction = heard(self.core, attached, text, self.now_ms)
        self._tell()
        return reaction

    # --- What is seen ---------------------------------------------------------------------------

    def opening(self, since: str | None = None, limit: int = ALL) -> Opening:
        cursor = None if since is None else Cursor.parsed(since)
        return self.core.opening(ROOM, cursor, limit)

    def hello(self, since: str | None = None) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.opening(since).hello)
        return told

    def present(self) -> dict[str, int]:
        """Members, and how many connections each has."""
        text = DescribePresence().model_dump_json()
        presence = self.core.receive(text, self.now_ms)
        assert isinstance(presence, Presence)
        return {member.user_id: member.connections for member in presence.members}

    def moments(self, *kinds: str) -> list[Moment]:
        wanted = kinds or (JOINED, LEFT, MESSAGE)
        return [
            Moment(event["type"], event["subject"], int(event["cursor"].rpartition("-")[2]))
            for event in self.told
            if event["type"] in wanted
        ]

    def comings(self) -> list[tuple[str, str]]:
        """Who joined and left, in order."""
        return [(moment.kind, moment.user_id) for moment in self.moments(JOINED, LEFT)]

    def _tell(self) -> None:
        self.told += [json.loads(event.text) for event in self.core.take_events()]
