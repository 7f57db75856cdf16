"""Which TIFFs Pillow decodes as they were meant: there are more kinds than any decoder knows."""

import io
from typing import Final

from PIL import Image, TiffImagePlugin

from domain.limits import PILLOW_UNSCALED_PIXELS_MAX
from storage.spans import Malformed, Reading, read_from
from storage.tiff import first_directory, number, numbers

BITS: Final = 258
COMPRESSION: Final = 259
PHOTOMETRIC: Final = 262
TILE_WIDTH: Final = 322
TILE_HEIGHT: Final = 323

WHITE_IS_ZERO: Final = 0
YCBCR: Final = 6
FAX: Final = frozenset({2, 3, 4})
JPEG: Final = 7
COMPRESSIONS: Final = frozenset({None, 1, *FAX, 5, JPEG, 8, 32773, 32946})
"""None at all, fax, LZW, JPEG, Deflate, PackBits, and Deflate by its old number."""

BITS_KNOWN: Final = frozenset({1, 2, 4, 8, 16})
"""Pillow reads 12 bits as if they were 16, much too dark; 32 and 64 measure something."""


def is_understood(data: bytes) -> bool:
    try:
        return read_from(data, _understood())
    except Malformed:
        return False


def can_decompress(data: bytes) -> bool:
    """Whether this build of Pillow can undo the photo's compression: a trial on one of its own.

    libtiff may be built without some, and then says of a sound photo what it says of a broken one.
    """
    compression = read_from(data, _compression()) or 1
    mode = "1" if compression in FAX else "L"
    name = TiffImagePlugin.COMPRESSION_INFO[compression]
    out = io.BytesIO()
    try:
        Image.new(mode, (8, 8)).save(out, "TIFF", compression=name)
        with Image.open(out) as image:
            image.load()
    except OSError:
        return False
    return True


def _understood() -> Reading[bool]:
    page = yield from first_directory()
    compression = yield from number(page, COMPRESSION)
    photometric = yield from number(page, PHOTOMETRIC)
    bits = (yield from numbers(page, BITS)) or (1,)
    width = (yield from number(page, TILE_WIDTH)) or 0
    height = (yield from number(page, TILE_HEIGHT)) or 0
    is_negative = photometric == WHITE_IS_ZERO and bits == (16,)  # and would be shown as one
    is_misread = photometric == YCBCR and compression != JPEG  # or not at all, as the version is
    is_bounded = width * height <= PILLOW_UNSCALED_PIXELS_MAX  # a tile may be larger than its page
    is_known = compression in COMPRESSIONS and BITS_KNOWN.issuperset(bits)
    return is_known and is_bounded and not is_negative and not is_misread


def _compression() -> Reading[int | None]:
    return (yield from number((yield from first_directory()), COMPRESSION))
