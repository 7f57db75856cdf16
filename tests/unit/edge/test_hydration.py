"""An order that the origin knows: read here as it is there, and asked for when it has to be."""

import asyncio
import json

import pytest

from tests.unit.conftest import Clock
from tests.unit.costs import Costs, cost_of
from tests.unit.darkroom import ORDER, Darkroom, a_request, a_token
from tests.unit.edge.legacy import (
    FRESH_MS,
    PAGE,
    Legacy,
    a_legacy_file,
    a_legacy_job,
    a_page,
    an_edited_legacy_file,
    another_legacy_file,
)
from tests.unit.factories import FILE_ID, OTHER_FILE_ID, a_watch

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

JOBS = "/api/jobs?order_id=summer-42"
STACKS = f"{ORDER}/stacks"
READS = [f"{ORDER}/files", f"{ORDER}/status", STACKS, JOBS]


async def test_what_the_origin_knows_is_told_as_the_origin_tells_it() -> None:
    legacy = Legacy()
    shape = an_edited_legacy_file()
    legacy.lists(shape)

    answer = await legacy.call("GET", f"{ORDER}/files")

    told = shape | {"preview_url": f"/api/files/{FILE_ID}/preview"}
    assert answer.json["files"] == [{k: v for k, v in told.items() if k != "jobs"}]


async def test_status_jobs_and_stacks_are_those_of_the_origins_files() -> None:
    legacy = Legacy()
    legacy.lists(
        an_edited_legacy_file(name="sea_AEB1.jpg"), another_legacy_file(name="Sea-aeb2.jpg")
    )

    status = (await legacy.call("GET", f"{ORDER}/status")).json
    jobs = (await legacy.call("GET", JOBS)).json
    stacks = (await legacy.call("GET", STACKS)).json

    assert status["counts"] == {"queued": 1, "in_progress": 0, "done": 1, "failed": 0}
    assert jobs["jobs"] == [a_legacy_job()]
    assert [stack["file_ids"] for stack in stacks["stacks"]] == [[FILE_ID, OTHER_FILE_ID]]
    assert len(legacy.asked()) == 1


@pytest.mark.parametrize("path", READS)
async def test_each_read_hydrates_by_itself(path: str) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file())

    answer = await legacy.call("GET", path)

    assert answer.status == 200
    assert len(legacy.asked()) == 1


@pytest.mark.parametrize("path", READS)
async def test_while_it_is_fresh_a_read_is_one_call_and_asks_nobody(path: str) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file())
    await legacy.listed()

    cost = await cost_of(legacy, lambda: legacy.call("GET", path))

    assert cost == Costs(calls=1, file_rows=0, order_rows=0, inbox_rows=0, alarms_set=0)
    assert len(legacy.asked()) == 1


async def test_what_is_old_is_revalidated_by_its_tag_and_is_fresh_again(clock: Clock) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file(), etag='W/"v1"')
    await legacy.listed()
    clock.advance_ms(FRESH_MS + 1)
    await legacy.actors.ring()

    cost = await cost_of(legacy, legacy.listed)
    await legacy.listed()

    assert cost == Costs(calls=2, file_rows=0, order_rows=1, inbox_rows=0, alarms_set=0)
    _, again = legacy.asked()
    assert again.headers["if-none-match"] == 'W/"v1"'


async def test_what_has_changed_meanwhile_is_told(clock: Clock) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file("was.jpg"))
    await legacy.listed()
    legacy.lists(another_legacy_file(), a_legacy_file("is.jpg", version=4), etag='"v2"')
    clock.advance_ms(FRESH_MS + 1)

    assert await legacy.listed() == ["older.jpg", "is.jpg"]


async def test_what_is_gone_there_is_gone_here(clock: Clock) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file(), another_legacy_file())
    await legacy.listed()
    legacy.lists(another_legacy_file(), etag='"v2"')
    clock.advance_ms(FRESH_MS + 1)

    assert await legacy.listed() == ["older.jpg"]


async def test_our_own_files_stand_beside_the_origins() -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file(), etag='"v1"')

    await legacy.uploaded("new.jpg")

    assert await legacy.listed() == ["old.jpg", "new.jpg"]


async def test_of_our_own_files_the_origins_word_does_not_count(clock: Clock) -> None:
    legacy = Legacy()
    legacy.lists()
    file_id = (await legacy.uploaded("new.jpg")).rsplit("/", 1)[1]
    theirs = a_legacy_file("theirs.jpg", file_id, version=99, marked=True)
    legacy.lists(a_legacy_file(), theirs, etag='"v2"')
    clock.advance_ms(FRESH_MS + 1)

    assert await legacy.listed() == ["old.jpg", "new.jpg"]


