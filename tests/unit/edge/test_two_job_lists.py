"""Jobs in migration: those that were made here, and those that only the origin remembers."""

import json

import pytest

from tests.unit.edge.legacy import BASE, Legacy, Shape, a_legacy_file, a_legacy_job
from tests.unit.factories import FILE_ID, JOB_ID

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

PATH = "/api/jobs"
OF_ORDER = "order_id=summer-42"
OLDER_ID = f"job_{'f' * 32}_{'0' * 16}"


def tells_jobs(legacy: Legacy, query: str, *jobs: Shape, rest: str | None = None) -> None:
    page = {"jobs": jobs, "next_cursor": rest}
    legacy.web.answer(f"{BASE}{PATH}?{query}", json.dumps(page))


async def listed(legacy: Legacy, query: str = "") -> tuple[list[str], str | None]:
    answer = await legacy.call("GET", f"{PATH}?{query}")
    assert answer.status == 200, answer.text
    return [job["id"] for job in answer.json["jobs"]], answer.json["next_cursor"]


def a_legacy() -> Legacy:
    """It remembers two jobs of a file, of which a file's copy tells the newest."""
    legacy = Legacy()
    legacy.lists(a_legacy_file(status="done", job=a_legacy_job()))
    return legacy


async def test_jobs_of_orders_that_nobody_looked_at_here_are_listed() -> None:
    legacy = a_legacy()
    tells_jobs(legacy, "limit=50", a_legacy_job())

    assert await listed(legacy) == ([JOB_ID], None)


async def test_an_edit_before_the_last_one_is_listed_too_and_none_twice() -> None:
    legacy = a_legacy()
    jobs = a_legacy_job(), a_legacy_job(id=OLDER_ID)
    tells_jobs(legacy, f"{OF_ORDER}&limit=50", *jobs)

    assert await listed(legacy, OF_ORDER) == ([JOB_ID, OLDER_ID], None)


async def test_pages_go_on_behind_what_was_told() -> None:
    legacy = a_legacy()
    tells_jobs(legacy, f"{OF_ORDER}&limit=1", a_legacy_job(), rest="1")
    tells_jobs(legacy, f"{OF_ORDER}&limit=1&cursor=1", a_legacy_job(id=OLDER_ID))

    first, rest = await listed(legacy, f"{OF_ORDER}&limit=1")
    second, end = await listed(legacy, f"{OF_ORDER}&limit=1&cursor={rest}")

    assert (first, second, end) == ([JOB_ID], [OLDER_ID], None)


async def test_a_job_that_was_made_here_stands_before_the_origins() -> None:
    legacy = a_legacy()
    legacy.tells(a_legacy_file(status="done", job=a_legacy_job(created_at="2026-11-21T10:00:00Z")))
    tells_jobs(legacy, "limit=50", a_legacy_job(created_at="2026-11-21T10:00:00Z"))
    made = (await legacy.call("POST", f"/api/files/{FILE_ID}/revision")).json["job_id"]
    await legacy.actors.ring()

    jobs, _ = await listed(legacy)

    assert jobs == [made, JOB_ID]


async def test_while_the_origin_is_silent_ours_are_listed() -> None:
    legacy = a_legacy()
    await listed(legacy, OF_ORDER)
    legacy.web.is_down = True

    assert await listed(legacy, OF_ORDER) == ([JOB_ID], None)
