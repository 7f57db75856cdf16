"""A small world with everything going wrong in it, drawn from a seed.

Real cores, hosts, messages and SQL; the queue loses and doubles, actors cannot be reached, workers
stall and die, actors crash before, within and after an effect, the clock jumps. A failing seed is
its own reproduction.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory

from actors.effects import Effect
from actors.file import FileCore
from actors.host import Host
from consumer.edit import Editor
from domain.errors import Outage, Refusal
from domain.failure import EditFailed, Failure, FailureCode
from domain.file import File, Preview
from domain.job import Job
from domain.messages import Claim, Complete, DeleteFile, Dispatch, Fail, Grant, Submit, UpdateFile
from storage.file_repository import FileRepository
from storage.picture import PixelSize
from storage.previews import CopyPreviews, PreviewRequest
from tests.fakes.local_actors import LocalFile
from tests.unit.darkroom import Darkroom

Perform = Callable[[Effect], Awaitable[None]]
CREATED = 201
FILES_MAX = 4
FAILURES = (
    FailureCode.PROCESSING_FAILED,
    FailureCode.UNSUPPORTED_IMAGE,
    FailureCode.RAW_MISSING,
)


class Crash(BaseException):
    """The machine under an actor is gone; what it had not written is lost."""


class StallingMaker:
    """Makes a preview, if nothing comes in between."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._copies = CopyPreviews(world.darkroom.objects)

    async def make(self, request: PreviewRequest, size: PixelSize) -> Preview | None:
        await self._world.stall()
        made = await self._copies.make(request, size)
        await self._world.stall()
        if self._world.draw.random() < 0.1 and not self._world.is_healthy:
            raise EditFailed(self._world.draw.choice(FAILURES), "drawn")
        return made


