"""Previews by the Images binding: what its errors mean. That it works is shown in acceptance."""

from dataclasses import replace
from typing import Any, Self

import pytest

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.limits import IMAGES_BYTES_MAX, IMAGES_EDGE_PX_MAX
from storage.images_previews import ImagesPreviews
from storage.objects import ByteRange
from storage.picture import PictureFormat, PixelSize
from storage.previews import PreviewRequest
from tests.fakes.memory_objects import MemoryObjects
from tests.unit.storage.photos import a_picture, encoded, exif

pytestmark = pytest.mark.anyio

REQUEST = PreviewRequest("processed/1", "preview/1.jpg", 1_000, "image/png", PictureFormat.PNG)
MADE = encoded(a_picture(1280, 850))
SCALE = {"width": 1280, "height": 1280, "fit": "scale-down", "background": "#ffffff"}


class ImagesBinding:
    """The binding's chain of calls: answers one picture, or raises."""

    def __init__(self, trouble: Exception | None = None, made: bytes = MADE) -> None:
        self.asked: list[Any] = []
        self._trouble = trouble
        self._made = made

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
        return memoryview(self._made)


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
        SCALE,
        {"format": "image/jpeg", "quality": 85, "anim": False},
    ]


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({"format": PictureFormat.TIFF}, PixelSize(9, 9)),
        ({"format": PictureFormat.CAMERA_RAW}, PixelSize(9, 9)),
        ({"format": None}, PixelSize(9, 9)),
        ({"size_bytes": IMAGES_BYTES_MAX + 1}, PixelSize(9, 9)),
        ({}, PixelSize(IMAGES_EDGE_PX_MAX + 1, 9)),
        ({}, PixelSize(9, IMAGES_EDGE_PX_MAX + 1)),
    ],
    ids=["TIFF", "camera raw", "unknown", "bytes", "width", "height"],
)
async def test_what_cloudflare_does_not_take_is_left_to_others_unread(
    changes: dict[str, Any], size: PixelSize
) -> None:
    images = ImagesBinding()

    made = await ImagesPreviews(images, await a_bucket()).make(replace(REQUEST, **changes), size)

    assert made is None
    assert images.asked == []


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({"size_bytes": IMAGES_BYTES_MAX}, PixelSize(IMAGES_EDGE_PX_MAX, 9)),
        ({"format": PictureFormat.WEBP}, PixelSize(16_000, 9)),
        ({"format": PictureFormat.GIF}, PixelSize(9, 9)),
        ({"format": PictureFormat.JPEG}, PixelSize(9, 9)),
    ],
    ids=["at the bounds", "a long WebP", "GIF", "JPEG"],
)
async def test_what_cloudflare_takes_is_given_to_it(
    changes: dict[str, Any], size: PixelSize
) -> None:
    previews = ImagesPreviews(ImagesBinding(), await a_bucket())

    assert await previews.make(replace(REQUEST, **changes), size) is not None


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (1, []),
        (2, [{"flip": "h"}]),
        (3, [{"rotate": 180}]),
        (6, [{"rotate": 90}]),
        (7, [{"flip": "h", "rotate": 90}]),
        (8, [{"rotate": 270}]),
    ],
)
async def test_the_jpeg_inside_a_camera_raw_file_is_cut_out_and_turned(
    orientation: int, turn: list[dict[str, object]]
) -> None:
    images = ImagesBinding()
    request = replace(
        REQUEST, format=PictureFormat.JPEG, part=ByteRange(1, 3), orientation=orientation
    )

    await ImagesPreviews(images, await a_bucket()).make(request, PixelSize(9, 9))

    assert images.asked[:-1] == [b"hot", *turn, SCALE]


async def test_what_the_binding_keeps_about_a_photo_is_left_out() -> None:
    objects = await a_bucket()
    images = ImagesBinding(made=encoded(a_picture(1280, 850), exif=exif(1), comment=b"hunter2"))

    preview = await ImagesPreviews(images, objects).make(REQUEST, PixelSize(9, 9))

    assert await objects.read("preview/1.jpg") == MADE
    assert preview is not None
    assert preview.size_bytes == len(MADE)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("IMAGES_TRANSFORM_ERROR 9412: Bad request: not an image", FailureCode.CORRUPT_IMAGE),
        ("ERROR 9516: error during decoding: decode error", FailureCode.CORRUPT_IMAGE),
        ("VipsJpeg: Premature end of input file", FailureCode.CORRUPT_IMAGE),
        ("Input buffer contains unsupported image format", FailureCode.CORRUPT_IMAGE),
        ("ERROR 9420: Original image has unsupported format", FailureCode.UNSUPPORTED_IMAGE),
        ("ERROR 9520: unsupported format", FailureCode.UNSUPPORTED_IMAGE),
        ("ERROR 9402: The image is too large", FailureCode.IMAGE_TOO_LARGE),
        ("ERROR 9413: The image exceeds the maximum pixels", FailureCode.IMAGE_TOO_LARGE),
        ("Input image exceeds pixel limit", FailureCode.IMAGE_TOO_LARGE),
    ],
)
async def test_a_photo_that_no_retry_will_mend_fails_with_its_reason(
    said: str, code: FailureCode
) -> None:
    previews = ImagesPreviews(ImagesBinding(ValueError(said)), await a_bucket())

    with pytest.raises(EditFailed) as failed:
        await previews.make(REQUEST, PixelSize(9, 9))

    assert failed.value.failure.code is code


@pytest.mark.parametrize(
    "said",
    [
        "ERROR 9422: Free unique transformations by account has been exhausted",
        "ERROR 9430: Images Binding access denied",
        "ERROR 9413: The animation is too large. Animation resolution is 500x500",
    ],
)
async def test_a_sound_photo_that_the_binding_declines_is_left_to_others(said: str) -> None:
    previews = ImagesPreviews(ImagesBinding(ValueError(said)), await a_bucket())

    assert await previews.make(REQUEST, PixelSize(9, 9)) is None


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
