"""What an attempt leaves in the bucket: the valid objects, and nothing that nobody refers to."""

import pytest

from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from storage.picture import PixelSize
from storage.previews import CopyPreviews, PreviewMaker, PreviewRequest
from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom
from tests.unit.factories import LEASE_MS

pytestmark = pytest.mark.anyio


class LateMaker(CopyPreviews):
    """Makes the preview, and is done only when the lease is over."""

    def __init__(self, darkroom: Darkroom, clock: Clock) -> None:
        super().__init__(darkroom.objects)
        self._clock = clock

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        made = await super().make(request, size)
        self._clock.advance_ms(LEASE_MS)
        return made


class FailingMaker(CopyPreviews):
    """Makes the preview, and fails nevertheless."""

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        await super().make(request, size)
        raise EditFailed(FailureCode.UNSUPPORTED_IMAGE, "x")


def kinds(darkroom: Darkroom) -> list[str]:
    """Of what lies in the bucket: "raw", or "processed/2" with the token."""
    parts = [key.split("/") for key in sorted(darkroom.objects.keys)]
    return [f"{kind}/{last}" if kind != "raw" else kind for *_, kind, _, last in parts]


async def edit_again(darkroom: Darkroom, path: str, *makers: PreviewMaker) -> None:
    await darkroom.submit(path)
    await darkroom.work(makers or None)


async def test_an_edit_leaves_the_photo_its_copy_and_its_preview(darkroom: Darkroom) -> None:
    await darkroom.edited()

    assert kinds(darkroom) == ["preview/1.jpg", "processed/1", "raw"]


async def swept(darkroom: Darkroom, clock: Clock) -> list[str]:
    clock.advance_ms(darkroom.settings.sweep_after_ms)
    await darkroom.actors.ring()
    return kinds(darkroom)


async def test_what_a_second_edit_replaces_stays_while_signed_urls_of_it_last(
    darkroom: Darkroom,
) -> None:
    path = await darkroom.edited()

    await edit_again(darkroom, path)

    made_by_both = ["preview/1.jpg", "preview/2.jpg", "processed/1", "processed/2", "raw"]
    assert kinds(darkroom) == made_by_both


async def test_what_a_second_edit_replaces_is_swept_then(darkroom: Darkroom, clock: Clock) -> None:
    path = await darkroom.edited()
    await edit_again(darkroom, path)

    assert await swept(darkroom, clock) == ["preview/2.jpg", "processed/2", "raw"]


async def test_a_second_edit_that_fails_leaves_what_the_first_has_made(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.edited()

    await edit_again(darkroom, path, FailingMaker(darkroom.objects))

    assert await swept(darkroom, clock) == ["preview/1.jpg", "processed/1", "raw"]
    assert (await darkroom.call("GET", f"{path}/preview")).status == 200


async def test_the_objects_of_a_late_worker_are_swept_and_nothing_else(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.edited()

    await edit_again(darkroom, path, LateMaker(darkroom, clock))

    assert await swept(darkroom, clock) == ["preview/1.jpg", "processed/1", "raw"]


async def test_after_a_late_worker_the_next_attempt_has_objects_of_its_own(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.uploaded()
    await edit_again(darkroom, path, LateMaker(darkroom, clock))
    clock.advance_ms(2_000)
    await darkroom.actors.ring()

    await darkroom.work()

    assert (await darkroom.call("GET", path)).json["status"] == "done"
    assert await swept(darkroom, clock) == ["preview/2.jpg", "processed/2", "raw"]


async def test_what_was_uploaded_after_the_delete_is_removed_too(
    darkroom: Darkroom, clock: Clock
) -> None:
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])
    await darkroom.finalize(begun["intent_id"])
    await darkroom.call("DELETE", f"/api/files/{begun['file_id']}")
    await darkroom.put(begun["upload"]["url"])
    assert kinds(darkroom) == ["raw"]

    assert await swept(darkroom, clock) == []
