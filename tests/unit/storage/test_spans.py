"""Reading a little of something large: no byte twice, none that is not there, and not for ever."""

import pytest

from domain.errors import Outage
from domain.limits import PICTURE_SPAN_BYTES, PICTURE_SPANS_MAX
from storage.objects import ByteRange
from storage.spans import Reading, Spans, read_from
from tests.fakes.memory_objects import CountedObjects

pytestmark = pytest.mark.anyio

DATA = bytes(range(256)) * 1_000


async def spans(data: bytes = DATA) -> tuple[Spans, CountedObjects]:
    objects = CountedObjects()
    await objects.put("a", data, "image/tiff")
    return Spans(objects, "a", len(data)), objects


def two_spans() -> Reading[tuple[bytes, bytes]]:
    first = yield ByteRange(10, 5)
    second = yield ByteRange(first[0], 5)
    return first, second


async def test_a_reading_sees_the_same_in_memory_and_in_the_bucket() -> None:
    distant, _ = await spans()

    assert read_from(DATA, two_spans()) == await distant.run(two_spans())
    assert read_from(DATA, two_spans()) == (DATA[10:15], DATA[10:15])


async def test_what_was_read_is_not_read_again() -> None:
    distant, objects = await spans()

    await distant.read(ByteRange(1_000, 10))
    again = await distant.read(ByteRange(1_500, 100))

    assert again == DATA[1_500:1_600]
    assert objects.ranges == [ByteRange(1_000, PICTURE_SPAN_BYTES)]


async def test_what_lies_beyond_the_end_is_not_asked_for() -> None:
    distant, objects = await spans(DATA[:100])

    assert await distant.read(ByteRange(90, 50)) == DATA[90:100]
    assert await distant.read(ByteRange(100, 1)) == b""
    assert await distant.read(ByteRange(2**32 - 1, 2**32 - 1)) == b""
    assert objects.ranges == [ByteRange(90, 10)]


async def test_a_structure_that_is_scattered_without_end_ends_nevertheless() -> None:
    distant, objects = await spans(bytes(PICTURE_SPAN_BYTES * (PICTURE_SPANS_MAX + 1)))

    found = [
        await distant.read(ByteRange(nth * PICTURE_SPAN_BYTES, 1))
        for nth in range(PICTURE_SPANS_MAX + 1)
    ]

    assert found == [b"\0"] * PICTURE_SPANS_MAX + [b""]
    assert len(objects.ranges) == PICTURE_SPANS_MAX


async def test_an_object_that_is_gone_is_an_outage() -> None:
    with pytest.raises(Outage):
        await Spans(CountedObjects(), "a", 100).read(ByteRange(0, 8))
