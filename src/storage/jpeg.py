"""The segments in front of a JPEG's pixels: how it is coded, and what it brings along (T.81, B)."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from domain.limits import EXIF_BYTES_MAX, JPEG_SEGMENTS_MAX
from storage.spans import Malformed, read_from
from storage.tiff import first_directory, orientation_in

SIGNATURE: Final = b"\xff\xd8\xff"

START_OF_SCAN: Final = 0xDA
END: Final = 0xD9
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PROGRESSIVE: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
PLAIN: Final = frozenset({0xC0, 0xC1, 0xC2})  # Huffman-coded and lossy: what every browser shows
COMPONENTS_MAX: Final = 4  # of inks; light has one or three
APPLICATION: Final = range(0xE0, 0xF0)
COMMENT: Final = 0xFE

MARKER: Final = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")  # but for those without a segment
MARKER_BYTES: Final = 4  # with the length that follows
EXIF: Final = b"Exif\x00\x00"
PICTURES: Final = b"MPF\x00"  # CIPA DC-007: several pictures in one file


@dataclass(frozen=True, slots=True)
class Segment:
    marker: int
    start: int  # of its marker
    end: int

    @property
    def payload(self) -> slice:
        return slice(self.start + MARKER_BYTES, self.end)


@dataclass(frozen=True, slots=True)
class Frame:
    marker: int
    bits: int
    width: int
    height: int
    samplings: tuple[tuple[int, int], ...]  # of each component, across and down

    @property
    def is_plain(self) -> bool:
        is_colour = len(self.samplings) in {1, 3}
        return self.marker in PLAIN and self.bits == 8 and is_colour  # noqa: PLR2004 -- bits

    @property
    def coefficient_bytes(self) -> int:
        """What a decoder holds that has to see all scans before it can show a pixel."""
        across = max(factors[0] for factors in self.samplings)
        down = max(factors[1] for factors in self.samplings)
        samples = sum(factors[0] * factors[1] for factors in self.samplings)
        return 2 * self.width * self.height * samples // (across * down)


@dataclass(frozen=True, slots=True)
class Head:
    frame: Frame
    orientation: int | None  # by its EXIF data
    is_buffered: bool  # all coefficients are kept until the last scan has come
    directories: tuple[bytes, ...]  # whatever in it is made like a TIFF


def segments(data: bytes) -> Iterator[Segment]:
    """Those that are there whole, up to and with the first start of scan."""
    at = len(SIGNATURE) - 1
    while (found := MARKER.search(data, at)) is not None:
        start, marker = found.start(), data[found.end() - 1]
        at = found.end() + int.from_bytes(data[found.end() : start + MARKER_BYTES], "big")
        if marker == END or not start + MARKER_BYTES <= at <= len(data):
            return
        yield Segment(marker, start, at)
        if marker == START_OF_SCAN:
            return


def head(data: bytes) -> Head:
    """By its beginning, or `Malformed`: damaged, or cut off before its size is told."""
    if not data.startswith(SIGNATURE):
        raise Malformed("not a JPEG")
    found = list(islice(segments(data), JPEG_SEGMENTS_MAX + 1))
    if len(found) > JPEG_SEGMENTS_MAX:
        raise Malformed(f"more than {JPEG_SEGMENTS_MAX:,} segments before the pixels")
    frames = [segment for segment in found if segment.marker in FRAMES]
    if len(frames) != 1:
        raise Malformed(f"{len(frames)} frame headers before the pixels")
    frame = _frame(frames[0].marker, data[frames[0].payload])
    exif, pictures = _marked(data, found, EXIF), _marked(data, found, PICTURES)
    whole = b"".join(exif)  # what is too long for one segment goes on in the next
    scan = b"".join(data[part.payload] for part in found if part.marker == START_OF_SCAN)
    is_interleaved = scan.startswith(bytes([len(frame.samplings)]))
    return Head(
        frame=frame,
        orientation=orientation_of(whole) if whole else None,
        is_buffered=frame.marker in PROGRESSIVE or not is_interleaved,
        directories=(whole, *exif, *pictures),
    )


def orientation_of(exif: bytes) -> int | None:
    """As the camera was held; None if it is not told, or not to be read."""
    try:
        directory = read_from(exif, first_directory())
        return read_from(exif, orientation_in(directory))
    except Malformed:
        return None


def without_metadata(data: bytes) -> bytes:
    """The same picture and nothing about it: no place, owner or camera, no text."""
    kept, at = [], 0
    for segment in segments(data):
        if segment.marker == COMMENT or _tells(data, segment):
            kept.append(data[at : segment.start])
            at = segment.end
    return b"".join([*kept, data[at:]])


def _tells(data: bytes, segment: Segment) -> bool:
    """JFIF says how dense the pixels are, and Adobe which colours: without them it looks wrong."""
    is_needed = data.startswith((b"JFIF\x00", b"Adobe"), segment.payload.start)
    return segment.marker in APPLICATION and not is_needed


def _frame(marker: int, payload: bytes) -> Frame:
    try:
        bits, height, width, count = struct.unpack(">BHHB", payload[:6])
        parts = list(struct.iter_unpack(">BBB", payload[6 : 6 + 3 * count]))
    except struct.error:
        raise Malformed("a frame header is cut off") from None
    samplings = tuple((factors >> 4, factors & 15) for _, factors, _ in parts)
    is_whole = len(samplings) == count and 0 < count <= COMPONENTS_MAX
    if not is_whole or 0 in {*sum(samplings, ()), width, height}:
        raise Malformed("a frame without pixels")
    return Frame(marker, bits, width, height, samplings)


def _marked(data: bytes, found: list[Segment], mark: bytes) -> list[bytes]:
    """The payloads that begin with it, without it."""
    parts = [part.payload for part in found if data.startswith(mark, part.payload.start)]
    if sum(part.stop - part.start for part in parts) > EXIF_BYTES_MAX:
        raise Malformed(f"more than {EXIF_BYTES_MAX:,} bytes about the picture")
    return [data[part].removeprefix(mark) for part in parts]
