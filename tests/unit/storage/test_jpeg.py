"""The segments in front of a JPEG's pixels: how it is coded, turned, and what to leave out."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storage import jpeg
from storage.spans import Malformed
from tests.unit.storage.photos import a_picture, encoded, exif, lying_jpeg, opened

PHOTO = encoded(a_picture())


def without_interleaving(data: bytes) -> bytes:
    """A baseline JPEG whose first scan says that it holds one component only."""
    at = data.index(b"\xff\xda")
    return data[:at] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + data[at:]


@pytest.mark.parametrize(
    ("photo", "is_plain", "is_buffered"),
    [
        (PHOTO, True, False),
        (encoded(a_picture(), progressive=True), True, True),
        (encoded(a_picture(mode="L")), True, False),
        (encoded(a_picture(mode="CMYK")), False, False),
        (without_interleaving(PHOTO), True, True),
        (PHOTO.replace(b"\xff\xc0", b"\xff\xc3"), False, False),
        (PHOTO.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc1\x00\x11\x0c"), False, False),
        (PHOTO.replace(b"\xff\xc0", b"\xff\xc9"), False, False),
    ],
    ids=["baseline", "progressive", "grey", "CMYK", "scans", "lossless", "12 bits", "arithmetic"],
)
def test_how_a_photo_is_coded_is_told(photo: bytes, *, is_plain: bool, is_buffered: bool) -> None:
    head = jpeg.head(photo)

    assert (head.frame.width, head.frame.height) == (60, 40)
    assert head.frame.is_plain is is_plain
    assert head.is_buffered is is_buffered


@pytest.mark.parametrize(
    ("mode", "subsampling", "bytes_per_pixel"),
    [("L", 0, 2), ("RGB", 0, 6), ("RGB", 1, 4), ("RGB", 2, 3), ("CMYK", 0, 8)],
)
def test_what_all_coefficients_take_depends_on_the_samples_there_are(
    mode: str, subsampling: int, bytes_per_pixel: int
) -> None:
    photo = encoded(a_picture(mode=mode), subsampling=subsampling)

    assert jpeg.head(photo).frame.coefficient_bytes == 60 * 40 * bytes_per_pixel


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_told(orientation: int) -> None:
    assert jpeg.head(encoded(a_picture(), exif=exif(orientation))).orientation == orientation


@pytest.mark.parametrize(
    "photo",
    [
        PHOTO,
        *(encoded(a_picture(), exif=exif(odd)) for odd in (0, 9)),
        encoded(a_picture(), exif=b"Exif\0\0"),
        encoded(a_picture(), exif=exif(6)[:20]),
    ],
    ids=["no EXIF", "0", "9", "empty", "cut off"],
)
def test_an_orientation_that_is_not_there_is_none(photo: bytes) -> None:
    assert jpeg.head(photo).orientation is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        PHOTO[:30],
        PHOTO[: PHOTO.index(b"\xff\xc0") + 8],
        lying_jpeg(8_000, 8_000),
        PHOTO.replace(struct.pack(">HH", 40, 60), struct.pack(">HH", 0, 60), 1),
        b"\xff\xd8\xff\xc0\x00\x08\x08\x00\x28\x00\x3c\x00",
        b"\xff\xd8\xff\xe0\x00\x01" + PHOTO[2:],
    ],
    ids=[
        "empty",
        "PNG",
        "a signature",
        "no frame",
        "cut frame",
        "two frames",
        "no height",
        "no components",
        "a segment without length",
    ],
)
def test_what_is_no_jpeg_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        jpeg.head(data)


def test_what_is_told_of_a_picture_is_left_out_and_the_picture_stays() -> None:
    photo = Image.effect_noise((64, 48), 80).convert("RGB")
    plain = encoded(photo)
    told = encoded(photo, exif=exif(1), comment=b"hunter2", icc_profile=b"hunter2", xmp=b"<a/>")

    bare = jpeg.without_metadata(told)

    assert bare == plain
    assert b"JFIF" in bare
    assert opened(bare).tobytes() == opened(plain).tobytes()


def test_the_colours_of_an_adobe_jpeg_are_still_understood() -> None:
    photo = encoded(Image.new("CMYK", (60, 40), (0, 255, 255, 0)), exif=exif(1))

    bare = jpeg.without_metadata(photo)

    assert b"Exif" not in bare
    assert opened(bare).tobytes() == opened(photo).tobytes()


def head_or_malformed(data: bytes) -> object:
    try:
        return jpeg.head(data)
    except Malformed as malformed:
        return malformed


@given(st.binary(max_size=200), st.integers(2, len(PHOTO)))
def test_any_bytes_are_a_head_or_malformed(rest: bytes, cut_at: int) -> None:
    data = PHOTO[:cut_at] + rest

    assert head_or_malformed(data)
    assert len(jpeg.without_metadata(data)) <= len(data)
