"""TIFFs made for tests, camera raw files among them: directories as dicts, laid out as bytes."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from tests.unit.storage.photos import a_picture, encoded

SHORT: Final = 3
LONG: Final = 4
FORMATS: Final = {1: "B", SHORT: "H", LONG: "I", 13: "I"}


@dataclass(frozen=True, slots=True)
class Numbers:
    kind: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where these bytes lie: the value is their offset."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Below:
    """The offsets of other directories."""

    directories: tuple["Ifd", ...]


Ifd = dict[int, Numbers | Place | Below]


def short(*values: int) -> Numbers:
    return Numbers(SHORT, values)


def long(*values: int) -> Numbers:
    return Numbers(LONG, values)


class _Layout:
    """First the directories, then what they point at, as cameras write it; or the other way."""

    def __init__(self, order: str, places_at: int) -> None:
        self.order = order
        self.front = bytearray()
        self.places = bytearray()
        self.places_at = places_at
        self.front_at = 0

    def directory(self, ifd: Ifd, next_at: int) -> int:
        entries = b"".join(self._entry(tag, value) for tag, value in sorted(ifd.items()))
        at = self.front_at + len(self.front)
        self.front += struct.pack(self.order + "H", len(ifd)) + entries
        self.front += struct.pack(self.order + "I", next_at)
        return at

    def _entry(self, tag: int, value: Numbers | Place | Below) -> bytes:
        match value:
            case Place(data):
                numbers = long(self.places_at + len(self.places))
                self.places += data
            case Below(directories):
                numbers = long(*(self.directory(one, 0) for one in directories))
            case Numbers():
                numbers = value
        count = len(numbers.values)
        packed = struct.pack(f"{self.order}{count}{FORMATS[numbers.kind]}", *numbers.values)
        if len(packed) > 4:
            offset = self.front_at + len(self.front)
            self.front += packed
            packed = struct.pack(self.order + "I", offset)
        return struct.pack(self.order + "HHI", tag, numbers.kind, count) + packed.ljust(4, b"\0")


def a_tiff(*chain: Ifd, order: str = "<", mark: bytes = b"", header_last: bool = False) -> bytes:
    """`mark` stands behind the header, as Canon's does."""
    sizes = _laid_out(chain, order, 0, 0)
    start = 8 + len(mark)
    if header_last:
        front_at, places_at = start + len(sizes[1]), start
    else:
        front_at, places_at = start, start + len(sizes[0])
    front, places, first_at = _laid_out(chain, order, front_at, places_at)
    magic = b"II*\0" if order == "<" else b"MM\0*"
    header = magic + struct.pack(order + "I", first_at) + mark
    return header + (places + front if header_last else front + places)


def _laid_out(
    chain: Sequence[Ifd], order: str, front_at: int, places_at: int
) -> tuple[bytes, bytes, int]:
    layout = _Layout(order, places_at)
    layout.front_at = front_at
    at = 0
    for ifd in reversed(chain):
        at = layout.directory(ifd, at)
    return bytes(layout.front), bytes(layout.places), at


# --- Plain pictures -----------------------------------------------------------------------------


def a_page(
    size: tuple[int, int],
    samples: bytes,
    *,
    bits: tuple[int, ...] = (8, 8, 8),
    photometric: int = 2,
    **more: Numbers,
) -> Ifd:
    """Uncompressed, in one strip."""
    named = {"orientation": 274, "extra": 338, "planar": 284}
    return {
        256: long(size[0]),
        257: long(size[1]),
        258: short(*bits),
        259: short(1),
        262: short(photometric),
        273: Place(samples),
        277: short(len(bits)),
        278: long(size[1]),
        279: long(len(samples)),
        **{named[name]: value for name, value in more.items()},
    }


# --- Camera raw ---------------------------------------------------------------------------------

SMALL: Final = encoded(a_picture(16, 12))


def large_jpeg(width: int = 90, height: int = 60, **options: Any) -> bytes:
    """What the camera shows: its first quarter is red."""
    photo = a_picture(width, height)
    photo.paste("red", (0, 0, width // 2, height // 2))
    return encoded(photo, **options)


def lossless_jpeg(width: int, height: int) -> bytes:
    """The sensor's data as CR2 and DNG hold it: a JPEG by its markers, and larger than the rest."""
    data = bytearray(encoded(Image.new("RGB", (width, height))).ljust(20_000, b"\x55"))
    data[data.index(b"\xff\xc0") + 1] = 0xC3
    return bytes(data)


def strip(data: bytes, compression: int, **more: int) -> Ifd:
    return {
        256: long(more.get("width", 120)),
        257: long(more.get("height", 80)),
        259: short(compression),
        273: Place(data),
        279: long(len(data)),
    }


def interchanged(data: bytes) -> Ifd:
    return {513: Place(data), 514: long(len(data))}


def a_cr2(shown: bytes, orientation: int = 1, order: str = "<") -> bytes:
    """Canon: the large JPEG in the first directory, a thumbnail, raw data as a lossless JPEG."""
    return a_tiff(
        strip(shown, 6) | {258: short(8, 8, 8), 274: short(orientation)},
        interchanged(SMALL),
        {256: long(1), 257: long(1), 259: short(1), 273: Place(bytes(3)), 279: long(3)},
        {259: short(6), 273: Place(lossless_jpeg(120, 80)), 279: long(20_000)},
        order=order,
        mark=b"CR\x02\x00\x00\x00\x00\x00",
    )


def a_nef(shown: bytes, orientation: int = 1, order: str = ">") -> bytes:
    """Nikon: a thumbnail, and below it the large JPEG and the compressed raw data."""
    raw = strip(bytes(5_000), 34713) | {254: long(0), 262: short(32803)}
    thumbnail = a_page((16, 12), bytes(16 * 12 * 3)) | {254: long(1), 274: short(orientation)}
    return a_tiff(
        thumbnail | {330: Below((interchanged(shown) | {254: long(1)}, raw))}, order=order
    )


def an_arw(shown: bytes, orientation: int = 1, order: str = "<") -> bytes:
    """Sony: a preview in the first directory, a thumbnail in the second, the large JPEG behind."""
    preview = encoded(a_picture(40, 30))
    raw = strip(bytes(5_000), 32767) | {262: short(32803)}
    first = strip(preview, 6) | interchanged(preview) | {274: short(orientation)}
    return a_tiff(
        first | {330: Below((raw,))}, interchanged(SMALL), interchanged(shown), order=order
    )


def a_dng(shown: bytes, orientation: int = 1, order: str = "<") -> bytes:
    """Adobe: a thumbnail, and below it lossless raw data and the preview as one JPEG strip."""
    raw = strip(lossless_jpeg(120, 80), 7) | {254: long(0), 262: short(32803)}
    preview = strip(shown, 7) | {254: long(1), 262: short(6), 258: short(8, 8, 8)}
    thumbnail = a_page((16, 12), bytes(16 * 12 * 3)) | {254: long(1), 274: short(orientation)}
    return a_tiff(
        thumbnail | {330: Below((raw, preview)), 50706: Numbers(1, (1, 4, 0, 0))}, order=order
    )


CAMERAS: Final = {"CR2": a_cr2, "NEF": a_nef, "ARW": an_arw, "DNG": a_dng}
