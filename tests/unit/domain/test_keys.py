"""Object keys: where bytes lie, and that no two things share a place."""

from domain import keys


def test_a_raw_object_lies_under_its_name() -> None:
    key = keys.raw("alice", "summer-42", "beach.jpg")

    assert key == "user/alice/orders/summer-42/raw/beach.jpg"
    assert keys.stored_name(key) == "beach.jpg"


def test_two_attempts_write_beside_each_other() -> None:
    first = keys.processed("alice", "summer-42", "file_1", 1)
    second = keys.processed("alice", "summer-42", "file_1", 2)

    assert first != second


def test_all_that_was_made_from_a_file_lies_under_its_prefixes() -> None:
    processed, preview = keys.derived_prefixes("alice", "summer-42", "file_1")

    assert keys.processed("alice", "summer-42", "file_1", 7).startswith(processed)
    assert keys.preview("alice", "summer-42", "file_1", 7).startswith(preview)


def test_the_prefixes_of_one_file_hold_nothing_of_another() -> None:
    prefixes = keys.derived_prefixes("alice", "summer-42", "file_1")

    assert not keys.processed("alice", "summer-42", "file_10", 1).startswith(prefixes)
    assert not keys.preview("alice", "summer-42", "file_10", 1).startswith(prefixes)
