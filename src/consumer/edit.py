"""One attempt at one job: claim, copy raw to processed, make the preview, complete.

The file's actor is the only retry authority: whatever happens here is told to it, or left to the
lease to find out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.client import FileClient
from domain.errors import Outage, Refusal
from domain.failure import EditFailed, Failure, FailureCode
from domain.file import Preview
from domain.job import JobState
from domain.messages import Claim, Complete, Dispatch, Fail, Grant, Renew
from log import log, log_bug
from storage.objects import CopyResult, Objects
from storage.previews import PreviewMaker, PreviewRequest, made_preview

RAW_FAULTS = {
    CopyResult.MISSING: (FailureCode.RAW_MISSING, "the uploaded photo is gone"),
    CopyResult.CHANGED: (FailureCode.RAW_CHANGED, "the uploaded photo was replaced"),
}
UNEXPECTED = Failure(code=FailureCode.PROCESSING_FAILED, detail="the edit broke off unexpectedly")


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
        facts |= {"attempt": str(grant.attempt), "token": str(grant.token)}
        log("job.claimed", **facts)
        try:
            log("job.ended", outcome=await self._attempt(grant), **facts)
        except Refusal as refusal:
            log("job.not_answered", level="warning", reason=str(refusal), **facts)
            await self._remove(grant.processed_key, grant.preview_key)
        except Outage as outage:
            log("job.not_answered", level="warning", reason=str(outage), **facts)

    async def _attempt(self, grant: Grant) -> str:
        """How it ended, once the file's actor knows. A lost lease is a `Refusal`."""
        file_id = grant.upload.file_id
        try:
            preview = await self._edited(grant)
        except EditFailed as known:
            failure = known.failure
        except Refusal:
            raise
        except Exception as bug:  # noqa: BLE001 -- the actor decides whether to try again
            log_bug("job.broke", bug, file_id=file_id)
            failure = UNEXPECTED
        else:
            done = Complete(token=grant.token, processed_key=grant.processed_key, preview=preview)
            await self.files.complete(file_id, done)
            await self._remove(*grant.superseded_keys)
            return JobState.DONE
        await self.files.fail(file_id, Fail(token=grant.token, failure=failure))
        await self._remove(grant.processed_key, grant.preview_key)
        return failure.code

    async def _edited(self, grant: Grant) -> Preview:
        upload = grant.upload
        copied = await self.objects.copy(upload.object_key, grant.processed_key, upload.etag)
        if copied in RAW_FAULTS:
            raise EditFailed(*RAW_FAULTS[copied])
        await self.files.renew(upload.file_id, Renew(token=grant.token))
        request = PreviewRequest(
            source_key=grant.processed_key,
            target_key=grant.preview_key,
            size_bytes=upload.size_bytes,
            content_type=upload.content_type,
        )
        return await made_preview(self.makers, self.objects, request)

    async def _remove(self, *object_keys: str) -> None:
        """What nobody refers to: the objects of an attempt that failed or was late, or replaced.

        Those of a worker that died stay until the file is deleted.
        """
        try:
            for key in object_keys:
                await self.objects.delete(key)
        except Outage as outage:
            log("objects.left_behind", level="warning", reason=str(outage), keys=object_keys)
