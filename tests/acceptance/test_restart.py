"""kill -9 of everything at once, at the worst moments: no job is lost and no file stays locked."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.acceptance.photographer import Photographer, eventually, photographer
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

# What a laptop's memory held is gone; only these bounds, in production minutes, bring it back.
SHORT_MS = {"LEASE_MS": "3000", "DISPATCH_TIMEOUT_MS": "3000", "RETRY_BACKOFF_MS": "100"}


@pytest.fixture(scope="module")
def mortal(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    """A server of this module's own, for it is killed."""
    folder = tmp_path_factory.mktemp("mortal")
    with Server(
        persist_to=folder / "state",
        variables={**worker_secrets, **SHORT_MS},
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
async def carol(mortal: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(mortal.url, worker_secrets["JWT_SECRET"], "carol") as someone:
        yield someone


async def test_jobs_submitted_just_before_a_crash_are_done_after_it(
    mortal: Server, carol: Photographer, pictures: PhotoSet
) -> None:
    file_ids = await carol.upload_all(pictures.rocket, pictures.coffee, pictures.cat)
    await carol.submit(*file_ids)

    mortal.kill()
    mortal.start()

    await all_are_done(carol, 3)
    notifications = await carol.until_notified(3)
    assert sorted(note["file_id"] for note in notifications) == sorted(file_ids)


async def test_a_job_whose_worker_crashed_is_done_by_another_when_its_lease_is_over(
    mortal: Server, carol: Photographer, pictures: PhotoSet
) -> None:
    file_id = await carol.upload(pictures.galaxies)
    async with carol.watch() as watch:
        await carol.submit(file_id)
        await watch.until(file_id, "in_progress")

        mortal.kill()

    mortal.start()

    await all_are_done(carol, 1)
    file = await carol.api.file(file_id)
    assert file["job"] is not None
    assert (file["job"]["attempt"], file["locked"]) == (2, False)
    [notification] = await carol.until_notified(1)
    assert notification["kind"] == "edit_done"


async def all_are_done(someone: Photographer, count: int) -> None:
    await eventually(
        lambda: someone.api.status(someone.order_id),
        lambda status: status["counts"]["done"] == count,
    )
