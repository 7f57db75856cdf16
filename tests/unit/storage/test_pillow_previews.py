"""Previews by Pillow: upright, flat, bare, bounded, whatever the photo brings along."""

import io
import struct

import pytest
from PIL import Image, ImageCms

from domain.failure import EditFailed, FailureCode
from domain.limits import (
    PILLOW_PIXELS_MAX,
    PILLOW_PROGRESSIVE_PIXELS_MAX,
    PILLOW_UNSCALED_PIXELS_MAX,
    PREVIEW_LONG_EDGE_PX,
)
from storage import pillow_previews
from storage.pillow_previews import scaled
from tests.unit.storage.photos import a_picture, encoded, exif, lying_jpeg, opened

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def preview_of(photo: bytes) -> Image.Image:
    made = scaled(photo)
    assert made is not None
    picture, size = made
    image = opened(picture)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)
    return image


def colour_at(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """Rounded, for JPEG keeps no colour exactly."""
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return tuple(round(channel / 51) * 51 for channel in pixel)


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
    ],
)
def test_the_long_edge_is_bounded_and_a_small_photo_is_not_enlarged(
    size: tuple[int, int], scaled_to: tuple[int, int]
) -> None:
    preview = preview_of(encoded(a_picture(*size)))

    assert preview.size == scaled_to
    assert max(preview.size) <= PREVIEW_LONG_EDGE_PX


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [
        (1, (0, 0)),
        (2, (59, 0)),
        (3, (59, 39)),
        (4, (0, 39)),
        (5, (0, 0)),
        (6, (39, 0)),
        (7, (39, 59)),
        (8, (0, 59)),
    ],
)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_the_preview_is_upright(
    file_format: str, orientation: int, corner: tuple[int, int]
) -> None:
    """The first quarter of the photo as stored is red; where it lies when it is shown."""
    photo = a_picture()
    photo.paste("red", (0, 0, 30, 20))

    preview = preview_of(encoded(photo, file_format, exif=exif(orientation)))

    assert preview.size == ((60, 40) if orientation < 5 else (40, 60))
    assert colour_at(preview, *corner) == (255, 0, 0)


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


@pytest.mark.parametrize(
    "photo",
    [
        encoded(Image.new("RGBA", (60, 40), (0, 0, 0, 0)), "PNG"),
        encoded(Image.new("RGBA", (60, 40), (0, 0, 0, 0)), "WEBP"),
        encoded(Image.new("LA", (60, 40), (0, 0)), "PNG"),
        encoded(a_picture(mode="P"), "PNG", transparency=0),
        encoded(a_picture(mode="RGB"), "PNG", transparency=(0, 128, 128)),
    ],
    ids=["RGBA", "WebP", "grey", "palette", "colour key"],
)
def test_what_is_transparent_is_white(photo: bytes) -> None:
    assert colour_at(preview_of(photo), 30, 20) == (255, 255, 255)


@pytest.mark.parametrize(
    ("mode", "file_format"),
    [
        ("1", "PNG"),
        ("L", "JPEG"),
        ("L", "PNG"),
        ("L", "WEBP"),
        ("P", "PNG"),
        ("RGB", "JPEG"),
        ("RGB", "WEBP"),
        ("CMYK", "JPEG"),
    ],
)
def test_every_kind_of_colour_becomes_rgb(mode: str, file_format: str) -> None:
    photo = Image.new("RGB", (60, 40), "white").convert(mode)

    assert colour_at(preview_of(encoded(photo, file_format)), 1, 1) == (255, 255, 255)


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped() -> None:
    half = Image.new("I;16", (60, 40), 32_768)

    assert colour_at(preview_of(encoded(half, "PNG")), 30, 20) == (153, 153, 153)


def test_the_preview_tells_nothing_about_camera_place_or_owner() -> None:
    photo = encoded(
        a_picture(), exif=exif(6), icc_profile=SRGB, comment=b"hunter2", xmp=b"<hunter2/>"
    )

    made = scaled(photo)

    assert made is not None
    assert b"hunter2" not in made[0]
    assert b"Exif" not in made[0]
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(opened(made[0]).info)


def test_a_png_with_text_in_it_loses_it() -> None:
    made = scaled(encoded(a_picture(), "PNG", exif=exif(1), icc_profile=SRGB))

    assert made is not None
    assert not {"exif", "icc_profile"} & set(opened(made[0]).info)


def test_colours_of_another_profile_become_those_of_srgb() -> None:
    swapped = SRGB.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")
    photo = Image.new("RGB", (60, 40), "red")

    preview = preview_of(encoded(photo, "PNG", icc_profile=swapped))

    assert colour_at(preview, 1, 1) == (0, 255, 0)


def test_a_broken_profile_does_no_harm() -> None:
    preview = preview_of(encoded(a_picture(), icc_profile=b"not a profile"))

    assert colour_at(preview, 1, 1) == colour_at(opened(encoded(a_picture())), 1, 1)


NOISE = Image.effect_noise((200, 200), 80).convert("RGB")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a photo",
        encoded(NOISE)[:2_000],
        encoded(NOISE, "PNG")[:2_000],
        encoded(NOISE, "WEBP")[:2_000],
        encoded(NOISE)[:200] + bytes(5_000),
        encoded(a_picture(), "GIF"),
        encoded(a_picture(), "BMP"),
        encoded(a_picture(), "TIFF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
    ids=[
        "empty",
        "text",
        "truncated JPEG",
        "truncated PNG",
        "truncated WebP",
        "corrupt JPEG",
        "GIF",
        "BMP",
        "TIFF",
        "SVG",
    ],
)
def test_what_cannot_be_decoded_is_not_supported(data: bytes) -> None:
    with pytest.raises(EditFailed) as failed:
        scaled(data)

    assert failed.value.failure.code is FailureCode.UNSUPPORTED_IMAGE


@pytest.mark.parametrize("size", [(8_000, 8_000), (40_000, 40_000)], ids=["64 MP", "1,600 MP"])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_photo_that_lies_about_its_size_is_not_decoded(size: tuple[int, int]) -> None:
    assert scaled(lying_jpeg(*size)) is None


@pytest.mark.parametrize(
    ("file_format", "options", "pixels_max"),
    [
        ("JPEG", {"progressive": False}, "PILLOW_PIXELS_MAX"),
        ("JPEG", {"progressive": True}, "PILLOW_PROGRESSIVE_PIXELS_MAX"),
        ("PNG", {}, "PILLOW_UNSCALED_PIXELS_MAX"),
        ("WEBP", {}, "PILLOW_UNSCALED_PIXELS_MAX"),
    ],
    ids=["baseline", "progressive", "PNG", "WebP"],
)
def test_a_photo_may_have_as_many_pixels_as_its_bound_and_no_more(
    monkeypatch: pytest.MonkeyPatch, file_format: str, options: dict[str, bool], pixels_max: str
) -> None:
    monkeypatch.setattr(pillow_previews, pixels_max, 60 * 40)

    fitting = scaled(encoded(a_picture(60, 40), file_format, **options))
    larger = scaled(encoded(a_picture(60, 41), file_format, **options))

    assert fitting is not None
    assert larger is None


def test_what_costs_more_memory_a_pixel_has_the_lower_bound() -> None:
    assert PILLOW_UNSCALED_PIXELS_MAX < PILLOW_PROGRESSIVE_PIXELS_MAX < PILLOW_PIXELS_MAX


def test_only_photos_are_opened_by_pillow_whatever_they_are_called() -> None:
    postscript = io.BytesIO(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")

    with pytest.raises(EditFailed):
        scaled(postscript.getvalue())
