"""While a job holds a file, nobody may rename or delete it; before and after, they may."""

import asyncio
from datetime import datetime

import pytest

from tests.acceptance.photographer import DEADLINE_S, Photographer, refusal
from tools.photos import PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

LEASE_S = 15 * 60
RETRY_AFTER_S_MAX = 5  # most edits take seconds, though a lease is long
JSON = {"content-type": "application/json"}


async def test_a_locked_file_is_neither_deleted_nor_renamed_until_its_job_is_over(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.galaxies)
    path = f"/api/files/{file_id}"
    async with alice.watch() as watch:
        await alice.submit(file_id)
        held = (await watch.until(file_id, "in_progress"))[-1]

        answers = await asyncio.gather(
            alice.api.send("DELETE", path),
            alice.api.send("PATCH", path, content=b'{"name": "sky.jpg"}', headers=JSON),
            alice.api.send("PATCH", path, content=b'{"marked": true}', headers=JSON),
            alice.api.send("POST", f"{path}/revision"),
        )
        await watch.until(file_id, "done")

    for answer in answers:
        assert refusal(answer) == (409, "file_locked")
        problem = answer.json()
        assert held["job"] is not None
        assert (problem["file_id"], problem["job_id"]) == (file_id, held["job"]["id"])
        assert (problem["attempt"], problem["live_url"]) == (
            1,
            f"/api/orders/{alice.order_id}/live",
        )
        assert 0 < int(answer.headers["retry-after"]) <= RETRY_AFTER_S_MAX
        lock_s = seconds_between(problem["locked_since"], problem["locked_until"])
        assert LEASE_S <= lock_s < LEASE_S + DEADLINE_S, "the lease, renewed while the job runs"

    assert (await alice.api.rename(file_id, "sky.jpg"))["name"] == "sky.jpg"
    await alice.api.delete(file_id)
    assert refusal(await alice.api.send("GET", path)) == (410, "file_deleted")
    assert (await alice.api.status(alice.order_id))["total"] == 0


async def test_deleting_takes_the_photo_its_preview_and_its_place_in_the_order(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    await alice.finish(file_id)
    preview = await alice.api.preview(file_id)
    async with alice.watch() as watch:
        first = await alice.api.send("DELETE", f"/api/files/{file_id}")
        event = await watch.next_event()

    again = await alice.api.send("DELETE", f"/api/files/{file_id}")

    assert (first.status_code, again.status_code) == (204, 204)
    assert (event["type"], event["subject"]) == ("darkroom.file.deleted", file_id)
    assert (await alice.api.files(alice.order_id))["files"] == []
    await alice.until_gone(preview["url"])


async def test_a_name_is_free_again_once_its_file_is_gone(
    alice: Photographer, pictures: PhotoSet
) -> None:
    first = await alice.upload(pictures.rocket)
    await alice.api.delete(first)

    second = await alice.upload(pictures.rocket)
    file = (await alice.finish(second))[second]

    assert second != first
    assert file["status"] == "done", "removing the first one's photo has not taken the second's"
    assert [file["id"] for file in (await alice.api.files(alice.order_id))["files"]] == [second]


async def test_a_renamed_file_keeps_its_photo_and_frees_its_name(
    alice: Photographer, pictures: PhotoSet
) -> None:
    first = await alice.upload(pictures.rocket)
    await alice.api.rename(first, "moved.jpg")

    second = await alice.upload(pictures.rocket)
    await alice.api.delete(second)
    file = (await alice.finish(first))[first]

    assert (file["name"], file["status"]) == ("moved.jpg", "done")


def seconds_between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
