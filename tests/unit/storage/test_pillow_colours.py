"""Every kind of colour as it looks: the numbers are checked, not only that there are some."""

import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from storage import pillow_colours
from tests.unit.storage.photos import a_picture, chunk, encoded
from tests.unit.storage.profiles import SRGB, SWAPPED, press
from tests.unit.storage.shown import colour_at, made_of, middle_of, preview_of
from tests.unit.storage.tiffs import a_page, a_tiff, short

SIZE = (60, 40)
ORANGE = (255, 102, 0)
GREY = (153, 153, 153)
WHITE = (255, 255, 255)


def of_one_colour(mode: str = "RGB", colour: tuple[int, ...] = ORANGE) -> Image.Image:
    return Image.new("RGB", SIZE, colour).convert(mode)


@pytest.mark.parametrize(
    ("mode", "file_format", "options"),
    [
        ("RGB", "JPEG", {}),
        ("RGB", "JPEG", {"progressive": True}),
        ("RGB", "JPEG", {"keep_rgb": True}),
        ("RGB", "PNG", {}),
        ("RGB", "WEBP", {"lossless": True}),
        ("RGB", "TIFF", {}),
        ("RGB", "TIFF", {"compression": "tiff_lzw"}),
        ("RGB", "TIFF", {"compression": "tiff_adobe_deflate"}),
        ("RGB", "TIFF", {"compression": "packbits"}),
        ("RGB", "TIFF", {"compression": "jpeg"}),
        ("RGBA", "PNG", {}),
        ("RGBA", "WEBP", {"lossless": True}),
        ("RGBA", "TIFF", {}),
        ("P", "PNG", {}),
        ("P", "GIF", {}),
        ("P", "TIFF", {}),
        ("CMYK", "JPEG", {}),
        ("CMYK", "TIFF", {}),
        ("CMYK", "TIFF", {"compression": "tiff_lzw"}),
    ],
)
def test_orange_is_orange_in_every_kind_of_file(
    mode: str, file_format: str, options: dict[str, Any]
) -> None:
    assert middle_of(encoded(of_one_colour(mode), file_format, **options)) == ORANGE


@pytest.mark.parametrize(
    ("mode", "file_format"),
    [("L", "JPEG"), ("L", "PNG"), ("L", "WEBP"), ("L", "GIF"), ("L", "TIFF"), ("LA", "PNG")],
)
def test_grey_is_grey(mode: str, file_format: str) -> None:
    assert middle_of(encoded(of_one_colour(mode, GREY), file_format)) == GREY


