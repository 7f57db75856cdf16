"""Who may what in which room, by the claim of their token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.room_rights import RoomRight, granted, order_of, own_room

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ({"lobby": "rw"}, RoomRight.PUBLISH),
        ({"lobby": "r"}, RoomRight.READ),
        ({"other": "rw"}, RoomRight.NONE),
        ({"lob*": "r"}, RoomRight.READ),
        ({"lobby*": "r"}, RoomRight.READ),
        ({"*": "rw"}, RoomRight.PUBLISH),
        ({"lobb": "rw"}, RoomRight.NONE),
        ({"l*y": "rw", "*lobby": "rw", "lobby-*": "rw"}, RoomRight.NONE),
        ({}, RoomRight.NONE),
    ],
)
def test_the_claim_grants_by_name_or_by_its_beginning(claim: object, right: RoomRight) -> None:
    assert granted(claim, "lobby") is right


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ({"*": "rw", "lobby": "r"}, RoomRight.READ),
        ({"lobby": "", "lob*": "rw"}, RoomRight.NONE),
        ({"l*": "r", "lob*": "rw", "*": ""}, RoomRight.PUBLISH),
        ({"lobby*": "rw", "lobby": "r"}, RoomRight.READ),
    ],
)
def test_the_most_exact_entry_decides(claim: object, right: RoomRight) -> None:
    assert granted(claim, "lobby") is right


@pytest.mark.parametrize(
    "claim",
    [
        None,
        "rw",
        ["lobby"],
        {"lobby": "w"},
        {"lobby": "RW"},
        {"lobby": True},
        {"lobby": ["rw"]},
        {"lobby": {"rw": "rw"}},
        {"lobby": None},
        {1: "rw"},
    ],
)
def test_what_cannot_be_understood_grants_nothing(claim: object) -> None:
    assert granted(claim, "lobby") is RoomRight.NONE


@given(ANYTHING, st.text())
def test_any_claim_can_be_asked_for_any_room(claim: object, room_id: str) -> None:
    assert granted(claim, room_id) in set(RoomRight)


def test_who_may_publish_may_read() -> None:
    assert [(right.may_read, right.may_publish) for right in RoomRight] == [
        (False, False),
        (True, False),
        (True, True),
    ]


@pytest.mark.parametrize(
    ("room_id", "order_id"),
    [
        ("order-summer-42", "summer-42"),
        ("order-order-1", "order-1"),
        ("order-", None),
        ("order--", None),
        ("orders-1", None),
        ("lobby", None),
        ("user-alice", None),
    ],
)
def test_an_orders_room_is_named_by_the_order(room_id: str, order_id: str | None) -> None:
    assert order_of(room_id) == order_id


def test_a_users_room_is_named_by_the_user() -> None:
    assert own_room("alice") == "user-alice"
