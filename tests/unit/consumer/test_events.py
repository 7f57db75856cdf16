"""The queue of events: each batch to the audit and to webhooks, whichever comes first."""

from itertools import permutations

import pytest

from actors.fanout import Fanout
from consumer.transport import DEAD_EVENTS, EVENTS
from domain.event_batch import EventBatch, EventSource
from domain.messages.operations import ListParked, Unpark
from domain.messages.order import Apply
from domain.messages.webhook import CreateEndpoint
from tests.fakes.local_actors import LocalActors
from tests.unit.actors.operators import an_action
from tests.unit.actors.webhooks import a_batch
from tests.unit.conftest import Clock
from tests.unit.consumer.carried import a_transport, events
from tests.unit.consumer.test_transport import LocalMessage
from tests.unit.darkroom import Darkroom
from tests.unit.domain.webhooks import URL, an_endpoint
from tests.unit.factories import FILE_ID, a_file, news

pytestmark = pytest.mark.anyio


@pytest.fixture
def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    darkroom = Darkroom()
    darkroom.actors.receivers.answer(URL, "", 204, "POST")
    return darkroom


async def with_an_endpoint(darkroom: Darkroom) -> None:
    await darkroom.services.webhooks.create("alice", CreateEndpoint(endpoint=an_endpoint()))


async def consumed(darkroom: Darkroom, *messages: LocalMessage) -> None:
    await a_transport(darkroom).consume(EVENTS, messages)
    await darkroom.actors.webhooks.getByName("alice").carry()


async def consumed_one_by_one(darkroom: Darkroom, batches: list[EventBatch]) -> None:
    for batch in batches:
        await consumed(darkroom, LocalMessage(batch.text))


async def changed(darkroom: Darkroom, *versions: int) -> None:
    for version in versions:
        update: Apply = news(version, a_file())
        await darkroom.services.orders.apply("summer-42", update)


def arrived(darkroom: Darkroom) -> list[str]:
    return [request.headers["webhook-id"] for request in darkroom.actors.receivers.asked]


def logged_batch(darkroom: Darkroom, first: int, last: int) -> EventBatch:
    """As the order would send it."""
    order = darkroom.actors.orders.actors["summer-42"]
    published = [event for event in order.events if first <= event.cursor.offset <= last]
    epoch = published[0].cursor.epoch
    source = EventSource(kind="orders", id="summer-42", epoch=epoch, owner_id="alice")
    texts = tuple(event.text for event in published)
    return EventBatch(source=source, after=first - 1, first=first, events=texts)


async def test_a_batch_goes_to_the_audit_and_to_its_owner(darkroom: Darkroom) -> None:
    await with_an_endpoint(darkroom)
    batch = a_batch(0, FILE_ID)
    message = LocalMessage(batch.text)

    await consumed(darkroom, message)

    assert message.told == ["ack"]
    assert await darkroom.objects.read(batch.segment_key) == batch.segment.encode()
    assert arrived(darkroom) == ["e1-1"]


async def test_a_batch_that_comes_twice_is_told_once(darkroom: Darkroom) -> None:
    await with_an_endpoint(darkroom)
    batch = a_batch(0, FILE_ID)

    await consumed(darkroom, LocalMessage(batch.text), LocalMessage(batch.text))

    assert arrived(darkroom) == ["e1-1"]


async def test_without_an_endpoint_there_is_the_audit_alone(darkroom: Darkroom) -> None:
    batch = a_batch(0, FILE_ID)

    await consumed(darkroom, LocalMessage(batch.text))

    assert batch.segment_key in darkroom.objects.keys
    assert arrived(darkroom) == []


@pytest.mark.parametrize("turn", [*permutations(range(3))])
async def test_whichever_comes_first_all_arrive_in_their_order(
    darkroom: Darkroom, turn: tuple[int, ...]
) -> None:
    await with_an_endpoint(darkroom)
    await changed(darkroom, 1, 2, 3, 4, 5)
    batches = [logged_batch(darkroom, *span) for span in ((1, 2), (3, 4), (5, 5))]

    await consumed_one_by_one(darkroom, [batches[number] for number in turn])

    epoch = batches[0].source.epoch
    assert arrived(darkroom) == [f"{epoch}-{offset}" for offset in range(1, 6)]
    assert {batch.segment_key for batch in batches} <= darkroom.objects.keys


