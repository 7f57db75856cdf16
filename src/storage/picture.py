"""What a photo says of itself in its first bytes, before anybody decodes it."""

import contextlib
import io
from dataclasses import dataclass
from typing import Final

import imagesize

from domain.failure import EditFailed, FailureCode
from domain.limits import PIXELS_MAX

HEADER_BYTES: Final = 256 * 1024
"""The size may stand behind EXIF, a thumbnail and a colour profile, of at most 64 kB each."""

SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")  # JPEG, PNG, WebP


@dataclass(frozen=True, slots=True)
class PixelSize:
    """Upright: as a viewer shows it, with the EXIF orientation applied."""

    width: int
    height: int


def pixel_size(header: bytes) -> PixelSize:
    """Read off the header, or `EditFailed`: not a photo, or more pixels than can be decoded."""
    width, height = (-1, -1)
    if header.startswith(SIGNATURES):
        with contextlib.suppress(ValueError, OSError):  # cut off, or not what it says it is
            width, height = imagesize.get(io.BytesIO(header))
    if width <= 0 or height <= 0:
        raise EditFailed(
            FailureCode.UNSUPPORTED_IMAGE, "the photo is not a readable JPEG, PNG or WebP"
        )
    if width * height > PIXELS_MAX:
        raise EditFailed(
            FailureCode.IMAGE_TOO_LARGE,
            f"the photo has {width} x {height} pixels; {PIXELS_MAX:,} is the most",
        )
    return PixelSize(width, height)
