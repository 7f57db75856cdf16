"""Previews by Pillow, inside the isolate. Imported only where Pillow can be (design, section 7)."""

import asyncio
import io
import struct
from typing import Final

from PIL import Image, PngImagePlugin, UnidentifiedImageError

from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import PILLOW_TEXT_BYTES_MAX, PREVIEW_LONG_EDGE_PX, PREVIEW_QUALITY
from domain.photo import PhotoType
from storage import jpeg
from storage.objects import Objects
from storage.picture import UPRIGHT, PictureFormat, PixelSize
from storage.pillow_bounds import may_be_decoded, may_be_opened, may_be_read
from storage.pillow_colours import can_show, on_white, resizable
from storage.pillow_tiff import can_decompress, is_understood
from storage.previews import PreviewRequest

TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation (CIPA DC-008, 4.6.4). Not `ImageOps.exif_transpose`: that loads the whole EXIF
block and writes it again, and stumbles over entries that cameras get wrong."""

UNDECODABLE: Final = (
    *(OSError, SyntaxError, ValueError, EOFError),
    *(LookupError, TypeError, ArithmeticError, struct.error),
)
"""What Pillow raises for a picture that is not one, or is cut off, or was made to hurt."""

TEXT_TOO_LONG: Final = "MAX_TEXT"  # in Pillow's words of a PNG with more text than it will unpack
PngImagePlugin.MAX_TEXT_MEMORY = PILLOW_TEXT_BYTES_MAX  # Pillow's own knob, and a global one


class PillowPreviews:
    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._turn = asyncio.Lock()

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        if request.format is None or not may_be_read(request.format, size, request.size_bytes):
            return None
        async with self._turn:  # one photo in memory at a time, however many are being edited
            data = await self._objects.read(request.source_key, request.part)
            made = None if data is None else scaled(data, request.format, request.orientation)
        if made is None:
            return None
        picture, (width, height) = made
        await self._objects.put(request.target_key, picture, PhotoType.JPEG)
        return Preview(
            object_key=request.target_key,
            width=width,
            height=height,
            size_bytes=len(picture),
            content_type=PhotoType.JPEG,
            maker="pillow",
        )


def scaled(
    data: bytes, pictured: PictureFormat, orientation: int = UPRIGHT
) -> tuple[bytes, tuple[int, int]] | None:
    """An upright sRGB JPEG within the box, without metadata; None if it is not for Pillow here."""
    is_tiff = pictured is PictureFormat.TIFF
    if not may_be_opened(data, pictured) or (is_tiff and not is_understood(data)):
        return None
    try:
        with Image.open(io.BytesIO(data), formats=[pictured]) as image:
            is_ours = may_be_decoded(pictured, image.size) and can_show(image)
            return _encoded(image, orientation) if is_ours else None
    except (Image.DecompressionBombError, MemoryError):
        return None
    except UNDECODABLE as error:
        if TEXT_TOO_LONG in str(error) or (is_tiff and _is_another_kind(error, data)):
            return None
        raise EditFailed(FailureCode.CORRUPT_IMAGE, "the photo cannot be decoded") from error


def _is_another_kind(error: Exception, tiff: bytes) -> bool:
    return isinstance(error, UnidentifiedImageError) or not can_decompress(tiff)


def _encoded(image: Image.Image, orientation: int) -> tuple[bytes, tuple[int, int]]:
    size = _fitted(image.size)
    drafted = image.draft("RGB", size)  # JPEG only: decodes at 1/2, 1/4 or 1/8
    image.load()
    small = resizable(image)
    if small.size != size:
        box = drafted[1] if drafted else None
        small = small.resize(size, Image.Resampling.LANCZOS, box, reducing_gap=2.0)
    exif = image.info.get("exif", b"")  # read only now: in a PNG it may follow the pixels
    turn = TURNS.get(jpeg.orientation_of(exif.removeprefix(jpeg.EXIF)) or orientation)
    flat = on_white(small if turn is None else small.transpose(turn))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=PREVIEW_QUALITY, optimize=True)
    return out.getvalue(), flat.size


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    """In the box and in shape: given a square, `draft` would see only how low a panorama is."""
    factor = min(PREVIEW_LONG_EDGE_PX / max(size), 1)
    return max(round(size[0] * factor), 1), max(round(size[1] * factor), 1)
