"""One attempt at one job: claim, copy raw to processed, make the preview, complete.

The file's actor is the only retry authority: whatever happens here is told to it, or left to the
lease to find out. It also removes what an attempt leaves behind (`domain/retention.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from actors.client import FileClient
from domain.errors import Outage, Refusal
from domain.failure import EditFailed, Failure, FailureCode
from domain.limits import EDIT_MS_MAX, TELL_AGAIN_AFTER_MS
from domain.messages.file import Claim, Complete, Dispatch, Fail, Grant, Renew
from log import log, log_bug
from storage.objects import NotCopied, Objects
from storage.previews import PreviewMaker, PreviewRequest, made_preview

RAW_FAULTS = {
    NotCopied.MISSING: (FailureCode.RAW_MISSING, "the uploaded photo is gone"),
    NotCopied.CHANGED: (FailureCode.RAW_CHANGED, "the uploaded photo was replaced"),
}
# These go to the customer, so they say nothing of how we are built; the log says the rest.
UNANSWERED = Failure(code=FailureCode.OUTAGE, detail="a service that the edit needs did not answer")
UNEXPECTED = Failure(code=FailureCode.PROCESSING_FAILED, detail="the edit broke off unexpectedly")
RENEWALS_PER_LEASE = 3


@dataclass(frozen=True, slots=True)
class Editor:
    files: FileClient
    objects: Objects
    makers: Sequence[PreviewMaker]
    worker_id: str
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def work_on(self, dispatch: Dispatch) -> None:
        """Never raises: a message is done with once it was tried."""
        facts = {"file_id": dispatch.file_id, "job_id": dispatch.job_id}
        try:
            claim = Claim(job_id=dispatch.job_id, worker_id=self.worker_id)
            grant = await self.files.claim(dispatch.file_id, claim)
        except (Refusal, Outage) as trouble:
            level = "warning" if isinstance(trouble, Outage) else "info"
            log("job.not_claimed", level=level, reason=str(trouble), **facts)
        else:
            await _Attempt(self, grant, dispatch).run()


@dataclass(frozen=True, slots=True)
class _Attempt:
    editor: Editor
    grant: Grant
    dispatch: Dispatch

    async def run(self) -> None:
        """Until the file's actor knows how it ended. A lost lease is a `Refusal`."""
        try:
            await self._tell(await self._outcome())
        except (Refusal, Outage) as trouble:
            log("job.not_answered", level="warning", reason=str(trouble), **self._facts)

    @property
    def _facts(self) -> dict[str, str | int]:
        """Which attempt it is, for the log."""
        token = {"attempt": self.grant.attempt, "token": self.grant.token}
        return {**self.dispatch.model_dump(), **token}

    async def _outcome(self) -> Complete | Failure:
        try:
            return await self._renewing()
        except EditFailed as known:
            return known.failure
        except Outage as outage:
            log("attempt.failed", level="warning", reason=str(outage), **self._facts)
            return UNANSWERED
        except Refusal:
            raise
        except Exception as bug:  # noqa: BLE001 -- the actor decides whether to try again
            log_bug("job.broke", bug, **self._facts)
            return UNEXPECTED

    async def _tell(self, outcome: Complete | Failure) -> None:
        """Again after an outage: should the first have arrived, the token makes this a refusal."""
        for pause_ms in TELL_AGAIN_AFTER_MS:
            try:
                await self._tell_once(outcome)
            except Outage as outage:
                log("attempt.not_told", level="warning", reason=str(outage), **self._facts)
                await self.editor.pause(pause_ms / 1000)
            else:
                return
        await self._tell_once(outcome)

    async def _tell_once(self, outcome: Complete | Failure) -> None:
        files, file_id = self.editor.files, self.dispatch.file_id
        if isinstance(outcome, Complete):
            await files.complete(file_id, outcome)
        else:
            await files.fail(file_id, Fail(token=self.grant.token, failure=outcome))

    async def _renewing(self) -> Complete:
        """The edit, given up with its lease, and in any case once it took too long."""
        work = asyncio.ensure_future(self._edited())
        try:
            async with asyncio.timeout(EDIT_MS_MAX / 1000) as limit:
                return await self._kept_alive(work)
        except TimeoutError:
            if limit.expired():
                raise Outage("the edit does not come to an end") from None
            raise
        finally:
            work.cancel()

    async def _kept_alive(self, work: asyncio.Future[Complete]) -> Complete:
        """The lease is renewed for as long as it takes."""
        pause_s = self.grant.lease_ms / RENEWALS_PER_LEASE / 1000
        while not (await asyncio.wait({work}, timeout=pause_s))[0]:
            await self._renew()
        return work.result()

    async def _renew(self) -> None:
        """Not reached this time: there is another before the lease is up."""
        try:
            await self.editor.files.renew(self.dispatch.file_id, Renew(token=self.grant.token))
        except Outage as outage:
            log("lease.not_renewed", level="warning", reason=str(outage), **self._facts)

    async def _edited(self) -> Complete:
        grant, upload, objects = self.grant, self.grant.upload, self.editor.objects
        copied = await objects.copy(upload.object_key, grant.processed_key, upload.etag)
        if isinstance(copied, NotCopied):
            raise EditFailed(*RAW_FAULTS[copied])
        request = PreviewRequest(
            source_key=grant.processed_key,
            target_key=grant.preview_key,
            size_bytes=upload.size_bytes,
            content_type=upload.content_type,
        )
        preview = await made_preview(self.editor.makers, objects, request)
        return Complete(token=grant.token, preview=preview, copied_bytes=copied.size_bytes)
