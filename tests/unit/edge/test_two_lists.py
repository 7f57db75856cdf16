"""Two lists are read as one: nothing is lost, nothing comes twice, however pages fall."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.services import Call
from edge.two_lists import END, Page, merged
from tests.unit.darkroom import Darkroom, a_request

ENTRIES = st.lists(st.integers(0, 30), unique=True, max_size=12)


@dataclass(frozen=True)
class Dated:
    number: int
    by: str = ""

    @property
    def id(self) -> str:
        return f"{self.number:02}"

    @property
    def created_at_ms(self) -> int:
        return self.number


class ListSide:
    """A list of one side, newest first, whose cursors are where they point. Pages may be short."""

    def __init__(self, numbers: Sequence[int], by: str = "", page_max: int = 100) -> None:
        self.entries = [Dated(number, by) for number in sorted(numbers, reverse=True)]
        self.page_max = page_max

    async def page(self, place: str, limit: int) -> Page[Dated]:
        begin = len(self.entries) if place == END else int(place or 0)
        end = begin + min(limit, self.page_max)
        rest = str(end) if end < len(self.entries) else END
        return Page(tuple(self.entries[begin:end]), rest, unread=1)


async def pages(ours: ListSide, origins: ListSide, limit: int) -> list[tuple[Dated, ...]]:
    found = []
    services, cursor = Darkroom().services, ""
    while True:
        request = replace(a_request(), query={"cursor": cursor})
        page = await merged(Call(request, services, {}), ours, origins, limit)
        found.append(page.entries)
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


async def ids(ours: ListSide, origins: ListSide, limit: int) -> list[int]:
    return [entry.number for page in await pages(ours, origins, limit) for entry in page]


@pytest.mark.anyio
@given(
    ours=ENTRIES, origins=ENTRIES, limit=st.integers(1, 5), page_max=st.sampled_from([1, 2, 100])
)
async def test_all_of_both_come_once_and_newest_first(
    ours: list[int], origins: list[int], limit: int, page_max: int
) -> None:
    sides = ListSide(ours, page_max=page_max), ListSide(origins, page_max=page_max)

    assert await ids(*sides, limit) == sorted({*ours, *origins}, reverse=True)


@pytest.mark.anyio
@given(ours=ENTRIES, origins=ENTRIES, limit=st.integers(1, 5))
async def test_no_page_is_longer_than_was_asked_for(
    ours: list[int], origins: list[int], limit: int
) -> None:
    found = await pages(ListSide(ours), ListSide(origins), limit)

    assert max(map(len, found)) <= limit


@pytest.mark.anyio
async def test_of_what_both_have_the_origins_word_counts() -> None:
    ((entry,),) = await pages(ListSide([7], "ours"), ListSide([7], "origins"), 5)

    assert entry.by == "origins"
