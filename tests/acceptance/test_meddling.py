"""A queue that repeats itself, a worker that stalls, a crowd at a locked file: no harm is done."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.photographer import DEADLINE_S, Photographer, eventually, photographer
from tools.compose import compose_worker
from tools.photos import PhotoSet
from tools.runtime import paths
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

WORKER = Path(__file__).parent / "worker" / "meddling.py"
CROWD = 200
LEASE_MS = 6000
HASTY_MS = {
    "LEASE_MS": str(LEASE_MS),
    "DISPATCH_TIMEOUT_MS": "3000",
    "RETRY_BACKOFF_MS": "100",
}
Data = dict[str, list[Any]]


@pytest.fixture(scope="module")
def meddled(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("meddled")
    product = (paths.ROOT / "wrangler.toml").read_text()
    config = compose_worker(
        paths.ROOT / "src" / "entry.py",
        folder / "worker",
        also=[WORKER],
        config=product.replace('main = "src/entry.py"', 'main = "src/meddling.py"'),
    )
    with Server(
        config=config,
        persist_to=folder / "state",
        variables={**worker_secrets, **HASTY_MS},
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
async def erin(meddled: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(meddled.url, worker_secrets["JWT_SECRET"], "erin") as someone:
        yield someone


async def meddle(server: Server, what: str, **asked: object) -> tuple[int, Any]:
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_S) as http:
        answer = await http.post(f"{server.url}/meddling/{what}", json=asked)
    told = answer.json()
    return answer.status_code, told["reply"] if told["ok"] else told["refusal"]


async def test_a_queue_that_brings_a_job_four_times_has_it_done_once(
    meddled: Server, erin: Photographer, pictures: PhotoSet
) -> None:
    file_id = await erin.upload(pictures.rocket)
    await erin.submit(file_id)
    job = (await erin.api.file(file_id))["job"]
    assert job is not None

    await meddle(meddled, "send", file_id=file_id, job_id=job["id"], times=3)

    await until(erin, file_id, "done")
    await asyncio.sleep(2)
    file = await erin.api.file(file_id)
    assert file["job"] is not None
    assert (file["status"], file["job"]["attempt"]) == ("done", 1)
    assert len((await erin.api.notifications())["notifications"]) == 1


async def test_a_worker_that_stalls_past_its_lease_answers_too_late(
    meddled: Server, erin: Photographer, pictures: PhotoSet
) -> None:
    file_id = await erin.upload(pictures.rocket)
    _, grant = await meddle(meddled, "seize", file_id=file_id, user_id=erin.user_id)

    await until(erin, file_id, "done")
    before = await erin.api.file(file_id)
    status, refusal = await meddle(meddled, "complete", grant=grant)

    assert (status, refusal["code"]) == (409, "lease_lost")
    assert await erin.api.file(file_id) == before
    assert before["job"] is not None
    assert (before["job"]["attempt"], before["job"]["preview_maker"]) == (2, "images")


async def test_an_edit_that_takes_longer_than_its_lease_keeps_it(
    meddled: Server, erin: Photographer, pictures: PhotoSet
) -> None:
    file_id = await erin.upload(pictures.rocket)

    seconds = 1.5 * LEASE_MS / 1000
    await meddle(meddled, "edit_slowly", file_id=file_id, user_id=erin.user_id, seconds=seconds)

    job = (await erin.api.file(file_id))["job"]
    assert job is not None
    assert (job["status"], job["attempt"], job["preview_maker"]) == ("done", 1, "copy")


async def test_a_crowd_that_deletes_a_locked_file_is_refused_and_not_a_row_is_written(
    meddled: Server, erin: Photographer, pictures: PhotoSet
) -> None:
    file_id = await erin.upload(pictures.rocket)
    await meddle(meddled, "seize", file_id=file_id, user_id=erin.user_id)
    before = kept(meddled, file_id)

    path = f"/api/files/{file_id}"
    answers = await asyncio.gather(*(erin.api.send("DELETE", path) for _ in range(CROWD)))

    assert kept(meddled, file_id) == before
    assert {answer.status_code for answer in answers} == {409}
    assert len({without_request_id(answer) for answer in answers}) == 1
    assert all(1 <= int(answer.headers["retry-after"]) <= LEASE_MS / 1000 for answer in answers)


async def until(someone: Photographer, file_id: str, status: str) -> None:
    await eventually(lambda: someone.api.file(file_id), lambda file: file["status"] == status)


def without_request_id(answer: httpx.Response) -> str:
    problem = {name: value for name, value in answer.json().items() if name != "request_id"}
    return json.dumps(problem, sort_keys=True)


def kept(server: Server, file_id: str) -> tuple[Data, int]:
    """Every row of that file's actor; and the length of its log of writes, which only grows."""
    for path in server.persist_to.glob("v3/do/*FileActor/*.sqlite"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            tables = rows(database, "SELECT name FROM sqlite_master WHERE type = 'table'")
            data = {name: rows(database, f'SELECT * FROM "{name}"') for (name,) in tables}  # noqa: S608
        if file_id in str(data.get("file")):
            return data, path.with_name(f"{path.name}-wal").stat().st_size
    raise AssertionError(f"no actor has kept {file_id}")


def rows(database: sqlite3.Connection, query: str) -> list[Any]:
    return list(database.execute(query))
