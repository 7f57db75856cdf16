"""An order's or a room's events, as it owes them to the audit and to webhooks: batch by batch."""

from actors.effects import PublishEvents
from actors.hub import Hub
from domain.cursor import Cursor
from domain.event_batch import EventBatch, EventSource, SourceKind, fitting
from domain.limits import EVENTS_PER_BATCH_MAX
from domain.messages.event_page import EventPage, ListEvents
from domain.settings import Settings
from log import log
from storage.deadlines import Deadlines
from storage.published_repository import Progress, PublishedRepository
from storage.sql import Sql


class Publishing:
    """Composed by an actor's core, which calls it with its own deadline's name."""

    def __init__(
        self, sql: Sql, hub: Hub, deadlines: Deadlines, settings: Settings, deadline: str
    ) -> None:
        self._repository = PublishedRepository(sql)
        self._hub = hub
        self._deadlines = deadlines
        self._settings = settings
        self._deadline = deadline

    def owe(self, now_ms: int) -> None:
        """Soon, together with what else happens until then."""
        if self._settings.events_enabled:
            due_ms = now_ms + self._settings.publish_interval_ms
            self._deadlines.set_if_absent(self._deadline, due_ms)

    def page(self, message: ListEvents) -> EventPage:
        """What was published, for who has missed some of it."""
        events = self._hub.page(message.after, message.limit)
        first = events[0].cursor if events else Cursor("", 0)
        texts = tuple(event.text for event in events)
        return EventPage(epoch=first.epoch, first=first.offset, events=texts)

    def effect(
        self, kind: SourceKind, source_id: str, owner_id: str | None
    ) -> PublishEvents | None:
        """The next batch. None: all of it was told."""
        head = self._hub.head()
        if head is None:
            self._deadlines.set(self._deadline, None)
            return None
        progress = self._repository.load(head.epoch)
        count = progress.begun_count or EVENTS_PER_BATCH_MAX
        page = self._hub.page(progress.told_offset, count)
        texts = [event.text for event in page]
        if not page:
            self._deadlines.set(self._deadline, None)
            return None
        fit = len(texts) if progress.begun_count else fitting(texts)
        self._repository.keep(Progress(head.epoch, progress.told_offset, fit))
        self._tell_gap(f"{kind}/{source_id}", progress, page[0].cursor.offset)
        source = EventSource(kind=kind, id=source_id, epoch=head.epoch, owner_id=owner_id)
        batch = EventBatch(
            source=source,
            after=progress.told_offset,
            first=page[0].cursor.offset,
            events=tuple(texts[:fit]),
        )
        return PublishEvents(batch)

    @staticmethod
    def _tell_gap(name: str, progress: Progress, first: int) -> None:
        """After an outage that outlasted the log. Once: what was begun is sent as it was."""
        after = progress.told_offset
        if after and first > after + 1 and not progress.begun_count:
            log("events.left_out", level="error", source=name, after=after, first=first)

    def finish(self, effect: PublishEvents, now_ms: int) -> None:
        batch, head = effect.batch, self._hub.head()
        if head is None or head.epoch != batch.source.epoch:
            return
        self._repository.keep(Progress(head.epoch, batch.last))
        if batch.last < head.offset:
            self._deadlines.owe(self._deadline, now_ms)
        else:
            self._deadlines.set(self._deadline, None)
