"""Cursors: read back as they were written, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cursor import Cursor

EPOCHS = st.from_regex(r"[0-9A-Za-z]{1,32}", fullmatch=True)
OFFSETS = st.integers(min_value=0, max_value=10**15 - 1)


@given(EPOCHS, OFFSETS)
def test_a_cursor_is_read_as_it_was_written(epoch: str, offset: int) -> None:
    cursor = Cursor(epoch, offset)

    assert Cursor.parsed(str(cursor)) == cursor


@given(st.text())
def test_equal_places_have_equal_texts(text: str) -> None:
    cursor = Cursor.parsed(text)

    assert cursor is None or str(cursor) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "e",
        "e-",
        "-1",
        "e--1",
        "e-01",
        "e-+1",
        "e-1.0",
        "e-1 ",
        " e-1",
        "e-1\n",
        "e-1-1",
        "e-9999999999999999",
        "e-\N{ARABIC-INDIC DIGIT ONE}",
        "é-1",
        f"{'e' * 33}-1",
        "e-0x1",
    ],
)
def test_what_nobody_gave_out_is_no_cursor(text: str) -> None:
    assert Cursor.parsed(text) is None


def test_a_cursor_moves_within_its_epoch() -> None:
    assert Cursor("e", 1).moved_to(7) == Cursor("e", 7)