@pytest.mark.parametrize(
    ("file_format", "options"),
    [("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "group4"}), ("GIF", {})],
)
def test_black_and_white_are_black_and_white(file_format: str, options: dict[str, Any]) -> None:
    photo = Image.new("1", SIZE, 1)
    photo.paste(0, (0, 0, 30, 40))

    preview = preview_of(encoded(photo, file_format, **options))

    assert colour_at(preview, 5, 20) == (0, 0, 0)
    assert colour_at(preview, 55, 20) == WHITE


def test_between_black_and_white_a_smaller_preview_is_grey() -> None:
    stripes = Image.new("1", (2_560, 40))
    stripes.putdata([column % 2 * 255 for column in range(2_560)] * 40)

    preview = preview_of(encoded(stripes, "PNG"))

    assert preview.width == 1_280
    assert colour_at(preview, 640, 10) in {(102, 102, 102), GREY}


def test_between_two_colours_of_a_palette_a_smaller_preview_has_one_between_them() -> None:
    stripes = Image.new("RGB", (2_560, 40), "red")
    stripes.putdata([((255, 0, 0), (0, 0, 255))[column % 2] for column in range(2_560)] * 40)

    preview = preview_of(encoded(stripes.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"))

    assert colour_at(preview, 640, 10) in {(102, 0, 153), (153, 0, 102), (102, 0, 102)}


# --- Sixteen bits -------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_are_scaled_and_not_clipped(file_format: str) -> None:
    assert middle_of(encoded(Image.new("I;16", SIZE, 0x9999), file_format)) == GREY


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("levels", "photometric", "shown"),
    [
        ((0x9999,), 1, GREY),
        ((0xFFFF, 0x6666, 0x0000), 2, ORANGE),
        ((0xFFFF, 0x6666, 0x0000, 0xFFFF), 2, ORANGE),
        ((0x0000, 0x9999, 0xFFFF, 0x0000), 5, ORANGE),
    ],
    ids=["grey", "RGB", "RGBA", "CMYK"],
)
def test_sixteen_bits_in_a_tiff_are_scaled(
    order: str, levels: tuple[int, ...], photometric: int, shown: tuple[int, ...]
) -> None:
    samples = struct.pack(f"{order}{len(levels)}H", *levels) * (60 * 40)
    bits = (16,) * len(levels)
    more = {"extra": short(2)} if photometric == 2 and len(levels) == 4 else {}
    tiff = a_tiff(a_page(SIZE, samples, bits=bits, photometric=photometric, **more), order=order)

    assert middle_of(tiff) == shown


@pytest.mark.parametrize(
    ("kind", "levels", "shown"),
    [
        (0, (0x9999,), GREY),
        (2, (0xFFFF, 0x6666, 0x0000), ORANGE),
        (4, (0x9999, 0xFFFF), GREY),
        (4, (0x9999, 0x0000), WHITE),
        (6, (0xFFFF, 0x6666, 0x0000, 0xFFFF), ORANGE),
    ],
    ids=["grey", "RGB", "grey and alpha", "transparent grey", "RGBA"],
)
def test_sixteen_bits_in_a_png_are_scaled(
    kind: int, levels: tuple[int, ...], shown: tuple[int, ...]
) -> None:
    row = struct.pack(f">{len(levels)}H", *levels) * 60

    assert middle_of(a_png(SIZE, 16, kind, row)) == shown


# --- Transparency -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "photo",
    [
        encoded(Image.new("RGBA", SIZE, (0, 0, 0, 0)), "PNG"),
        encoded(Image.new("RGBA", SIZE, (0, 0, 0, 0)), "WEBP"),
        encoded(Image.new("RGBA", SIZE, (0, 0, 0, 0)), "TIFF"),
        encoded(Image.new("LA", SIZE, (0, 0)), "PNG"),
        encoded(a_picture(mode="P"), "PNG", transparency=0),
        encoded(a_picture(mode="P"), "GIF", transparency=0),
        encoded(a_picture(mode="L"), "PNG", transparency=0),
        encoded(a_picture(mode="RGB"), "PNG", transparency=(0, 128, 128)),
    ],
    ids=["RGBA", "WebP", "TIFF", "LA", "palette", "GIF", "grey key", "colour key"],
)
def test_what_is_transparent_is_white(photo: bytes) -> None:
    assert middle_of(photo) == WHITE


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_what_is_half_transparent_is_lighter(file_format: str) -> None:
    assert middle_of(encoded(Image.new("RGBA", SIZE, (0, 0, 0, 102)), file_format)) == GREY


def test_what_is_transparent_leaves_no_colour_at_its_edge() -> None:
    photo = Image.new("RGBA", (2_560, 40), (255, 0, 0, 0))
    photo.paste((0, 0, 255, 255), (0, 0, 1_281, 40))

    preview = preview_of(encoded(photo, "PNG"))

    reds = [preview.getpixel((x, 10)) for x in range(600, 680)]
    assert all(red <= blue + 8 for red, _, blue in reds)  # type: ignore[misc]


# --- Profiles -----------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_colours_of_another_profile_become_those_of_srgb(file_format: str) -> None:
    photo = encoded(of_one_colour(colour=(255, 0, 0)), file_format, icc_profile=SWAPPED)

    assert middle_of(photo) == (0, 255, 0)


def test_transparent_colours_of_another_profile_do_so_too() -> None:
    half = Image.new("RGBA", SIZE, (255, 0, 0, 102))

    assert middle_of(encoded(half, "PNG", icc_profile=SWAPPED)) == (153, 255, 153)


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_the_inks_of_a_press_are_shown_as_its_profile_says(file_format: str) -> None:
    cyan = Image.new("CMYK", SIZE, (255, 0, 0, 0))

    assert middle_of(encoded(cyan, file_format)) == (0, 255, 255)
    assert middle_of(encoded(cyan, file_format, icc_profile=press())) == (0, 0, 0)


@pytest.mark.parametrize("profile", [b"not a profile", press(), SRGB[:200]])
def test_a_profile_that_is_broken_or_of_another_kind_does_no_harm(profile: bytes) -> None:
    assert middle_of(encoded(of_one_colour(), "PNG", icc_profile=profile)) == ORANGE


@pytest.mark.parametrize(
    ("photo", "is_shown"),
    [
        (encoded(of_one_colour()), True),
        (encoded(of_one_colour(), icc_profile=SRGB), True),
        (encoded(of_one_colour("L", GREY), icc_profile=SWAPPED), True),
        (encoded(of_one_colour(), icc_profile=SWAPPED), False),
        (encoded(of_one_colour("CMYK"), icc_profile=press()), False),
        (encoded(of_one_colour("CMYK")), True),
    ],
    ids=["no profile", "sRGB", "grey", "another", "press", "CMYK without"],
)
def test_where_pillow_cannot_convert_a_photo_with_another_profile_is_left_to_others(
    monkeypatch: pytest.MonkeyPatch, photo: bytes, *, is_shown: bool
) -> None:
    """As on Cloudflare, whose Pillow is built without a colour engine."""
    monkeypatch.setattr(pillow_colours, "CAN_CONVERT", False)

    assert (made_of(photo) is not None) is is_shown


# --- Frames, pages, and what is no picture ------------------------------------------------------


def test_of_an_animation_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "green", "blue")]
    options = {"save_all": True, "append_images": frames[1:]}

    assert middle_of(encoded(frames[0], "GIF", **options)) == (255, 0, 0)
    assert middle_of(encoded(frames[0], "WEBP", lossless=True, **options)) == (255, 0, 0)


