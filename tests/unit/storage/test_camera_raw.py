"""The JPEG inside a camera's raw file: the largest that everybody shows, and never the raw data."""

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import EMBEDDED_JPEGS_MAX, PICTURE_HEADER_BYTES
from storage.camera_raw import CameraRaw, Embedded, camera_raw
from storage.objects import ByteRange
from storage.picture import PixelSize
from storage.spans import Malformed, Spans, read_from
from tests.fakes.memory_objects import CountedObjects
from tests.unit.storage.mutants import mutants
from tests.unit.storage.photos import a_picture, encoded, exif
from tests.unit.storage.tiffs import (
    CAMERAS,
    SMALL,
    Below,
    Ifd,
    a_cr2,
    a_dng,
    a_nef,
    a_page,
    a_tiff,
    interchanged,
    large_jpeg,
    long,
    lossless_jpeg,
    short,
    strip,
)

SHOWN: Final = large_jpeg()


def found_in(photo: bytes) -> CameraRaw:
    return read_from(photo, camera_raw(len(photo)))


def embedded_in(photo: bytes) -> Embedded:
    found = found_in(photo).embedded
    assert found is not None
    return found


def cut_out(photo: bytes, part: ByteRange) -> bytes:
    return photo[part.offset : part.offset + part.length]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("make", CAMERAS.values(), ids=CAMERAS)
def test_the_largest_jpeg_is_found(make: Callable[..., bytes], order: str) -> None:
    photo = make(SHOWN, order=order)

    embedded = embedded_in(photo)

    assert cut_out(photo, embedded.part) == SHOWN
    assert embedded.size == PixelSize(90, 60)
    assert found_in(photo).size == PixelSize(120, 80)


@pytest.mark.parametrize("make", CAMERAS.values(), ids=CAMERAS)
def test_a_progressive_jpeg_is_as_good(make: Callable[..., bytes]) -> None:
    shown = large_jpeg(progressive=True)
    photo = make(shown)

    assert cut_out(photo, embedded_in(photo).part) == shown


@pytest.mark.parametrize(
    ("orientation", "size"),
    [(1, (90, 60)), (3, (90, 60)), (6, (60, 90)), (8, (60, 90)), (0, (90, 60)), (99, (90, 60))],
)
def test_the_raw_files_orientation_is_that_of_a_jpeg_that_says_none(
    orientation: int, size: tuple[int, int]
) -> None:
    embedded = embedded_in(a_nef(SHOWN, orientation))

    assert embedded.orientation == (orientation if orientation in range(1, 9) else 1)
    assert embedded.size == PixelSize(*size)


@pytest.mark.parametrize(("own", "size"), [(1, (90, 60)), (8, (60, 90))])
def test_a_jpeg_that_says_its_own_orientation_is_believed(own: int, size: tuple[int, int]) -> None:
    embedded = embedded_in(a_nef(large_jpeg(exif=exif(own)), 6))

    assert embedded.orientation == 1
    assert embedded.size == PixelSize(*size)


def a_page_with(*parts: bytes) -> bytes:
    below = Below(tuple(interchanged(part) for part in parts))
    return a_tiff(a_page((16, 12), bytes(576)) | {330: below})


@pytest.mark.parametrize(
    "part",
    [
        lossless_jpeg(200, 200),
        encoded(a_picture(200, 200, mode="CMYK")),
        SHOWN.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc1\x00\x11\x0c"),
        b"\xff\xd8\xff" + bytes(50_000),
        bytes(50_000),
        SHOWN[:100],
    ],
    ids=["lossless", "CMYK", "12 bits", "damaged", "no JPEG", "cut off"],
)
def test_what_not_everybody_shows_is_passed_over(part: bytes) -> None:
    assert found_in(a_page_with(part)).embedded is None
    assert embedded_in(a_page_with(part, SMALL)).size == PixelSize(16, 12)


@pytest.mark.parametrize(
    "directory",
    [
        {513: long(10**8), 514: long(1_000)},
        {513: long(100), 514: long(10**8)},
        {513: long(100), 514: long(2**32 - 1)},
        {513: long(0), 514: long(100)},
        {513: long(100), 514: long(0)},
        {513: long(100)},
        strip(SHOWN, 1),
        strip(SHOWN, 34713),
        strip(SHOWN, 7) | {273: long(100, 200), 279: long(10, 10)},
        strip(SHOWN, 7) | {347: long(1)},
    ],
    ids=[
        "offset outside",
        "end outside",
        "end far outside",
        "no offset",
        "no length",
        "length missing",
        "uncompressed",
        "Nikon's own compression",
        "many strips",
        "tables elsewhere",
    ],
)
def test_a_place_that_holds_no_whole_jpeg_is_passed_over(directory: Ifd) -> None:
    page = a_page((16, 12), bytes(576))

    assert found_in(a_tiff(page, directory)).embedded is None


def test_no_more_places_are_looked_into_than_cameras_have_jpegs() -> None:
    fakes = [bytes(2_000 + nth) for nth in range(EMBEDDED_JPEGS_MAX)]

    assert found_in(a_page_with(*fakes, SMALL)).embedded is None


def test_a_raw_file_without_a_jpeg_is_one_all_the_same() -> None:
    raw = a_tiff(a_page((60, 40), bytes(7_200), orientation=short(6)))

    assert found_in(raw) == CameraRaw(PixelSize(40, 60), None)


@pytest.mark.parametrize(
    "photo", [b"", b"II*\0", a_cr2(SHOWN)[:10], a_tiff({259: short(6)})], ids=range(4)
)
def test_what_is_no_raw_file_is_malformed(photo: bytes) -> None:
    with pytest.raises(Malformed):
        found_in(photo)


@pytest.mark.anyio
async def test_of_a_large_file_only_little_is_read() -> None:
    objects = CountedObjects()
    shown = SHOWN.ljust(2_000_000, b"\0")
    photo = a_dng(shown).ljust(40_000_000, b"\0")
    await objects.put("a", photo, "image/x-adobe-dng")

    found = await Spans(objects, "a", len(photo)).run(camera_raw(len(photo)))

    assert found.embedded is not None
    assert found.embedded.part.length == len(shown)
    assert 2 <= len(objects.ranges) <= 8
    assert sum(span.length for span in objects.ranges if span) <= 3 * PICTURE_HEADER_BYTES


def outcome(photo: bytes) -> CameraRaw | Malformed:
    try:
        return found_in(photo)
    except Malformed as malformed:
        return malformed


@given(st.sampled_from(list(CAMERAS.values())), st.binary(max_size=400), st.integers(0, 400))
def test_any_bytes_are_a_raw_file_or_malformed(
    make: Callable[..., bytes], noise: bytes, at: int
) -> None:
    photo = make(SHOWN)

    assert outcome(photo[:at] + noise + photo[at + len(noise) :])


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("make", CAMERAS.values(), ids=CAMERAS)
def test_a_raw_file_with_bytes_changed_is_one_or_malformed(
    make: Callable[..., bytes], seed: int
) -> None:
    photo = make(SHOWN, order="<>"[seed % 2])

    found = [outcome(one) for one in mutants(photo, seed, 50)]

    assert all(fits(one, photo) for one in found if isinstance(one, CameraRaw))


def fits(found: CameraRaw, photo: bytes) -> bool:
    part = found.embedded.part if found.embedded else ByteRange(0, 0)
    return part.offset + part.length <= len(photo) and found.size.width > 0
