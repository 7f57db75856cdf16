"""Jobs over HTTP: one of them, an order's, and all of a user's, page by page."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Code, Refusal
from domain.limits import JOBS_ORDERS_MAX
from edge.handlers.jobs import Place
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom
from tests.unit.factories import FILE_ID, JOB_ID, NOW, NOW_MS

pytestmark = pytest.mark.anyio

JOBS = "/api/jobs"


async def submitted(darkroom: Darkroom, order_id: str, name: str) -> str:
    """The id of the job of a file in that order."""
    begun = (await darkroom.intent(name, order_id=order_id)).json
    await darkroom.put(begun["upload"]["url"])
    await darkroom.finalize(begun["intent_id"])
    body = {"file_ids": [begun["file_id"]]}
    answer = await darkroom.call("POST", f"/api/orders/{order_id}/submit-edits", body)
    job_id: str = answer.json["created"][0]["job_id"]
    return job_id


async def submitted_all(darkroom: Darkroom, clock: Clock, *names: str) -> list[str]:
    """The ids of the jobs, newest first. A name begins with its order's."""
    jobs = []
    for name in names:
        clock.advance_ms(1)
        jobs.append(await submitted(darkroom, name[0], name))
    return jobs[::-1]


async def listed(darkroom: Darkroom, query: str, limit: int) -> list[str]:
    """The ids of all jobs, to the last page."""
    jobs: list[str] = []
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        path = f"{JOBS}?limit={limit}&{query}&cursor={page['next_cursor']}"
        page = (await darkroom.call("GET", path)).json
        assert len(page["jobs"]) <= limit
        jobs += [job["id"] for job in page["jobs"]]
    return jobs


# --- One ----------------------------------------------------------------------------------------


async def test_a_job_is_shown_from_its_submit_to_its_end(darkroom: Darkroom, clock: Clock) -> None:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    job_id = (await darkroom.call("GET", path)).json["job"]["id"]
    queued = await darkroom.call("GET", f"{JOBS}/{job_id}")
    clock.advance_ms(1_000)

    await darkroom.work()

    done = await darkroom.call("GET", f"{JOBS}/{job_id}")
    assert queued.json == {
        "id": job_id,
        "file_id": path.rsplit("/", 1)[1],
        "order_id": "summer-42",
        "user_id": "alice",
        "status": "queued",
        "attempt": 0,
        "created_at": NOW,
        "started_at": None,
        "finished_at": None,
        "error": None,
        "preview_maker": None,
        "copied_bytes": None,
    }
    assert (done.json["status"], done.json["attempt"]) == ("done", 1)
    assert done.json["started_at"] == done.json["finished_at"] == "2026-11-22T10:00:01.000Z"
    assert done.json["preview_maker"] == "copy"
    assert done.json["copied_bytes"] == (await darkroom.call("GET", path)).json["size_bytes"]


