"""Pillow as a maker of previews: what it stores, and which photos it leaves to others."""

import pytest

from domain.limits import PILLOW_BYTES_MAX, PILLOW_PIXELS_MAX
from storage.picture import PixelSize
from storage.pillow_previews import PillowPreviews
from storage.previews import PreviewRequest
from tests.fakes.memory_objects import MemoryObjects
from tests.unit.storage.photos import a_picture, encoded, lying_jpeg

pytestmark = pytest.mark.anyio


def a_request(size_bytes: int = 1_000) -> PreviewRequest:
    return PreviewRequest("processed/1", "preview/1.jpg", size_bytes, "image/png")


async def test_the_preview_is_stored_and_described() -> None:
    objects = MemoryObjects()
    await objects.put("processed/1", encoded(a_picture(1700, 1130), "PNG"), "image/png")

    preview = await PillowPreviews(objects).make(a_request(), PixelSize(1700, 1130))

    assert preview is not None
    stored = await objects.head("preview/1.jpg")
    assert stored is not None
    assert (stored.content_type, stored.size_bytes) == ("image/jpeg", preview.size_bytes)
    assert (preview.width, preview.height, preview.maker) == (1280, 851, "pillow")
    assert (preview.object_key, preview.content_type) == ("preview/1.jpg", "image/jpeg")


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        (a_request(PILLOW_BYTES_MAX + 1), PixelSize(10, 10)),
        (a_request(), PixelSize(PILLOW_PIXELS_MAX // 10 + 1, 10)),
    ],
    ids=["too many bytes", "too many pixels"],
)
async def test_a_photo_too_large_for_the_isolate_is_left_to_others_unread(
    asked: PreviewRequest, size: PixelSize
) -> None:
    objects = MemoryObjects()
    objects.is_down = True

    assert await PillowPreviews(objects).make(asked, size) is None


async def test_a_photo_at_the_bounds_of_the_isolate_is_read() -> None:
    objects = MemoryObjects()
    await objects.put("processed/1", encoded(a_picture(), "PNG"), "image/png")
    size = PixelSize(PILLOW_PIXELS_MAX // 10, 10)

    assert await PillowPreviews(objects).make(a_request(PILLOW_BYTES_MAX), size) is not None


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
async def test_a_photo_that_turns_out_to_be_too_large_is_left_to_others() -> None:
    objects = MemoryObjects()
    await objects.put("processed/1", lying_jpeg(8_000, 8_000), "image/jpeg")

    assert await PillowPreviews(objects).make(a_request(), PixelSize(60, 40)) is None
    assert objects.keys == {"processed/1"}
