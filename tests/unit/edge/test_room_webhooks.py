"""What is said in a room goes to its audit; in a user's own room, to their webhooks as well."""

import json

import pytest

from actors.client import RoomClient
from domain.messages.event_page import EventPage, ListEvents
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom
from tests.unit.domain.webhooks import URL

pytestmark = pytest.mark.anyio

OWN = "user-alice"


@pytest.fixture
async def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    """In which alice has a webhook."""
    darkroom = Darkroom(events_enabled=True)
    darkroom.actors.receivers.answer(URL, "", 204, "POST")
    await darkroom.call("POST", "/api/webhooks", {"url": URL})
    return darkroom


async def said(darkroom: Darkroom, clock: Clock, *texts: str) -> None:
    """One after the other; and what is owed of it is done."""
    for text in texts:
        body = {"id": text, "type": "chat", "data": {"text": text}}
        answer = await darkroom.call("POST", f"/rooms/{OWN}/messages", body)
        assert answer.status == 201, answer.text
    clock.advance_ms(darkroom.settings.publish_interval_ms)
    await darkroom.actors.ring()
    await darkroom.actors.webhooks.getByName("alice").carry()


async def test_what_is_said_in_ones_own_room_arrives_in_its_order(
    darkroom: Darkroom, clock: Clock
) -> None:
    await said(darkroom, clock, "one", "two")
    await said(darkroom, clock, "three")

    bodies = [json.loads(str(request.body)) for request in darkroom.actors.receivers.asked]
    assert [body["data"]["data"]["text"] for body in bodies] == ["one", "two", "three"]


async def test_it_can_be_replayed(darkroom: Darkroom, clock: Clock) -> None:
    await said(darkroom, clock, "one", "two")

    page = (await darkroom.operate("GET", f"/ops/rooms/{OWN}/events")).json

    assert [event["data"]["data"]["text"] for event in page["events"]] == ["one", "two"]


async def test_who_has_missed_some_of_it_may_look_it_up(darkroom: Darkroom, clock: Clock) -> None:
    await said(darkroom, clock, "one", "two")
    rooms = RoomClient(darkroom.actors.rooms)

    page = await rooms.list_events(OWN, ListEvents(after=1, limit=9))
    nothing = await rooms.list_events("lobby", ListEvents(after=0, limit=9))

    assert (page.first, len(page.events)) == (2, 1)
    assert nothing == EventPage(epoch="", first=0, events=())


async def test_a_room_that_cannot_tell_tells_later(darkroom: Darkroom, clock: Clock) -> None:
    darkroom.objects.is_down = True
    await said(darkroom, clock, "one")
    darkroom.objects.is_down = False

    clock.advance_ms(60_000)
    await darkroom.actors.ring()
    await darkroom.actors.webhooks.getByName("alice").carry()

    page = (await darkroom.operate("GET", f"/ops/rooms/{OWN}/events")).json
    assert len(page["events"]) == 1
