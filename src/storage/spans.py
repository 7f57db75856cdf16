"""Reading a little of something large: a structure is read by spans, wherever its bytes lie.

A *reading* is a generator that does no I/O. It yields the span that it wants to see and is sent
the bytes there, fewer if the end comes first. So one parser reads a photo in the bucket by ranged
requests, and EXIF data in memory.
"""

from collections.abc import Generator
from typing import TypeVar

from domain.errors import Outage
from domain.limits import PICTURE_SPAN_BYTES, PICTURE_SPANS_MAX
from storage.objects import ByteRange, Objects

Found = TypeVar("Found")
Reading = Generator[ByteRange, bytes, Found]


class Malformed(Exception):
    """The structure contradicts itself, or leads out of the bytes there are."""


def read_from(data: bytes, reading: Reading[Found]) -> Found:
    try:
        span = next(reading)
        while True:
            span = reading.send(data[span.offset : span.offset + span.length])
    except StopIteration as end:
        found: Found = end.value
        return found


class Spans:
    """Those of one object. They are kept: a structure is mostly read in places close together."""

    def __init__(self, objects: Objects, key: str, size_bytes: int) -> None:
        self._objects = objects
        self._key = key
        self._size_bytes = size_bytes
        self._kept: list[tuple[int, bytes]] = []

    async def run(self, reading: Reading[Found]) -> Found:
        try:
            span = next(reading)
            while True:
                span = reading.send(await self.read(span))
        except StopIteration as end:
            found: Found = end.value
            return found

    async def read(self, span: ByteRange) -> bytes:
        """Nothing, once too much has been asked for: no sound photo is scattered like that."""
        end = min(span.offset + span.length, self._size_bytes)
        if span.offset >= end:
            return b""
        for offset, data in self._kept:
            if offset <= span.offset and end <= offset + len(data):
                return data[span.offset - offset : end - offset]
        if len(self._kept) == PICTURE_SPANS_MAX:
            return b""
        return (await self._fetched(span.offset, end))[: end - span.offset]

    async def _fetched(self, offset: int, end: int) -> bytes:
        """A little more than was asked for, since the next question will be about what follows."""
        length = min(max(end - offset, PICTURE_SPAN_BYTES), self._size_bytes - offset)
        data = await self._objects.read(self._key, ByteRange(offset, length))
        if data is None:
            raise Outage("the processed photo is missing")
        self._kept.append((offset, data))
        return data
