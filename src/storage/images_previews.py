"""Previews by the Images binding: outside the isolate, so large photos cost it no memory."""

import re
from typing import Any, Final

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import (
    IMAGES_BYTES_MAX,
    IMAGES_EDGE_PX_MAX,
    PREVIEW_LONG_EDGE_PX,
    PREVIEW_QUALITY,
)
from domain.photo import PhotoType
from storage.foreign import outages_of
from storage.jpeg import without_metadata
from storage.objects import Objects
from storage.picture import PictureFormat, PixelSize, pixel_size
from storage.previews import PreviewRequest

FORMATS: Final = frozenset(
    {PictureFormat.JPEG, PictureFormat.PNG, PictureFormat.WEBP, PictureFormat.GIF}
)
"""What we send of what Cloudflare Images takes ("Limits and formats", input formats). It takes no
TIFF (its error 9412 says so), though the decoder that wrangler runs locally would."""

TRANSFORM: Final = {
    "width": PREVIEW_LONG_EDGE_PX,
    "height": PREVIEW_LONG_EDGE_PX,
    "fit": "scale-down",
    "background": "#ffffff",  # under transparency, which JPEG does not have; not done locally
}
OUTPUT: Final = {"format": PhotoType.JPEG.value, "quality": PREVIEW_QUALITY, "anim": False}
TURNS: Final[dict[int, dict[str, object]]] = {
    2: {"flip": "h"},
    3: {"rotate": 180},
    4: {"flip": "v"},
    5: {"flip": "h", "rotate": 270},
    6: {"rotate": 90},
    7: {"flip": "h", "rotate": 90},
    8: {"rotate": 270},
}
"""By the orientation that the picture does not say itself; the binding flips before it rotates."""

FAILURES: Final = (
    (FailureCode.CORRUPT_IMAGE, re.compile(r"ERROR 9(412|516)\b|\bVips|Input buffer ")),
    (FailureCode.UNSUPPORTED_IMAGE, re.compile(r"ERROR 9(420|520)\b")),
    (FailureCode.IMAGE_TOO_LARGE, re.compile(r"ERROR 9(402|413)\b|exceeds pixel limit")),
)
"""What the binding says of a photo that no retry will mend: Cloudflare's numbers (Images,
"Errors"), and the words of the decoder that wrangler runs locally, which has none."""

DECLINED: Final = re.compile(r"ERROR 9(422|423|430)\b|animation is too large")
"""No outage, and the photo is sound: the account may not, or has used up what it may, or all the
frames together are too many, though we want the first one only."""


class ImagesPreviews:
    def __init__(self, images: Any, objects: Objects) -> None:
        self._images = images
        self._objects = objects

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        if not _is_taken(request, size):
            return None
        source = await self._objects.get(request.source_key, request.part)
        if source is None:
            raise Outage("the processed photo is missing")
        made = await self._transformed(source.body, request.orientation)
        if made is None:
            return None
        picture = without_metadata(made)  # by default the binding keeps whose photo it is
        await self._objects.put(request.target_key, picture, PhotoType.JPEG)
        shown = pixel_size(picture)
        return Preview(
            object_key=request.target_key,
            width=shown.width,
            height=shown.height,
            size_bytes=len(picture),
            content_type=PhotoType.JPEG,
            maker="images",
        )

    async def _transformed(self, stream: object, orientation: int) -> bytes | None:
        try:
            with outages_of("Images"):
                transformer = self._images.input(stream)
                if orientation in TURNS:
                    transformer = transformer.transform(TURNS[orientation])
                result = await transformer.transform(TRANSFORM).output(OUTPUT)
                return bytes(await result.response().bytes())
        except Outage as outage:
            said = str(outage.__cause__)
            if DECLINED.search(said):
                return None
            for code, words in FAILURES:
                if words.search(said):
                    raise EditFailed(code, "the photo cannot be decoded") from outage
            raise


def _is_taken(request: PreviewRequest, size: PixelSize) -> bool:
    is_long = max(size.width, size.height) > IMAGES_EDGE_PX_MAX
    is_too_long = is_long and request.format is not PictureFormat.WEBP
    return request.format in FORMATS and request.size_bytes <= IMAGES_BYTES_MAX and not is_too_long
