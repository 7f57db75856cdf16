"""What may be published: JSON that comes back as it was sent, and nothing that breaks a reader."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue, ValidationError

from domain.limits import ROOM_DATA_DEPTH_MAX
from domain.room_data import MessageId, MessageType, RoomData, is_message_id


class Carried(BaseModel):
    id: MessageId = "m1"
    type: MessageType = "t"
    data: RoomData = None


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    return f'{{"data":{opening * levels}1{closing * levels}}}'


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers()
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"]))
DATA = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner)
)


@given(DATA)
def test_data_comes_back_as_it_was_sent(data: JsonValue) -> None:
    sent = json.dumps({"data": data}).encode(errors="surrogatepass")

    carried = Carried.model_validate_json(sent)

    assert json.loads(carried.model_dump_json())["data"] == data


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_data_may_be_so_deep(opening: str) -> None:
    closing = {"[": "]"}.get(opening, "}")

    Carried.model_validate_json(nested(ROOM_DATA_DEPTH_MAX, opening, closing))


@pytest.mark.parametrize(
    "text",
    [
        nested(ROOM_DATA_DEPTH_MAX + 1),
        nested(ROOM_DATA_DEPTH_MAX + 1, '{"a":', "}"),
        nested(500),
        nested(30_000),
        '{"data":NaN}',
        '{"data":[1,-Infinity]}',
        '{"data":{"a":1e999}}',
        '{"data":"\\ud800"}',
        f'{{"data":{"9" * 5_000}}}',
        '{"data":"',
        '{"data":\x00}',
    ],
)
def test_what_a_reader_could_not_take_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Carried.model_validate_json(text)


@pytest.mark.parametrize("own_id", ["1", "a" * 128, "01H-8:/.~!"])
def test_an_id_is_visible_ascii(own_id: str) -> None:
    assert is_message_id(own_id)
    assert Carried(id=own_id).id == own_id


@pytest.mark.parametrize("own_id", ["", " ", "a" * 129, "a b", "é", "a\n", "\x00", "\x7f", 1, None])
def test_nothing_else_is_an_id(own_id: object) -> None:
    assert not is_message_id(own_id)
    with pytest.raises(ValidationError):
        Carried.model_validate({"id": own_id})


@pytest.mark.parametrize("kind", ["", "-a", "a b", "a" * 65, "a\n", "ä"])
def test_a_type_is_a_short_name(kind: str) -> None:
    with pytest.raises(ValidationError):
        Carried(type=kind)


def test_a_number_is_finite() -> None:
    with pytest.raises(ValidationError, match="too large"):
        Carried(data=math.inf)
