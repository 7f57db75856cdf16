"""What may be uploaded: the kinds of photo, by the content type that a client declares."""

from enum import StrEnum
from typing import Final


class PhotoType(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    TIFF = "image/tiff"
    DNG = "image/x-adobe-dng"
    CR2 = "image/x-canon-cr2"
    NEF = "image/x-nikon-nef"
    ARW = "image/x-sony-arw"


CAMERA_RAW: Final = frozenset({PhotoType.DNG, PhotoType.CR2, PhotoType.NEF, PhotoType.ARW})
"""What a sensor saw, in the structure of a TIFF, with the camera's own JPEG of it inside."""
