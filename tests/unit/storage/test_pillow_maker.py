"""Pillow as a maker of previews: what it stores, and which photos it leaves to others."""

from dataclasses import replace

import pytest

from domain.limits import PILLOW_BYTES_MAX, PILLOW_PIXELS_MAX, PILLOW_UNSCALED_PIXELS_MAX
from storage.objects import ByteRange
from storage.picture import PictureFormat, PixelSize
from storage.pillow_previews import PillowPreviews
from storage.previews import PreviewRequest
from tests.fakes.memory_objects import CountedObjects, MemoryObjects
from tests.unit.storage.photos import a_picture, encoded

pytestmark = pytest.mark.anyio


def a_request(
    size_bytes: int = 1_000, pictured: PictureFormat | None = PictureFormat.PNG
) -> PreviewRequest:
    return PreviewRequest("processed/1", "preview/1.jpg", size_bytes, "image/png", pictured)


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
        (a_request(), PixelSize(PILLOW_UNSCALED_PIXELS_MAX // 10 + 1, 10)),
        (a_request(pictured=PictureFormat.JPEG), PixelSize(PILLOW_PIXELS_MAX // 10 + 1, 10)),
        (a_request(pictured=PictureFormat.CAMERA_RAW), PixelSize(1, 1)),
        (a_request(pictured=None), PixelSize(1, 1)),
    ],
    ids=["bytes", "pixels", "pixels of a JPEG", "camera raw", "unknown"],
)
async def test_a_photo_that_is_not_for_the_isolate_is_left_to_others_unread(
    asked: PreviewRequest, size: PixelSize
) -> None:
    objects = MemoryObjects()
    objects.is_down = True

    assert await PillowPreviews(objects).make(asked, size) is None


async def test_of_a_camera_raw_file_only_the_jpeg_inside_is_read_and_turned() -> None:
    objects, shown = CountedObjects(), encoded(a_picture())
    await objects.put("processed/1", b"raw" + shown + b"raw", "image/x-nikon-nef")
    part = ByteRange(3, len(shown))
    asked = replace(a_request(), format=PictureFormat.JPEG, part=part, orientation=6)

    preview = await PillowPreviews(objects).make(asked, PixelSize(40, 60))

    assert objects.ranges == [part]
    assert preview is not None
    assert (preview.width, preview.height) == (40, 60)


async def test_a_photo_that_is_gone_is_left_to_others() -> None:
    assert await PillowPreviews(MemoryObjects()).make(a_request(), PixelSize(10, 10)) is None