async def test_where_the_log_has_nothing_it_is_told_out_of_turn(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    await with_an_endpoint(darkroom)

    await consumed(darkroom, LocalMessage(a_batch(7, FILE_ID).text))

    assert arrived(darkroom) == ["e1-8"]
    assert [line["event"] for line in events(capsys, "events.")] == ["events.not_found"]


async def test_what_cannot_be_passed_on_comes_again(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    darkroom.objects.is_down = True
    message = LocalMessage(a_batch(0, FILE_ID).text)

    await consumed(darkroom, message)

    assert message.told == ["retry"]
    assert [line["event"] for line in events(capsys, "events.")] == ["events.not_passed_on"]


@pytest.mark.parametrize(
    ("attempts", "pause_s"), [(1, 10), (2, 20), (6, 320), (7, 600), (100, 600)]
)
async def test_it_comes_ever_more_seldom(darkroom: Darkroom, attempts: int, pause_s: int) -> None:
    darkroom.objects.is_down = True
    message = LocalMessage(a_batch(0, FILE_ID).text, attempts=attempts)

    await consumed(darkroom, message)

    assert message.pauses_s == [pause_s]


@pytest.mark.parametrize("body", ["no batch", {"no": "batch"}, None, b"\xff"])
async def test_what_cannot_be_read_comes_again(darkroom: Darkroom, body: object) -> None:
    message, readable = LocalMessage(body), LocalMessage(a_batch(0, FILE_ID).text)

    await consumed(darkroom, message, readable)

    assert (message.told, readable.told) == (["retry"], ["ack"])


async def test_in_the_end_it_is_parked_under_its_queue(darkroom: Darkroom) -> None:
    message = LocalMessage(a_batch(0, FILE_ID).text)

    await a_transport(darkroom).consume(DEAD_EVENTS, [message])

    (parked,) = (await darkroom.services.operations.list_parked(ListParked())).messages
    assert (parked.queue, parked.reason) == (DEAD_EVENTS, "delivered too often")


@pytest.mark.parametrize("body", ["no batch", {"no": "batch"}])
async def test_what_nobody_could_read_is_parked_as_that(darkroom: Darkroom, body: object) -> None:
    await a_transport(darkroom).consume(DEAD_EVENTS, [LocalMessage(body)])

    (parked,) = (await darkroom.services.operations.list_parked(ListParked())).messages
    assert (parked.queue, parked.reason) == (DEAD_EVENTS, "no consumer could read it")


@pytest.mark.parametrize("came_since", [0, 1])
async def test_what_is_redriven_reaches_the_audit_and_each_receiver_once(
    darkroom: Darkroom, came_since: int
) -> None:
    """Also where a later batch has had its events looked up meanwhile."""
    await with_an_endpoint(darkroom)
    await changed(darkroom, 1, 2, 3)
    lost, later = logged_batch(darkroom, 1, 2), logged_batch(darkroom, 3, 3)
    await a_transport(darkroom).consume(DEAD_EVENTS, [LocalMessage(lost.text)])
    await consumed_one_by_one(darkroom, [later] * came_since)

    await darkroom.services.operations.unpark(Unpark(message_id="m1", action=an_action()))
    await darkroom.actors.webhooks.getByName("alice").carry()
    await consumed_one_by_one(darkroom, [later])

    assert {lost.segment_key, later.segment_key} <= darkroom.objects.keys
    assert arrived(darkroom) == [f"{lost.source.epoch}-{offset}" for offset in range(1, 4)]
    assert (await darkroom.services.operations.list_parked(ListParked())).messages == ()


class BrokenFanout(Fanout):
    async def deliver(self, batch: EventBatch) -> None:
        raise RuntimeError(batch.source.id)


async def test_a_bug_gives_the_message_back(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    actors: LocalActors = darkroom.actors
    known = actors.fanout
    fanout = BrokenFanout(actors.objects, known.webhooks, known.orders, known.rooms)
    message = LocalMessage(a_batch(0, FILE_ID).text)

    await a_transport(darkroom, fanout=fanout).consume(EVENTS, [message])

    assert message.told == ["retry"]
    assert [line["event"] for line in events(capsys, "message.")] == ["message.broke"]
