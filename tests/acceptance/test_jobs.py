"""Jobs over HTTP: each by its id, and lists of them that page through a user's orders."""

import pytest

from tests.acceptance.photographer import Photographer, refusal
from tools.api_shapes import Job
from tools.photos import Photo, PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]


async def test_an_edited_file_that_is_revised_has_two_jobs(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    first = (await alice.finish(file_id))[file_id]["job"]
    async with alice.watch() as watch:
        second = await alice.api.revise(file_id)
        await watch.until(file_id, "done")

    history = (await alice.api.file(file_id))["jobs"]
    listed = await alice.api.jobs(order_id=alice.order_id)
    done = await alice.api.job(second["job_id"])

    assert first is not None
    assert [job["id"] for job in history] == [second["job_id"], first["id"]]
    assert listed["jobs"] == history
    assert history[0] == done
    assert (done["file_id"], done["order_id"], done["user_id"]) == (
        file_id,
        alice.order_id,
        alice.user_id,
    )
    assert (done["status"], done["attempt"], done["error"]) == ("done", 1, None)
    assert done["copied_bytes"] == pictures.rocket.path.stat().st_size
    assert done["preview_maker"] in {"pillow", "images", "copy"}
    assert done["created_at"] <= (done["started_at"] or "") <= (done["finished_at"] or "")


async def test_a_users_jobs_are_listed_over_all_their_orders(
    alice: Photographer, bob: Photographer, pictures: PhotoSet
) -> None:
    first, second = f"{alice.order_id}-1", f"{alice.order_id}-2"
    older = [await submitted(alice, first, pictures.rocket, name) for name in ("a", "b")]
    newer = [await submitted(alice, second, pictures.rocket, name) for name in ("c", "d")]

    pages = [await alice.api.jobs(limit=3)]
    pages.append(await alice.api.jobs(limit=3, cursor=pages[0]["next_cursor"] or ""))

    assert ids(pages[0]["jobs"] + pages[1]["jobs"]) == [*newer[::-1], *older[::-1]]
    assert pages[1]["next_cursor"] is None
    assert (await bob.api.jobs())["jobs"] == []
    foreign = await bob.api.send("GET", f"/api/jobs?order_id={first}")
    assert refusal(foreign) == (403, "forbidden")
    assert refusal(await bob.api.send("GET", f"/api/jobs/{older[0]}")) == (403, "forbidden")


async def test_a_deleted_files_job_is_found_by_its_status(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.corrupt)
    await alice.finish(file_id)
    await alice.api.delete(file_id)

    [failed] = (await alice.api.jobs(status="failed"))["jobs"]

    assert failed["file_id"] == file_id
    assert failed["error"] is not None
    assert (await alice.api.jobs(status="done"))["jobs"] == []


async def submitted(someone: Photographer, order_id: str, photo: Photo, name: str) -> str:
    """The id of the job of a photo in that order."""
    finalized = await someone.api.upload(
        order_id, name, photo.path.read_bytes(), content_type=photo.content_type
    )
    [created] = (await someone.api.submit(order_id, finalized["file_id"]))["created"]
    return created["job_id"]


def ids(jobs: list[Job]) -> list[str]:
    return [job["id"] for job in jobs]
