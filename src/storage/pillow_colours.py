"""Any picture's colours as those of an sRGB JPEG: eight bits, no palette, nothing transparent."""

import io
from typing import Final

from PIL import Image, ImageCms, features

CAN_CONVERT: Final = features.check("littlecms2")
"""Pyodide builds Pillow without it (its recipe says `lcms=False`), and so does Cloudflare."""

RESIZABLE: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"})
SHOWN: Final = RESIZABLE | {"1", "P", "PA", "RGBX", "I;16", "I;16B", "I;16L"}
"""The modes whose numbers are light, from black to white. Others measure something."""

PROFILED: Final = frozenset({"L", "RGB", "RGBA", "CMYK"})


def can_show(image: Image.Image) -> bool:
    """Before it is decoded."""
    return image.mode in SHOWN and (CAN_CONVERT or _speaks_srgb(image))


def resizable(image: Image.Image) -> Image.Image:
    """In a mode in which a pixel between two others has a colour between theirs."""
    if image.mode.startswith("I;16"):
        # Sixteen bits of grey, as scanners write them: `convert` would clip and not scale.
        levels = image if image.mode == "I;16" else image.convert("I")
        grey = levels.point(lambda level: level * (1 / 256)).convert("L")
        grey.info.pop("transparency", None)  # a level of sixteen bits
        return grey
    if image.mode in {"LA", "RGBA"}:
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in RESIZABLE else image.convert("RGB")


def on_white(image: Image.Image) -> Image.Image:
    """In sRGB and bare; JPEG has no transparency, so on white, as paper would show it."""
    shown = _in_srgb(image)
    if not shown.has_transparency_data:
        return _bare(shown.convert("RGB"))
    rgba = shown.convert("RGBA")
    paper = Image.new("RGB", rgba.size, "white")
    paper.paste(rgba, mask=rgba.getchannel("A"))
    return paper


def _speaks_srgb(image: Image.Image) -> bool:
    """So far as one can tell without a colour engine: by its profile's name, or having none."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode.startswith(("1", "L", "I;16")):
        return True
    return b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not CAN_CONVERT or not profile or image.mode not in PROFILED:
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
    except (OSError, ImageCms.PyCMSError):
        return image  # broken, or for another kind of picture: the numbers as viewers take them
    return image if converted is None else converted


def _bare(image: Image.Image) -> Image.Image:
    """`save` writes what `info` holds: the camera's comment and the profile just applied."""
    image.info = {}
    return image
