"""The directories of a TIFF, whoever wrote them: both byte orders, loops, lies and cut ends."""

import struct
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import TIFF_DIRECTORIES_MAX, TIFF_ENTRIES_MAX, TIFF_VALUES_MAX
from storage.spans import Malformed, read_from
from storage.tiff import Directory, below, directories, first_directory, number, numbers
from tests.unit.storage.mutants import mutants
from tests.unit.storage.tiffs import Below, Ifd, Numbers, a_tiff, long, short

WIDTH: Final = 256
SUBS: Final = 330
ORDERS: Final = ["<", ">"]


def widths(tiff: bytes) -> list[int | None]:
    """Of every directory that is found, in the order in which they are."""
    return [read_from(tiff, number(found, WIDTH)) for found in read_from(tiff, directories())]


def first(tiff: bytes) -> Directory:
    return read_from(tiff, first_directory())


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("header_last", [False, True])
def test_a_chain_and_what_lies_below_it_is_found(order: str, *, header_last: bool) -> None:
    subs = Below(({WIDTH: long(3)}, {WIDTH: short(4)}))
    tiff = a_tiff(
        {WIDTH: long(1), SUBS: subs}, {WIDTH: long(2)}, order=order, header_last=header_last
    )

    assert widths(tiff) == [1, 3, 4, 2]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("value", "read"),
    [
        (short(7), (7,)),
        (short(1, 2), (1, 2)),
        (short(1, 2, 3), (1, 2, 3)),
        (long(70_000), (70_000,)),
        (long(1, 2), (1, 2)),
        (Numbers(1, (1, 4, 0, 0)), (1, 4, 0, 0)),
        (long(*range(100)), tuple(range(TIFF_VALUES_MAX))),
    ],
)
def test_numbers_are_read_wherever_they_stand(
    order: str, value: Numbers, read: tuple[int, ...]
) -> None:
    tiff = a_tiff({700: value}, order=order)

    assert read_from(tiff, numbers(first(tiff), 700)) == read


def test_a_tag_that_is_absent_or_holds_no_number_has_none() -> None:
    text = struct.pack("<HHHI4s", 1, WIDTH, 2, 3, b"ab\0\0")
    tiff = b"II*\0\x08\0\0\0" + text + bytes(4)

    assert read_from(tiff, numbers(first(tiff), WIDTH)) == ()
    assert read_from(tiff, number(first(tiff), 257)) is None
    assert read_from(tiff, below(first(tiff), 34665)) is None


def test_a_tag_that_comes_again_is_listed_each_time_and_the_last_one_counts() -> None:
    entries = struct.pack("<HHIIHHII", WIDTH, 4, 1, 7, WIDTH, 4, 1, 9)

    directory = first(b"II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + bytes(4))

    assert [entry.inline[0] for entry in directory.listed] == [7, 9]
    assert directory.entries[WIDTH].inline[0] == 9


def test_a_directory_that_is_its_own_successor_is_read_once() -> None:
    directory = struct.pack("<HHHIII", 1, WIDTH, 4, 1, 9, 8)

    assert widths(b"II*\0\x08\0\0\0" + directory) == [9]


def test_two_directories_that_lie_below_each_other_are_read_once() -> None:
    one = struct.pack("<HHHIIHHIII", 2, WIDTH, 4, 1, 1, SUBS, 4, 1, 38, 0)
    other = struct.pack("<HHHIIHHIII", 2, WIDTH, 4, 1, 2, SUBS, 4, 1, 8, 0)

    assert widths(b"II*\0\x08\0\0\0" + one + other) == [1, 2]


def test_no_more_directories_are_read_than_can_be_of_interest() -> None:
    chain: list[Ifd] = [{WIDTH: long(nth)} for nth in range(TIFF_DIRECTORIES_MAX + 10)]

    assert widths(a_tiff(*chain)) == list(range(TIFF_DIRECTORIES_MAX))


def test_what_was_found_before_a_damaged_directory_counts() -> None:
    tiff = a_tiff({WIDTH: long(1), SUBS: long(10**9, 4)}, {WIDTH: long(2)})

    assert widths(tiff) == [1, 2]


def test_a_last_directory_may_lack_the_place_of_the_next() -> None:
    assert widths(a_tiff({WIDTH: long(5)})[:-4]) == [5]


TIFF: Final = a_tiff({WIDTH: long(5), 257: long(1, 2)})


@pytest.mark.parametrize(
    "tiff",
    [
        b"",
        b"II*\0",
        b"II+\0\x08\0\0\0" + TIFF[8:],
        b"MM*\0" + TIFF[4:],
        TIFF[:20],
        b"II*\0\xff\xff\xff\xff" + TIFF[8:],
        b"II*\0\x08\0\0\0\0\0" + bytes(20),
        b"II*\0\x08\0\0\0" + struct.pack("<H", TIFF_ENTRIES_MAX + 1) + bytes(20_000),
    ],
    ids=[
        "empty",
        "a magic number",
        "a BigTIFF",
        "mixed byte orders",
        "cut off",
        "outside",
        "no entries",
        "too many entries",
    ],
)
def test_what_is_no_tiff_is_malformed(tiff: bytes) -> None:
    with pytest.raises(Malformed):
        read_from(tiff, directories())


@pytest.mark.parametrize(("count", "offset"), [(2, 10**6), (2**32 - 1, 8), (2, 2**32 - 1)])
def test_values_that_lie_outside_are_malformed(count: int, offset: int) -> None:
    entry = struct.pack("<HHHII", 1, WIDTH, 4, count, offset)
    tiff = b"II*\0\x08\0\0\0" + entry + bytes(4)

    with pytest.raises(Malformed):
        read_from(tiff, numbers(first(tiff), WIDTH))


def outcome(tiff: bytes) -> list[Directory] | Malformed:
    try:
        return read_from(tiff, directories())
    except Malformed as malformed:
        return malformed


@given(order=st.sampled_from([b"II*\0", b"MM\0*"]), rest=st.binary(max_size=300))
def test_any_bytes_are_directories_or_malformed(order: bytes, rest: bytes) -> None:
    assert outcome(order + rest)


@pytest.mark.parametrize("seed", range(20))
def test_a_tiff_with_bytes_changed_is_directories_or_malformed(seed: int) -> None:
    tiff = a_tiff({WIDTH: long(1), SUBS: Below(({WIDTH: long(2)},))}, {WIDTH: long(3)})

    assert all(map(outcome, mutants(tiff, seed, 50)))
