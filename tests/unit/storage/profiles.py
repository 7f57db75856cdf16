"""ICC profiles made for tests: of a camera's wider colours, and of a press that prints."""

import struct
from typing import Final

from PIL import ImageCms

SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

SWAPPED: Final = (
    SRGB.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")
).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
"""Under this one, red means green."""

LAB_WHITE: Final = (255, 128, 128)
LAB_BLACK: Final = (0, 128, 128)


def press() -> bytes:
    """A CMYK profile of a press whose cyan ink is in truth black, and which has no other ink."""
    corners = [LAB_BLACK if corner >= 8 else LAB_WHITE for corner in range(16)]
    straight = bytes(range(256))
    table = (
        struct.pack(">4s4xBBBx", b"mft1", 4, 3, 2)
        + struct.pack(">9i", *(65536 * (number % 4 == 0) for number in range(9)))
        + straight * 4
        + b"".join(map(bytes, corners))
        + straight * 3
    )
    white = struct.pack(">4s4x3i", b"XYZ ", 63190, 65536, 54061)
    text = b"text\0\0\0\0press\0\0\0"
    tags, body, at = b"", b"", 128 + 4 + 12 * 4
    for name, data in ((b"A2B0", table), (b"wtpt", white), (b"desc", text), (b"cprt", text)):
        padded = data + bytes(-len(data) % 4)
        tags += struct.pack(">4sII", name, at + len(body), len(data))
        body += padded
    head = struct.pack(
        ">I4sI4s4s4s", at + len(body), b"\0" * 4, 0x02400000, b"prtr", b"CMYK", b"Lab "
    )
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp")
    head = head.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", 4) + tags + body
