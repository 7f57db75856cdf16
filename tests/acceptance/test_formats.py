"""Every kind of photo becomes a preview that shows it, or ends with a reason that has a name.

Pillow is not in the local runtime, so the previews here are the Images binding's, or copies; what
Pillow does with the same photos is shown natively in `tests/unit/storage`. The local binding puts
what is transparent on black: Cloudflare's puts it on the white asked for, which cannot be shown.
"""

import asyncio
import io
import struct
import zlib
from typing import Any, Final

import pytest
from PIL import Image

from tests.acceptance.photographer import Photographer
from tests.unit.storage.photos import chunk, encoded, exif
from tests.unit.storage.profiles import SWAPPED
from tests.unit.storage.tiffs import CAMERAS, a_page, a_tiff, large_jpeg, lossless_jpeg, strip
from tools.api_shapes import File

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

Colour = tuple[int, ...]

SIZE: Final = (90, 60)
RED: Final = (255, 0, 0)
GREY: Final = (153, 153, 153)
RED_OF_INK: Final = (232, 0, 0)  # as paper shows it, by the decoder's own profile of a press

PNG: Final = b"\x89PNG\r\n\x1a\n"
TIFF: Final = "image/tiff"
RAW_TYPES: Final = {
    "CR2": "image/x-canon-cr2",
    "NEF": "image/x-nikon-nef",
    "ARW": "image/x-sony-arw",
    "DNG": "image/x-adobe-dng",
}


def red(mode: str = "RGB") -> Image.Image:
    return Image.new("RGB", SIZE, RED).convert(mode)


def animated(file_format: str, **options: Any) -> bytes:
    more = [Image.new("RGB", SIZE, colour) for colour in ("green", "blue")]
    return encoded(red(), file_format, save_all=True, append_images=more, **options)


def png_of_sixteen_bits() -> bytes:
    """Which Pillow reads and does not write."""
    header = struct.pack(">IIBBBBB", *SIZE, 16, 2, 0, 0, 0)
    row = b"\0" + struct.pack(">3H", 0x9999, 0x9999, 0x9999) * SIZE[0]
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * SIZE[1])), (b"IEND", b""))
    return PNG + b"".join(chunk(*one) for one in chunks)


PICTURES: Final[dict[str, tuple[str, bytes, Colour]]] = {
    "progressive": ("image/jpeg", encoded(red(), progressive=True), RED),
    "grey": ("image/jpeg", encoded(Image.new("L", SIZE, 153)), GREY),
    "CMYK": ("image/jpeg", encoded(red("CMYK")), RED_OF_INK),
    "turned": ("image/jpeg", encoded(red().resize(SIZE[::-1]), exif=exif(6)), RED),
    "palette": ("image/png", encoded(red("P"), "PNG"), RED),
    "opaque": ("image/png", encoded(red("RGBA"), "PNG"), RED),
    "16 bits of grey": ("image/png", encoded(Image.new("I;16", SIZE, 0x9999), "PNG"), GREY),
    "16 bits a colour": ("image/png", png_of_sixteen_bits(), GREY),
    "profile": ("image/png", encoded(red(), "PNG", icc_profile=SWAPPED), (0, 255, 0)),
    "GIF": ("image/gif", encoded(red(), "GIF"), RED),
    "animated GIF": ("image/gif", animated("GIF"), RED),
    "animated WebP": ("image/webp", animated("WEBP", lossless=True), RED),
}


async def edited(someone: Photographer, photos: dict[str, tuple[str, bytes]]) -> dict[str, File]:
    """All of them at once; by their names."""
    finalized = await asyncio.gather(
        *(
            someone.api.upload(someone.order_id, name, content, content_type=content_type)
            for name, (content_type, content) in photos.items()
        )
    )
    files = await someone.finish(*(one["file_id"] for one in finalized))
    return {file["name"]: file for file in files.values()}


