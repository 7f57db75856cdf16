"""A photo as its preview by Pillow shows it, checked for what every preview is."""

from PIL import Image

from domain.failure import EditFailed, FailureCode
from storage.picture import PictureFormat, format_of
from storage.pillow_previews import scaled
from tests.unit.storage.photos import opened


def made_of(
    photo: bytes, pictured: PictureFormat | None = None
) -> tuple[bytes, tuple[int, int]] | None:
    return scaled(photo, pictured or format_of(photo))


def outcome(photo: bytes, pictured: PictureFormat | None = None) -> FailureCode | None:
    """None for a preview, or for a photo that is left to others."""
    try:
        made_of(photo, pictured)
    except EditFailed as failed:
        return failed.failure.code
    return None


def preview_of(photo: bytes) -> Image.Image:
    made = made_of(photo)
    assert made is not None
    picture, size = made
    image = opened(picture)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)
    return image


def colour_at(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """Rounded, for JPEG keeps no colour exactly."""
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return tuple(round(channel / 51) * 51 for channel in pixel)


def middle_of(photo: bytes) -> tuple[int, ...]:
    preview = preview_of(photo)
    return colour_at(preview, preview.width // 2, preview.height // 2)
