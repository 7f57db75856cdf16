"""Small photos made for tests, and ways to break them."""

import io
import struct
import zlib
from typing import Any, Final

from PIL import Image

ORIENTATION: Final = 0x0112  # EXIF tag
START_OF_SCAN: Final = b"\xff\xda"
START_OF_FRAME: Final = b"\xff\xc0"


def encoded(image: Image.Image, file_format: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def a_picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), "teal" if mode == "RGB" else 0)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def exif(orientation: int, *more: bytes) -> bytes:
    """EXIF data of one orientation and some entries of 12 bytes."""
    entries = [struct.pack("<HHIHH", ORIENTATION, 3, 1, orientation, 0), *more]
    directory = struct.pack("<H", len(entries)) + b"".join(sorted(entries)) + bytes(4)
    return b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + directory


def lying_jpeg(width: int, height: int) -> bytes:
    """60 x 40 pixels by its first frame header, that many by its second, which decoders take."""
    data = encoded(a_picture())
    at = data.index(START_OF_FRAME)
    (length,) = struct.unpack(">H", data[at + 2 : at + 4])
    frame = bytearray(data[at : at + 2 + length])
    frame[5:9] = struct.pack(">HH", height, width)
    scan = data.index(START_OF_SCAN)
    return data[:scan] + bytes(frame) + data[scan:]


def chunk(name: bytes, data: bytes) -> bytes:
    """Of a PNG."""
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum
