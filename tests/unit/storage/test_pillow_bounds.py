"""Photos made to hurt: small to upload, and hundreds of megabytes to whoever believes them."""

import struct
import zlib
from typing import Any, Final

import pytest
from PIL import Image

from domain.failure import FailureCode
from domain.limits import (
    JPEG_SEGMENTS_MAX,
    PILLOW_BYTES_MAX,
    PILLOW_GIF_BYTES_MAX,
    PILLOW_PIXELS_MAX,
    PILLOW_UNSCALED_PIXELS_MAX,
    PILLOW_WEBP_PIXELS_MAX,
    PNG_CHUNKS_MAX,
    TIFF_ENTRIES_MAX,
)
from storage import jpeg, pillow_bounds, pillow_previews, pillow_tiff
from storage.picture import PictureFormat, PixelSize, format_of
from storage.pillow_bounds import may_be_opened, may_be_read
from tests.unit.storage.mutants import mutants
from tests.unit.storage.photos import a_picture, chunk, encoded, exif, lying_jpeg
from tests.unit.storage.shown import made_of, outcome
from tests.unit.storage.tiffs import SHORT, Below, Ifd, Numbers, a_page, a_tiff, long, short

JPEG: Final = PictureFormat.JPEG

# --- Before a byte is read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pictured", "bytes_max"),
    [
        (JPEG, PILLOW_BYTES_MAX),
        (PictureFormat.PNG, PILLOW_BYTES_MAX),
        (PictureFormat.WEBP, PILLOW_BYTES_MAX),
        (PictureFormat.GIF, PILLOW_GIF_BYTES_MAX),
        (PictureFormat.TIFF, PILLOW_BYTES_MAX),
    ],
)
def test_a_photo_may_have_as_many_bytes_as_the_bound_of_its_format_and_no_more(
    pictured: PictureFormat, bytes_max: int
) -> None:
    assert may_be_read(pictured, PixelSize(10, 10), bytes_max)
    assert not may_be_read(pictured, PixelSize(10, 10), bytes_max + 1)


@pytest.mark.parametrize(
    ("pictured", "pixels_max"),
    [
        (JPEG, PILLOW_PIXELS_MAX),
        (PictureFormat.PNG, PILLOW_UNSCALED_PIXELS_MAX),
        (PictureFormat.WEBP, PILLOW_WEBP_PIXELS_MAX),
        (PictureFormat.GIF, PILLOW_UNSCALED_PIXELS_MAX),
        (PictureFormat.TIFF, PILLOW_UNSCALED_PIXELS_MAX),
    ],
)
def test_a_photo_may_have_as_many_pixels_as_the_bound_of_its_format_and_no_more(
    pictured: PictureFormat, pixels_max: int
) -> None:
    assert may_be_read(pictured, PixelSize(pixels_max // 10, 10), 1_000)
    assert not may_be_read(pictured, PixelSize(pixels_max // 10 + 1, 10), 1_000)


def test_what_pillow_does_not_know_is_not_read() -> None:
    assert not may_be_read(PictureFormat.CAMERA_RAW, PixelSize(1, 1), 1)


# --- JPEG ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "bytes_per_pixel"),
    [({"subsampling": 0}, 6), ({"subsampling": 2}, 3)],
    ids=["4:4:4", "4:2:0"],
)
def test_a_progressive_jpeg_may_have_as_many_coefficients_as_the_bound_and_no_more(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], bytes_per_pixel: int
) -> None:
    monkeypatch.setattr(pillow_bounds, "PILLOW_COEFFICIENT_BYTES_MAX", 60 * 40 * bytes_per_pixel)

    fitting = made_of(encoded(a_picture(60, 40), progressive=True, **options))
    larger = made_of(encoded(a_picture(60, 41), progressive=True, **options))
    baseline = made_of(encoded(a_picture(60, 41), **options))

    assert fitting is not None
    assert larger is None
    assert baseline is not None


def test_a_jpeg_with_two_frames_is_corrupt() -> None:
    assert outcome(lying_jpeg(8_000, 8_000)) is FailureCode.CORRUPT_IMAGE


def greedy(entries: int, size: int, order: str = "<") -> bytes:
    """A directory whose every entry claims nearly all the bytes there are."""
    first = struct.pack(order + "HHIHH", 0x0112, SHORT, 1, 6, 0)
    claims = (struct.pack(order + "HHII", 0x8000 + tag, 7, size - 100, 8) for tag in range(entries))
    magic = b"II*\0" if order == "<" else b"MM\0*"
    head = magic + struct.pack(order + "IH", 8, entries + 1)
    return (head + first + b"".join(claims)).ljust(size, b"\0")


def jpeg_with(*segments: bytes) -> bytes:
    photo = encoded(a_picture())
    written = (struct.pack(">H", len(one) + 1) + one[1:] for one in segments)
    return (
        photo[:2]
        + b"".join(b"\xff" + one[:1] + rest for one, rest in zip(segments, written, strict=True))
        + photo[2:]
    )


@pytest.mark.parametrize(
    "segments",
    [
        [b"\xe1Exif\0\0" + greedy(TIFF_ENTRIES_MAX - 1, 65_000)],
        [b"\xe1Exif\0\0" + greedy(5_000, 65_000)],
        [b"\xe1Exif\0\0" + greedy(900, 65_000), b"\xe1Exif\0\0" + bytes(65_000)],
        [b"\xe1Exif\0\0" + b"MM*\0" + greedy(900, 65_000, ">")[4:]],
        [b"\xe2MPF\0" + greedy(900, 65_000)],
        [b"\xe2MPF\0" + greedy(1, 200), b"\xe2MPF\0" + greedy(900, 65_000)],
    ],
    ids=["EXIF", "more", "long", "odd", "several pictures", "said twice"],
)
def test_a_jpeg_that_brings_along_what_grows_when_it_is_read_is_left_to_others(
    segments: list[bytes],
) -> None:
    assert not may_be_opened(jpeg_with(*segments), JPEG)


def test_a_jpeg_with_exif_data_without_end_is_corrupt() -> None:
    assert outcome(jpeg_with(*[b"\xe1Exif\0\0" + bytes(65_000)] * 62)) is FailureCode.CORRUPT_IMAGE


def test_a_jpeg_may_have_as_many_segments_as_the_bound_and_no_more() -> None:
    own = len(list(jpeg.segments(encoded(a_picture()))))
    fitting = jpeg_with(*[b"\xfe"] * (JPEG_SEGMENTS_MAX - own))

    assert may_be_opened(fitting, JPEG)
    assert outcome(jpeg_with(*[b"\xfe"] * (JPEG_SEGMENTS_MAX - own + 1))) is (
        FailureCode.CORRUPT_IMAGE
    )


def test_a_jpeg_with_as_much_exif_data_as_a_camera_writes_is_opened() -> None:
    thumbnail = struct.pack("<HHII", 0x927C, 7, 60_000, 200)

    assert may_be_opened(encoded(a_picture(), exif=exif(6, thumbnail).ljust(64_000, b"\0")), JPEG)


# --- PNG, GIF, WebP -----------------------------------------------------------------------------


def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    photo = encoded(a_picture(), "PNG")
    return photo[:33] + b"".join(chunk(*one) for one in chunks) + photo[33:]


@pytest.mark.parametrize(
    "chunks",
    [
        [(b"zTXt", b"a%d\0\0" % nth + zlib.compress(bytes(1_000_000))) for nth in range(10)],
        [(b"zTXt", b"a\0\0" + zlib.compress(bytes(10_000_000)))],
        [(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(10_000_000)))],
        [(b"iCCP", b"a\0\0" + zlib.compress(bytes(10_000_000)))],
    ],
    ids=["many texts", "one text", "one text in Unicode", "a profile"],
)
def test_a_png_that_unpacks_to_more_text_than_any_has_is_left_to_others(
    chunks: list[tuple[bytes, bytes]],
) -> None:
    assert made_of(png_with(*chunks)) is None


def test_a_png_may_have_as_many_chunks_as_the_bound_and_no_more() -> None:
    fitting = png_with(*[(b"aaAa", b"")] * (PNG_CHUNKS_MAX - 3))
    larger = png_with(*[(b"aaAa", b"")] * (PNG_CHUNKS_MAX - 2))

    assert may_be_opened(fitting, PictureFormat.PNG)
    assert not may_be_opened(larger, PictureFormat.PNG)


def test_a_gif_whose_frame_is_larger_than_its_screen_is_not_decoded() -> None:
    photo = bytearray(encoded(a_picture(), "GIF"))
    at = photo.index(b",\0\0\0\0")
    photo[at + 5 : at + 9] = struct.pack("<HH", 10_000, 5_000)

    assert made_of(bytes(photo)) is None


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(10_000, 10_000), (65_000, 65_000)])
def test_a_png_of_more_pixels_than_it_said_at_first_is_not_decoded(size: tuple[int, int]) -> None:
    second = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)

    assert made_of(png_with((b"IHDR", second))) is None


