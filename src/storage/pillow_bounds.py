"""What Pillow may open inside an isolate of 128 MB: decided by the photo's own header, before.

Pillow loads and decodes whatever it is told to. A small photo may name values, tiles or scans that
take hundreds of megabytes: 65 kB of EXIF data took 320 MB.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.failure import EditFailed, FailureCode
from domain.limits import (
    PILLOW_BYTES_MAX,
    PILLOW_COEFFICIENT_BYTES_MAX,
    PILLOW_GIF_BYTES_MAX,
    PILLOW_PIXELS_MAX,
    PILLOW_UNSCALED_PIXELS_MAX,
    PILLOW_VALUES_BYTES_MAX,
    PILLOW_WEBP_PIXELS_MAX,
    PNG_CHUNKS_MAX,
)
from storage import jpeg
from storage.picture import PictureFormat, PixelSize
from storage.spans import Malformed, Reading, read_from
from storage.tiff import INLINE_BYTES, Directory, Entry, below, first_directory

PNG_SIGNATURE_BYTES: Final = 8
PNG_CHUNK_BYTES: Final = 12  # of a chunk besides its data

EXIF: Final = 34665
GPS: Final = 34853
INTEROPERABILITY: Final = 40965

RAW_KINDS: Final = frozenset({1, 2, 7})  # kept as the bytes they are
FRACTIONS: Final = frozenset({5, 10})
NUMBER_BYTES: Final = 40  # of one in a tuple of Python's
FRACTION_BYTES: Final = 400


@dataclass(frozen=True, slots=True)
class Bound:
    bytes_max: int
    pixels_max: int


NONE: Final = Bound(0, 0)
BOUNDS: Final = {
    PictureFormat.JPEG: Bound(PILLOW_BYTES_MAX, PILLOW_PIXELS_MAX),
    PictureFormat.PNG: Bound(PILLOW_BYTES_MAX, PILLOW_UNSCALED_PIXELS_MAX),
    PictureFormat.WEBP: Bound(PILLOW_BYTES_MAX, PILLOW_WEBP_PIXELS_MAX),
    PictureFormat.GIF: Bound(PILLOW_GIF_BYTES_MAX, PILLOW_UNSCALED_PIXELS_MAX),
    PictureFormat.TIFF: Bound(PILLOW_BYTES_MAX, PILLOW_UNSCALED_PIXELS_MAX),
}
"""Only a JPEG is decoded at a smaller scale. What is not in here Pillow is not given."""


def may_be_read(pictured: PictureFormat, size: PixelSize, size_bytes: int) -> bool:
    """By what is known before a byte of it is in memory."""
    bound = BOUNDS.get(pictured, NONE)
    return size_bytes <= bound.bytes_max and size.pixels <= bound.pixels_max


def may_be_decoded(pictured: PictureFormat, size: tuple[int, int]) -> bool:
    """By the size that the decoder itself has read, for it may have read another one."""
    return size[0] * size[1] <= BOUNDS.get(pictured, NONE).pixels_max


def may_be_opened(data: bytes, pictured: PictureFormat) -> bool:
    """`EditFailed` for a JPEG that is damaged in front."""
    match pictured:
        case PictureFormat.JPEG:
            return _jpeg_may(data)
        case PictureFormat.PNG:
            return _png_may(data)
        case PictureFormat.TIFF:
            return _costs_little(data, _page_costs())
        case _:
            return True


def _jpeg_may(data: bytes) -> bool:
    try:
        head = jpeg.head(data)
    except Malformed as damage:
        raise EditFailed(FailureCode.CORRUPT_IMAGE, f"the photo is damaged: {damage}") from damage
    if head.is_buffered and head.frame.coefficient_bytes > PILLOW_COEFFICIENT_BYTES_MAX:
        return False
    return all(_costs_little(part, _first_costs()) for part in head.directories if part)


def _png_may(data: bytes) -> bool:
    at, count = PNG_SIGNATURE_BYTES, 0
    while at < len(data) and count <= PNG_CHUNKS_MAX:
        at += PNG_CHUNK_BYTES + int.from_bytes(data[at : at + 4], "big")
        count += 1
    return count <= PNG_CHUNKS_MAX


def _costs_little(data: bytes, costs: Reading[int]) -> bool:
    try:
        return read_from(data, costs) <= PILLOW_VALUES_BYTES_MAX
    except Malformed:
        return False  # Pillow would load of it what it can


def _first_costs() -> Reading[int]:
    return sum(_costs((yield from first_directory())))


def _page_costs() -> Reading[int]:
    """With the directories below, which Pillow loads when it turns the picture upright."""
    page = yield from first_directory()
    exif = yield from below(page, EXIF)
    found = [page, exif, (yield from below(page, GPS))]
    if exif is not None:
        found.append((yield from below(exif, INTEROPERABILITY)))
    return sum(sum(_costs(directory)) for directory in found if directory is not None)


def _costs(directory: Directory) -> Iterator[int]:
    return (_cost(entry) for entry in directory.listed if entry.size_bytes > INLINE_BYTES)


def _cost(entry: Entry) -> int:
    if entry.kind in RAW_KINDS:
        return entry.size_bytes
    return entry.count * (FRACTION_BYTES if entry.kind in FRACTIONS else NUMBER_BYTES)
