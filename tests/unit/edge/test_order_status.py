"""The status of an order: at once, once, or as soon as there is a newer one."""

import asyncio
import dataclasses

import pytest

from actors.client import OrderClient
from domain.errors import Outage
from domain.messages.order import AwaitOrder, OrderStatus
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Answer, Darkroom

pytestmark = pytest.mark.anyio

STATUS = f"{ORDER}/status"
A_LITTLE_LONGER_MS = 25_001


async def cursor(darkroom: Darkroom) -> str:
    told: str = (await darkroom.call("GET", STATUS)).json["cursor"]
    return told


async def meanwhile(clock: Clock, span_ms: int) -> None:
    """While somebody waits, time goes by."""
    clock.advance_ms(span_ms)


def outline(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.headers["etag"], answer.text


async def test_a_status_that_is_known_is_not_sent_again(darkroom: Darkroom) -> None:
    await darkroom.uploaded()
    first = await darkroom.call("GET", STATUS)
    tag = first.headers["etag"]

    by_tag = await darkroom.call("GET", STATUS, if_none_match=tag)
    by_cursor = await darkroom.call("GET", f"{STATUS}?since={first.json['cursor']}")

    assert tag == f'"{first.json["cursor"]}"'
    assert outline(by_tag) == outline(by_cursor) == (304, tag, "")


async def test_a_status_says_how_many_files_wait_for_their_customer(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    (key,) = darkroom.objects.keys
    await darkroom.objects.delete(key)
    await darkroom.submit(path)

    await darkroom.work()

    status = (await darkroom.call("GET", STATUS)).json
    file = (await darkroom.call("GET", path)).json
    assert (status["counts"]["queued"], status["revision_required"]) == (1, 1)
    assert (file["status"], file["revision_required"]) == ("queued", True)


async def test_who_waits_is_answered_as_soon_as_something_happens(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    since = await cursor(darkroom)

    answer, _ = await asyncio.gather(
        darkroom.call("GET", f"{STATUS}?wait=25&since={since}"), darkroom.work()
    )

    assert answer.status == 200
    assert answer.json["cursor"] != since
    assert answer.headers["etag"] == f'"{answer.json["cursor"]}"'


async def test_who_waits_in_vain_hears_so_when_the_time_is_up(
    darkroom: Darkroom, clock: Clock
) -> None:
    await darkroom.uploaded()
    since = await cursor(darkroom)

    answer, _ = await asyncio.gather(
        darkroom.call("GET", f"{STATUS}?wait=25&since={since}"),
        meanwhile(clock, A_LITTLE_LONGER_MS),
    )

    assert outline(answer) == (304, f'"{since}"', "")


async def test_a_tag_says_since_when_as_well_as_a_cursor(darkroom: Darkroom, clock: Clock) -> None:
    await darkroom.uploaded()
    tag = f'W/"{await cursor(darkroom)}"'

    answer, _ = await asyncio.gather(
        darkroom.call("GET", f"{STATUS}?wait=25", if_none_match=tag),
        meanwhile(clock, A_LITTLE_LONGER_MS),
    )

    assert answer.status == 304


@pytest.mark.parametrize(
    "query", ["wait=25", "wait=25&since=abcd1234-1", "wait=0", "wait=", "since=abcd1234-0"]
)
async def test_who_knows_nothing_or_something_else_need_not_wait(
    darkroom: Darkroom, query: str
) -> None:
    await darkroom.uploaded()

    answer = await darkroom.call("GET", f"{STATUS}?{query}")

    assert answer.status == 200


@pytest.mark.parametrize("known", ["*", '"other"', '"abcd1234-1", "abcd1234-2"', "abcd1234-1"])
async def test_a_condition_that_is_no_single_cursor_is_none_to_wait_for(
    darkroom: Darkroom, known: str
) -> None:
    await darkroom.uploaded()

    answer = await darkroom.call("GET", f"{STATUS}?wait=25", if_none_match=known)

    assert answer.status == (304 if known == "*" else 200)


@pytest.mark.parametrize(
    "query",
    [
        *("wait=26", "wait=-1", "wait=x", "wait=1.5", "wait=%D9%A3", "wait=" + "9" * 99),
        *("since=x", "since=-1", "since=a-", "since=a-b", "since=a-1%0A", "since=a-" + "9" * 16),
        *("since=" + "a" * 33 + "-1", "since=%22a-1%22", "since=a-%D9%A3"),
    ],
)
async def test_a_wait_nobody_can_ask_for_is_refused(darkroom: Darkroom, query: str) -> None:
    await darkroom.uploaded()

    answer = await darkroom.call("GET", f"{STATUS}?{query}")

    assert answer.problem == (422, "invalid_query")


class OrdersThatMove(OrderClient):
    """Orders whose actor goes while somebody waits there, and is back at once."""

    async def wait(self, order_id: str, message: AwaitOrder) -> OrderStatus:
        raise Outage(f"{order_id} {message.type}")


async def test_who_waited_where_nobody_is_any_more_hears_how_it_stands(
    darkroom: Darkroom,
) -> None:
    path = await darkroom.uploaded()
    since = await cursor(darkroom)
    moving = OrdersThatMove(darkroom.actors.orders)
    darkroom.services = dataclasses.replace(darkroom.services, orders=moving)

    nothing_new = await darkroom.call("GET", f"{STATUS}?wait=25&since={since}")
    await darkroom.call("PATCH", path, {"marked": True})
    news = await darkroom.call("GET", f"{STATUS}?wait=25&since={since}")

    assert (nothing_new.status, news.status) == (304, 200)


async def test_an_order_that_stays_away_is_an_outage(darkroom: Darkroom) -> None:
    await darkroom.uploaded()
    since = await cursor(darkroom)
    darkroom.actors.orders.is_down = True

    answer = await darkroom.call("GET", f"{STATUS}?wait=25&since={since}")

    assert answer.problem == (503, "unavailable")


@pytest.mark.parametrize(
    ("order", "user_id", "problem"),
    [
        ("summer-42", "bob", (403, "forbidden")),
        ("nowhere", "alice", (404, "order_not_found")),
    ],
)
async def test_nobody_waits_for_an_order_that_is_not_theirs(
    darkroom: Darkroom, clock: Clock, order: str, user_id: str, problem: tuple[int, str]
) -> None:
    await darkroom.uploaded()
    path = f"/api/orders/{order}/status?wait=25&since={await cursor(darkroom)}"

    answer, _ = await asyncio.gather(
        darkroom.call("GET", path, user_id=user_id), meanwhile(clock, A_LITTLE_LONGER_MS)
    )

    assert answer.problem == problem
