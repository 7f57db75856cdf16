"""Previews by the Images binding: outside the isolate, so large photos cost it no memory."""

import re
from typing import Any, Final

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import PREVIEW_LONG_EDGE_PX, PREVIEW_QUALITY
from storage.foreign import outages_of
from storage.objects import Objects
from storage.picture import PixelSize, pixel_size
from storage.previews import PreviewRequest

CONTENT_TYPE: Final = "image/jpeg"
TRANSFORM: Final = {
    "width": PREVIEW_LONG_EDGE_PX,
    "height": PREVIEW_LONG_EDGE_PX,
    "fit": "scale-down",
    "background": "#ffffff",  # under transparency, which JPEG does not have
}
OUTPUT: Final = {"format": CONTENT_TYPE, "quality": PREVIEW_QUALITY}

UNDECODABLE: Final = re.compile(r"ERROR 9(402|412|413|520)\b|\bVips|Input buffer ")
"""What the binding says of a photo that no retry will mend.

Cloudflare's error numbers (Images, "Troubleshooting"), and the words of the decoder that wrangler
runs locally, which has no numbers for them.
"""


class ImagesPreviews:
    def __init__(self, images: Any, objects: Objects) -> None:
        self._images = images
        self._objects = objects

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:  # noqa: ARG002
        source = await self._objects.get(request.source_key)
        if source is None:
            raise Outage("the processed photo is missing")
        picture = await self._transformed(source.body)
        await self._objects.put(request.target_key, picture, CONTENT_TYPE)
        made = pixel_size(picture)
        return Preview(
            object_key=request.target_key,
            width=made.width,
            height=made.height,
            size_bytes=len(picture),
            content_type=CONTENT_TYPE,
            maker="images",
        )

    async def _transformed(self, stream: object) -> bytes:
        try:
            with outages_of("Images"):
                transformer = self._images.input(stream).transform(TRANSFORM)
                result = await transformer.output(OUTPUT)
                return bytes(await result.response().bytes())
        except Outage as outage:
            if UNDECODABLE.search(str(outage.__cause__)):
                raise EditFailed(
                    FailureCode.UNSUPPORTED_IMAGE, "the photo is damaged and cannot be decoded"
                ) from outage
            raise
