"""Back to the origin and here again: each side finds what was done on the other one."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.acceptance.before_origin import Migration, migration, seconds_until
from tests.acceptance.operators import operator
from tests.acceptance.photographer import Photographer, eventually, photographer
from tools.api_shapes import File
from tools.photos import PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

SIGHT_S_MAX = 10  # half a second, and a busy machine
MARK = b'{"marked": true}'
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def moving(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Migration]:
    folder = tmp_path_factory.mktemp("rollback")
    # What the origin says counts as fresh for minutes, so that only who is told knows better.
    with migration(folder, worker_secrets, HYDRATION_FRESH_MS="300000") as running:
        running.roll_out(100)
        yield running


@pytest.fixture
async def alice(moving: Migration, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(moving.server.url, worker_secrets["JWT_SECRET"], "alice") as someone:
        await served(moving, someone, native=True)
        yield someone


async def served(
    moving: Migration, alice: Photographer, *, native: bool, emergency: bool = False
) -> None:
    """The switch in KV was thrown, and the Worker has seen it."""
    moving.roll_out(100 if native or emergency else 0, emergency_proxy=emergency)
    cohort = "native" if native else "proxy"
    async with moving.client(alice.token) as client:
        await seconds_until(
            lambda: client.get("/api/notifications"),
            lambda answer: f"cohort={cohort};" in answer.headers["x-pix-canary"],
        )


async def at_the_origin(moving: Migration, alice: Photographer) -> dict[str, File]:
    headers = {"authorization": f"Bearer {alice.token}"}
    async with httpx.AsyncClient(
        base_url=moving.origin.url, headers=headers, trust_env=False
    ) as client:
        answer = await client.get(f"/api/orders/{alice.order_id}/files")
    listed = answer.json()["files"] if answer.status_code == 200 else []
    return {file["name"]: file for file in listed}


async def listed(alice: Photographer) -> dict[str, File]:
    return {file["name"]: file for file in (await alice.api.files(alice.order_id))["files"]}


async def until_told(moving: Migration, alice: Photographer, *names: str) -> None:
    await eventually(
        lambda: at_the_origin(moving, alice), lambda files: set(files) == set(names), SIGHT_S_MAX
    )


async def test_after_an_emergency_the_origin_shows_what_was_renamed_marked_and_deleted(
    moving: Migration, alice: Photographer, pictures: PhotoSet
) -> None:
    kept, gone = await alice.upload_all(pictures.rocket, pictures.coffee)
    await until_told(moving, alice, pictures.rocket.name, pictures.coffee.name)
    await alice.api.rename(kept, "Renamed here.jpg")
    await alice.api.mark(kept)
    await alice.api.delete(gone)
    await until_told(moving, alice, "Renamed here.jpg")

    await served(moving, alice, native=False, emergency=True)

    files = await listed(alice)
    assert files.keys() == {"Renamed here.jpg"}
    assert files["Renamed here.jpg"]["marked"]
    assert (await alice.api.send("GET", f"/api/files/{gone}")).status_code == 404


async def test_a_file_of_the_origins_is_changed_here_and_seen_there(
    moving: Migration, alice: Photographer, pictures: PhotoSet
) -> None:
    await served(moving, alice, native=False)
    file_id = await alice.upload(pictures.rocket)
    await served(moving, alice, native=True)

    await alice.api.rename(file_id, "Adopted.jpg")

    await until_told(moving, alice, "Adopted.jpg")


async def test_a_change_at_the_origin_in_the_very_next_moment_takes_nothing_back(
    moving: Migration, alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    await until_told(moving, alice, pictures.rocket.name)
    await served(moving, alice, native=False)
    async with moving.client(alice.token, x_canary="1") as here:
        await here.patch(f"/api/files/{file_id}", json={"name": "Here.jpg"})
        there = await alice.api.send("PATCH", f"/api/files/{file_id}", content=MARK, headers=JSON)
        file = (await here.get(f"/api/files/{file_id}")).json()

    assert "cohort=proxy" in there.headers["x-pix-canary"]
    assert (there.json()["name"], there.json()["marked"]) == ("Here.jpg", True)
    assert (file["name"], file["marked"]) == ("Here.jpg", True)


async def test_an_origin_that_was_down_is_told_once_it_is_back(
    moving: Migration, alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    await until_told(moving, alice, pictures.rocket.name)
    moving.origin.switch("/internal/files", fail_status=503, times=2)

    await alice.api.rename(file_id, "Later.jpg")

    await until_told(moving, alice, "Later.jpg")


async def test_what_the_origin_refuses_is_shown_to_operators(
    moving: Migration, alice: Photographer, pictures: PhotoSet, worker_secrets: dict[str, str]
) -> None:
    file_id = await alice.upload(pictures.rocket)
    await until_told(moving, alice, pictures.rocket.name)
    moving.origin.switch("/internal/files", fail_status=422, times=1)
    async with operator(moving.server.url, worker_secrets["OPERATOR_TOKENS"]) as olga:
        await alice.api.rename(file_id, "Refused.jpg")
        path = f"files/{file_id}"
        seen = await eventually(lambda: olga.see(path), lambda seen: seen["origin_refusal"])
        await alice.api.rename(file_id, "Taken.jpg")
        await until_told(moving, alice, "Taken.jpg")
        after = await eventually(lambda: olga.see(path), lambda seen: not seen["deadlines"])

    assert (seen["origin_refusal"]["status"], seen["deadlines"]) == (422, [])
    assert after["origin_refusal"] is None


async def test_what_is_finalized_at_the_origin_is_seen_here_at_once(
    moving: Migration, alice: Photographer, pictures: PhotoSet
) -> None:
    path = f"/api/orders/{alice.order_id}/files"
    await alice.upload(pictures.coffee)
    await served(moving, alice, native=False)
    async with moving.client(alice.token, x_canary="1") as here:
        before = (await here.get(path)).json()
        await alice.upload(pictures.rocket)
        after = await here.get(path)

    assert [file["name"] for file in before["files"]] == [pictures.coffee.name]
    assert "cohort=native" in after.headers["x-pix-canary"]
    names = {file["name"] for file in after.json()["files"]}
    assert names == {pictures.coffee.name, pictures.rocket.name}
    assert moving.origin.requests("/api/uploads/finalize")
