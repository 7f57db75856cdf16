"""What alice may ask about one file that the origin knows."""

import json
from collections.abc import Awaitable, Callable

from tests.unit.darkroom import ORDER, Answer
from tests.unit.edge.legacy import FILE_PATH, FILE_URL, Legacy, Shape
from tests.unit.factories import FILE_ID, JOB_ID, NOW

KEY = "user/alice/orders/summer-42/raw/old.jpg"
PREVIEW_URL = f"{FILE_URL}/preview"
MEDIA_URL = f"https://darkroom.example/media/{KEY}?token=t"
Step = Callable[[Legacy], Awaitable[Answer]]


def before(*files: Shape) -> Legacy:
    """The origin knows them, and tells of each and of all."""
    legacy = Legacy()
    legacy.lists(*files)
    for file in files:
        legacy.tells(file)
    return legacy


def preview_told(url: str = MEDIA_URL) -> str:
    facts = {"width": 8, "height": 6, "size_bytes": 5, "content_type": "image/jpeg"}
    return json.dumps(facts | {"maker": "copy", "url": url, "expires_at": NOW})


def rename(legacy: Legacy) -> Awaitable[Answer]:
    return legacy.call("PATCH", FILE_PATH, {"name": "new.jpg"})


def mark(legacy: Legacy) -> Awaitable[Answer]:
    return legacy.call("PATCH", FILE_PATH, {"marked": True})


def delete(legacy: Legacy) -> Awaitable[Answer]:
    return legacy.call("DELETE", FILE_PATH)


def revise(legacy: Legacy) -> Awaitable[Answer]:
    return legacy.call("POST", f"{FILE_PATH}/revision")


def submit(legacy: Legacy) -> Awaitable[Answer]:
    return legacy.call("POST", f"{ORDER}/submit-edits", {"file_ids": [FILE_ID]})


def look(legacy: Legacy) -> Awaitable[Answer]:
    return legacy.call("GET", FILE_PATH)


def look_at_preview(legacy: Legacy) -> Awaitable[Answer]:
    return legacy.call("GET", f"{FILE_PATH}/preview")


def look_at_job(legacy: Legacy) -> Awaitable[Answer]:
    return legacy.call("GET", f"/api/jobs/{JOB_ID}")


CHANGES = [rename, mark, delete, revise]
