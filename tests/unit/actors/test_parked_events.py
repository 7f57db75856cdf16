"""Parked batches of events: sent again whole, however much of them is shown."""

from actors.effects import PublishEvents
from domain.limits import EFFECT_RETRY_FIRST_MS, PARKED_BODY_CHARACTERS_MAX
from domain.operation import Operation
from tests.unit.actors.operators import OperationsOnPaper
from tests.unit.actors.webhooks import a_batch
from tests.unit.factories import FILE_ID, NOW_MS

LONG = a_batch(0, *[FILE_ID] * 100)
OTHER = a_batch(100, FILE_ID)


def with_parked_events() -> OperationsOnPaper:
    operations = OperationsOnPaper()
    operations.park_events(LONG, "m1")
    operations.park_events(OTHER, "m2")
    operations.park_events(LONG, "m3")
    return operations


def test_of_a_long_batch_the_beginning_is_shown() -> None:
    operations = with_parked_events()

    bodies = [message.body for message in operations.parked().messages]

    assert len(LONG.text) > PARKED_BODY_CHARACTERS_MAX
    assert [len(body) == PARKED_BODY_CHARACTERS_MAX for body in bodies] == [True, False, True]


def test_a_redriven_batch_is_sent_as_it_was_and_leaves_the_list() -> None:
    operations = with_parked_events()

    operated = operations.unpark(Operation.REDRIVE, "m1")

    assert (operated.before, operated.after) == ("parked", "to be sent again")
    assert operations.settle() == [PublishEvents(LONG)]
    assert operations.parked_ids() == ["m3", "m2"]
    assert operations.core.next_deadline_ms() is None


def test_the_same_batch_is_sent_once() -> None:
    operations = with_parked_events()
    operations.unpark(Operation.REDRIVE, "m1", 1)
    operations.unpark(Operation.REDRIVE, "m2", 2)
    operations.unpark(Operation.REDRIVE, "m3", 3)

    assert operations.settle() == [PublishEvents(LONG), PublishEvents(OTHER)]
    assert operations.parked_ids() == []


def test_a_batch_that_could_not_be_sent_is_owed_still() -> None:
    operations = with_parked_events()
    operations.unpark(Operation.REDRIVE, "m1")

    operations.owed()
    operations.restart()

    assert operations.settle(NOW_MS + EFFECT_RETRY_FIRST_MS) == [PublishEvents(LONG)]


def test_a_discarded_batch_is_never_sent() -> None:
    operations = with_parked_events()

    operations.unpark(Operation.DISCARD, "m1")

    assert operations.settle() == []
    assert operations.parked_ids() == ["m3", "m2"]
