"""Previews by Pillow: upright, bounded, bare, whatever the photo brings along."""

import io
import struct

import pytest
from PIL import Image

from domain.failure import EditFailed, FailureCode
from storage.picture import PictureFormat
from storage.pillow_previews import scaled
from tests.unit.storage.photos import a_picture, encoded, exif, opened
from tests.unit.storage.profiles import SRGB
from tests.unit.storage.shown import colour_at, made_of, outcome, preview_of
from tests.unit.storage.tiffs import a_page, a_tiff, short

CORNERS = [
    (1, (0, 0)),
    (2, (59, 0)),
    (3, (59, 39)),
    (4, (0, 39)),
    (5, (0, 0)),
    (6, (39, 0)),
    (7, (39, 59)),
    (8, (0, 59)),
]
"""Where the photo's first quarter lies when it is shown, by its orientation."""


def a_marked_picture() -> Image.Image:
    """The first quarter of the photo as stored is red."""
    photo = a_picture()
    photo.paste("red", (0, 0, 30, 20))
    return photo


@pytest.mark.parametrize(
    ("size", "scaled_to"),
    [
        ((2560, 1700), (1280, 850)),
        ((1700, 2560), (850, 1280)),
        ((1281, 100), (1280, 100)),
        ((1280, 1280), (1280, 1280)),
        ((60, 40), (60, 40)),
        ((1, 1), (1, 1)),
        ((4000, 1), (1280, 1)),
        ((1, 4000), (1, 1280)),
        ((20_000, 100), (1280, 6)),
    ],
)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "GIF"])
def test_the_long_edge_is_bounded_and_a_small_photo_is_not_enlarged(
    file_format: str, size: tuple[int, int], scaled_to: tuple[int, int]
) -> None:
    mode = "L" if file_format == "PNG" else "RGB"
    options = {"compression": "tiff_lzw"} if file_format == "TIFF" else {}

    made = scaled(
        encoded(a_picture(*size, mode=mode), file_format, **options), PictureFormat(file_format)
    )

    is_too_large = file_format != "JPEG" and size[0] * size[1] > 3_000_000
    assert (made is None) is is_too_large
    assert is_too_large or (made is not None and made[1] == scaled_to)


@pytest.mark.parametrize(("orientation", "corner"), CORNERS)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_preview_is_upright(
    file_format: str, orientation: int, corner: tuple[int, int]
) -> None:
    turned = (
        {"tiffinfo": {274: orientation}} if file_format == "TIFF" else {"exif": exif(orientation)}
    )

    preview = preview_of(encoded(a_marked_picture(), file_format, **turned))

    assert preview.size == ((60, 40) if orientation < 5 else (40, 60))
    assert colour_at(preview, *corner) == (255, 0, 0)


@pytest.mark.parametrize(("orientation", "corner"), CORNERS)
def test_the_orientation_of_the_camera_raw_file_is_applied_to_its_jpeg(
    orientation: int, corner: tuple[int, int]
) -> None:
    made = scaled(encoded(a_marked_picture()), PictureFormat.JPEG, orientation)

    assert made is not None
    assert colour_at(opened(made[0]), *corner) == (255, 0, 0)


def test_a_compressed_tiff_is_turned_once() -> None:
    page = {"tiffinfo": {274: 6}, "compression": "tiff_lzw"}

    preview = preview_of(encoded(a_marked_picture(), "TIFF", **page))

    assert colour_at(preview, 39, 0) == (255, 0, 0)


def test_exif_data_that_follow_a_pngs_pixels_are_heeded() -> None:
    photo = encoded(a_marked_picture(), "PNG", exif=exif(6))
    at = photo.index(b"eXIf") - 4
    length = 12 + int.from_bytes(photo[at : at + 4], "big")
    data, end = photo[at : at + length], photo.index(b"IEND") - 4

    preview = preview_of(photo[:at] + photo[at + length : end] + data + photo[end:])

    assert colour_at(preview, 39, 0) == (255, 0, 0)


