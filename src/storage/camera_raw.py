"""The JPEG that a camera puts inside its raw file: what it showed on its own screen.

DNG, CR2, NEF and ARW are TIFFs whose directories point at the sensor's data and at one to four
JPEGs. The sensor's data may be a JPEG too, a lossless one that no browser shows; so what a
directory points at is looked into before it is believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.limits import EMBEDDED_JPEGS_MAX, PICTURE_HEADER_BYTES, PIXELS_MAX
from storage import jpeg
from storage.objects import ByteRange
from storage.picture import UPRIGHT, PixelSize, size_in
from storage.spans import Malformed, Reading
from storage.tiff import Directory, directories, number, orientation_in

COMPRESSION: Final = 259
STRIP_OFFSETS: Final = 273
STRIP_BYTE_COUNTS: Final = 279
JPEG_OFFSET: Final = 513  # JPEGInterchangeFormat
JPEG_BYTES: Final = 514
JPEG_TABLES: Final = 347  # then the strip is no JPEG by itself

OLD_JPEG: Final = 6
JPEG: Final = 7


@dataclass(frozen=True, slots=True)
class Embedded:
    part: ByteRange
    size: PixelSize
    orientation: int  # to be applied by whoever decodes it; upright if it says its own


@dataclass(frozen=True, slots=True)
class CameraRaw:
    size: PixelSize  # of the sensor's data
    embedded: Embedded | None  # the largest


def camera_raw(size_bytes: int) -> Reading[CameraRaw]:
    """`Malformed` if it is none."""
    found = yield from directories()
    orientation = (yield from orientation_in(found[0])) or UPRIGHT
    size = yield from _largest_size(found)
    places: list[ByteRange] = []
    for directory in found:
        places += yield from _places(directory, size_bytes)
    embedded: list[Embedded] = []
    for place in sorted(set(places), key=lambda place: -place.length)[:EMBEDDED_JPEGS_MAX]:
        head = yield ByteRange(place.offset, min(place.length, PICTURE_HEADER_BYTES))
        embedded += _embedded(head, place, orientation)
    largest = max(embedded, key=lambda one: one.size.pixels, default=None)
    return CameraRaw(size.turned(orientation), largest)


def _largest_size(found: Sequence[Directory]) -> Reading[PixelSize]:
    sizes: list[PixelSize] = []
    for directory in found:
        size = yield from size_in(directory)
        sizes += [size] if size else []
    if not sizes:
        raise Malformed("no width and height")
    return max(sizes, key=lambda size: size.pixels)


def _places(directory: Directory, size_bytes: int) -> Reading[list[ByteRange]]:
    """Where the directory says that a JPEG lies, as far as that is inside the file."""
    offset = yield from number(directory, JPEG_OFFSET)
    pairs = [(offset, (yield from number(directory, JPEG_BYTES)))]
    compression = yield from number(directory, COMPRESSION)
    strips = directory.entries.get(STRIP_OFFSETS)
    is_one_strip = strips is not None and strips.count == 1
    if compression in {OLD_JPEG, JPEG} and is_one_strip and JPEG_TABLES not in directory.entries:
        offset = yield from number(directory, STRIP_OFFSETS)
        pairs.append((offset, (yield from number(directory, STRIP_BYTE_COUNTS))))
    return [
        ByteRange(offset, length)
        for offset, length in pairs
        if offset and length and offset + length <= size_bytes
    ]


def _embedded(head: bytes, place: ByteRange, orientation: int) -> list[Embedded]:
    """None where it is no JPEG, or none that everybody shows."""
    try:
        found = jpeg.head(head)
    except Malformed:
        return []
    size = PixelSize(found.frame.width, found.frame.height)
    if not found.frame.is_plain or size.pixels > PIXELS_MAX:
        return []
    turn = found.orientation or orientation
    return [Embedded(place, size.turned(turn), UPRIGHT if found.orientation else orientation)]
