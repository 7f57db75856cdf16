"""What a photo says of itself in its first bytes, before anybody decodes it."""

import io
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import imagesize

from domain.failure import EditFailed, FailureCode
from domain.limits import PIXELS_MAX
from storage import jpeg
from storage.spans import Malformed, Reading
from storage.tiff import HEIGHT, WIDTH, Directory, first_directory, number, orientation_in


class PictureFormat(StrEnum):
    """As its first bytes tell, whatever it is called. The names are Pillow's."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    GIF = "GIF"
    TIFF = "TIFF"
    CAMERA_RAW = "CAMERA_RAW"  # made like a TIFF


SIGNATURES: Final = {
    b"\xff\xd8\xff": PictureFormat.JPEG,
    b"\x89PNG\r\n\x1a\n": PictureFormat.PNG,
    b"RIFF": PictureFormat.WEBP,
    b"GIF87a": PictureFormat.GIF,
    b"GIF89a": PictureFormat.GIF,
    b"II*\x00": PictureFormat.TIFF,
    b"MM\x00*": PictureFormat.TIFF,
}

UPRIGHT: Final = 1
LYING: Final = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height

UNREADABLE: Final = (ValueError, OSError, LookupError, OverflowError, struct.error)
"""What imagesize raises where a header is cut off, or is not what its first bytes say."""


@dataclass(frozen=True, slots=True)
class PixelSize:
    """As a viewer shows it: with the EXIF orientation applied."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height

    def turned(self, orientation: int | None) -> "PixelSize":
        return PixelSize(self.height, self.width) if orientation in LYING else self


def format_of(header: bytes) -> PictureFormat:
    """`EditFailed` if it is nothing that we take."""
    for signature, found in SIGNATURES.items():
        is_other_riff = found is PictureFormat.WEBP and header[8:12] != b"WEBP"
        if header.startswith(signature) and not is_other_riff:
            return found
    raise EditFailed(
        FailureCode.UNSUPPORTED_IMAGE, "this is no JPEG, PNG, WebP, GIF, TIFF or camera raw file"
    )


def may_say_more(header: bytes) -> bool:
    """Of a photo all right, but its size stands further back: behind a large profile, say."""
    try:
        _read(header)
    except Malformed:
        return True
    return False


def pixel_size(header: bytes) -> PixelSize:
    """Of anything but a TIFF; or `EditFailed`: damaged, or too large."""
    try:
        size = _read(header)
    except Malformed as damage:
        raise EditFailed(FailureCode.CORRUPT_IMAGE, f"the photo is damaged: {damage}") from damage
    check_pixels(size)
    return size


def tiff_size() -> Reading[PixelSize]:
    """Of its first page. Its header may stand at its end."""
    directory = yield from first_directory()
    size = yield from size_in(directory)
    if size is None:
        raise Malformed("no width and height")
    return size.turned((yield from orientation_in(directory)))


def size_in(directory: Directory) -> Reading[PixelSize | None]:
    """As it is stored."""
    width = yield from number(directory, WIDTH)
    height = yield from number(directory, HEIGHT)
    return PixelSize(width, height) if width and height else None


def check_pixels(size: PixelSize) -> None:
    if size.pixels > PIXELS_MAX:
        raise EditFailed(
            FailureCode.IMAGE_TOO_LARGE,
            f"the photo has {size.width} x {size.height} pixels; {PIXELS_MAX:,} is the most",
        )


def _read(header: bytes) -> PixelSize:
    if header.startswith(jpeg.SIGNATURE):
        found = jpeg.head(header)
        return PixelSize(found.frame.width, found.frame.height).turned(found.orientation)
    try:
        width, height = imagesize.get_info(io.BytesIO(header), dpi=False, colors=False)[:2]
    except UNREADABLE:
        raise Malformed("its header is cut off") from None
    if width <= 0 or height <= 0:
        raise Malformed("it has no pixels")
    return PixelSize(width, height)
