"""The directories of a TIFF, which camera raw files and EXIF data are made of too (TIFF 6.0).

Whoever wrote them: counts are bounded, loops are noticed, and only values asked for are read.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.limits import TIFF_DIRECTORIES_MAX, TIFF_ENTRIES_MAX, TIFF_VALUES_MAX
from storage.objects import ByteRange
from storage.spans import Malformed, Reading

BYTE_ORDERS: Final = {b"II*\x00": "<", b"MM\x00*": ">"}
HEADER_BYTES: Final = 8
ENTRY_BYTES: Final = 12
INLINE_BYTES: Final = 4  # a value that fits stands in its entry; of another one its offset

_KINDS: Final = ((1, (1, 2, 6, 7)), (2, (3, 8)), (4, (4, 9, 11, 13)), (8, (5, 10, 12, 16)))
SIZES: Final = {kind: size for size, kinds in _KINDS for kind in kinds}
"""Bytes of one value, by its entry's kind. Of BigTIFF's only 16, which decoders know anywhere."""

INTEGERS: Final = {1: "B", 3: "H", 4: "I", 13: "I"}  # BYTE, SHORT, LONG, IFD

WIDTH: Final = 256
HEIGHT: Final = 257
SUB_DIRECTORIES: Final = 330  # the tag that holds their offsets
ORIENTATION: Final = 274
ORIENTATIONS: Final = range(1, 9)


@dataclass(frozen=True, slots=True)
class Entry:
    kind: int
    count: int
    inline: bytes

    @property
    def size_bytes(self) -> int:
        return SIZES.get(self.kind, 0) * self.count


@dataclass(frozen=True, slots=True)
class Directory:
    order: str  # "<" or ">", as `struct` has it
    entries: Mapping[int, Entry]  # by their tags
    listed: tuple[Entry, ...]  # all of them: a tag may come again
    next_at: int  # 0 if it is the last one


def directories() -> Reading[list[Directory]]:
    """All of a TIFF that can be reached and read, the first one first."""
    order, first_at = yield from _start()
    waiting, seen = [first_at], {0}
    found: list[Directory] = []
    while waiting and len(seen) <= TIFF_DIRECTORIES_MAX:
        at = waiting.pop(0)
        if at in seen:
            continue
        seen.add(at)
        try:
            directory = yield from _directory(order, at)
            subs = yield from numbers(directory, SUB_DIRECTORIES)
        except Malformed:
            if not found:
                raise
            continue  # what was found before is sound all the same
        found.append(directory)
        waiting += [*subs, directory.next_at]
    if not found:
        raise Malformed("a TIFF without a directory")
    return found


def first_directory() -> Reading[Directory]:
    order, first_at = yield from _start()
    return (yield from _directory(order, first_at))


def below(directory: Directory, tag: int) -> Reading[Directory | None]:
    """The directory that the tag points at, if it is there."""
    if tag not in directory.entries:
        return None
    at = yield from number(directory, tag)
    if at is None:
        raise Malformed(f"tag {tag} points nowhere")
    return (yield from _directory(directory.order, at))


def numbers(directory: Directory, tag: int) -> Reading[tuple[int, ...]]:
    """Those of the tag, but no more than can be of interest; none if it is absent or no number."""
    entry = directory.entries.get(tag)
    if entry is None or entry.kind not in INTEGERS:
        return ()
    count = min(entry.count, TIFF_VALUES_MAX)
    data, size = entry.inline, SIZES[entry.kind] * count
    if entry.size_bytes > INLINE_BYTES:
        (offset,) = struct.unpack(directory.order + "I", entry.inline)
        data = yield ByteRange(offset, size)
    if len(data) < size:
        raise Malformed(f"the values of tag {tag} lie outside")
    return struct.unpack(f"{directory.order}{count}{INTEGERS[entry.kind]}", data[:size])


def number(directory: Directory, tag: int) -> Reading[int | None]:
    found = yield from numbers(directory, tag)
    return found[0] if found else None


def orientation_in(directory: Directory) -> Reading[int | None]:
    """From 1, upright, to 8 (CIPA DC-008, 4.6.4); None where there is none, or none of these."""
    found = yield from number(directory, ORIENTATION)
    return found if found in ORIENTATIONS else None


def _start() -> Reading[tuple[str, int]]:
    header = yield ByteRange(0, HEADER_BYTES)
    order = BYTE_ORDERS.get(header[:4])
    if order is None or len(header) < HEADER_BYTES:
        raise Malformed("not the header of a TIFF")
    (first_at,) = struct.unpack(order + "I", header[4:])
    return order, first_at


def _directory(order: str, at: int) -> Reading[Directory]:
    counted = yield ByteRange(at, 2)
    if len(counted) < 2:  # noqa: PLR2004 -- the two bytes asked for
        raise Malformed("a directory lies outside")
    (count,) = struct.unpack(order + "H", counted)
    if not 0 < count <= TIFF_ENTRIES_MAX:
        raise Malformed(f"a directory of {count} entries")
    size = count * ENTRY_BYTES
    data = yield ByteRange(at + 2, size + INLINE_BYTES)
    if len(data) < size:
        raise Malformed("a directory is cut off")
    found = [
        (tag, Entry(kind, times, inline))
        for tag, kind, times, inline in struct.iter_unpack(order + "HHI4s", data[:size])
    ]
    rest = data[size:]
    next_at = struct.unpack(order + "I", rest)[0] if len(rest) == INLINE_BYTES else 0
    return Directory(order, dict(found), tuple(entry for _, entry in found), next_at)
