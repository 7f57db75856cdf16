"""A room: messages once and in order, an answer that is kept, and a beginning for who comes new."""

import json

import pytest

from actors.room_events import RoomHello, RoomHelloAgain
from domain.errors import Code, Refusal
from domain.limits import (
    HUB_TRIM_EVERY,
    ROOM_FRAME_BURST,
    ROOM_FRAME_INTERVAL_MS,
    ROOM_HELLO_BYTES_MAX,
    ROOM_HELLO_EVENTS_MAX,
    ROOM_MESSAGE_BURST,
    ROOM_PUBLISH_KEPT_MS,
    ROOM_PUBLISHES_KEPT_MAX,
)
from storage.room_repository import RoomRepository
from tests.unit.actors.rooms import GRACE_MS, ROOM, RoomOnPaper


def publish_by_many(room: RoomOnPaper, count: int) -> None:
    for number in range(count):
        room.publish(by=f"user{number}")


def members(room: RoomOnPaper) -> list[str]:
    return [member["user_id"] for member in room.hello()["members"]]


# --- Publishing ---------------------------------------------------------------------------------


def test_a_message_is_an_event_for_all() -> None:
    room = RoomOnPaper()

    receipt = room.publish("m1", {"text": "hi"})

    [event] = room.told
    assert (receipt.cursor, receipt.is_repeat) == ("epoch0-1", False)
    assert event == {
        "specversion": "1.0",
        "id": "epoch0-1",
        "source": "/rooms/lobby",
        "type": "darkroom.room.message",
        "subject": "alice",
        "time": "2026-11-22T10:00:00.000Z",
        "datacontenttype": "application/json",
        "cursor": "epoch0-1",
        "data": {"id": "m1", "type": "chat", "user_id": "alice", "data": {"text": "hi"}},
    }


def test_messages_have_one_order() -> None:
    room = RoomOnPaper()

    cursors = [
        room.publish("1").cursor,
        room.publish("1", by="bob").cursor,
        room.publish("2").cursor,
    ]

    assert cursors == ["epoch0-1", "epoch0-2", "epoch0-3"]


def test_a_message_that_comes_again_gets_the_first_answer_and_is_told_nobody() -> None:
    room = RoomOnPaper()
    first = room.publish("m1", "hi")
    room.publish("m2")
    room.now_ms += 5_000
    room.hibernate()

    again = room.publish("m1", "something else")

    assert again == first.model_copy(update={"is_repeat": True})
    assert [event["data"]["id"] for event in room.told] == ["m1", "m2"]


def test_the_same_id_of_another_sender_is_another_message() -> None:
    room = RoomOnPaper()
    room.publish("m1")

    assert not room.publish("m1", by="bob").is_repeat


def test_a_message_costs_two_rows() -> None:
    room = RoomOnPaper()
    room.publish("m1")
    before = room.sql.rows_written

    room.publish("m2")

    assert room.sql.rows_written - before == 2


def test_a_repeat_costs_none() -> None:
    room = RoomOnPaper()
    room.publish("m1")
    before = room.sql.rows_written

    room.publish("m1")

    assert room.sql.rows_written == before


def test_answers_are_kept_for_a_day() -> None:
    room = RoomOnPaper()
    room.publish("m1")

    room.now_ms += ROOM_PUBLISH_KEPT_MS
    room.publish_slowly(HUB_TRIM_EVERY)

    assert not room.publish("m1").is_repeat


def test_of_messages_only_so_many_are_known() -> None:
    room = RoomOnPaper()

    room.publish_slowly(ROOM_PUBLISHES_KEPT_MAX + 2 * HUB_TRIM_EVERY)

    kept = RoomRepository(room.sql).count()
    assert ROOM_PUBLISHES_KEPT_MAX <= kept < ROOM_PUBLISHES_KEPT_MAX + HUB_TRIM_EVERY
    assert room.publish(f"slow-{2 * HUB_TRIM_EVERY}").is_repeat
    assert not room.publish("slow-0").is_repeat


def test_a_user_may_publish_so_much() -> None:
    room = RoomOnPaper()
    [room.publish(str(number)) for number in range(ROOM_FRAME_BURST)]

    with pytest.raises(Refusal) as refused:
        room.publish("one-more")

    assert refused.value.code is Code.RATE_LIMITED
    assert refused.value.facts == {"retry_after_ms": ROOM_FRAME_INTERVAL_MS}
    room.publish("of-another", by="bob")
    room.now_ms += ROOM_FRAME_INTERVAL_MS
    assert not room.publish("one-more").is_repeat


def test_in_a_room_so_much_may_be_said() -> None:
    room = RoomOnPaper()
    publish_by_many(room, ROOM_MESSAGE_BURST)

    with pytest.raises(Refusal, match="in this room"):
        room.publish(by="late")


def test_what_is_refused_leaves_no_trace() -> None:
    room = RoomOnPaper()
    publish_by_many(room, ROOM_MESSAGE_BURST)
    before = room.sql.rows_written

    with pytest.raises(Refusal):
        room.publish(by="late")

    assert (room.sql.rows_written, len(room.told)) == (before, ROOM_MESSAGE_BURST)


# --- Reading ------------------------------------------------------------------------------------


def test_a_room_begins_with_its_first_reader() -> None:
    room = RoomOnPaper()

    hello = room.hello()

    assert hello == {
        "type": "hello",
        "cursor": "epoch0-0",
        "recovered": False,
        "room": ROOM,
        "members": [],
        "messages": [],
    }
    assert room.core.cursor() == "epoch0-0"


def test_of_a_room_nobody_was_in_no_trace_is_kept() -> None:
    room = RoomOnPaper()

    assert room.present() == {}
    room.hear_of_close("alice-1")
    room.pass_ms(1_000)

    assert room.core.cursor() is None
    assert room.sql.rows_written == 0


def test_who_comes_new_gets_the_newest_messages_and_who_is_there() -> None:
    room = RoomOnPaper()
    room.come("bob")
    room.publish("m1", "hi")

    hello = RoomHello.model_validate_json(room.opening().hello)

    assert hello.cursor == "epoch0-2"
    assert [(member.user_id, member.stay) for member in hello.members] == [("bob", 1)]
    assert [(message.cursor, message.data.data) for message in hello.messages] == [
        ("epoch0-2", "hi")
    ]


def test_who_goes_on_gets_what_they_missed() -> None:
    room = RoomOnPaper()
    room.publish("m1")
    room.publish("m2")
    room.come("bob")
    room.hibernate()

    opening = room.opening("epoch0-1")

    hello = RoomHelloAgain.model_validate_json(opening.hello)
    assert (hello.cursor, hello.up_to, opening.recovered) == ("epoch0-1", "epoch0-3", True)
    assert [member.user_id for member in hello.members] == ["bob"]
    assert [event.kind for event in opening.events] == [
        "darkroom.room.message",
        "darkroom.room.joined",
    ]


@pytest.mark.parametrize("cursor", ["epoch9-1", "epoch0-3", "epoch0-999999999999999", None])
def test_from_the_cursor_of_another_room_one_starts_anew(cursor: str | None) -> None:
    room = RoomOnPaper()
    room.publish("m1")
    room.publish("m2")

    opening = room.opening(cursor)

    assert (opening.recovered, str(opening.cursor)) == (False, "epoch0-2")
    assert [message["id"] for message in json.loads(opening.hello)["messages"]] == [
        "epoch0-1",
        "epoch0-2",
    ]


def test_hello_is_new_with_every_event() -> None:
    room = RoomOnPaper()

    before = len(room.hello()["messages"])
    room.publish("m1")

    assert (before, len(room.hello()["messages"])) == (0, 1)


def test_hello_tells_who_is_there_at_that_moment() -> None:
    room = RoomOnPaper()

    alices = room.come("alice")
    seen = [members(room)]
    room.come("bob")
    seen.append(members(room))
    room.go(alices)
    room.pass_ms(GRACE_MS)
    seen.append(members(room))

    assert seen == [["alice"], ["alice", "bob"], ["bob"]]


def test_hello_has_so_many_messages() -> None:
    room = RoomOnPaper()
    room.publish_slowly(ROOM_HELLO_EVENTS_MAX + 5)

    messages = room.hello()["messages"]

    assert len(messages) == ROOM_HELLO_EVENTS_MAX
    assert messages[-1]["cursor"] == f"epoch0-{ROOM_HELLO_EVENTS_MAX + 5}"


def test_hello_has_so_many_bytes() -> None:
    room = RoomOnPaper()
    [room.publish(str(number), "é" * 30_000) for number in range(8)]

    opening = room.opening()

    messages = json.loads(opening.hello)["messages"]
    assert [message["data"]["id"] for message in messages] == ["4", "5", "6", "7"]
    assert len(opening.hello.encode()) < ROOM_HELLO_BYTES_MAX + 1_000


def test_messages_are_never_left_out_for_a_slow_reader() -> None:
    room = RoomOnPaper()
    first = room.publish("first")
    room.publish_slowly(400)

    opening = room.opening(first.cursor)

    assert (len(opening.events), opening.is_coalesced) == (400, False)


def test_as_json_it_is_one_page() -> None:
    room = RoomOnPaper()
    room.publish("m1")
    room.publish("m2")

    anew, again = json.loads(room.opening().page), json.loads(room.opening("epoch0-1").page)

    assert (anew["recovered"], len(anew["messages"]), anew["events"]) == (False, 2, [])
    assert (again["recovered"], again["cursor"], len(again["events"])) == (True, "epoch0-2", 1)