# --- TIFF ---------------------------------------------------------------------------------------

PIXELS: Final = bytes(60 * 40 * 3)
PAGE: Final = a_page((60, 40), PIXELS)


@pytest.mark.parametrize(
    "more",
    [
        {700: Numbers(SHORT, (1,) * 250_000)},
        {34665: Below(({700: Numbers(SHORT, (1,) * 250_000)},))},
        {34853: Below(({700: Numbers(SHORT, (1,) * 250_000)},))},
        {34665: Below(({40965: Below(({700: Numbers(SHORT, (1,) * 250_000)},))},))},
        {34665: long(10**9)},
        {322: long(60_000), 323: long(60_000)},
        {259: short(34_712)},
    ],
    ids=[
        "values",
        "EXIF values",
        "GPS values",
        "values far below",
        "EXIF outside",
        "a huge tile",
        "JPEG 2000",
    ],
)
def test_a_tiff_that_grows_when_it_is_read_is_left_to_others(more: Ifd) -> None:
    assert made_of(a_tiff(PAGE | more)) is None


def test_a_tiff_that_claims_its_bytes_many_times_is_left_to_others() -> None:
    assert made_of(greedy(500, 1_000_000), PictureFormat.TIFF) is None


def test_a_tile_may_have_as_many_pixels_as_the_bound_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pillow_tiff, "PILLOW_UNSCALED_PIXELS_MAX", 64 * 64)

    assert pillow_tiff.is_understood(a_tiff(PAGE | {322: long(64), 323: long(64)}))
    assert not pillow_tiff.is_understood(a_tiff(PAGE | {322: long(64), 323: long(80)}))


@pytest.mark.parametrize("compression", ["tiff_lzw", "group4", "jpeg"])
def test_what_this_pillow_can_undo_it_can(compression: str) -> None:
    mode = "1" if compression == "group4" else "L"
    photo = encoded(Image.new(mode, (60, 40)), "TIFF", compression=compression)

    assert pillow_tiff.can_decompress(photo)


@pytest.mark.parametrize(
    ("can_decompress", "expected"), [(True, FailureCode.CORRUPT_IMAGE), (False, None)]
)
def test_a_tiff_that_fails_is_corrupt_unless_this_pillow_could_not_undo_any_like_it(
    monkeypatch: pytest.MonkeyPatch, *, can_decompress: bool, expected: FailureCode | None
) -> None:
    monkeypatch.setattr(pillow_previews, "can_decompress", lambda _: can_decompress)

    assert outcome(a_tiff(a_page((60, 40), b"\xff" * 999) | {259: short(5)})) is expected


# --- Anything -----------------------------------------------------------------------------------

NOISE: Final = Image.effect_noise((64, 48), 80).convert("RGB")
PHOTOS: Final = {
    "JPEG": encoded(NOISE, exif=exif(6)),
    "progressive": encoded(NOISE, progressive=True),
    "MPO": encoded(NOISE, "MPO", save_all=True, append_images=[NOISE]),
    "PNG": encoded(NOISE, "PNG", exif=exif(6)[6:]),
    "palette": encoded(NOISE.convert("P"), "PNG", transparency=3),
    "WebP": encoded(NOISE, "WEBP"),
    "GIF": encoded(NOISE, "GIF", save_all=True, append_images=[NOISE.rotate(90)]),
    "TIFF": encoded(NOISE, "TIFF", exif=exif(6)[6:]),
    "LZW": encoded(NOISE, "TIFF", compression="tiff_lzw"),
    "pages": a_tiff(PAGE, PAGE, order=">"),
    "CMYK": encoded(NOISE.convert("CMYK"), "TIFF", compression="packbits"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("photo", PHOTOS.values(), ids=PHOTOS)
def test_a_photo_with_bytes_changed_is_shown_or_left_to_others_or_corrupt(
    photo: bytes, seed: int
) -> None:
    found = {outcome(one, format_of(photo)) for one in mutants(photo, seed)}

    assert found <= {None, FailureCode.CORRUPT_IMAGE}
