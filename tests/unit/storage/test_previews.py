"""Which maker makes a preview, and what happens when none does."""

import pytest

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import PICTURE_HEADER_BYTES, PICTURE_HEADER_BYTES_MAX
from storage.objects import ByteRange
from storage.picture import PixelSize
from storage.previews import CopyPreviews, PreviewRequest, made_preview
from tests.fakes.memory_objects import MemoryObjects
from tests.unit.factories import a_preview
from tests.unit.storage.photos import a_picture, encoded

pytestmark = pytest.mark.anyio

PHOTO = encoded(a_picture())
REQUEST = PreviewRequest("processed/1", "preview/1.jpg", len(PHOTO), "image/jpeg")


class FixedMaker:
    """Answers what it was given, and remembers what size it was asked for."""

    def __init__(self, answer: Preview | None) -> None:
        self.asked: list[PixelSize] = []
        self._answer = answer

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        assert request == REQUEST
        self.asked.append(size)
        return self._answer


class CountedObjects(MemoryObjects):
    def __init__(self) -> None:
        super().__init__()
        self.ranges: list[ByteRange | None] = []

    async def read(self, key: str, byte_range: ByteRange | None = None) -> bytes | None:
        self.ranges.append(byte_range)
        return await super().read(key, byte_range)


async def a_bucket(photo: bytes = PHOTO) -> CountedObjects:
    objects = CountedObjects()
    await objects.put("processed/1", photo, "image/jpeg")
    return objects


async def test_the_first_maker_that_takes_the_picture_makes_the_preview() -> None:
    declining, first, second = FixedMaker(None), FixedMaker(a_preview("1")), FixedMaker(None)

    preview = await made_preview([declining, first, second], await a_bucket(), REQUEST)

    assert preview == a_preview("1")
    assert declining.asked == first.asked == [PixelSize(60, 40)]
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


def a_request_for(photo: bytes) -> PreviewRequest:
    return PreviewRequest("processed/1", "preview/1.jpg", len(photo), "image/jpeg")


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


async def test_a_photo_whose_size_stands_too_far_back_is_not_supported() -> None:
    photo = encoded(a_picture(), icc_profile=bytes(PICTURE_HEADER_BYTES_MAX + 1))
    objects = await a_bucket(photo)

    with pytest.raises(EditFailed) as failed:
        await made_preview([CopyPreviews(objects)], objects, a_request_for(photo))

    assert failed.value.failure.code is FailureCode.UNSUPPORTED_IMAGE


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
