"""Which maker makes a preview, and what happens when none does."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import PICTURE_HEADER_BYTES, PICTURE_HEADER_BYTES_MAX
from storage.objects import ByteRange
from storage.picture import PictureFormat, PixelSize
from storage.previews import CopyPreviews, PreviewRequest, made_preview
from tests.fakes.memory_objects import CountedObjects, MemoryObjects
from tests.unit.factories import a_preview
from tests.unit.storage.photos import a_picture, encoded
from tests.unit.storage.tiffs import CAMERAS, a_nef, a_page, a_tiff, large_jpeg, short

pytestmark = pytest.mark.anyio

PHOTO = encoded(a_picture())
REQUEST = PreviewRequest("processed/1", "preview/1.jpg", len(PHOTO), "image/jpeg")


class FixedMaker:
    """Answers what it was given, and remembers what it was asked for."""

    def __init__(self, answer: Preview | None) -> None:
        self.asked: list[tuple[PreviewRequest, PixelSize]] = []
        self._answer = answer

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        self.asked.append((request, size))
        return self._answer


async def a_bucket(photo: bytes = PHOTO) -> CountedObjects:
    objects = CountedObjects()
    await objects.put("processed/1", photo, "image/jpeg")
    return objects


async def test_the_first_maker_that_takes_the_picture_makes_the_preview() -> None:
    declining, first, second = FixedMaker(None), FixedMaker(a_preview("1")), FixedMaker(None)

    preview = await made_preview([declining, first, second], await a_bucket(), REQUEST)

    assert preview == a_preview("1")
    known = replace(REQUEST, format=PictureFormat.JPEG)
    assert declining.asked == first.asked == [(known, PixelSize(60, 40))]
    assert second.asked == []


async def test_a_picture_that_no_maker_takes_is_too_large() -> None:
    with pytest.raises(EditFailed) as failed:
        await made_preview([FixedMaker(None)], await a_bucket(), REQUEST)

    assert failed.value.failure.code is FailureCode.IMAGE_TOO_LARGE


async def test_what_is_no_photo_reaches_no_maker() -> None:
    maker = FixedMaker(a_preview())

    with pytest.raises(EditFailed) as failed:
        await made_preview([maker], await a_bucket(b"not a photo"), REQUEST)

    assert failed.value.failure.code is FailureCode.UNSUPPORTED_IMAGE
    assert maker.asked == []


def a_request_for(photo: bytes, content_type: str = "image/jpeg") -> PreviewRequest:
    return PreviewRequest("processed/1", "preview/1.jpg", len(photo), content_type)


async def test_only_the_header_is_read_before_a_maker_is_asked() -> None:
    photo = PHOTO.ljust(10 * PICTURE_HEADER_BYTES)
    objects = await a_bucket(photo)

    await made_preview([CopyPreviews(objects)], objects, a_request_for(photo))

    assert objects.ranges == [ByteRange(0, PICTURE_HEADER_BYTES)]


async def test_a_photo_whose_size_stands_behind_a_large_profile_gets_its_preview() -> None:
    photo = encoded(a_picture(), icc_profile=bytes(557_000)).ljust(2 * PICTURE_HEADER_BYTES_MAX)
    objects = await a_bucket(photo)

    preview = await made_preview([CopyPreviews(objects)], objects, a_request_for(photo))

    assert (preview.width, preview.height) == (60, 40)
    assert objects.ranges == [
        ByteRange(0, PICTURE_HEADER_BYTES),
        ByteRange(0, PICTURE_HEADER_BYTES_MAX),
    ]


async def test_a_photo_whose_size_stands_too_far_back_is_taken_for_damaged() -> None:
    photo = encoded(a_picture(), icc_profile=bytes(PICTURE_HEADER_BYTES_MAX + 1))
    objects = await a_bucket(photo)

    with pytest.raises(EditFailed) as failed:
        await made_preview([CopyPreviews(objects)], objects, a_request_for(photo))

    assert failed.value.failure.code is FailureCode.CORRUPT_IMAGE


async def test_a_processed_photo_that_is_missing_is_an_outage() -> None:
    with pytest.raises(Outage):
        await made_preview([FixedMaker(a_preview())], MemoryObjects(), REQUEST)


async def test_the_last_resort_is_the_photo_itself() -> None:
    objects = await a_bucket()

    preview = await CopyPreviews(objects).make(REQUEST, PixelSize(60, 40))

    assert preview == Preview(
        object_key="preview/1.jpg",
        width=60,
        height=40,
        size_bytes=len(PHOTO),
        content_type="image/jpeg",
        maker="copy",
    )
    assert await objects.read("preview/1.jpg") == PHOTO


async def test_a_photo_that_is_gone_cannot_be_copied() -> None:
    with pytest.raises(Outage):
        await CopyPreviews(MemoryObjects()).make(REQUEST, PixelSize(60, 40))


# --- TIFF and camera raw ------------------------------------------------------------------------

RAW = "image/x-nikon-nef"


async def test_a_tiff_whose_header_stands_at_its_end_is_looked_into_there() -> None:
    tiff = a_tiff(a_page((1_000, 400), bytes(1_200_000)), header_last=True)
    objects, maker = await a_bucket(tiff), FixedMaker(a_preview())

    await made_preview([maker], objects, a_request_for(tiff, "image/tiff"))

    ((request, size),) = maker.asked
    assert (request.format, size) == (PictureFormat.TIFF, PixelSize(1_000, 400))
    assert objects.ranges[0] == ByteRange(0, PICTURE_HEADER_BYTES)
    assert sum(span.length for span in objects.ranges[1:] if span) < 1_000


async def test_a_tiff_of_more_pixels_than_the_limit_is_too_large() -> None:
    tiff = a_tiff(a_page((60_000, 40_000), b""))
    maker = FixedMaker(a_preview())

    with pytest.raises(EditFailed) as failed:
        await made_preview([maker], await a_bucket(tiff), a_request_for(tiff, "image/tiff"))

    assert failed.value.failure.code is FailureCode.IMAGE_TOO_LARGE
    assert maker.asked == []


@pytest.mark.parametrize("content_type", ["image/tiff", "image/x-canon-cr2"])
async def test_a_damaged_tiff_is_corrupt(content_type: str) -> None:
    tiff = a_tiff(a_page((60, 40), bytes(7_200)))[:20]

    with pytest.raises(EditFailed) as failed:
        await made_preview([], await a_bucket(tiff), a_request_for(tiff, content_type))

    assert failed.value.failure.code is FailureCode.CORRUPT_IMAGE


@pytest.mark.parametrize("make", CAMERAS.values(), ids=CAMERAS)
async def test_of_a_camera_raw_file_the_jpeg_inside_is_what_is_decoded(
    make: Callable[..., bytes],
) -> None:
    shown = large_jpeg()
    raw, maker = make(shown, 6), FixedMaker(a_preview())

    await made_preview([maker], await a_bucket(raw), a_request_for(raw, RAW))

    ((request, size),) = maker.asked
    assert request.part is not None
    assert raw[request.part.offset :][: request.part.length] == shown
    assert (request.format, request.content_type) == (PictureFormat.JPEG, "image/jpeg")
    assert (request.size_bytes, request.orientation) == (len(shown), 6)
    assert size == PixelSize(60, 90)


async def test_a_camera_raw_file_without_a_jpeg_is_for_those_who_copy() -> None:
    raw = a_tiff(a_page((60, 40), bytes(7_200), orientation=short(6)))
    objects, maker = await a_bucket(raw), FixedMaker(None)

    preview = await made_preview([maker, CopyPreviews(objects)], objects, a_request_for(raw, RAW))

    assert [request.format for request, _ in maker.asked] == [PictureFormat.CAMERA_RAW]
    assert (preview.maker, preview.content_type) == ("copy", RAW)
    assert (preview.width, preview.height) == (40, 60)
    assert await objects.read("preview/1.jpg") == raw


async def test_a_jpeg_that_is_called_a_camera_raw_file_is_a_jpeg() -> None:
    maker = FixedMaker(a_preview())

    await made_preview([maker], await a_bucket(), a_request_for(PHOTO, RAW))

    ((request, _),) = maker.asked
    assert (request.format, request.part) == (PictureFormat.JPEG, None)


async def test_of_a_camera_raw_file_the_jpeg_inside_is_copied_where_nobody_decodes() -> None:
    shown = large_jpeg()
    raw = a_nef(shown, 6)
    objects = await a_bucket(raw)

    preview = await made_preview([CopyPreviews(objects)], objects, a_request_for(raw, RAW))

    assert await objects.read("preview/1.jpg") == shown
    assert preview == Preview(
        object_key="preview/1.jpg",
        width=90,
        height=60,
        size_bytes=len(shown),
        content_type="image/jpeg",
        maker="copy",
    )


async def test_a_part_of_what_is_gone_cannot_be_copied() -> None:
    request = replace(REQUEST, part=ByteRange(0, 10))

    with pytest.raises(Outage):
        await CopyPreviews(MemoryObjects()).make(request, PixelSize(60, 40))
