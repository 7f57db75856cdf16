"""A Worker that makes one preview by the Images binding, and says how long it took."""
# ruff: noqa: INP001 - it is copied beside the product's modules

import json
import time
from typing import Any
from urllib.parse import urlsplit

from workers import Response, WorkerEntrypoint

from storage.images_previews import ImagesPreviews
from storage.previews import PreviewRequest, made_preview
from storage.r2_objects import R2Objects


class Default(WorkerEntrypoint):
    async def fetch(self, request: Any) -> Any:
        path = urlsplit(request.url).path
        if path == "/health":
            return Response("ok")
        objects = R2Objects(self.env.PHOTOS)
        if str(request.js_object.method) == "PUT":
            stored = await objects.put(path, request.js_object.body, "image/jpeg")
            return Response(json.dumps({"size_bytes": stored.size_bytes}))
        head = await objects.head(path)
        assert head is not None
        asked = PreviewRequest(path, f"{path}.preview", head.size_bytes, head.content_type)
        begun = time.perf_counter()
        made = await made_preview([ImagesPreviews(self.env.IMAGES, objects)], objects, asked)
        spent_ms = (time.perf_counter() - begun) * 1000
        return Response(json.dumps({"ms": spent_ms, "size": [made.width, made.height]}))
