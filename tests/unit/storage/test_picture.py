"""What a photo's first bytes say: its size, or that it is none, or that it is too large."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.failure import EditFailed, FailureCode
from domain.limits import PICTURE_HEADER_BYTES, PIXELS_MAX
from storage.picture import PictureFormat, PixelSize, format_of, pixel_size, tiff_size
from storage.spans import Malformed, read_from
from tests.unit.storage.photos import a_picture, chunk, encoded, exif
from tests.unit.storage.tiffs import CAMERAS, SMALL, a_page, a_tiff, long, short

JPEG = encoded(a_picture())


def png_header(width: int, height: int) -> bytes:
    """The first chunk of a PNG, whatever comes after it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)


@pytest.mark.parametrize(
    "photo",
    [
        JPEG,
        encoded(a_picture(), progressive=True),
        encoded(a_picture(mode="L")),
        encoded(a_picture(mode="CMYK")),
        encoded(a_picture(), "PNG"),
        encoded(a_picture(mode="P"), "PNG"),
        encoded(a_picture(), "WEBP"),
        encoded(a_picture(), "WEBP", lossless=True),
        encoded(a_picture(mode="RGBA"), "WEBP"),
        encoded(a_picture(), exif=exif(1)),
        encoded(a_picture(mode="P"), "GIF"),
    ],
)
def test_the_size_of_a_photo_is_read_off_its_header(photo: bytes) -> None:
    assert pixel_size(photo) == PixelSize(60, 40)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_the_size_is_that_of_the_upright_photo(orientation: int) -> None:
    assert pixel_size(encoded(a_picture(), exif=exif(orientation))) == PixelSize(40, 60)


def test_the_header_may_be_preceded_by_much_else() -> None:
    profile = bytes(3 * 64 * 1024)

    photo = encoded(a_picture(), icc_profile=profile, exif=exif(1).ljust(60_000, b"\x00"))

    assert pixel_size(photo[:PICTURE_HEADER_BYTES]) == PixelSize(60, 40)


@pytest.mark.parametrize(
    ("photo", "told"),
    [
        (JPEG, PictureFormat.JPEG),
        (encoded(a_picture(), "PNG"), PictureFormat.PNG),
        (encoded(a_picture(), "WEBP"), PictureFormat.WEBP),
        (encoded(a_picture(), "GIF"), PictureFormat.GIF),
        (b"GIF87a", PictureFormat.GIF),
        (encoded(a_picture(), "TIFF"), PictureFormat.TIFF),
        (a_tiff({}, order=">"), PictureFormat.TIFF),
        *((make(SMALL), PictureFormat.TIFF) for make in CAMERAS.values()),
    ],
)
def test_the_format_of_a_photo_is_told_by_its_first_bytes(
    photo: bytes, told: PictureFormat
) -> None:
    assert format_of(photo) is told


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a photo",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        encoded(a_picture(), "BMP"),
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"RIFF",
        b"II+\x00\x08\x00\x00\x00",
        b"\x00\x00\x00\x18ftypheic",
        b"\xff\xd8",
    ],
    ids=["empty", "text", "SVG", "BMP", "WAV", "RIFF", "BigTIFF", "HEIC", "two bytes"],
)
def test_what_is_no_photo_that_we_take_is_not_supported(data: bytes) -> None:
    with pytest.raises(EditFailed) as failed:
        format_of(data)

    assert failed.value.failure.code is FailureCode.UNSUPPORTED_IMAGE


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff",
        JPEG[:30],
        b"\x89PNG\r\n\x1a\n",
        png_header(0, 10),
        png_header(10, 0),
        b"GIF89a\x01",
        b"GIF89a\x00\x00\x01\x00\x00\x00\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
)
def test_a_photo_whose_header_is_damaged_is_corrupt(data: bytes) -> None:
    with pytest.raises(EditFailed) as failed:
        pixel_size(data)

    assert failed.value.failure.code is FailureCode.CORRUPT_IMAGE


@pytest.mark.parametrize("header_last", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_size_of_a_tiff_is_that_of_its_first_page(order: str, *, header_last: bool) -> None:
    pages = [a_page((60, 40), bytes(7_200)), a_page((900, 900), b"")]

    tiff = a_tiff(*pages, order=order, header_last=header_last)

    assert read_from(tiff, tiff_size()) == PixelSize(60, 40)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_the_size_of_a_tiff_is_that_of_the_upright_page(orientation: int) -> None:
    tiff = a_tiff(a_page((60, 40), bytes(7_200), orientation=short(orientation)))

    assert read_from(tiff, tiff_size()) == PixelSize(40, 60)


@pytest.mark.parametrize("page", [{256: long(60)}, {256: long(60), 257: long(0)}])
def test_a_tiff_without_a_size_is_malformed(page: dict[int, Any]) -> None:
    with pytest.raises(Malformed):
        read_from(a_tiff(page), tiff_size())


def test_a_photo_may_have_as_many_pixels_as_the_limit_and_no_more() -> None:
    fitting = pixel_size(png_header(PIXELS_MAX // 10, 10))

    with pytest.raises(EditFailed) as failed:
        pixel_size(png_header(PIXELS_MAX // 10 + 1, 10))

    assert fitting.width * fitting.height == PIXELS_MAX
    assert failed.value.failure.code is FailureCode.IMAGE_TOO_LARGE


def size_or_failure(data: bytes) -> PixelSize | EditFailed:
    try:
        format_of(data)
        return pixel_size(data)
    except EditFailed as failed:
        return failed


@given(
    signature=st.sampled_from([b"", JPEG[:24], b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP"]),
    rest=st.binary(max_size=200),
)
def test_any_bytes_are_a_size_or_a_failure_that_has_a_name(signature: bytes, rest: bytes) -> None:
    assert isinstance(size_or_failure(signature + rest), (PixelSize, EditFailed))