@pytest.mark.parametrize(
    "entry",
    [
        struct.pack("<HHII", 0x010E, 5, 1, 8),
        struct.pack("<HHII", 0x011A, 2, 1, 8),
        struct.pack("<HHII", 0x8769, 2, 4, 0x41414141),
        struct.pack("<HHII", 0x0132, 99, 1, 8),
    ],
    ids=["text as a fraction", "a fraction as text", "a directory as text", "an unknown type"],
)
def test_odd_exif_data_does_no_harm_to_a_good_photo(entry: bytes) -> None:
    preview = preview_of(encoded(a_picture(), exif=exif(6, entry)))

    assert preview.size == (40, 60)


def test_of_a_phones_photo_with_more_pictures_behind_it_the_first_is_shown() -> None:
    """Phones append a depth map, or the light of a brighter screen (CIPA DC-007)."""
    photo = a_marked_picture().resize((3_000, 2_000))
    several = encoded(photo, "MPO", save_all=True, append_images=[a_picture(300, 200)])

    preview = preview_of(several)

    assert preview.size == (1280, 853)
    assert colour_at(preview, 10, 10) == (255, 0, 0)


def test_the_preview_tells_nothing_about_camera_place_or_owner() -> None:
    photo = encoded(
        a_picture(), exif=exif(6), icc_profile=SRGB, comment=b"hunter2", xmp=b"<hunter2/>"
    )

    made = made_of(photo)

    assert made is not None
    assert b"hunter2" not in made[0]
    assert b"Exif" not in made[0]


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_other_photos_lose_what_they_tell_too(file_format: str) -> None:
    preview_of(encoded(a_picture(), file_format, exif=exif(1)[6:], icc_profile=SRGB))


# --- Damage -------------------------------------------------------------------------------------

NOISE = Image.effect_noise((200, 200), 80).convert("RGB")


@pytest.mark.parametrize(
    ("data", "pictured"),
    [
        (encoded(NOISE)[:2_000], PictureFormat.JPEG),
        (encoded(NOISE, progressive=True)[:2_000], PictureFormat.JPEG),
        (encoded(NOISE, "PNG")[:2_000], PictureFormat.PNG),
        (encoded(NOISE, "WEBP")[:2_000], PictureFormat.WEBP),
        (encoded(NOISE, "GIF")[:2_000], PictureFormat.GIF),
        (encoded(NOISE, "GIF")[:20], PictureFormat.GIF),
        (a_tiff(a_page((200, 200), b"\xff" * 999) | {259: short(5)}), PictureFormat.TIFF),
        (a_tiff(a_page((200, 200), bytes(100))), PictureFormat.TIFF),
        (encoded(NOISE)[:200] + bytes(5_000), PictureFormat.JPEG),
        (encoded(NOISE, "PNG")[:60] + bytes(5_000), PictureFormat.PNG),
        (encoded(NOISE, "WEBP")[:60] + bytes(5_000), PictureFormat.WEBP),
        (b"", PictureFormat.JPEG),
        (b"not a photo", PictureFormat.PNG),
        (encoded(a_picture(), "BMP"), PictureFormat.GIF),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PictureFormat.WEBP),
    ],
)
def test_what_cannot_be_decoded_is_corrupt(data: bytes, pictured: PictureFormat) -> None:
    with pytest.raises(EditFailed) as failed:
        scaled(data, pictured)

    assert failed.value.failure.code is FailureCode.CORRUPT_IMAGE


@pytest.mark.parametrize("pictured", list(PictureFormat))
def test_only_photos_are_opened_by_pillow_whatever_they_are_called(
    pictured: PictureFormat,
) -> None:
    postscript = io.BytesIO(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")

    assert outcome(postscript.getvalue(), pictured) in {None, FailureCode.CORRUPT_IMAGE}
