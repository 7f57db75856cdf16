"""Previews by the Images binding: what its errors mean. That it works is shown in acceptance."""

from typing import Any, Self

import pytest

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from storage.images_previews import ImagesPreviews
from storage.picture import PixelSize
from storage.previews import PreviewRequest
from tests.fakes.memory_objects import MemoryObjects
from tests.unit.storage.photos import a_picture, encoded

pytestmark = pytest.mark.anyio

REQUEST = PreviewRequest("processed/1", "preview/1.jpg", 1_000, "image/png")
MADE = encoded(a_picture(1280, 850))


class ImagesBinding:
    """The binding's chain of calls: answers one picture, or raises."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.asked: list[Any] = []
        self._trouble = trouble

    def input(self, stream: object) -> Self:
        self.asked.append(stream)
        return self

    def transform(self, options: dict[str, Any]) -> Self:
        self.asked.append(options)
        return self

    async def output(self, options: dict[str, Any]) -> Self:
        self.asked.append(options)
        if self._trouble is not None:
            raise self._trouble
        return self

    def response(self) -> Self:
        return self

    async def bytes(self) -> memoryview:
        return memoryview(MADE)


async def a_bucket() -> MemoryObjects:
    objects = MemoryObjects()
    await objects.put("processed/1", b"photo", "image/png")
    return objects


async def test_the_preview_is_stored_and_described_by_what_was_made() -> None:
    objects, images = await a_bucket(), ImagesBinding()

    preview = await ImagesPreviews(images, objects).make(REQUEST, PixelSize(9_000, 6_000))

    assert preview is not None
    assert (preview.width, preview.height, preview.maker) == (1280, 850, "images")
    assert await objects.read("preview/1.jpg") == MADE
    assert images.asked == [
        b"photo",
        {"width": 1280, "height": 1280, "fit": "scale-down", "background": "#ffffff"},
        {"format": "image/jpeg", "quality": 85},
    ]


@pytest.mark.parametrize(
    "said",
    [
        "IMAGES_TRANSFORM_ERROR 9412: Bad request: the origin server returned a non-image",
        "ERROR 9402: The image is too large",
        "ERROR 9413: The image exceeds the maximum pixels",
        "ERROR 9520: unsupported format",
        "VipsJpeg: Premature end of input file",
        "Input buffer contains unsupported image format",
    ],
)
async def test_a_photo_that_no_retry_will_mend_is_not_supported(said: str) -> None:
    previews = ImagesPreviews(ImagesBinding(ValueError(said)), await a_bucket())

    with pytest.raises(EditFailed) as failed:
        await previews.make(REQUEST, PixelSize(9, 9))

    assert failed.value.failure.code is FailureCode.UNSUPPORTED_IMAGE


@pytest.mark.parametrize(
    "said", ["Network connection lost.", "ERROR 9522: internal error", "ERROR 9429: slow down", ""]
)
async def test_anything_else_may_pass(said: str) -> None:
    previews = ImagesPreviews(ImagesBinding(ValueError(said)), await a_bucket())

    with pytest.raises(Outage):
        await previews.make(REQUEST, PixelSize(9, 9))


async def test_a_processed_photo_that_is_missing_is_an_outage() -> None:
    with pytest.raises(Outage):
        await ImagesPreviews(ImagesBinding(), MemoryObjects()).make(REQUEST, PixelSize(9, 9))
