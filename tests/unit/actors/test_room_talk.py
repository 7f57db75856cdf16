"""What clients say on a room's socket: published, complained of, or the end; never an exception."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.frames import Auth
from actors.room_talk import Ack, ErrorFrame, Reaction
from domain.close_codes import CloseCode
from domain.errors import Code
from domain.limits import (
    MESSAGE_BYTES_MAX,
    ROOM_FRAME_BURST,
    ROOM_FRAME_INTERVAL_MS,
    ROOM_MESSAGE_BURST,
    ROOM_REFUSAL_BURST,
    ROOM_SOCKETS_TOLD_AS_ONE,
)
from tests.unit.actors.rooms import RoomOnPaper

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NEARLY = st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from(["publish", "auth", "x"]), "id": JSON, "data": JSON}
)


def a_frame(**members: object) -> str:
    return json.dumps({"type": "publish", "id": "m1"} | members)


def a_frame_of(size: int) -> str:
    return a_frame(data="a" * (size - len(a_frame(data=""))))


def ack(reaction: Reaction) -> Ack:
    assert isinstance(reaction.answer, Ack)
    return reaction.answer


def complaint(reaction: Reaction) -> ErrorFrame:
    assert isinstance(reaction.answer, ErrorFrame)
    assert reaction.close is None
    return reaction.answer


def closed(reaction: Reaction) -> CloseCode:
    assert reaction.close is not None
    return reaction.close[0]


def say_all(room: RoomOnPaper, count: int, user_id: str = "alice") -> list[Reaction]:
    return [room.say(a_frame(id=f"{number}"), user_id) for number in range(count)]


def crowd(room: RoomOnPaper, count: int) -> None:
    for _ in range(count):
        room.come("alice")


# --- Publishing ---------------------------------------------------------------------------------


def test_a_message_is_told_to_all_and_acknowledged() -> None:
    room = RoomOnPaper()

    reaction = room.say(a_frame(data={"a": [1, None]}, message_type="chat"))

    assert reaction == Reaction(
        Ack(id="m1", cursor="epoch0-1", time="2026-11-22T10:00:00.000Z", replayed=False)
    )
    [event] = room.told
    assert event["data"] == {
        "id": "m1",
        "type": "chat",
        "user_id": "alice",
        "data": {"a": [1, None]},
    }


def test_a_message_that_comes_again_gets_the_first_acknowledgement() -> None:
    room = RoomOnPaper()
    first = ack(room.say(a_frame()))

    again = ack(room.say(a_frame(data="other")))

    assert again == first.model_copy(update={"replayed": True})
    assert len(room.told) == 1


def test_by_whichever_way_it_comes_it_is_the_same_message() -> None:
    room = RoomOnPaper()
    room.publish("m1")

    assert ack(room.say(a_frame())).replayed


def test_who_may_only_read_hears_that_and_stays() -> None:
    room = RoomOnPaper()

    refused = complaint(room.say(a_frame(), right="r"))

    assert (refused.code, refused.id, room.told) == (Code.ROOM_FORBIDDEN, "m1", [])


def test_a_newer_token_is_for_whoever_holds_the_socket() -> None:
    reaction = RoomOnPaper().say('{"type":"auth","token":"t"}')

    assert reaction == Reaction(auth=Auth(type="auth", token="t"))


# --- Bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", "ping!", "{", "not json", '{"type":"publish"', "\x00"])
def test_who_sends_no_json_is_told_to_stop(text: str | None) -> None:
    room = RoomOnPaper()

    assert closed(room.say(text)) is CloseCode.MALFORMED
    assert room.told == []


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("5", "type: it must be publish or auth"),
        ("[]", "type: it must be publish or auth"),
        ("null", "type: it must be publish or auth"),
        ("{}", "type: it must be publish or auth"),
        ('{"type":"subscribe"}', "type: it must be publish or auth"),
        ('{"type":["publish"]}', "type: it must be publish or auth"),
        ('{"type":"publish"}', "id: Field required"),
        ('{"type":"publish","id":7}', "id: Input should be a valid string"),
        ('{"type":"publish","id":"a b"}', "id: String should match pattern '^[!-~]{1,128}$'"),
        ('{"type":"publish","id":"a","user_id":"bob"}', "user_id: Extra inputs are not permitted"),
        ('{"type":"publish","id":"a","data":NaN}', "data: Value error, a number is too large"),
    ],
)
def test_what_does_not_fit_is_complained_of(text: str, detail: str) -> None:
    room = RoomOnPaper()

    complained = complaint(room.say(text))

    assert (complained.code, complained.detail) == (Code.INVALID_BODY, detail)
    assert room.told == []


@pytest.mark.parametrize(("own_id", "told"), [("m7", "m7"), (7, None), ("a b", None)])
def test_a_complaint_names_the_frame_if_it_has_a_name(own_id: object, told: str | None) -> None:
    assert complaint(RoomOnPaper().say(json.dumps({"type": "?", "id": own_id}))).id == told


def test_a_frame_may_have_so_many_bytes() -> None:
    room = RoomOnPaper()

    assert ack(room.say(a_frame_of(MESSAGE_BYTES_MAX)))
    assert closed(room.say(a_frame_of(MESSAGE_BYTES_MAX + 1))) is CloseCode.TOO_LARGE
    assert len(room.told) == 1


def test_bytes_are_counted_and_not_characters() -> None:
    text = json.dumps({"type": "publish", "id": "m1", "data": "é" * 33_000}, ensure_ascii=False)

    assert closed(RoomOnPaper().say(text)) is CloseCode.TOO_LARGE


@given(JSON | NEARLY)
def test_whatever_json_is_said_is_answered(said: object) -> None:
    room = RoomOnPaper()

    reaction = room.say(json.dumps(said))

    assert reaction != Reaction()


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_whatever_is_said_is_answered(text: str) -> None:
    assert RoomOnPaper().say(text) != Reaction()


# --- Too much -----------------------------------------------------------------------------------


def test_above_the_rate_one_is_told_how_long_to_wait() -> None:
    room = RoomOnPaper()
    said = say_all(room, ROOM_FRAME_BURST)

    refused = complaint(room.say(a_frame(id="more")))

    assert [ack(reaction).id for reaction in said][-1] == str(ROOM_FRAME_BURST - 1)
    assert (refused.code, refused.retry_after_ms) == (Code.RATE_LIMITED, ROOM_FRAME_INTERVAL_MS)
    room.now_ms += ROOM_FRAME_INTERVAL_MS
    assert ack(room.say(a_frame(id="more")))


def test_who_goes_on_is_shut_out() -> None:
    room = RoomOnPaper()
    say_all(room, ROOM_FRAME_BURST)

    refused = say_all(room, ROOM_REFUSAL_BURST)
    last = room.say(a_frame())

    assert {complaint(reaction).code for reaction in refused} == {Code.RATE_LIMITED}
    assert closed(last) is CloseCode.RATE_LIMITED


def test_what_cannot_be_read_counts_as_well() -> None:
    room = RoomOnPaper()
    [room.say("{}") for _ in range(ROOM_FRAME_BURST)]

    assert complaint(room.say("{}")).code is Code.RATE_LIMITED


def test_the_more_there_are_to_hear_the_less_may_be_said() -> None:
    room = RoomOnPaper()
    crowd(room, 2 * ROOM_SOCKETS_TOLD_AS_ONE)

    said = [room.publish(by=f"user{number}") for number in range(ROOM_MESSAGE_BURST // 3)]

    assert len(said) == ROOM_MESSAGE_BURST // 3
    assert complaint(room.say(a_frame())).code is Code.RATE_LIMITED


def test_a_room_in_which_too_much_is_said_shuts_nobody_out() -> None:
    room = RoomOnPaper()
    [room.publish(by=f"user{number}") for number in range(ROOM_MESSAGE_BURST)]

    refused = say_all(room, ROOM_FRAME_BURST)

    assert {complaint(reaction).code for reaction in refused} == {Code.RATE_LIMITED}
    assert complaint(refused[0]).id == "0"
