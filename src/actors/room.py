"""The core of a room's actor: what is said in it once, to all, in one order; and who is there."""

from collections.abc import Callable, Mapping

from actors.effects import Effect, PublishEvents
from actors.hub import ALL
from actors.opening import Opening
from actors.room_log import PUBLISH, RoomLog
from actors.room_presence import RoomDeadline, RoomPresence
from actors.room_rates import RoomRates
from actors.sessions import SessionDeadline
from domain.cursor import Cursor
from domain.happening import Happening
from domain.limits import HUB_TRIM_EVERY, ROOM_PUBLISH_KEPT_MS, ROOM_PUBLISHES_KEPT_MAX
from domain.messages.event_page import EventPage, ListEvents
from domain.messages.room import ROOM_MESSAGE, DescribePresence, Presence, Publish, Receipt
from domain.presence import Connection
from domain.room_rights import owner_of
from domain.settings import Settings
from domain.values import Value
from storage.deadlines import Deadlines
from storage.hub_repository import Published
from storage.room_repository import MIGRATIONS, RoomRepository
from storage.sql import Sql, migrate, migrate_existing


class RoomCore:
    def __init__(self, sql: Sql, settings: Settings, new_epoch: Callable[[], str]) -> None:
        self._sql = sql
        exists = migrate_existing(sql, MIGRATIONS)
        self._repository = RoomRepository(sql)
        self._deadlines = Deadlines(sql)
        self._log = RoomLog(sql, self._deadlines, settings)
        self._presence = RoomPresence(
            sql, self._log, self._deadlines, settings.presence_grace_ms, settings.presence_sweep_ms
        )
        self.sessions = SessionDeadline(self._deadlines, RoomDeadline.SESSIONS)
        self.rates = RoomRates()
        self._new_epoch = new_epoch
        self._room_id = self._repository.room_id() if exists else None

    def receive(self, text: str, now_ms: int) -> Value:
        message = ROOM_MESSAGE.validate_json(text)
        match message:
            case DescribePresence():
                return self._described()
            case ListEvents():
                if self._room_id is None:
                    return EventPage(epoch="", first=0, events=())
                return self._log.publishing.page(message)
            case Publish():
                self.rates.send(f"user {message.caller_id}", now_ms)
                return self.publish(message, now_ms)

    def publish(self, message: Publish, now_ms: int) -> Receipt:
        sockets = 0 if self._room_id is None else self._presence.count()
        self.rates.publish(sockets, now_ms)
        self._come_to_be(message.room_id)
        return self._log.hub.transaction(lambda: self._published(message, now_ms))

    def opening(self, room_id: str, since: Cursor | None = None, limit: int = ALL) -> Opening:
        """All a reader needs, from one stretch. A room begins with whoever comes first."""
        self._come_to_be(room_id)
        return self._log.opening(room_id, since, limit)

    def catch_up(self, since: Cursor) -> Opening:
        """For all sockets at once. Who came and went meanwhile is told, each time, as it was."""
        assert self._room_id is not None, "there are events"
        return self._log.opening(self._room_id, since, ALL, coalesce_from=ALL)

    def connect(self, room_id: str, connection: Connection, now_ms: int) -> list[str]:
        """The ids of the connections that this one takes the place of."""
        self._come_to_be(room_id)
        return self._log.hub.transaction(
            lambda: self._presence.connect(room_id, connection, now_ms)
        )

    def disconnect(self, user_id: str, connection_id: str, now_ms: int) -> None:
        if self._room_id is not None:
            self._log.hub.transaction(
                lambda: self._presence.disconnect(user_id, connection_id, now_ms)
            )

    def sweep(self, there: Mapping[str, Connection], now_ms: int) -> None:
        """What is known of connections becomes what there is."""
        if (room_id := self._room_id) is not None:
            self._log.hub.transaction(lambda: self._presence.sweep(room_id, there, now_ms))

    def cursor(self) -> str | None:
        """Of the newest that has happened."""
        head = None if self._room_id is None else self._log.hub.head()
        return None if head is None else str(head)

    def take_events(self) -> list[Published]:
        """What happened since last asked. To be sent only once the change itself is kept."""
        return self._log.hub.take()

    def take_happenings(self) -> list[Happening]:
        """What happens in a room is what is said there, and that is not ours to log."""
        return []

    def wake(self, now_ms: int) -> None:
        if (room_id := self._room_id) is not None:
            self._log.hub.transaction(lambda: self._presence.wake(room_id, now_ms))

    # --- Effects: the one that a room owes ------------------------------------------------------

    def next_effect(self, now_ms: int) -> Effect | None:
        if self._room_id is None or not self._deadlines.take(PUBLISH, now_ms):
            return None
        return self._log.publishing.effect("rooms", self._room_id, owner_of(self._room_id))

    def finish(self, effect: Effect, reply: Value | None, now_ms: int) -> None:  # noqa: ARG002
        assert isinstance(effect, PublishEvents)
        self._sql.transaction(lambda: self._log.publishing.finish(effect, now_ms))

    def next_deadline_ms(self) -> int | None:
        return None if self._room_id is None else self._deadlines.earliest()

    # --- State ----------------------------------------------------------------------------------

    def _published(self, message: Publish, now_ms: int) -> Receipt:
        """What comes again is answered as at first, whatever it says now."""
        sender, own_id = message.caller_id, message.message_id
        if (known := self._repository.known(sender, own_id)) is not None:
            head = self._log.hub.head()
            assert head is not None, "what is known was published"
            cursor = str(head.moved_to(known.offset))
            return Receipt(message_id=own_id, cursor=cursor, at_ms=known.at_ms, is_repeat=True)
        event = self._log.said(message, now_ms)
        offset = event.cursor.offset
        self._repository.keep(sender, own_id, offset, now_ms)
        if offset % HUB_TRIM_EVERY == 0:
            oldest_ms = now_ms - ROOM_PUBLISH_KEPT_MS
            self._repository.forget(offset - ROOM_PUBLISHES_KEPT_MAX, oldest_ms)
        return Receipt(message_id=own_id, cursor=str(event.cursor), at_ms=now_ms)

    def _described(self) -> Presence:
        if self._room_id is None:
            return Presence(members=())
        return Presence(members=self._presence.facts(), cursor=self.cursor())

    def _come_to_be(self, room_id: str) -> None:
        if self._room_id is None:
            migrate(self._sql, MIGRATIONS)
            self._log.hub.transaction(lambda: self._begin(room_id))
            self._room_id = room_id

    def _begin(self, room_id: str) -> None:
        self._repository.create(room_id)
        self._log.hub.go_on_from(Cursor(self._new_epoch(), 0))
