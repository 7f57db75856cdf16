"""From the first request for an upload to the preview in the browser."""

import asyncio
import io

import pytest
from PIL import Image

from tests.acceptance.photographer import Photographer
from tools import photos
from tools.photos import PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

PREVIEW_LONG_EDGE_PX = 1280


async def test_a_photo_goes_from_its_upload_to_an_upright_preview(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.portrait)
    async with alice.watch() as watch:
        assert [file["id"] for file in watch.hello["files"]] == [file_id]
        assert watch.hello["status"]["counts"] == counts(queued=1)

        await alice.submit(file_id)
        seen = await watch.until(file_id, "done")

    assert "in_progress" in [file["status"] for file in seen]
    assert [file["locked"] for file in seen] == [file["status"] == "in_progress" for file in seen]
    assert (await alice.api.status(alice.order_id))["counts"] == counts(done=1)
    [listed] = (await alice.api.files(alice.order_id))["files"]
    assert listed == seen[-1]
    assert {**listed, "jobs": [listed["job"]]} == await alice.api.file(file_id)

    link = await alice.api.preview(file_id)
    with Image.open(io.BytesIO(await alice.api.fetch(link["url"]))) as picture:
        assert picture.size == (link["width"], link["height"]) == (960, PREVIEW_LONG_EDGE_PX)
        assert photos.looks_like(picture, pictures.portrait)
        assert not picture.getexif(), "where a photo was taken is nobody's business"

    [notification] = await alice.until_notified(1)
    assert (notification["kind"], notification["file_id"]) == ("edit_done", file_id)


@pytest.mark.parametrize(
    ("name", "size"),
    [("rocket", (640, 427)), ("coffee", (600, 400)), ("cat", (1280, 851))],
)
async def test_a_preview_is_made_of_every_kind_and_never_enlarged(
    alice: Photographer, pictures: PhotoSet, name: str, size: tuple[int, int]
) -> None:
    photo = getattr(pictures, name)
    file_id = await alice.upload(photo)

    await alice.finish(file_id)

    link = await alice.api.preview(file_id)
    with Image.open(io.BytesIO(await alice.api.fetch(link["url"]))) as picture:
        assert picture.size == size
        assert photos.looks_like(picture, photo)


async def test_three_photos_are_edited_in_parallel(alice: Photographer, pictures: PhotoSet) -> None:
    file_ids = await alice.upload_all(pictures.portrait, pictures.coffee, pictures.cat)

    files = await alice.finish(*file_ids)

    assert {file["status"] for file in files.values()} == {"done"}
    assert (await alice.api.status(alice.order_id))["counts"] == counts(done=3)
    notifications = await alice.until_notified(3)
    assert {note["file_id"] for note in notifications} == set(file_ids)
    assert {note["kind"] for note in notifications} == {"edit_done"}


async def test_submitting_without_a_choice_takes_the_marked_files(
    alice: Photographer, pictures: PhotoSet
) -> None:
    chosen, other = await alice.upload_all(pictures.rocket, pictures.coffee)
    await alice.api.mark(chosen)

    submitted = await alice.api.submit(alice.order_id)

    assert [created["file_id"] for created in submitted["created"]] == [chosen]
    assert (await alice.api.file(other))["job"] is None


async def test_a_file_has_one_active_job_and_others_are_skipped_with_a_reason(
    alice: Photographer, bob: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    deleted = await alice.upload(pictures.coffee)
    foreign = await bob.upload(pictures.cat)
    await alice.api.delete(deleted)
    await alice.submit(file_id)

    submitted = await alice.api.submit(
        alice.order_id, file_id, deleted, foreign, "file_" + "0" * 32
    )

    reasons = {skipped["file_id"]: skipped["reason"] for skipped in submitted["skipped"]}
    assert not submitted["created"]
    assert reasons == {
        file_id: "job_active",
        deleted: "file_deleted",
        foreign: "forbidden",
        "file_" + "0" * 32: "file_not_found",
    }


async def test_a_file_submitted_many_times_at_once_gets_one_job(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)

    answers = await asyncio.gather(*(alice.api.submit(alice.order_id, file_id) for _ in range(5)))

    created = [job for answer in answers for job in answer["created"]]
    skipped = [file["reason"] for answer in answers for file in answer["skipped"]]
    assert len(created) == 1
    assert len(skipped) == 4
    assert set(skipped) <= {"job_active", "file_locked"}  # before its worker has it, and after


async def test_the_files_of_an_order_come_page_by_page_as_they_were_uploaded(
    alice: Photographer, pictures: PhotoSet
) -> None:
    uploaded = [await alice.upload(photo) for photo in pictures.good[:3]]

    first = await alice.api.files(alice.order_id, limit=2)
    second = await alice.api.files(alice.order_id, limit=2, cursor=first["next_cursor"] or "")

    assert [file["id"] for file in first["files"] + second["files"]] == uploaded
    assert first["next_cursor"] is not None
    assert second["next_cursor"] is None


async def test_a_notification_is_read_once(alice: Photographer, pictures: PhotoSet) -> None:
    await alice.finish(await alice.upload(pictures.rocket))
    [unread] = await alice.until_notified(1)

    read = await alice.api.mark_read(unread["id"])
    again = await alice.api.mark_read(unread["id"])

    assert unread["read_at"] is None
    assert read["read_at"] is not None
    assert read == again
    assert (await alice.api.notifications())["unread"] == 0


def counts(*, queued: int = 0, done: int = 0) -> dict[str, int]:
    return {"queued": queued, "in_progress": 0, "done": done, "failed": 0}
