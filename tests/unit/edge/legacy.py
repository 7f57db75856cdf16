"""An origin as the edge asks it: what it tells of orders and files, in its own dialect."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from domain.rollout import KEY, parsed
from edge.exchange import Native, Response
from edge.proxy import Outgoing
from storage.web import WebRequest
from tests.fakes.memory_origin import MemoryOrigin
from tests.unit.darkroom import PHOTO, Darkroom, a_token
from tests.unit.factories import FILE_ID, JOB_ID, NOW, OTHER_FILE_ID

BASE = "https://legacy.example"
PAGE = f"{BASE}/api/orders/summer-42/files?limit=500"
FILE_PATH = f"/api/files/{FILE_ID}"
FILE_URL = f"{BASE}{FILE_PATH}"
FRESH_MS = 10_000
Shape = dict[str, Any]


def a_legacy_job(status: str = "done", **changes: object) -> Shape:
    has_ended = status in {"done", "failed"}
    return {
        "id": JOB_ID,
        "file_id": FILE_ID,
        "order_id": "summer-42",
        "user_id": "alice",
        "status": status,
        "attempt": 1,
        "created_at": NOW,
        "started_at": NOW,
        "finished_at": NOW if has_ended else None,
        "error": None,
        "preview_maker": "copy" if status == "done" else None,
        "copied_bytes": 5 if status == "done" else None,
        **changes,
    }


def a_legacy_file(name: str | None = "old.jpg", file_id: str = FILE_ID, **changes: object) -> Shape:
    return {
        "id": file_id,
        "order_id": "summer-42",
        "name": name,
        "object_key": f"user/alice/orders/summer-42/raw/{name}",
        "size_bytes": len(PHOTO),
        "content_type": "image/jpeg",
        "status": "queued",
        "marked": False,
        "locked": False,
        "paused": False,
        "revision_required": False,
        "version": 3,
        "job": None,
        "preview": None,
        "preview_url": None,
        "created_at": NOW,
        "updated_at": NOW,
        "archived_at": None,
        **changes,
    }


def another_legacy_file(name: str = "older.jpg", **changes: object) -> Shape:
    return a_legacy_file(name, OTHER_FILE_ID, **changes)


def an_edited_legacy_file(name: str = "old.jpg", **changes: object) -> Shape:
    job = a_legacy_job()
    preview = {
        "width": 8,
        "height": 6,
        "size_bytes": len(PHOTO),
        "content_type": "image/jpeg",
        "maker": "copy",
    }
    facts = {"status": "done", "job": job, "preview": preview, "jobs": [job], **changes}
    return a_legacy_file(name) | facts


def a_page(*files: Shape, next_cursor: str | None = None, order_id: str = "summer-42") -> str:
    return json.dumps(
        {"order_id": order_id, "files": files, "next_cursor": next_cursor, "version": 7}
    )


def an_error(code: str) -> str:
    return json.dumps({"error": {"code": code, "message": "as it always was"}})


@dataclass(slots=True)
class BusyOrigin(MemoryOrigin):
    """While it is at it, something else happens."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def send(self, native: Native, outgoing: Outgoing) -> Response:
        if self.meanwhile is not None:
            await self.meanwhile()
        return await MemoryOrigin.send(self, native, outgoing)


class Legacy(Darkroom):
    """The product before such an origin. Everybody is served by us, unless told otherwise."""

    def __init__(self, **settings: object) -> None:
        self.origin = BusyOrigin()
        facts = {
            "origin_api_base": BASE,
            "canary_secret": "c" * 32,
            "hydration_fresh_ms": FRESH_MS,
            "rollout_refresh_ms": 100,
        }
        super().__init__(self.origin, **(facts | settings))
        self.bearer = f"Bearer {a_token()}"
        self.is_served_by(native=True)

    def is_served_by(self, *, native: bool) -> None:
        text = json.dumps({"canary_percent": 100, "emergency_proxy": not native})
        self.config.values[KEY] = text
        self.services.rollout.config = parsed(text)

    def lists(self, *files: Shape, etag: str = '"v1"', **changes: object) -> None:
        self.web.answer(PAGE, a_page(*files, **changes), etag=etag)  # type: ignore[arg-type]

    def tells(self, file: Shape) -> None:
        told = {"jobs": [file["job"]] if file["job"] else []} | file
        self.web.answer(f"{BASE}/api/files/{file['id']}", json.dumps(told))

    def refuses(self, url: str, status: int, code: str) -> None:
        self.web.answer(url, an_error(code), status)

    def asked(self, url: str = PAGE) -> list[WebRequest]:
        return [request for request in self.web.asked if request.url == url]

    async def listed(self, user_id: str = "alice") -> list[str]:
        answer = await self.call("GET", "/api/orders/summer-42/files", user_id=user_id)
        assert answer.status == 200, answer.text
        return [file["name"] for file in answer.json["files"]]

    async def changes_end(self) -> None:
        """What the runtime keeps a request alive for, though its client is gone."""
        for step in self.background:
            if getattr(step, "func", step).__name__ == "_to_its_end":
                await step()

    async def stores(self, file: Shape) -> None:
        """The photo, where the origin has put it."""
        await self.objects.put(file["object_key"], PHOTO, file["content_type"])
