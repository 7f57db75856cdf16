"""Object keys: where bytes lie, and that no two things share a place."""

import itertools

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


def test_nothing_is_ever_written_over_another() -> None:
    written = all_keys(FILE_ID) + all_keys(OTHER_FILE_ID)

    assert len(set(written)) == len(written)
