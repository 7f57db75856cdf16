"""Who is in a room, as its actor keeps it: joins and leaves that are told, and those that are not.

What is kept is compared with the sockets there are whenever the actor wakes: so nobody stays who
has gone while it was not there to see it.
"""

from collections.abc import Mapping
from enum import StrEnum

from actors.room_log import RoomLog
from domain.messages.room import MemberFact
from domain.presence import Connection, parted, returned, swept
from storage.deadlines import Deadlines
from storage.presence_repository import PresenceRepository
from storage.sql import Sql


class RoomDeadline(StrEnum):
    LEAVE = "leave"  # the time of grace of somebody who is missing is over
    SWEEP = "sweep"  # what is kept is to be compared with the sockets
    SESSIONS = "sessions"  # somebody's session ends soon


class RoomPresence:
    def __init__(
        self, sql: Sql, log: RoomLog, deadlines: Deadlines, grace_ms: int, sweep_ms: int
    ) -> None:
        self._repository = PresenceRepository(sql)
        self._log = log
        self._deadlines = deadlines
        self._grace_ms = grace_ms
        self._sweep_ms = sweep_ms

    def facts(self) -> tuple[MemberFact, ...]:
        return self._repository.facts()

    def count(self) -> int:
        """Of connections."""
        return self._repository.count()

    def connect(self, room_id: str, connection: Connection, now_ms: int) -> list[str]:
        """The ids of the connections that this one takes the place of."""
        user_id, tab = connection.user_id, connection.tab
        replaced = [] if tab is None else self._repository.of_tab(user_id, tab)
        for older_id in replaced:
            self._repository.drop(user_id, older_id)
        self._repository.add(connection)
        member = self._repository.member(user_id)
        if member is None:
            self._repository.save(self._log.joined(room_id, user_id, now_ms))
        elif member != returned(member):
            self._repository.save(returned(member))
        self._deadlines.set_if_absent(RoomDeadline.SWEEP, now_ms + self._sweep_ms)
        return replaced

    def disconnect(self, user_id: str, connection_id: str, now_ms: int) -> None:
        """However often it is told, and whenever."""
        member = self._repository.member(user_id)
        if not self._repository.drop(user_id, connection_id) or member is None:
            return
        left = parted(member, self._repository.count_of(user_id), now_ms)
        if left != member:
            self._repository.save(left)
            self._deadlines.set_if_sooner(RoomDeadline.LEAVE, now_ms + self._grace_ms)

    def sweep(self, room_id: str, there: Mapping[str, Connection], now_ms: int) -> None:
        sweep = swept(self._repository.connections(), there)
        for stranger in sweep.strangers:
            self.connect(room_id, stranger, now_ms)
        for ghost in sweep.ghosts:
            self.disconnect(ghost.user_id, ghost.id, now_ms)

    def wake(self, room_id: str, now_ms: int) -> None:
        """Whose time of grace is over has left."""
        for member in self._repository.missing_since(now_ms - self._grace_ms):
            self._repository.remove(member.user_id)
            self._log.left(room_id, member, now_ms)
        self._set_leave()
        self._set_sweep(now_ms)

    def _set_leave(self) -> None:
        missing_ms = self._repository.first_missing_ms()
        due_ms = None if missing_ms is None else missing_ms + self._grace_ms
        if due_ms != self._deadlines.due_ms(RoomDeadline.LEAVE):
            self._deadlines.set(RoomDeadline.LEAVE, due_ms)

    def _set_sweep(self, now_ms: int) -> None:
        """Only as long as there is anybody: an empty room sleeps."""
        due_ms = self._deadlines.due_ms(RoomDeadline.SWEEP)
        if due_ms is not None and due_ms <= now_ms:
            is_empty = self.count() == 0
            self._deadlines.set(RoomDeadline.SWEEP, None if is_empty else now_ms + self._sweep_ms)
