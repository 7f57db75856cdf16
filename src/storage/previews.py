"""The port to what makes previews, and the order in which the makers are asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import PICTURE_HEADER_BYTES, PICTURE_HEADER_BYTES_MAX
from storage.objects import ByteRange, CopyResult, Objects
from storage.picture import PixelSize, may_say_more, pixel_size


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """Make the preview of what lies at `source_key` and store it at `target_key`."""

    source_key: str
    target_key: str
    size_bytes: int
    content_type: str


class PreviewMaker(Protocol):
    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        """None: not a picture for this maker; ask the next one.

        Raises `EditFailed` for a picture no maker will ever manage, `Outage` otherwise.
        """
        ...


class CopyPreviews:
    """The last resort, where nothing here can decode: the preview is the photo itself."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        result = await self._objects.copy(request.source_key, request.target_key)
        if result is not CopyResult.COPIED:
            raise Outage(f"the processed photo is {result}")
        return Preview(
            object_key=request.target_key,
            width=size.width,
            height=size.height,
            size_bytes=request.size_bytes,
            content_type=request.content_type,
            maker="copy",
        )


async def made_preview(
    makers: Sequence[PreviewMaker], objects: Objects, request: PreviewRequest
) -> Preview:
    """By the first maker that takes the picture. Bounded by its header before any decode."""
    size = pixel_size(await _header(objects, request))
    for maker in makers:
        preview = await maker.make(request, size)
        if preview is not None:
            return preview
    raise EditFailed(FailureCode.IMAGE_TOO_LARGE, "the photo is too large for a preview")


async def _header(objects: Objects, request: PreviewRequest) -> bytes:
    """As much of the photo's beginning as it takes to know its size."""
    header = await _beginning(objects, request, PICTURE_HEADER_BYTES)
    if may_say_more(header) and request.size_bytes > PICTURE_HEADER_BYTES:
        return await _beginning(objects, request, PICTURE_HEADER_BYTES_MAX)
    return header


async def _beginning(objects: Objects, request: PreviewRequest, bytes_max: int) -> bytes:
    span = ByteRange(0, min(bytes_max, request.size_bytes))
    found = await objects.read(request.source_key, span)
    if found is None:
        raise Outage("the processed photo is missing")
    return found
