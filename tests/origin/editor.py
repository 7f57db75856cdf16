"""Edits, as plain as can be: after a while a job is done. No byte is copied and nothing fails.

Each job is a task of the event loop; those that a crash broke off begin again at the next start.
"""

import asyncio
import io
from typing import Final

from PIL import Image, UnidentifiedImageError

from tests.origin.config import Config
from tests.origin.database import Row, now_ms
from tests.origin.dialect import Refusal
from tests.origin.media import Media
from tests.origin.store import Store
from tests.origin.views import rfc3339

ACTIVE: Final = ("queued", "in_progress")
HEADER_BYTES: Final = 256 * 1024  # where nearly every photo has said its size
UNFINISHED: Final = "SELECT id FROM jobs WHERE status IN ('queued', 'in_progress')"


class Editor:
    def __init__(self, config: Config, store: Store, media: Media) -> None:
        self._config = config
        self._store = store
        self._media = media
        self._tasks: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        for (job_id,) in self._store.database.rows(UNFINISHED):
            self.start(job_id)

    def start(self, job_id: str) -> None:
        task = asyncio.create_task(self._edit(job_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _edit(self, job_id: str) -> None:
        await asyncio.sleep(self._config.edit_ms / 2000)
        if (begun := self._active(job_id)) is None:
            return
        if begun["status"] == "queued":
            self._begin(begun)
        await asyncio.sleep(self._config.edit_ms / 2000)
        size = await self._size(begun["file_id"]) if self._config.makes_previews else None
        if (ended := self._active(job_id)) is not None:
            self._finish(ended, size)

    def _active(self, job_id: str) -> Row | None:
        """None if it has ended meanwhile: its file was deleted."""
        job = self._store.database.row("SELECT * FROM jobs WHERE id = ?", job_id)
        return job if job and job["status"] in ACTIVE else None

    def _begin(self, job: Row) -> None:
        begin = "UPDATE jobs SET status = 'in_progress', attempt = 1, started_at = ? WHERE id = ?"
        with self._store.database.transaction():
            self._store.database.rows(begin, rfc3339(now_ms()), job["id"])
            self._store.change(job["file_id"])
        self._store.tell(job["file_id"])

    def _finish(self, job: Row, size: tuple[int, int] | None) -> None:
        at = rfc3339(now_ms())
        width, height = size or (None, None)
        with self._store.database.transaction():
            self._store.database.rows(
                "UPDATE jobs SET status = 'done', finished_at = ?, preview_maker = ?,"
                " copied_bytes = 0 WHERE id = ?",
                *(at, "copy" if size else None, job["id"]),
            )
            self._store.change(job["file_id"], marked=0, preview_width=width, preview_height=height)
            self._notify(job, at)
        self._store.tell(job["file_id"])

    def _notify(self, job: Row, at: str) -> None:
        file = self._store.file(job["file_id"], job["user_id"])
        columns = {
            "id": job["id"].replace("job_", "ntf_"),
            "user_id": job["user_id"],
            "kind": "edit_done",
            "order_id": job["order_id"],
            "file_id": job["file_id"],
            "job_id": job["id"],
            "file_name": file["name"],
            "created_at": at,
        }
        self._store.insert("notifications", columns)

    async def _size(self, file_id: str) -> tuple[int, int] | None:
        """In pixels; None of what cannot be read, which then has no preview."""
        file = self._store.database.rows("SELECT * FROM files WHERE id = ?", file_id)[0]
        try:
            beginning = await self._media.beginning(file["object_key"], HEADER_BYTES)
            with Image.open(io.BytesIO(beginning)) as picture:
                return picture.size
        except (Refusal, UnidentifiedImageError, OSError):
            return None
