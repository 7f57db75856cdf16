"""Bugs to be found in what watchers, the audit and webhooks are told: `planted.py` says how."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import pytest

from actors.audience import Audience
from actors.effects import PublishEvents
from actors.fanout import Fanout
from actors.hub import Hub
from actors.live import Streams
from actors.order_log import OrderLog
from actors.pacing import Owed, Pace
from actors.publishing import Publishing
from actors.waiting import Waiting
from actors.webhook import WebhookCore
from consumer import events as consumer
from consumer.message import Message
from domain.cursor import Cursor
from domain.errors import Outage
from domain.event_batch import EventBatch
from domain.messages.webhook import Accept, Accepted
from domain.webhook import Attempt
from storage import hub_repository
from storage.hub_repository import HubRepository, Published, Span
from storage.published_repository import Progress, PublishedRepository
from tests.simulation.planted import Plant

T = TypeVar("T")


# --- The log, and going on from a cursor --------------------------------------------------------


def what_was_undone_is_told(patch: pytest.MonkeyPatch) -> None:
    """Before it is known to be kept."""

    def transaction(self: Hub, body: Callable[[], T]) -> T:
        return self._sql.transaction(body)

    patch.setattr(Hub, "transaction", transaction)


def who_comes_back_misses_one(patch: pytest.MonkeyPatch) -> None:
    after = HubRepository.after

    def skipping(self: HubRepository, cursor: Cursor, limit: int) -> tuple[Published, ...]:
        found = after(self, cursor, limit + 1)
        return found[1:] if len(found) > 1 else found

    patch.setattr(HubRepository, "after", skipping)


def the_newest_is_coalesced_away(patch: pytest.MonkeyPatch) -> None:
    oldest_after = hub_repository.NEWEST_AFTER.replace("MAX", "MIN")
    patch.setattr(hub_repository, "NEWEST_AFTER", oldest_after)


def the_newest_one_will_do(patch: pytest.MonkeyPatch) -> None:
    """Not that of each file, but the newest there is."""
    few = hub_repository.AFTER.replace("ORDER BY event_offset", "ORDER BY event_offset DESC")

    def newest_after(self: HubRepository, cursor: Cursor, _: int) -> tuple[Published, ...]:
        rows = self._sql.rows(few, cursor.offset, 1)
        return tuple(hub_repository._published(cursor, row) for row in rows)  # noqa: SLF001

    patch.setattr(HubRepository, "newest_after", newest_after)


def any_epoch_will_do(patch: pytest.MonkeyPatch) -> None:
    def reaches(self: Span, cursor: Cursor) -> bool:
        return self.start.offset <= cursor.offset <= self.head.offset

    patch.setattr(Span, "reaches", reaches)


def the_future_is_reached(patch: pytest.MonkeyPatch) -> None:
    def reaches(self: Span, cursor: Cursor) -> bool:
        return cursor.epoch == self.head.epoch and self.start.offset <= cursor.offset

    patch.setattr(Span, "reaches", reaches)


def what_is_forgotten_is_reached(patch: pytest.MonkeyPatch) -> None:
    def reaches(self: Span, cursor: Cursor) -> bool:
        return cursor.epoch == self.head.epoch and cursor.offset <= self.head.offset

    patch.setattr(Span, "reaches", reaches)


def an_old_snapshot_is_new_enough(patch: pytest.MonkeyPatch) -> None:
    hello = OrderLog._hello  # noqa: SLF001 -- the one that is kept

    def kept(self: OrderLog, order: Any) -> str:
        return self._hello_of[1] or hello(self, order)

    patch.setattr(OrderLog, "_hello", kept)


# --- Telling ------------------------------------------------------------------------------------


def what_is_owed_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    def flush(self: Pace) -> None:
        self._owed = None

    patch.setattr(Pace, "flush", flush)


def what_is_owed_is_overtaken(patch: pytest.MonkeyPatch) -> None:
    happened = Pace.happened

    def at_once(self: Pace, events: Sequence[Published]) -> None:
        if self._owed is None:
            happened(self, events)
        else:
            self._tell([event.text for event in events])

    patch.setattr(Pace, "happened", at_once)


def of_what_is_owed_the_first_is_told(patch: pytest.MonkeyPatch) -> None:
    add = Owed.add

    def the_first(self: Owed, events: Sequence[Published]) -> None:
        if not self.texts:
            add(self, events)

    patch.setattr(Owed, "add", the_first)


def a_newcomer_hears_what_they_know(patch: pytest.MonkeyPatch) -> None:
    """What others are owed is told after they have come."""

    async def hears(self: Audience) -> None:
        self.hear()

    patch.setattr(Audience, "level", hears)


def who_waits_is_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Waiting, "release", _to_nobody)


def _to_nobody(_: Waiting, __: Sequence[Published] = ()) -> None:
    """They will find out."""


def a_stream_is_written_blindly(patch: pytest.MonkeyPatch) -> None:
    """What happens while something is written is nobody's business."""
    go_on = Streams._go_on  # noqa: SLF001 -- the loop of a stream

    async def from_the_newest(
        self: Streams, cursor: Cursor, open_at: Any, until_ms: int, write: Any
    ) -> None:
        newest = Cursor.parsed(self._waiting._cursor() or "")  # noqa: SLF001 -- as above
        await go_on(self, newest or cursor, open_at, until_ms, write)

    patch.setattr(Streams, "_go_on", from_the_newest)


