"""How well an order knows what the origin says of it: as of when, and whether that still counts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Code, Refusal
from domain.messages.order import (
    ActiveFiles,
    Applied,
    DescribeOrder,
    FilePage,
    Invalidate,
    ListActive,
    ListFiles,
    ListNames,
    NamedFiles,
    OriginCopy,
    Revalidated,
)
from domain.messages.reply import Done
from domain.values import Value
from tests.unit.actors.cores import OrderOnPaper
from tests.unit.actors.hydrated import (
    FRESH_MS,
    also_told,
    an_order,
    copy_of,
    hydration,
    names_of,
    told,
)
from tests.unit.factories import (
    NOW_MS,
    OTHER_FILE_ID,
    a_reservation,
    an_upload,
    news,
)


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (ListFiles(caller_id="bob"), FilePage),
        (ListNames(caller_id="bob"), NamedFiles),
        (ListActive(caller_id="bob"), ActiveFiles),
        (
            Revalidated(caller_id="bob", as_of=(0, NOW_MS), etag="v1"),
            Done,
        ),
    ],
)
def test_all_of_it_is_for_the_owner(message: Value, reply: type[Value]) -> None:
    order = an_order(hydration(told()))

    with pytest.raises(Refusal) as refused:
        order.ask(message, reply)

    assert refused.value.code is Code.FORBIDDEN


@pytest.mark.parametrize(
    "message",
    [
        ListFiles(caller_id="alice"),
        ListNames(caller_id="alice"),
        ListActive(caller_id="alice"),
        DescribeOrder(caller_id="alice"),
        Revalidated(caller_id="alice", as_of=(0, NOW_MS), etag="v1"),
        Invalidate(),
    ],
)
def test_an_order_that_nobody_has_told_of_is_not_known_and_stays_so(message: Value) -> None:
    order = an_order()

    with pytest.raises(Refusal) as refused:
        order.tell(message)

    assert refused.value.code is Code.ORDER_NOT_FOUND
    assert order.sql.rows("SELECT name FROM sqlite_schema") == []


def test_standing_alone_nothing_is_said_of_any_copy() -> None:
    order = OrderOnPaper(news(1))

    assert order.status().origin is None
    assert order.listed().origin is None


def test_what_was_never_asked_for_is_not_fresh() -> None:
    assert copy_of(an_order(news(1))) == OriginCopy(
        is_fresh=False, as_of=(0, NOW_MS), is_native=True
    )


@pytest.mark.parametrize(("age_ms", "is_fresh"), [(0, True), (FRESH_MS, True), (10_001, False)])
def test_a_copy_grows_old(age_ms: int, *, is_fresh: bool) -> None:
    order = an_order(hydration(told()))

    assert copy_of(order, NOW_MS + age_ms).is_fresh is is_fresh


def test_an_old_copy_says_what_to_ask_with() -> None:
    later_ms = NOW_MS + FRESH_MS + 1

    assert copy_of(an_order(hydration(told())), later_ms) == OriginCopy(
        is_fresh=False, as_of=(0, later_ms), etag="v1", was_checked=True
    )


@pytest.mark.parametrize("message", [news(1), a_reservation("new.jpg", OTHER_FILE_ID)])
def test_a_file_or_an_upload_of_ours_makes_an_order_native(message: Value) -> None:
    order = an_order(hydration(told()), message)

    assert copy_of(order, NOW_MS + FRESH_MS + 1).is_native


def test_what_is_still_so_is_fresh_again() -> None:
    order = an_order(hydration(told()))
    later_ms = NOW_MS + FRESH_MS + 1

    order.tell(Revalidated(caller_id="alice", as_of=(0, later_ms), etag="v1"))

    assert copy_of(order, later_ms).is_fresh
    assert names_of(order) == ["old.jpg"]


@pytest.mark.parametrize(
    "late", [{"etag": "v0"}, {"as_of": (0, NOW_MS - 1)}], ids=["another tag", "an older question"]
)
def test_an_answer_to_what_is_known_better_by_now_counts_for_nothing(
    late: dict[str, object],
) -> None:
    order = an_order(hydration(told()))
    said = Revalidated(caller_id="alice", as_of=(0, NOW_MS + 20_000), etag="v1")

    order.tell(said.model_copy(update=late))

    assert not copy_of(order, NOW_MS + 20_000).is_fresh


def test_what_was_invalidated_is_not_fresh() -> None:
    order = an_order(hydration(told()), Invalidate())

    copy = copy_of(order)

    assert (copy.is_fresh, copy.as_of, copy.etag) == (False, (1, NOW_MS), "v1")


def test_who_asked_before_a_change_does_not_make_it_fresh() -> None:
    order = an_order(hydration(told()), Invalidate(), hydration(told(), at_ms=NOW_MS + 5))

    assert not copy_of(order, NOW_MS + 5).is_fresh
    order.tell(hydration(told(), at_ms=NOW_MS + 1, revision=1))
    assert copy_of(order, NOW_MS + 5).is_fresh


def test_who_asked_before_a_change_does_not_undo_what_came_after_it() -> None:
    order = an_order(hydration(told()), Invalidate())
    order.tell(hydration(told("new.jpg"), at_ms=NOW_MS + 1, revision=1))

    order.tell(hydration(told("old.jpg"), at_ms=NOW_MS + 9, revision=0))

    assert names_of(order) == ["new.jpg"]


@given(st.randoms(use_true_random=False), st.integers(2, 6))
def test_in_whatever_order_they_come_the_newest_answer_stays(
    draw: random.Random, count: int
) -> None:
    kinds = (told, also_told)
    answers = [
        hydration(
            *(
                kind(f"{number}-{kind.__name__}.jpg")
                for kind in draw.sample(kinds, draw.randint(0, 2))
            ),
            at_ms=NOW_MS + number,
            etag=str(number),
        )
        for number in range(count)
    ]
    late = draw.sample(answers, count) + draw.choices(answers, k=2)

    order = an_order(*late)

    assert order.listed().files == answers[-1].files
    assert copy_of(order, NOW_MS + 20_000).etag == answers[-1].etag
    assert order.status().total == len(answers[-1].files)


def test_it_survives_a_restart() -> None:
    order = an_order(hydration(told()), Invalidate())

    order.restart()

    assert copy_of(order).as_of == (1, NOW_MS)
    assert names_of(order) == ["old.jpg"]


def test_news_of_a_file_the_origin_knew_is_answered_as_ever() -> None:
    order = an_order(hydration(told()))

    assert order.ask(news(1), Applied) == Applied()
    assert order.kept().version == 2
    assert an_upload().file_id in order.listed().model_dump_json()
