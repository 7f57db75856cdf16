"""Whatever went wrong on the way: once it works again, everybody knows the same, and it is true."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory

from domain.file import File
from domain.job import JobState
from domain.messages import ListNotifications
from domain.names import collision_key
from domain.snapshot import OutcomeKind, snapshot
from domain.views import FileView
from storage.file_repository import FileRepository
from tests.simulation.world import World
from tests.unit.factories import NOW

pytestmark = pytest.mark.anyio
STEPS = 250
PHOTOS = 1
FILE_ID_PART = 5  # of user/alice/orders/summer-42/raw/file_…/…


def derived_keys(file: File) -> set[str]:
    preview_key = file.preview.object_key if file.preview else None
    return {key for key in (file.processed_key, preview_key) if key}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def frozen_time() -> Iterator[FrozenDateTimeFactory]:
    with freeze_time(NOW, tick=False, ignore=["_pytest.timing"]) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield frozen


@pytest.fixture
async def world(seed: int, frozen_time: FrozenDateTimeFactory) -> World:
    frozen_time.move_to(NOW)
    world = World(seed, frozen_time)
    await world.begin(PHOTOS)
    for _ in range(STEPS):
        await world.step()
    await world.heal()
    return world


@pytest.mark.parametrize("seed", range(40))
async def test_a_troubled_order_converges(world: World) -> None:
    """One test for all invariants, since each seed's world is dear."""
    files = [world.file(file_id) for file_id in world.file_ids]

    # Nobody waits, holds, or owes.
    assert all(file.job is None or not file.job.is_active for file in files)
    assert not any(file.lock for file in files)
    assert not any(FileRepository(a.sql).owed() for a in world.actors.files.actors.values())
    assert all(actor.alarm.at_ms is None for actor in world.actors.files.actors.values())
    assert all(actor.alarm.at_ms is None for actor in world.actors.orders.actors.values())

    # The order knows of each file what the file says of itself, and counts it.
    listed = (await world.darkroom.call("GET", "/api/orders/summer-42/files")).json["files"]
    present = [file for file in files if file.deleted_at_ms is None]
    assert listed == [json.loads(FileView.of(snapshot(f)).model_dump_json()) for f in present]
    status = (await world.darkroom.call("GET", "/api/orders/summer-42/status")).json
    counted = Counter(file.status.value for file in present)
    assert status["counts"] == {"queued": 0, "in_progress": 0, "done": 0, "failed": 0} | counted

    # Tokens only grow; no two claims ever had the same, and no old one was ever accepted.
    assert world.late == []
    for tokens in world.tokens.values():
        assert tokens == sorted(set(tokens))

    # The owner heard of every done edit, once.
    page = await world.darkroom.services.inboxes.list("alice", ListNotifications(limit=500))
    told = [n.job_id for n in page.notifications if n.kind is OutcomeKind.EDIT_DONE]
    jobs = [job for file_id in world.file_ids for job in world.jobs(file_id)]
    assert sorted(told) == sorted(job.id for job in jobs if job.state is JobState.DONE)

    # The bucket holds what files refer to, and nothing of a file that is gone.
    keys = world.darkroom.objects.keys
    assert all(derived_keys(file) <= keys for file in present)
    assert {key.split("/")[FILE_ID_PART] for key in keys} <= {file.id for file in present}

    # No two files have one name.
    assert len({collision_key(file.name) for file in present}) == len(present)
