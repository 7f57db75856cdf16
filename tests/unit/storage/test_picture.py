"""What a photo's first bytes say: its size, or that it is none, or that it is too large."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.failure import EditFailed, FailureCode
from domain.limits import PICTURE_HEADER_BYTES, PIXELS_MAX
from storage.picture import PixelSize, pixel_size
from tests.unit.storage.photos import a_picture, encoded, exif

JPEG = encoded(a_picture())


def png_header(width: int, height: int) -> bytes:
    """The first chunk of a PNG, whatever comes after it."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + checksum


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
    "data",
    [
        b"",
        b"not a photo",
        b"GIF89a\x01\x00\x01\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"\xff\xd8\xff",
        JPEG[:30],
        b"\x89PNG\r\n\x1a\n",
        png_header(0, 10),
        png_header(10, 0),
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"RIFF",
    ],
)
def test_what_is_no_photo_is_not_supported(data: bytes) -> None:
    with pytest.raises(EditFailed) as failed:
        pixel_size(data)

    assert failed.value.failure.code is FailureCode.UNSUPPORTED_IMAGE


def test_a_photo_may_have_as_many_pixels_as_the_limit_and_no_more() -> None:
    fitting = pixel_size(png_header(PIXELS_MAX // 10, 10))

    with pytest.raises(EditFailed) as failed:
        pixel_size(png_header(PIXELS_MAX // 10 + 1, 10))

    assert fitting.width * fitting.height == PIXELS_MAX
    assert failed.value.failure.code is FailureCode.IMAGE_TOO_LARGE


def size_or_failure(data: bytes) -> PixelSize | EditFailed:
    try:
        return pixel_size(data)
    except EditFailed as failed:
        return failed


@given(
    signature=st.sampled_from([b"", JPEG[:24], b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP"]),
    rest=st.binary(max_size=200),
)
def test_any_bytes_are_a_size_or_a_failure_that_has_a_name(signature: bytes, rest: bytes) -> None:
    assert isinstance(size_or_failure(signature + rest), (PixelSize, EditFailed))
