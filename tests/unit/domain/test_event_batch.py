"""Events on their way: one text there and back, a segment's key, and how many fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.event_batch import EventBatch, EventSource, fitting
from domain.limits import EVENTS_PER_BATCH_BYTES_MAX, EVENTS_PER_BATCH_MAX

SOURCE = EventSource(kind="orders", id="summer-42", epoch="e1", owner_id="alice")
BATCH = EventBatch(source=SOURCE, after=4, first=5, events=('{"id":"e1-5"}', '{"id":"e1-6"}'))


def test_a_batch_comes_back_as_it_was() -> None:
    assert EventBatch.parsed(BATCH.text) == BATCH


def test_a_segment_is_json_lines_under_the_offsets_of_its_events() -> None:
    assert BATCH.segment == '{"id":"e1-5"}\n{"id":"e1-6"}\n'
    assert BATCH.segment_key == "audit/orders/summer-42/e1/000000000000005-000000000000006.jsonl"


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"source": 1}\n{}', "\n\n", "[1]\n"])
def test_what_is_no_batch_is_told(text: str) -> None:
    assert EventBatch.parsed(text) is None


@given(st.lists(st.integers(0, EVENTS_PER_BATCH_BYTES_MAX + 10), max_size=150))
def test_as_many_as_fit_and_at_least_one(sizes: list[int]) -> None:
    texts = ["x" * size for size in sizes]

    count = fitting(texts)

    size = sum(map(len, texts[:count])) + count
    assert min(len(texts), 1) <= count <= EVENTS_PER_BATCH_MAX
    assert count <= 1 or size <= EVENTS_PER_BATCH_BYTES_MAX


def test_a_hundred_small_ones_make_a_batch() -> None:
    assert fitting(["{}"] * 101) == 100


def test_bytes_are_counted_not_characters() -> None:
    half = "ü" * (EVENTS_PER_BATCH_BYTES_MAX // 4)

    assert fitting([half, half, "{}"]) == 1
