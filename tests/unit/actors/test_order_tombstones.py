"""What an order remembers of deleted files: so much that late news brings none of them back."""

import pytest

from domain.file import File
from domain.messages.order import Apply
from storage import order_repository
from tests.unit.actors.cores import OrderOnPaper
from tests.unit.factories import NOW_MS, a_file, an_upload, news

FILES = range(5)
KEPT = 2


def a_numbered_file(number: int, **changes: object) -> File:
    upload = an_upload(file_id=f"file_{number:032x}")
    return a_file(upload=upload, name=f"{number}.jpg", **changes)


def uploaded(number: int) -> Apply:
    return news(1, a_numbered_file(number))


def deleted(number: int, version: int = 2) -> Apply:
    return news(version, a_numbered_file(number, deleted_at_ms=NOW_MS))


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> OrderOnPaper:
    """Of five files, which remembers two tombstones."""
    monkeypatch.setattr(order_repository, "ORDER_TOMBSTONES_MAX", KEPT)
    return OrderOnPaper(*map(uploaded, FILES))


def listed(order: OrderOnPaper) -> list[str]:
    return [file.name for file in order.listed().files]


def known(order: OrderOnPaper) -> int:
    ((count,),) = order.sql.rows("SELECT COUNT(*) FROM files")
    return int(count or 0)


@pytest.mark.parametrize("number", FILES)
def test_late_news_does_not_bring_a_deleted_file_back_however_old_the_file(
    order: OrderOnPaper, number: int
) -> None:
    order.tell(deleted(number))

    order.tell(uploaded(number))

    assert f"{number}.jpg" not in listed(order)
    assert sum(order.counts().values()) == len(FILES) - 1


def test_the_tombstones_that_were_set_last_are_kept(order: OrderOnPaper) -> None:
    [order.tell(deleted(number)) for number in (4, 0, 3, 1)]

    [order.tell(uploaded(number)) for number in (3, 1)]

    assert listed(order) == ["2.jpg"]


def test_there_are_only_so_many_tombstones(order: OrderOnPaper) -> None:
    [order.tell(deleted(number)) for number in FILES]

    assert known(order) == KEPT
    assert sum(order.counts().values()) == 0


def test_a_tombstone_that_is_told_again_is_still_one(order: OrderOnPaper) -> None:
    order.tell(deleted(0))

    order.tell(deleted(0, version=3))

    assert known(order) == len(FILES)
    assert listed(order) == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_deleting_files_moves_no_other_in_the_list(order: OrderOnPaper) -> None:
    order.tell(deleted(1))
    order.tell(news(2, a_numbered_file(0, marked=True)))

    assert listed(order) == ["0.jpg", "2.jpg", "3.jpg", "4.jpg"]
