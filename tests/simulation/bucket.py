"""The bucket as it may be met in a bad hour: the port `Objects`, with a way there and back."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from domain.errors import Outage
from storage.objects import (
    ByteRange,
    Copied,
    Listed,
    NotCopied,
    ObjectBody,
    ObjectHead,
    StorageClass,
)
from tests.fakes.memory_objects import MemoryObjects
from tests.simulation.stage import Call, Stage
from tests.simulation.weather import Trip

T = TypeVar("T")


class Bucket:
    def __init__(self, stage: Stage, removed: Callable[[str], None]) -> None:
        self.store = MemoryObjects()
        self._stage = stage
        self._removed = removed  # is told of every object that was there and no longer is

    async def head(self, key: str) -> ObjectHead | None:
        found: ObjectHead | None = await self._go(
            f"R2 head {key}", lambda: at_once(self.store.head(key))
        )
        return found

    async def put(
        self, key: str, body: object, content_type: str, md5: str | None = None
    ) -> ObjectHead:
        stored: ObjectHead = await self._go(
            f"R2 put {key}", lambda: at_once(self.store.put(key, body, content_type, md5))
        )
        return stored

    async def get(self, key: str, byte_range: ByteRange | None = None) -> ObjectBody | None:
        found: ObjectBody | None = await self._go(
            f"R2 get {key}", lambda: at_once(self.store.get(key, byte_range))
        )
        return found

    async def list_under(self, prefix: str, after: str, limit: int) -> tuple[Listed, ...]:
        found: tuple[Listed, ...] = await self._go(
            f"R2 list {prefix}", lambda: at_once(self.store.list_under(prefix, after, limit))
        )
        return found

    async def read(self, key: str, byte_range: ByteRange | None = None) -> bytes | None:
        found: bytes | None = await self._go(
            f"R2 read {key}", lambda: at_once(self.store.read(key, byte_range))
        )
        return found

    async def copy(
        self,
        source_key: str,
        target_key: str,
        etag: str | None = None,
        storage_class: StorageClass = StorageClass.STANDARD,
    ) -> Copied | NotCopied:
        """In two steps, as over the binding: between them the source may go, and its reader not."""
        source = await self.get(source_key)
        if source is None:
            return NotCopied.MISSING
        head = source.head
        if etag not in {None, head.etag}:
            return NotCopied.CHANGED
        await self._go(
            f"R2 put {target_key} as {storage_class}",
            lambda: at_once(self.store.put(target_key, source.body, head.content_type)),
        )
        return Copied(head.size_bytes)

    async def delete(self, key: str) -> None:
        await self._go(f"R2 delete {key}", lambda: self.remove(key))

    async def delete_under(self, prefix: str) -> None:
        """In two steps, of which the second may fail."""
        for part in (0, 1):
            await self._go(f"R2 delete {prefix}*", partial(self._clear, prefix, part))

    def remove(self, *keys: str) -> None:
        for key in sorted(self.store.keys.intersection(keys)):
            at_once(self.store.delete(key))
            self._removed(key)

    def _clear(self, prefix: str, part: int) -> None:
        found = sorted(key for key in self.store.keys if key.startswith(prefix))
        self.remove(*(found if part else found[::2]))

    async def _go(self, what: str, do: Callable[[], object]) -> Any:
        def happen(call: Call) -> None:
            call.succeed(do())

        try:
            return await self._stage.travel(Trip.BUCKET, what, happen)
        except ConnectionError as error:
            raise Outage(f"R2: {error}") from error


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """What a fake's method returns, which awaits nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        done: T = end.value
        return done
    raise AssertionError("it awaited something")