async def test_a_name_of_the_origins_is_taken_here_too() -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file("beach.jpg"))

    assert (await legacy.intent("Beach.JPG")).status == 409


async def test_nobody_begins_an_upload_in_anothers_order() -> None:
    legacy = Legacy()
    legacy.refuses(PAGE, 403, "forbidden")

    answer = await legacy.intent()

    assert answer.status == 403
    assert legacy.actors.orders.actors.keys() == {"summer-42"}
    legacy.refuses(PAGE, 404, "order_not_found")
    assert (await legacy.call("GET", f"{ORDER}/status", user_id="bob")).status == 404


async def test_an_order_that_begins_here_needs_no_origin_to_be_read(clock: Clock) -> None:
    legacy = Legacy()
    legacy.refuses(PAGE, 404, "order_not_found")
    await legacy.uploaded("new.jpg")
    clock.advance_ms(FRESH_MS + 1)

    assert await legacy.listed() == ["new.jpg"]
    legacy.web.is_down = True
    clock.advance_ms(FRESH_MS + 1)
    assert await legacy.listed() == ["new.jpg"]


# --- How it is asked ----------------------------------------------------------------------------


async def test_the_origin_is_asked_with_the_callers_credentials_and_nothing_else_of_theirs() -> (
    None
):
    legacy = Legacy()
    legacy.lists(a_legacy_file())
    bearer = f"Bearer {a_token()}"
    sent = {"authorization": bearer, "cookie": "a=b", "x-device-token": "d", "if-none-match": '"x"'}

    await legacy.send(a_request("GET", f"{ORDER}/files", sent))

    (asked,) = legacy.asked()
    assert (asked.headers["authorization"], asked.headers["cookie"]) == (bearer, "a=b")
    assert asked.headers.keys() == {
        "authorization",
        "cookie",
        "accept",
        "x-request-id",
        "traceparent",
    }


async def test_an_order_of_many_pages_is_asked_for_to_its_end() -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file(), next_cursor="500")
    legacy.web.answer(f"{PAGE}&cursor=500", a_page(another_legacy_file()), etag='"v1"')

    assert await legacy.listed() == ["old.jpg", "older.jpg"]


async def test_pages_of_two_moments_are_asked_for_anew_as_a_whole(clock: Clock) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file(), next_cursor="500")
    legacy.web.answer(f"{PAGE}&cursor=500", a_page(another_legacy_file()), etag='"v2"')
    await legacy.listed()
    clock.advance_ms(FRESH_MS + 1)

    await legacy.listed()

    assert "if-none-match" not in legacy.asked()[1].headers


async def test_an_order_without_end_is_bounded() -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file(), next_cursor="1")
    legacy.web.answer(f"{PAGE}&cursor=1", a_page(a_legacy_file(), next_cursor="1"), etag='"v1"')

    assert await legacy.listed() == ["old.jpg"]
    assert len(legacy.web.asked) == 10


async def test_a_watcher_is_greeted_with_the_origins_files() -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file())
    upgrade = {"upgrade": "websocket", "authorization": f"Bearer {a_token()}"}

    answer = await legacy.send(a_request("GET", f"{ORDER}/live", upgrade))

    assert answer.status == 101
    (order,) = legacy.actors.orders.actors.values()
    hello = await order.fetch(a_watch())
    assert [file["name"] for file in json.loads(hello.content)["files"]] == ["old.jpg"]


async def test_a_long_poll_hears_of_what_the_origin_did_meanwhile(clock: Clock) -> None:
    legacy = Legacy()
    legacy.lists(a_legacy_file())
    cursor = (await legacy.call("GET", f"{ORDER}/status")).json["cursor"]
    poll = legacy.call("GET", f"{ORDER}/status?wait=25&since={cursor}")

    answer, _ = await asyncio.gather(poll, something_happens_there(legacy, clock))

    assert (answer.status, answer.json["total"]) == (200, 2)
    assert len(legacy.asked()) == 2


async def something_happens_there(legacy: Legacy, clock: Clock) -> None:
    legacy.lists(a_legacy_file(), another_legacy_file(), etag='"v2"')
    clock.advance_ms(FRESH_MS + 1)


async def test_standing_alone_nobody_is_asked() -> None:
    darkroom = Darkroom()

    await darkroom.uploaded()
    answer = await darkroom.call("GET", f"{ORDER}/files")

    assert answer.status == 200
    assert darkroom.web.asked == []
