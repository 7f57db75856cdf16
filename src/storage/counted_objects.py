"""The bucket, with its failures counted: whoever watches the rollout wants to know of each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from domain.errors import Outage
from storage.objects import (
    ByteRange,
    Copied,
    Listed,
    NotCopied,
    ObjectBody,
    ObjectHead,
    Objects,
    StorageClass,
)


class CountedObjects:
    def __init__(self, objects: Objects, failed: Callable[[], None]) -> None:
        self._objects = objects
        self._failed = failed

    async def head(self, key: str) -> ObjectHead | None:
        with self._counted():
            return await self._objects.head(key)

    async def put(
        self, key: str, body: object, content_type: str, md5: str | None = None
    ) -> ObjectHead:
        """For bodies of our own: a client's may break off without any fault of the bucket."""
        with self._counted():
            return await self._objects.put(key, body, content_type, md5)

    async def get(self, key: str, byte_range: ByteRange | None = None) -> ObjectBody | None:
        with self._counted():
            return await self._objects.get(key, byte_range)

    async def read(self, key: str, byte_range: ByteRange | None = None) -> bytes | None:
        with self._counted():
            return await self._objects.read(key, byte_range)

    async def copy(
        self,
        source_key: str,
        target_key: str,
        etag: str | None = None,
        storage_class: StorageClass = StorageClass.STANDARD,
    ) -> Copied | NotCopied:
        with self._counted():
            return await self._objects.copy(source_key, target_key, etag, storage_class)

    async def list_under(self, prefix: str, after: str, limit: int) -> tuple[Listed, ...]:
        with self._counted():
            return await self._objects.list_under(prefix, after, limit)

    async def delete(self, key: str) -> None:
        with self._counted():
            await self._objects.delete(key)

    async def delete_under(self, prefix: str) -> None:
        with self._counted():
            await self._objects.delete_under(prefix)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except Outage:
            self._failed()
            raise