async def test_a_job_of_a_deleted_file_is_still_known(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    job_id = (await darkroom.call("GET", path)).json["job"]["id"]

    await darkroom.call("DELETE", path)

    told = (await darkroom.call("GET", f"{JOBS}/{job_id}")).json
    assert (told["status"], told["error"]["code"]) == ("failed", "file_deleted")


@pytest.mark.parametrize("job_id", [JOB_ID, "job_1", JOB_ID.upper(), FILE_ID])
async def test_a_job_nobody_submitted_is_not_found(darkroom: Darkroom, job_id: str) -> None:
    answer = await darkroom.call("GET", f"{JOBS}/{job_id}")

    assert answer.problem == (404, "job_not_found")


async def test_a_job_that_its_file_never_had_is_not_found(darkroom: Darkroom) -> None:
    job_id = await submitted(darkroom, "summer-42", "a.jpg")

    answer = await darkroom.call("GET", f"{JOBS}/{job_id[:-16]}{'0' * 16}")

    assert answer.problem == (404, "job_not_found")


async def test_a_job_of_another_user_is_forbidden(darkroom: Darkroom) -> None:
    job_id = await submitted(darkroom, "summer-42", "a.jpg")

    answer = await darkroom.call("GET", f"{JOBS}/{job_id}", user_id="bob")

    assert answer.problem == (403, "forbidden")


# --- Lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 200])
async def test_all_jobs_are_listed_once_however_long_a_page_is(
    darkroom: Darkroom, clock: Clock, limit: int
) -> None:
    jobs = await submitted_all(darkroom, clock, "a-0", "a-1", "b-0", "c-0", "c-1", "c-2")
    await darkroom.intent("d-0", order_id="d")

    assert await listed(darkroom, "", limit) == jobs
    assert await listed(darkroom, "order_id=c", limit) == jobs[:3]
    assert await listed(darkroom, "order_id=a", limit) == jobs[4:]


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_jobs_are_listed_by_their_status(
    darkroom: Darkroom, clock: Clock, limit: int
) -> None:
    done = await submitted(darkroom, "a", "done.jpg")
    await darkroom.work()
    clock.advance_ms(1)
    queued = await submitted(darkroom, "a", "queued.jpg")

    assert await listed(darkroom, "status=done", limit) == [done]
    assert await listed(darkroom, "status=queued&order_id=a", limit) == [queued]
    assert await listed(darkroom, "status=failed", limit) == []


async def test_a_page_looks_into_so_many_orders_and_says_where_to_go_on(
    darkroom: Darkroom,
) -> None:
    job_id = await submitted(darkroom, "oldest", "a.jpg")
    [await darkroom.intent(order_id=f"empty-{n}") for n in range(JOBS_ORDERS_MAX)]

    first = (await darkroom.call("GET", JOBS)).json
    second = (await darkroom.call("GET", f"{JOBS}?cursor={first['next_cursor']}")).json

    assert first["jobs"] == []
    assert [job["id"] for job in second["jobs"]] == [job_id]
    assert second["next_cursor"] is None


async def test_an_older_orders_newest_job_is_listed_after_a_newer_orders_oldest(
    darkroom: Darkroom, clock: Clock
) -> None:
    await darkroom.intent(order_id="a")
    newest, *newer = await submitted_all(darkroom, clock, "b-0", "b-1", "b-2", "a-0")

    assert await listed(darkroom, "", 2) == [*newer, newest]


async def test_a_file_edited_twice_is_two_jobs(darkroom: Darkroom, clock: Clock) -> None:
    path = await darkroom.edited()
    clock.advance_ms(1)
    await darkroom.submit(path)

    told = (await darkroom.call("GET", f"{JOBS}?order_id=summer-42")).json

    assert [job["status"] for job in told["jobs"]] == ["queued", "done"]


async def test_a_user_without_orders_has_no_jobs(darkroom: Darkroom) -> None:
    answer = await darkroom.call("GET", JOBS)

    assert (answer.status, answer.json) == (200, {"jobs": [], "next_cursor": None})


async def test_nobody_sees_the_jobs_of_others(darkroom: Darkroom) -> None:
    await submitted(darkroom, "summer-42", "a.jpg")

    everything = await darkroom.call("GET", JOBS, user_id="bob")
    of_the_order = await darkroom.call("GET", f"{JOBS}?order_id=summer-42", user_id="bob")

    assert everything.json["jobs"] == []
    assert of_the_order.problem == (403, "forbidden")


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("status=cancelled", (422, "invalid_query")),
        ("status=DONE", (422, "invalid_query")),
        ("limit=0", (422, "invalid_query")),
        ("limit=201", (422, "invalid_query")),
        ("order_id=-x", (422, "invalid_query")),
        ("order_id=a%2Fb", (422, "invalid_query")),
        ("order_id=nowhere", (404, "order_not_found")),
        ("cursor=x", (422, "invalid_query")),
        ("cursor=0", (422, "invalid_query")),
        (f"cursor=0.{NOW_MS}.{JOB_ID}", (422, "invalid_query")),
        (f"cursor=7.{NOW_MS}.{JOB_ID}&order_id=a", (422, "invalid_query")),
        ("cursor=7&order_id=a", (422, "invalid_query")),
    ],
)
async def test_a_list_nobody_can_ask_for_is_refused(
    darkroom: Darkroom, query: str, problem: tuple[int, str]
) -> None:
    answer = await darkroom.call("GET", f"{JOBS}?{query}")

    assert answer.problem == problem


# --- Cursors ------------------------------------------------------------------------------------


@given(position=st.integers(0, 10**12 - 1), created_at_ms=st.integers(0, 10**15 - 1))
def test_a_cursor_is_read_as_it_was_written(position: int, created_at_ms: int) -> None:
    within, between = Place(position, (created_at_ms, JOB_ID)), Place(position)

    assert (Place.read(str(within)), Place.read(str(between))) == (within, between)


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "-1", "+1", "1.", "1.2", f"1.2.{FILE_ID}", f"1..{JOB_ID}", f"1.2.{JOB_ID}\n", "٣"),
        *("9" * 13, f"1.9999999999999999.{JOB_ID}", " 1", "1 ", "null", f"1.2.{JOB_ID}.3", "0x1"),
    ],
)
def test_a_cursor_that_we_never_gave_out_is_refused(cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        Place.read(cursor)

    assert refused.value.code is Code.INVALID_QUERY
