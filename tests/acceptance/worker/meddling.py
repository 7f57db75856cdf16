"""The product with a back door: a test is the worker that stalls, or the queue that repeats."""

import asyncio
import json
from typing import Any

from workers import Response

import entry
from actors.client import FileClient, RolloutClient
from actors.remote import accepted, refused
from consumer.edit import Editor
from domain.errors import Refusal
from domain.file import Preview
from domain.ids import new_job_id
from domain.messages.file import Claim, Complete, Dispatch, Grant, Submit
from domain.messages.reply import Done
from domain.messages.rollout import Flush, RolloutReport, Verdicts
from domain.values import Value
from entry import *  # noqa: F403 -- every actor that the product has
from storage.picture import PixelSize
from storage.previews import CopyPreviews, PreviewRequest
from storage.r2_objects import R2Objects


class SlowMaker:
    """Thinks about it, and leaves the preview to the next one."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:  # noqa: ARG002
        await asyncio.sleep(self._seconds)
        return None


class Default(entry.Default):  # type: ignore[no-redef]  # in its place
    async def fetch(self, request: Any) -> Any:
        """`POST /meddling/{what}` with what it needs as JSON; everything else is the product's."""
        _, _, what = str(request.url).partition("/meddling/")
        if not what:
            return await super().fetch(request)
        asked = json.loads(await request.text())
        try:
            return Response(accepted(await getattr(self, f"_{what}")(**asked)))
        except Refusal as refusal:
            return Response(refused(refusal), status=409)

    async def _seize(self, file_id: str, user_id: str) -> Grant:
        """Submit and claim in one stretch, before the queue has brought the job to anybody."""
        files = FileClient(self.env.FILES)
        job_id = new_job_id(file_id)
        await files.submit(file_id, Submit(caller_id=user_id, job_id=job_id))
        return await files.claim(file_id, Claim(job_id=job_id, worker_id="meddler"))

    async def _edit_slowly(self, file_id: str, user_id: str, seconds: float) -> Done:
        """The product's own editor, whose preview takes its time."""
        files, objects = FileClient(self.env.FILES), R2Objects(self.env.PHOTOS)
        job_id = new_job_id(file_id)
        await files.submit(file_id, Submit(caller_id=user_id, job_id=job_id))
        editor = Editor(files, objects, [SlowMaker(seconds), CopyPreviews(objects)], "meddler")
        await editor.work_on(Dispatch(file_id=file_id, job_id=job_id))
        return Done()

    async def _complete(self, grant: dict[str, Any]) -> Done:
        held = Grant.model_validate(grant)
        preview = Preview(
            object_key=held.preview_key,
            width=1,
            height=1,
            size_bytes=1,
            content_type="image/jpeg",
            maker="copy",
        )
        message = Complete(token=held.token, preview=preview, copied_bytes=1)
        return await FileClient(self.env.FILES).complete(held.upload.file_id, message)

    async def _send(self, file_id: str, job_id: str, times: int) -> Value:
        dispatch = Dispatch(file_id=file_id, job_id=job_id)
        for _ in range(times):
            await self.env.EDIT_JOBS.send(dispatch.model_dump())
        return Done()

    async def _flush(self, **flush: Any) -> Verdicts:
        """As any isolate would."""
        return await RolloutClient(self.env.ROLLOUTS).flush(Flush.model_validate(flush))

    async def _describe(self) -> RolloutReport:
        return await RolloutClient(self.env.ROLLOUTS).describe()