def test_of_a_tiff_the_first_page_is_shown() -> None:
    first, second = Image.new("RGB", SIZE, "red"), Image.new("RGB", (90, 90), "blue")

    preview = preview_of(encoded(first, "TIFF", save_all=True, append_images=[second]))

    assert (preview.size, colour_at(preview, 30, 20)) == (SIZE, (255, 0, 0))


@pytest.mark.parametrize(
    "tiff",
    [
        encoded(Image.new("F", SIZE, 0.5), "TIFF"),
        encoded(Image.new("I", SIZE, 70_000), "TIFF"),
        encoded(Image.new("LAB", SIZE), "TIFF"),
        encoded(Image.new("YCbCr", SIZE), "TIFF"),
        a_tiff(a_page(SIZE, bytes(3_600), bits=(12,), photometric=1)),
        a_tiff(a_page(SIZE, bytes(4_800), bits=(16,), photometric=0)),
        a_tiff(a_page(SIZE, bytes(12_000), bits=(8,) * 5)),
        a_tiff(a_page(SIZE, bytes(7_200)) | {259: short(50_001)}),
    ],
    ids=["float", "32 bits", "Lab", "YCbCr", "12 bits", "negative", "five samples", "compression"],
)
def test_a_tiff_that_pillow_would_show_wrongly_is_left_to_others(tiff: bytes) -> None:
    assert made_of(tiff) is None


def a_png(size: tuple[int, int], bits: int, kind: int, row: bytes) -> bytes:
    """Of equal rows, in a kind that Pillow does not write."""
    head = struct.pack(">IIBBBBB", *size, bits, kind, 0, 0, 0)
    pixels = zlib.compress((b"\0" + row) * size[1])
    chunks = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)
