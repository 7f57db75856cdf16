"""The photo that is uploaded: as small as one can be and still have a preview."""

import io
from typing import Final

from PIL import Image


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    return out.getvalue()


PHOTO: Final = _photo()
