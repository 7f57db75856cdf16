"""One attempt at one job: claim, copy raw to processed, make the preview, complete.

The file's actor is the only retry authority: whatever happens here is told to it, or left to the
lease to find out. It also removes what an attempt leaves behind (`domain/retention.py`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from actors.client import FileClient
from domain.errors import Outage, Refusal
from domain.failure import EditFailed, Failure, FailureCode
from domain.limits import EDIT_MS_MAX
from domain.messages.file import Claim, Complete, Dispatch, Fail, Grant, Renew
from log import log, log_bug
from storage.objects import NotCopied, Objects
from storage.previews import PreviewMaker, PreviewRequest, made_preview

RAW_FAULTS = {
    NotCopied.MISSING: (FailureCode.RAW_MISSING, "the uploaded photo is gone"),
    NotCopied.CHANGED: (FailureCode.RAW_CHANGED, "the uploaded photo was replaced"),
}
UNEXPECTED = Failure(code=FailureCode.PROCESSING_FAILED, detail="the edit broke off unexpectedly")
RENEWALS_PER_LEASE = 3


@dataclass(frozen=True, slots=True)
class Editor:
    files: FileClient
    objects: Objects
    makers: Sequence[PreviewMaker]
    worker_id: str

    async def work_on(self, dispatch: Dispatch) -> None:
        """Never raises: a message is done with once it was tried."""
        facts = {"file_id": dispatch.file_id, "job_id": dispatch.job_id}
        try:
            claim = Claim(job_id=dispatch.job_id, worker_id=self.worker_id)
            grant = await self.files.claim(dispatch.file_id, claim)
        except (Refusal, Outage) as trouble:
            log("job.not_claimed", reason=str(trouble), **facts)
            return
        try:
            await self._attempt(grant)
        except (Refusal, Outage) as trouble:
            facts |= {"attempt": str(grant.attempt), "token": str(grant.token)}
            log("job.not_answered", level="warning", reason=str(trouble), **facts)

    async def _attempt(self, grant: Grant) -> None:
        """Until the file's actor knows how it ended. A lost lease is a `Refusal`."""
        file_id = grant.upload.file_id
        try:
            answer = await self._renewing(grant)
        except EditFailed as known:
            failure = known.failure
        except Outage as outage:
            failure = Failure(code=FailureCode.OUTAGE, detail=str(outage))
        except Refusal:
            raise
        except Exception as bug:  # noqa: BLE001 -- the actor decides whether to try again
            log_bug("job.broke", bug, file_id=file_id)
            failure = UNEXPECTED
        else:
            await self.files.complete(file_id, answer)
            return
        await self.files.fail(file_id, Fail(token=grant.token, failure=failure))

    async def _renewing(self, grant: Grant) -> Complete:
        """The edit, with its lease renewed for as long as it takes; given up with the lease."""
        work = asyncio.ensure_future(self._edited(grant))
        pause_ms = grant.lease_ms / RENEWALS_PER_LEASE
        try:
            for _ in range(ceil(EDIT_MS_MAX / pause_ms)):
                done, _ = await asyncio.wait({work}, timeout=pause_ms / 1000)
                if done:
                    return work.result()
                await self._renew(grant)
            raise Outage("the edit does not come to an end")
        finally:
            work.cancel()

    async def _renew(self, grant: Grant) -> None:
        """Not reached this time: there is another before the lease is up."""
        try:
            await self.files.renew(grant.upload.file_id, Renew(token=grant.token))
        except Outage as outage:
            log("lease.not_renewed", level="warning", reason=str(outage))

    async def _edited(self, grant: Grant) -> Complete:
        upload = grant.upload
        copied = await self.objects.copy(upload.object_key, grant.processed_key, upload.etag)
        if isinstance(copied, NotCopied):
            raise EditFailed(*RAW_FAULTS[copied])
        request = PreviewRequest(
            source_key=grant.processed_key,
            target_key=grant.preview_key,
            size_bytes=upload.size_bytes,
            content_type=upload.content_type,
        )
        preview = await made_preview(self.makers, self.objects, request)
        return Complete(token=grant.token, preview=preview, copied_bytes=copied.size_bytes)
