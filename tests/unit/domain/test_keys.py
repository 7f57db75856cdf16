"""Object keys: where bytes lie, and that no two things share a place."""

import itertools

import pytest

from domain import keys
from tests.unit.factories import FILE_ID, OTHER_FILE_ID


def all_keys(file_id: str) -> list[str]:
    """Of one file: its raw bytes, and what two attempts made of them."""
    address = ("alice", "summer-42", file_id)
    attempts = [(keys.processed(*address, n), keys.preview(*address, n)) for n in (1, 2)]
    return [keys.raw(*address, "beach.jpg"), *itertools.chain(*attempts)]


def test_a_key_says_whose_order_and_whose_file_it_is_of() -> None:
    root = "user/alice/orders/summer-42"

    assert all_keys(FILE_ID)[:3] == [
        f"{root}/raw/{FILE_ID}/beach.jpg",
        f"{root}/processed/{FILE_ID}/1",
        f"{root}/preview/{FILE_ID}/1.jpg",
    ]


def test_an_archived_photo_lies_at_the_same_place_under_another_kind() -> None:
    root = "user/alice/orders/summer-42"

    archived = keys.archived(keys.processed("alice", "summer-42", FILE_ID, 7))

    assert archived == f"{root}/archive/{FILE_ID}/7"


@pytest.mark.parametrize("order_id", ["processed", "archive", "a-processed-b"])
def test_an_order_may_be_called_as_a_kind_is(order_id: str) -> None:
    archived = keys.archived(keys.processed("processed", order_id, FILE_ID, 7))

    assert archived == f"user/processed/orders/{order_id}/archive/{FILE_ID}/7"


def test_what_is_no_processed_photo_cannot_be_archived() -> None:
    with pytest.raises(AssertionError):
        keys.archived(keys.preview("alice", "summer-42", FILE_ID, 1))


@pytest.mark.parametrize("order_id", ["summer-42", "processed", "archive"])
def test_only_a_processed_photo_can_have_a_copy(order_id: str) -> None:
    processed = keys.processed("alice", order_id, FILE_ID, 7)

    assert keys.copies_of(processed) == (keys.archived(processed),)
    assert keys.copies_of(keys.archived(processed)) == ()
    assert keys.copies_of(None) == ()


def test_an_attempt_writes_a_processed_photo_and_its_preview_under_its_token() -> None:
    address = ("alice", "summer-42", FILE_ID, 7)

    assert keys.of_attempt(*address) == (keys.processed(*address), keys.preview(*address))


def test_everything_of_a_file_lies_under_its_prefixes_and_nothing_of_another() -> None:
    prefixes = keys.prefixes_of("alice", "summer-42", FILE_ID)
    archived = keys.archived(keys.processed("alice", "summer-42", FILE_ID, 7))

    assert all(key.startswith(prefixes) for key in [*all_keys(FILE_ID), archived])
    assert not any(key.startswith(prefixes) for key in all_keys(OTHER_FILE_ID))


def test_nothing_is_ever_written_over_another() -> None:
    written = all_keys(FILE_ID) + all_keys(OTHER_FILE_ID)

    assert len(set(written)) == len(written)
