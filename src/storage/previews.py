"""The port to what makes previews, and the order in which the makers are asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from storage.objects import ByteRange, CopyResult, Objects
from storage.picture import HEADER_BYTES, PixelSize, pixel_size


@dataclass(frozen=True, slots=True)
class PreviewOrder:
    """Make the preview of what lies at `source_key` and store it at `target_key`."""

    source_key: str
    target_key: str
    size_bytes: int
    content_type: str


class PreviewMaker(Protocol):
    async def make(self, order: PreviewOrder, size: PixelSize) -> Preview | None:
        """None: not a picture for this maker; ask the next one.

        Raises `EditFailed` for a picture no maker will ever manage, `Outage` otherwise.
        """
        ...


class CopyPreviews:
    """The last resort, where nothing here can decode: the preview is the photo itself."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def make(self, order: PreviewOrder, size: PixelSize) -> Preview | None:
        result = await self._objects.copy(order.source_key, order.target_key)
        if result is not CopyResult.COPIED:
            raise Outage(f"the processed photo is {result}")
        return Preview(
            object_key=order.target_key,
            width=size.width,
            height=size.height,
            size_bytes=order.size_bytes,
            content_type=order.content_type,
            maker="copy",
        )


async def made_preview(
    makers: Sequence[PreviewMaker], objects: Objects, order: PreviewOrder
) -> Preview:
    """By the first maker that takes the picture. Bounded by its header before any decode."""
    header = await objects.read(order.source_key, ByteRange(0, min(HEADER_BYTES, order.size_bytes)))
    if header is None:
        raise Outage("the processed photo is missing")
    size = pixel_size(header)
    for maker in makers:
        preview = await maker.make(order, size)
        if preview is not None:
            return preview
    raise EditFailed(FailureCode.IMAGE_TOO_LARGE, "the photo is too large for a preview")