async def shown(someone: Photographer, file: File) -> Image.Image:
    link = await someone.api.preview(file["id"])
    picture = Image.open(io.BytesIO(await someone.api.fetch(link["url"])))
    picture.load()
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert picture.size == (link["width"], link["height"])
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(picture.info)
    return picture


def colour_at(picture: Image.Image, x: int, y: int) -> Colour:
    pixel = picture.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel


def is_like(one: Colour, other: Colour) -> bool:
    return all(abs(ours - theirs) <= 4 for ours, theirs in zip(one, other, strict=True))


async def test_every_kind_of_picture_has_a_preview_in_its_colours(alice: Photographer) -> None:
    photos = {
        name: (content_type, content) for name, (content_type, content, _) in PICTURES.items()
    }

    files = await edited(alice, photos)

    previews = {name: await shown(alice, files[name]) for name in PICTURES}
    seen = {name: colour_at(preview, 45, 30) for name, preview in previews.items()}
    assert {file["preview"] and file["preview"]["maker"] for file in files.values()} == {"images"}
    assert {preview.size for preview in previews.values()} == {SIZE}
    assert all(is_like(seen[name], colour) for name, (_, _, colour) in PICTURES.items()), seen


async def test_the_preview_of_a_camera_raw_file_is_the_cameras_own_picture_upright(
    alice: Photographer,
) -> None:
    inner = large_jpeg(1_800, 1_200)
    photos = {name: (RAW_TYPES[name], make(inner, 6)) for name, make in CAMERAS.items()}

    files = await edited(alice, photos)

    previews = {name: await shown(alice, files[name]) for name in CAMERAS}
    corners = {colour_at(preview, 840, 10) for preview in previews.values()}
    assert {file["preview"] and file["preview"]["maker"] for file in files.values()} == {"images"}
    assert {preview.size for preview in previews.values()} == {(853, 1_280)}
    assert all(is_like(corner, RED) for corner in corners), corners


async def test_what_nobody_here_decodes_is_its_own_preview(alice: Photographer) -> None:
    raw_data = strip(lossless_jpeg(120, 80), 7)
    photos = {
        "scan": (TIFF, a_tiff(a_page((60, 40), bytes(7_200)), header_last=True)),
        "bare": (RAW_TYPES["DNG"], a_tiff(a_page((16, 12), bytes(576)), raw_data)),
    }

    files = await edited(alice, photos)

    links = {name: await alice.api.preview(files[name]["id"]) for name in photos}
    told = {name: (link["width"], link["height"]) for name, link in links.items()}
    assert {file["preview"] and file["preview"]["maker"] for file in files.values()} == {"copy"}
    assert told == {"scan": (60, 40), "bare": (120, 80)}
    fetched = {
        name: (link["content_type"], await alice.api.fetch(link["url"]))
        for name, link in links.items()
    }
    assert fetched == photos


async def test_a_photo_that_cannot_be_shown_fails_at_once_with_its_reason(
    alice: Photographer,
) -> None:
    huge = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    noise = encoded(Image.effect_noise((200, 200), 80))
    photos = {
        "text": ("image/png", b"not a photo at all", "unsupported_image"),
        "cut.jpg": ("image/jpeg", noise[:2_000], "corrupt_image"),
        "cut.tif": (TIFF, a_tiff(a_page((60, 40), b""))[:20], "corrupt_image"),
        "cut.nef": (RAW_TYPES["NEF"], CAMERAS["NEF"](large_jpeg())[:30], "corrupt_image"),
        "huge": ("image/png", PNG + chunk(b"IHDR", huge), "image_too_large"),
        "huge.tif": (TIFF, a_tiff(a_page((60_000, 40_000), b"")), "image_too_large"),
    }

    files = await edited(alice, {name: photo[:2] for name, photo in photos.items()})

    ends = {
        name: (file["job"]["error"]["code"], file["job"]["attempt"])
        for name, file in files.items()
        if file["job"] and file["job"]["error"]
    }
    assert ends == {name: (code, 1) for name, (_, _, code) in photos.items()}