# --- Publishing ---------------------------------------------------------------------------------


def what_is_begun_counts_as_told(patch: pytest.MonkeyPatch) -> None:
    """The cursor goes on before the queue has answered."""
    effect = Publishing.effect

    def hasty(self: Publishing, *source: Any) -> PublishEvents | None:
        begun = effect(self, *source)
        if begun is not None:
            batch = begun.batch
            self._repository.keep(Progress(batch.source.epoch, batch.last))
        return begun

    patch.setattr(Publishing, "effect", hasty)


def a_batch_is_made_anew_each_time(patch: pytest.MonkeyPatch) -> None:
    keep = PublishedRepository.keep

    def without_count(self: PublishedRepository, progress: Progress) -> None:
        keep(self, Progress(progress.epoch, progress.told_offset))

    patch.setattr(PublishedRepository, "keep", without_count)


def an_undelivered_batch_is_done_with(patch: pytest.MonkeyPatch) -> None:
    async def at_most_once(fanout: Fanout, batch: EventBatch, message: Message) -> None:
        message.ack()
        try:
            await fanout.deliver(batch)
        except Outage:
            return

    patch.setattr(consumer, "_pass_on", at_most_once)


def batches_are_taken_as_they_come(patch: pytest.MonkeyPatch) -> None:
    accept = WebhookCore._accept  # noqa: SLF001 -- what it does with a batch

    def in_any_order(self: WebhookCore, message: Accept, now_ms: int) -> Accepted:
        return accept(self, message.model_copy(update={"is_final": True}), now_ms)

    patch.setattr(WebhookCore, "_accept", in_any_order)


def any_answer_will_do(patch: pytest.MonkeyPatch) -> None:
    """A webhook that was answered at all was delivered, or not answered."""
    patch.setattr(Attempt, "is_success", property(lambda _: True))


def webhooks_overtake_each_other(patch: pytest.MonkeyPatch) -> None:
    """Those of one file, too."""
    nothing_waits = "SELECT 1 WHERE ? IS NULL AND ? IS NULL"
    patch.setattr("storage.webhook_repository.IS_WAITING", nothing_waits)


LIVE_PLANTS: Final[tuple[Plant, ...]] = (
    what_was_undone_is_told,
    who_comes_back_misses_one,
    the_newest_is_coalesced_away,
    the_newest_one_will_do,
    any_epoch_will_do,
    the_future_is_reached,
    what_is_forgotten_is_reached,
    an_old_snapshot_is_new_enough,
    what_is_owed_is_forgotten,
    what_is_owed_is_overtaken,
    of_what_is_owed_the_first_is_told,
    a_newcomer_hears_what_they_know,
    who_waits_is_not_told,
    a_stream_is_written_blindly,
    what_is_begun_counts_as_told,
    a_batch_is_made_anew_each_time,
    an_undelivered_batch_is_done_with,
    batches_are_taken_as_they_come,
    any_answer_will_do,
    webhooks_overtake_each_other,
)
