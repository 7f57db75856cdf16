"""The port to what makes previews, and the order in which the makers are asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from domain.errors import Outage
from domain.failure import EditFailed, FailureCode
from domain.file import Preview
from domain.limits import PICTURE_HEADER_BYTES, PICTURE_HEADER_BYTES_MAX
from domain.photo import CAMERA_RAW, PhotoType
from storage.camera_raw import CameraRaw, camera_raw
from storage.objects import ByteRange, Copied, Objects
from storage.picture import (
    UPRIGHT,
    PictureFormat,
    PixelSize,
    check_pixels,
    format_of,
    may_say_more,
    pixel_size,
    tiff_size,
)
from storage.spans import Malformed, Spans


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """Make the preview of what lies at `source_key` and store it at `target_key`.

    Who asks tells the first four; the rest is what the photo's header then says.
    """

    source_key: str
    target_key: str
    size_bytes: int
    content_type: str
    format: PictureFormat | None = None
    part: ByteRange | None = None  # the JPEG inside a camera's raw file; the rest is of that JPEG
    orientation: int = UPRIGHT  # to be applied where the picture does not say its own


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
        if request.part is None:
            copied = await self._objects.copy(request.source_key, request.target_key)
            if not isinstance(copied, Copied):
                raise Outage(f"the processed photo is {copied}")
        else:
            await self._cut_out(request, request.part)
        shown = size.turned(request.orientation)  # nobody turns a copy
        return Preview(
            object_key=request.target_key,
            width=shown.width,
            height=shown.height,
            size_bytes=request.size_bytes,
            content_type=request.content_type,
            maker="copy",
        )

    async def _cut_out(self, request: PreviewRequest, part: ByteRange) -> None:
        found = await self._objects.get(request.source_key, part)
        if found is None:
            raise Outage("the processed photo is missing")
        await self._objects.put(request.target_key, found.body, request.content_type)


async def made_preview(
    makers: Sequence[PreviewMaker], objects: Objects, request: PreviewRequest
) -> Preview:
    """By the first maker that takes the picture. Bounded by its header before any decode."""
    known, size = await _looked_into(objects, request)
    for maker in makers:
        preview = await maker.make(known, size)
        if preview is not None:
            return preview
    raise EditFailed(FailureCode.IMAGE_TOO_LARGE, "the photo is too large for a preview")


async def _looked_into(
    objects: Objects, request: PreviewRequest
) -> tuple[PreviewRequest, PixelSize]:
    """The request with what the photo's header says, and the photo's size."""
    spans = Spans(objects, request.source_key, request.size_bytes)
    header = await spans.read(ByteRange(0, PICTURE_HEADER_BYTES))
    known = replace(request, format=format_of(header))
    try:
        if known.format is not PictureFormat.TIFF:
            return known, pixel_size(await _enough(spans, header))
        if request.content_type in CAMERA_RAW:
            return _of_camera_raw(known, await spans.run(camera_raw(request.size_bytes)))
        size = await spans.run(tiff_size())
    except Malformed as damage:
        raise EditFailed(FailureCode.CORRUPT_IMAGE, f"the photo is damaged: {damage}") from damage
    check_pixels(size)
    return known, size


async def _enough(spans: Spans, header: bytes) -> bytes:
    """As much of the photo's beginning as it takes to know its size."""
    if may_say_more(header) and len(header) == PICTURE_HEADER_BYTES:
        return await spans.read(ByteRange(0, PICTURE_HEADER_BYTES_MAX))
    return header


def _of_camera_raw(request: PreviewRequest, raw: CameraRaw) -> tuple[PreviewRequest, PixelSize]:
    """The camera's own JPEG is what is decoded. Without one nobody here can, and it is copied."""
    if raw.embedded is None:
        return replace(request, format=PictureFormat.CAMERA_RAW), raw.size
    found = raw.embedded
    inner = replace(
        request,
        size_bytes=found.part.length,
        content_type=PhotoType.JPEG,
        format=PictureFormat.JPEG,
        part=found.part,
        orientation=found.orientation,
    )
    return inner, found.size
