"""kill -9 of the server, again and again at random moments, while sixty photos are in work.

As often as `--kills` says. A lease cut off costs an attempt, so a photo that was hit each time may
have failed for that in the end; but it has ended, and everybody knows.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from random import SystemRandom

import pytest

from tests.acceptance.photographer import Photographer, eventually, photographer
from tools.api_shapes import File
from tools.photos import Photo, PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

PHOTOS = 60
DEADLINE_S = 240  # each kill loses the queue, and what was lost is sent ever more seldom
ATTEMPTS = 4
UPLOADS_AT_ONCE = 8
SHORT_MS = {
    "LEASE_MS": "3000",
    "DISPATCH_TIMEOUT_MS": "1500",
    "RETRY_BACKOFF_MS": "100",
    "REPORT_INTERVAL_MS": "500",
}


@pytest.fixture(scope="module")
def doomed(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("doomed")
    with Server(
        persist_to=folder / "state",
        variables={**worker_secrets, **SHORT_MS},
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--kills"))


async def test_whatever_is_killed_every_job_ends_and_everybody_knows(
    doomed: Server, worker_secrets: dict[str, str], pictures: PhotoSet, kills: int
) -> None:
    draw = SystemRandom()
    async with photographer(doomed.url, worker_secrets["JWT_SECRET"], "dora") as dora:
        file_ids = await upload_many(dora, pictures.rocket)
        await dora.submit(*file_ids)

        for _ in range(kills):
            await asyncio.sleep(draw.uniform(0.05, 1.5))
            doomed.kill()
            doomed.start()

        files = await all_over(dora)
        status = await dora.api.status(dora.order_id)
        notified = await eventually(
            lambda: dora.api.notifications(limit=2 * PHOTOS),
            lambda page: len(page["notifications"]) >= PHOTOS,
        )
    counted = Counter(file["status"] for file in files)
    assert status["counts"] == {"queued": 0, "in_progress": 0, "done": 0, "failed": 0} | counted
    assert [file["id"] for file in files if file["locked"]] == []
    assert Counter(note["file_id"] for note in notified["notifications"]) == Counter(file_ids)
    assert {exhausted(file) for file in files if file["status"] == "failed"} <= {
        ("lease_expired", ATTEMPTS)
    }


async def upload_many(someone: Photographer, photo: Photo) -> list[str]:
    content, turn = photo.path.read_bytes(), asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def upload(number: int) -> str:
        async with turn:
            name = f"{number}.jpg"
            done = await someone.api.upload(
                someone.order_id, name, content, content_type=photo.content_type
            )
        return done["file_id"]

    return await asyncio.gather(*map(upload, range(PHOTOS)))


async def all_over(someone: Photographer) -> list[File]:
    """The order's files, once none of their jobs is active."""
    await eventually(
        lambda: someone.api.status(someone.order_id),
        lambda status: status["counts"]["done"] + status["counts"]["failed"] == PHOTOS,
        DEADLINE_S,
    )
    return (await someone.api.files(someone.order_id))["files"]


def exhausted(file: File) -> tuple[str, int]:
    job = file["job"]
    assert job is not None
    assert job["error"] is not None
    return job["error"]["code"], job["attempt"]
