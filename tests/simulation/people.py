"""What a photographer does: uploads, marks, submits, renames, deletes; twice over, or half."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from actors.client import FileClient, InboxClient, OrderClient
from domain import keys
from domain.errors import Code, Outage, Refusal
from domain.file import Upload
from domain.ids import derived_job_id
from domain.messages.file import (
    DeleteFile,
    DescribeFile,
    DescribeUpload,
    Register,
    Submit,
    UpdateFile,
)
from domain.messages.order import (
    BeginRequest,
    FinishRequest,
    ListMarked,
    Release,
    Reserve,
)
from storage.objects import Objects
from tests.simulation.stage import Stage

T = TypeVar("T")
CALLER: Final = "alice"
ORDERS: Final = ("summer", "winter")
NAMES: Final = ("a.png", "b.png", "C.png", "c.png")
TYPE: Final = "image/png"
PUT_S: Final = 15 * 60  # for so long a signed URL may be used


def a_photo(salt: int) -> bytes:
    """As much of a PNG as anybody here looks at: 8 by 6 pixels."""
    size = (8).to_bytes(4, "big") + (6).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size + b"\x08\x02\0\0\0" + salt.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class Services:
    files: FileClient
    orders: OrderClient
    inboxes: InboxClient
    objects: Objects


@dataclass(frozen=True, slots=True)
class Intent:
    file_id: str
    order_id: str
    name: str
    salt: int
    until_s: float  # the URL
    until_ms: int  # the intent

    @property
    def object_key(self) -> str:
        return keys.raw(CALLER, self.order_id, self.file_id, self.name)


@dataclass(slots=True)
class Photographer:
    services: Services
    stage: Stage
    draw: random.Random
    intent_lifetime_ms: int
    at_work: Callable[[], list[str]]
    intents: list[Intent] = field(default_factory=list)
    file_ids: list[str] = field(default_factory=list)
    asked: list[tuple[str, str | None, str]] = field(default_factory=list)  # edits, to ask again
    keys_used: list[str] = field(default_factory=list)
    orders: tuple[str, ...] = ORDERS[:1]
    given: int = 0

    # --- Uploads --------------------------------------------------------------------------------

    async def upload(self) -> None:
        """From the intent to the file; or as far as it goes."""
        intent = await self._announce(self.any_order(), self.draw.choice(NAMES))
        if self.draw.random() < 0.1:
            return
        await self._put(intent)
        if self.draw.random() < 0.1:
            return
        await self._finalize(intent)

    async def finalize_again(self) -> None:
        await self._finalize(self.draw.choice(self.intents))

    async def renew_intent(self) -> None:
        """Announced once more, by whoever lost the first answer; the bytes may differ."""
        old = self.draw.choice(self.intents)
        intent = await self._announce(old.order_id, old.name)
        if self.draw.random() < 0.5:
            await self._put(intent)
            await self._finalize(intent)

    async def put_late(self) -> None:
        await self._put(self.draw.choice(self.intents))

    async def _announce(self, order_id: str, name: str) -> Intent:
        self.given += 1
        file_id = f"file_{self.given:032x}"
        lifetime_ms = self.intent_lifetime_ms
        message = Reserve(
            caller_id=CALLER,
            order_id=order_id,
            name=name,
            file_id=file_id,
            lifetime_ms=lifetime_ms + min(lifetime_ms, 3_600_000),
        )
        reserved = await self._insist(lambda: self.services.orders.reserve(message))
        until_s = self.stage.loop.time() + min(PUT_S, lifetime_ms / 1000)
        until_ms = self.stage.now_ms + lifetime_ms
        name = reserved.name or name  # as it was first announced, for its bytes may lie there
        intent = Intent(reserved.file_id, order_id, name, self.given, until_s, until_ms)
        self.intents.append(intent)
        return intent

    async def _put(self, intent: Intent) -> None:
        if self.stage.loop.time() < intent.until_s:
            await self.services.objects.put(intent.object_key, a_photo(intent.salt), TYPE)

    async def _finalize(self, intent: Intent) -> None:
        """As `edge/handlers/uploads.py`."""
        if self.stage.now_ms >= intent.until_ms:
            return
        found = await self.services.objects.head(intent.object_key)
        if found is None:
            again = DescribeUpload(caller_id=CALLER)
            await self.services.files.describe_upload(intent.file_id, again)
            return
        upload = Upload(
            file_id=intent.file_id,
            order_id=intent.order_id,
            owner_id=CALLER,
            name=intent.name,
            object_key=intent.object_key,
            size_bytes=found.size_bytes,
            content_type=found.content_type,
            etag=found.etag,
        )
        if intent.file_id not in self.file_ids:
            self.file_ids.append(intent.file_id)
        await self._insist(lambda: self.services.files.register(Register(upload=upload)))

    # --- Edits ----------------------------------------------------------------------------------

    async def submit(self) -> None:
        """As `edge/handlers/edits.py`: the marked files or those named, with or without a key."""
        order_id = self.any_order()
        key = self._key()
        if self.draw.random() < 0.5:
            await self._submit(order_id, key, None)
        else:
            named = [file_id for file_id in self.file_ids if self.draw.random() < 0.7]
            await self._submit(order_id, key, named)

    async def submit_all(self) -> None:
        await self._submit(self.any_order(), self._key(), list(self.file_ids))

    async def submit_once(self) -> None:
        """With an Idempotency-Key, and again with it."""
        order_id, key = self.any_order(), self._key()
        begin = BeginRequest(caller_id=CALLER, key=key, fingerprint=f"{order_id} {key}")
        for _ in range(self.draw.choice((1, 2))):
            begun = await self._insist(lambda: self.services.orders.begin(order_id, begin))
            if begun.answer is None:
                await self._submit(order_id, f"{key} {begun.began_ms}", None)
                finish = FinishRequest(caller_id=CALLER, key=key, answer=f"answer to {key}")
                await self.services.orders.finish(order_id, finish)
            elif begun.answer != f"answer to {key}":
                self.stage.blame("a key is answered as at first", key, begun.answer)

    async def _submit(self, order_id: str, key: str, named: list[str] | None) -> None:
        if named is None:
            marked = ListMarked(caller_id=CALLER)
            named = list((await self.services.orders.list_marked(order_id, marked)).file_ids)
        for file_id in named:
            await self._ask_edit(file_id, order_id, derived_job_id(file_id, "submit", key))

    async def revise(self, wanted: str | None = None) -> None:
        file_id = wanted or self.any_file()
        await self._ask_edit(file_id, None, derived_job_id(file_id, "revision", self._key()))

    async def ask_again(self) -> None:
        """For an edit that was asked for before, however long ago."""
        await self._ask_edit(*self.draw.choice(self.asked))

    async def _ask_edit(self, file_id: str, order_id: str | None, job_id: str) -> None:
        message = Submit(caller_id=CALLER, order_id=order_id, job_id=job_id)
        self.asked.append((file_id, order_id, job_id))
        await self._insist(lambda: self.services.files.submit(file_id, message))

    # --- Files ----------------------------------------------------------------------------------

    async def mark(self, wanted: str | None = None) -> None:
        message = UpdateFile(caller_id=CALLER, marked=self.draw.random() < 0.8)
        file_id = wanted or self.any_file()
        await self._insist(lambda: self.services.files.update(file_id, message))

    async def fidget(self) -> None:
        """A mark, and none, and one: many versions in little time."""
        file_id = self.any_file()
        for value in (True, False, True, False):
            await self.services.files.update(file_id, UpdateFile(caller_id=CALLER, marked=value))
            await asyncio.sleep(self.draw.random() * 20)

    async def rename(self) -> None:
        """As `edge/handlers/files.py`."""
        file_id, name = self.any_file(), self.draw.choice(NAMES)
        described = DescribeFile(caller_id=CALLER)
        file = await self.services.files.describe(file_id, described)
        reserve = Reserve(
            caller_id=CALLER, order_id=file.order_id, name=name, file_id=file_id, is_upload=False
        )
        await self._insist(lambda: self.services.orders.reserve(reserve))
        versions = (file.version,) if self.draw.random() < 0.5 else None
        if versions is not None and self.draw.random() < 0.5:
            await self.mark(file_id)  # in another window, which makes it another version
        update = UpdateFile(caller_id=CALLER, name=name, versions=versions)
        try:
            await self._insist(lambda: self.services.files.update(file_id, update))
        except Refusal:
            release = Release(file_id=file_id, name=name)
            await self.services.orders.release(file.order_id, release)

    async def delete(self) -> None:
        message = DeleteFile(caller_id=CALLER)
        file_id = self.any_file()
        await self._insist(lambda: self.services.files.delete(file_id, message))
        for intent in self.intents:
            if intent.file_id == file_id and self.draw.random() < 0.3:
                await self._put(intent)  # from another window, where it is not known to be gone

    async def regret(self) -> None:
        """What was announced last is deleted, and goes up once more from that other window."""
        intent, message = self.intents[-1], DeleteFile(caller_id=CALLER)
        await self._insist(lambda: self.services.files.delete(intent.file_id, message))
        await self._put(intent)

    # --- How ------------------------------------------------------------------------------------

    def any_order(self) -> str:
        return self.draw.choice(self.orders)

    def any_file(self) -> str:
        """Often one with an active job: there it matters most."""
        active = self.at_work()
        return self.draw.choice(active if active and self.draw.random() < 0.5 else self.file_ids)

    def _key(self) -> str:
        """A new one mostly, or one that was used before."""
        if self.keys_used and self.draw.random() < 0.2:
            return self.draw.choice(self.keys_used)
        self.keys_used.append(f"key-{len(self.keys_used)}")
        return self.keys_used[-1]

    async def _insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Whoever gets no answer may ask again."""
        while True:
            try:
                return await ask()
            except Outage:
                if self.draw.random() < 0.5:
                    raise
            except Refusal as refusal:
                if refusal.code is not Code.IDEMPOTENCY_KEY_IN_USE or self.draw.random() < 0.5:
                    raise