class World:
    def __init__(self, seed: int, clock: FrozenDateTimeFactory) -> None:
        self.draw = random.Random(seed)  # noqa: S311 -- it has to be the same again
        self.darkroom = Darkroom(lease_ms=5_000, dispatch_timeout_ms=3_000, retry_backoff_ms=1_000)
        self.actors = self.darkroom.actors
        self.files = self.darkroom.services.files
        self.file_ids: list[str] = []
        self.grants: list[Grant] = []
        self.tokens: dict[str, list[int]] = {}
        self.late: list[Grant] = []  # answers that were accepted though a newer claim was known
        self.is_healthy = False
        self._clock = clock
        self._editor = Editor(self.files, self.darkroom.objects, [StallingMaker(self)], "worker-2")
        self._jobs = 0

    async def begin(self, photos: int) -> None:
        for _ in range(photos):
            await self.upload()

    async def step(self) -> None:
        """A few things happen at once. A crash cuts off whatever else is under way."""
        try:
            async with asyncio.TaskGroup() as together:
                for _ in range(self.draw.choice((1, 2, 4))):
                    together.create_task(self._something())
        except* Crash:
            self.restart()

    async def _something(self) -> None:
        """What is refused or cannot be reached is part of life."""
        happening = self.draw.choice(
            (self.upload, self.submit, self.submit, self.take, self.take, self.answer,
             self.answer, self.rename, self.delete, self.fault, self.wait, self.wait)
        )  # fmt: skip
        with contextlib.suppress(Refusal, Outage):
            await happening()

    async def heal(self) -> None:
        """Everything works again, and time goes by until nobody owes anything."""
        self.is_healthy = True
        self._reach(is_down=False)
        self.grants.clear()
        for _ in range(200):
            for body in self.actors.queue.take():
                await self._work(Dispatch.model_validate(body))
            self._clock.tick(timedelta(seconds=1))
            await self.actors.ring()

    def file(self, file_id: str) -> File:
        file = FileRepository(self.actors.files.actors[file_id].sql).load()
        assert file is not None
        return file

    def jobs(self, file_id: str) -> list[Job]:
        """All that the file ever had."""
        rows = self.actors.files.actors[file_id].sql.rows("SELECT document FROM past_jobs")
        past = [Job.model_validate_json(str(document)) for (document,) in rows]
        newest = self.file(file_id).job
        return past if newest is None else [*past, newest]

    # --- What may happen ------------------------------------------------------------------------

    async def upload(self) -> None:
        """Under a name that may be taken, or may just have become free."""
        name = f"photo-{self.draw.randrange(4)}.jpg"
        begun = await self.darkroom.intent(name)
        if begun.status != CREATED or len(self.file_ids) >= FILES_MAX:
            return
        await self.darkroom.put(begun.json["upload"]["url"])
        finalized = await self.darkroom.finalize(begun.json["intent_id"])
        file_id = begun.json["file_id"]
        if finalized.status == CREATED and file_id not in self.file_ids:
            self.file_ids.append(file_id)
            self._wear_out(self.actors.files.actors[file_id])

    async def submit(self) -> None:
        self._jobs += 1
        message = Submit(caller_id="alice", order_id="summer-42", job_id=f"job_{self._jobs:032x}")
        await self.files.submit(self._any_file(), message)

    async def take(self) -> None:
        """A message comes once, twice, or never; its worker claims, and then takes its time."""
        for body in self.actors.queue.take():
            dispatch = Dispatch.model_validate(body)
            for _ in range(self.draw.choice((0, 1, 1, 1, 2))):
                if self.draw.random() < 0.5:
                    await self._editor.work_on(dispatch)
                else:
                    await self._claim(dispatch)

    async def answer(self) -> None:
        """Some worker answers, perhaps long after its lease."""
        if not self.grants:
            return
        grant = self.grants.pop(self.draw.randrange(len(self.grants)))
        if self.draw.random() < 0.6:
            await self._complete(grant)
        else:
            failure = Failure(code=self.draw.choice(FAILURES), detail="drawn")
            is_late = self._is_late(grant)
            await self.files.fail(grant.upload.file_id, Fail(token=grant.token, failure=failure))
            self.late += [grant] if is_late else []

    async def rename(self) -> None:
        name = f"renamed-{self.draw.randrange(3)}.jpg"
        path = f"/api/files/{self._any_file()}"
        await self.darkroom.call("PATCH", path, {"name": name})

    async def delete(self) -> None:
        if self.draw.random() < 0.2:
            await self.files.delete(self._any_file(), DeleteFile(caller_id="alice"))
        else:
            message = UpdateFile(caller_id="alice", marked=self.draw.random() < 0.5)
            await self.files.update(self._any_file(), message)

    async def fault(self) -> None:
        self._reach(is_down=self.draw.random() < 0.5)

    async def wait(self) -> None:
        self._clock.tick(timedelta(milliseconds=self.draw.choice((10, 500, 2_000, 6_000))))
        await self.actors.ring()

    def restart(self) -> None:
        """Every file's actor starts anew from its SQL, with no memory of its own."""
        for actor in self.actors.files.actors.values():
            self._wear_out(actor)

    # --- How ------------------------------------------------------------------------------------

    def _any_file(self) -> str:
        return self.draw.choice(self.file_ids)

    def _reach(self, *, is_down: bool) -> None:
        parts = (self.actors.orders, self.actors.inboxes, self.actors.queue)
        for part in parts if not is_down else [self.draw.choice(parts)]:
            part.is_down = is_down

    def _wear_out(self, actor: LocalFile) -> None:
        """Like new, but the machine may fail at either side of every effect."""
        performer = self.actors.performer

        async def perform(effect: Effect) -> None:
            await self._take_a_while()
            await performer.perform(effect)
            await self._take_a_while()

        core = FileCore(actor.sql, self.darkroom.settings, self.draw.random)
        actor.host = Host(core, actor.alarm, perform)

    async def stall(self) -> None:
        """A worker within its work: perhaps past its lease, perhaps dead."""
        await self._take_a_while()
        if not self.is_healthy and self.draw.random() < 0.4:
            self._clock.tick(timedelta(seconds=6))
            await self._take_a_while()

    async def _take_a_while(self) -> None:
        """Long enough for others to come in between; some do not survive it."""
        if self.is_healthy:
            return
        for _ in range(self.draw.randrange(6)):
            await asyncio.sleep(0)
        if self.draw.random() < 0.05:
            raise Crash

    def _is_late(self, grant: Grant) -> bool:
        return grant.token < self.file(grant.upload.file_id).fencing_token

    async def _claim(self, dispatch: Dispatch) -> None:
        claim = Claim(job_id=dispatch.job_id, worker_id="worker-1")
        grant = await self.files.claim(dispatch.file_id, claim)
        self.tokens.setdefault(dispatch.file_id, []).append(grant.token)
        self.grants.append(grant)

    async def _work(self, dispatch: Dispatch) -> None:
        try:
            await self._claim(dispatch)
        except Refusal:
            return
        await self._complete(self.grants.pop())

    async def _complete(self, grant: Grant) -> None:
        preview = Preview(
            object_key=grant.preview_key,
            width=8,
            height=6,
            size_bytes=100,
            content_type="image/jpeg",
            maker="copy",
        )
        done = Complete(token=grant.token, processed_key=grant.processed_key, preview=preview)
        is_late = self._is_late(grant)
        objects = self.darkroom.objects
        for key in (grant.processed_key, grant.preview_key):
            await objects.put(key, b"edited", "image/jpeg")
        try:
            await self.files.complete(grant.upload.file_id, done)
        except Refusal:
            for key in (grant.processed_key, grant.preview_key):
                await objects.delete(key)
            raise
        self.late += [grant] if is_late else []
        for key in grant.superseded_keys:
            await objects.delete(key)
