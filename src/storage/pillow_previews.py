"""Previews by Pillow, inside the isolate. Imported only where Pillow can be (design, section 7)."""

import asyncio
import io
from typing import Final

from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import (
    PILLOW_BYTES_MAX,
    PILLOW_PIXELS_MAX,
    PILLOW_PROGRESSIVE_PIXELS_MAX,
    PILLOW_UNSCALED_PIXELS_MAX,
    PREVIEW_LONG_EDGE_PX,
    PREVIEW_QUALITY,
)
from storage.objects import Objects
from storage.picture import PixelSize
from storage.previews import PreviewRequest

FORMATS: Final = ("JPEG", "PNG", "WEBP")
BOX: Final = (PREVIEW_LONG_EDGE_PX, PREVIEW_LONG_EDGE_PX)
CONTENT_TYPE: Final = "image/jpeg"
UPRIGHT: Final = 1
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation (CIPA DC-008, 4.6.4). Not `ImageOps.exif_transpose`: that writes the whole EXIF
block again, which we drop anyway, and stumbles over entries that cameras get wrong."""


class PillowPreviews:
    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._turn = asyncio.Lock()

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        if request.size_bytes > PILLOW_BYTES_MAX or size.width * size.height > PILLOW_PIXELS_MAX:
            return None
        async with self._turn:  # one photo in memory at a time, however many are being edited
            data = await self._objects.read(request.source_key)
            made = None if data is None else scaled(data)
        if made is None:
            return None
        picture, (width, height) = made
        await self._objects.put(request.target_key, picture, CONTENT_TYPE)
        return Preview(
            object_key=request.target_key,
            width=width,
            height=height,
            size_bytes=len(picture),
            content_type=CONTENT_TYPE,
            maker="pillow",
        )


def scaled(data: bytes) -> tuple[bytes, tuple[int, int]] | None:
    """An upright sRGB JPEG within the box, without metadata; None if too large to decode here."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if _is_too_large(image):
                return None
            return _encoded(image)
    except Image.DecompressionBombError:  # Pillow's own bound, which lies above ours
        return None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        # What Pillow's decoders raise for a picture that is not one, or is cut off.
        raise EditFailed(FailureCode.UNSUPPORTED_IMAGE, "the photo cannot be decoded") from error


def _is_too_large(image: Image.Image) -> bool:
    """By what the decoder itself has read: another reader may take another header for the size.

    Only a baseline JPEG is decoded at a smaller scale. A progressive one keeps all its
    coefficients, and PNG and WebP are decoded whole.
    """
    if image.format != "JPEG":
        pixels_max = PILLOW_UNSCALED_PIXELS_MAX
    elif image.info.get("progressive"):
        pixels_max = PILLOW_PROGRESSIVE_PIXELS_MAX
    else:
        pixels_max = PILLOW_PIXELS_MAX
    return image.width * image.height > pixels_max


def _encoded(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    image.draft("RGB", BOX)  # JPEG only: decodes at 1/2, 1/4 or 1/8 and never below the box
    turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, UPRIGHT))
    small = _in_eight_bits(image)
    small.thumbnail(BOX, Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright = small if turn is None else small.transpose(turn)
    out = io.BytesIO()
    flat = _on_white(_in_srgb(upright))
    flat.save(out, "JPEG", quality=PREVIEW_QUALITY, optimize=True)
    return out.getvalue(), flat.size


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen bits of grey, as scanners write them, `convert` would clip and not scale."""
    if not image.mode.startswith("I;16"):
        return image
    return image.point(lambda level: level * (1 / 256)).convert("L")


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA"}:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except OSError:
        return image  # a broken profile: the numbers as they are, which viewers would do too
    try:
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except ImageCms.PyCMSError:
        return image  # a profile for another kind of picture: the same
    return image if converted is None else converted


def _on_white(image: Image.Image) -> Image.Image:
    """JPEG has no transparency; on white, as paper would show it. Drops all metadata."""
    if not image.has_transparency_data:
        return _bare(image.convert("RGB"))
    rgba = image.convert("RGBA")
    paper = Image.new("RGB", rgba.size, "white")
    paper.paste(rgba, mask=rgba.getchannel("A"))
    return paper


def _bare(image: Image.Image) -> Image.Image:
    """`save` writes what `info` holds: the camera's comment and the profile just applied."""
    image.info = {}
    return image
