"""What a photo says of itself in its first bytes, before anybody decodes it."""

import io
import struct
from dataclasses import dataclass
from typing import Final

import imagesize

from domain.failure import EditFailed, FailureCode
from domain.limits import PIXELS_MAX

SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")  # JPEG, PNG, WebP

CHANNELS: Final = frozenset({-1, 1, 2, 3, 4})
"""What a decoder takes; -1 for WebP, which does not say. In garbage any number may stand there."""

UNREADABLE: Final = (ValueError, OSError, LookupError, OverflowError, struct.error)
"""What imagesize raises where a header is cut off, or is not what its first bytes say."""


@dataclass(frozen=True, slots=True)
class PixelSize:
    """As a viewer shows it: for a JPEG, with the EXIF orientation applied."""

    width: int
    height: int


def may_say_more(header: bytes) -> bool:
    """Of a photo all right, but its size stands further back: behind a large profile, say."""
    return header.startswith(SIGNATURES) and _read(header) is None


def pixel_size(header: bytes) -> PixelSize:
    """Read off the header, or `EditFailed`: not a photo, or more pixels than can be decoded."""
    size = _read(header)
    if size is None:
        raise EditFailed(
            FailureCode.UNSUPPORTED_IMAGE, "the photo is not a readable JPEG, PNG or WebP"
        )
    if size.width * size.height > PIXELS_MAX:
        raise EditFailed(
            FailureCode.IMAGE_TOO_LARGE,
            f"the photo has {size.width} x {size.height} pixels; {PIXELS_MAX:,} is the most",
        )
    return size


def _read(header: bytes) -> PixelSize | None:
    if not header.startswith(SIGNATURES):
        return None
    try:
        found = imagesize.get_info(io.BytesIO(header), dpi=False, colors=False)
    except UNREADABLE:
        return None
    is_sound = found.width > 0 and found.height > 0 and found.channels in CHANNELS
    return PixelSize(found.width, found.height) if is_sound else None
