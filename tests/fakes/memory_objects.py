"""The port `Objects` in memory, as R2 behaves. A "stream" is bytes, and may be read many times."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from domain.errors import Code, Outage, Refusal
from storage.objects import (
    ByteRange,
    Copied,
    Listed,
    NotCopied,
    ObjectBody,
    ObjectHead,
    StorageClass,
)

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Stored:
    data: bytes
    http_metadata: Fields
    custom_metadata: Fields
    storage_class: StorageClass = StorageClass.STANDARD
    at_ms: int = field(default_factory=lambda: int(time.time() * 1000))

    @property
    def head(self) -> ObjectHead:
        etag = hashlib.md5(self.data, usedforsecurity=False).hexdigest()
        content_type = self.http_metadata.get("contentType", "application/octet-stream")
        return ObjectHead(len(self.data), etag, content_type)


class MemoryObjects:
    """`is_down` makes every method raise an `Outage`."""

    def __init__(self, bucket: "MemoryObjects | None" = None) -> None:
        """With another one: a second way to the same objects."""
        self.is_down = False
        self.calls = 0
        self._stored: dict[str, _Stored] = {} if bucket is None else bucket._stored  # noqa: SLF001

    @property
    def keys(self) -> set[str]:
        return set(self._stored)

    async def head(self, key: str) -> ObjectHead | None:
        found = self._found(key)
        return found.head if found else None

    async def put(
        self, key: str, body: object, content_type: str, md5: str | None = None
    ) -> ObjectHead:
        self._check_up()
        if not isinstance(body, bytes):
            raise Outage(f"R2 put: a {type(body).__name__} cannot be stored")
        stored = _Stored(body, {"contentType": content_type}, {})
        if md5 is not None and md5 != stored.head.etag:
            raise Refusal(Code.MD5_MISMATCH, "the bytes do not have the MD5 given")
        self._stored[key] = stored
        return stored.head

    async def get(self, key: str, byte_range: ByteRange | None = None) -> ObjectBody | None:
        found = self._found(key)
        return ObjectBody(found.head, _cut(found.data, byte_range)) if found else None

    async def read(self, key: str, byte_range: ByteRange | None = None) -> bytes | None:
        found = self._found(key)
        return _cut(found.data, byte_range) if found else None

    async def copy(
        self,
        source_key: str,
        target_key: str,
        etag: str | None = None,
        storage_class: StorageClass = StorageClass.STANDARD,
    ) -> Copied | NotCopied:
        source = self._found(source_key)
        if source is None:
            return NotCopied.MISSING
        if etag is not None and etag != source.head.etag:
            return NotCopied.CHANGED
        self._stored[target_key] = replace(source, storage_class=storage_class)
        return Copied(len(source.data))

    def store(self, key: str, data: bytes, http_metadata: Fields, custom_metadata: Fields) -> None:
        """As an upload does that brings more along than a content type."""
        self._stored[key] = _Stored(data, http_metadata, custom_metadata)

    def metadata(self, key: str) -> tuple[Fields, Fields]:
        return self._stored[key].http_metadata, self._stored[key].custom_metadata

    def storage_class(self, key: str) -> StorageClass:
        """A head does not tell it: wrangler's local bucket takes the class and forgets it."""
        return self._stored[key].storage_class

    async def list_under(self, prefix: str, after: str, limit: int) -> tuple[Listed, ...]:
        self._check_up()
        found = sorted(key for key in self._stored if key.startswith(prefix) and key > after)
        return tuple(Listed(key, self._stored[key].at_ms) for key in found[:limit])

    async def delete(self, key: str) -> None:
        self._check_up()
        self._stored.pop(key, None)

    async def delete_under(self, prefix: str) -> None:
        self._check_up()
        for key in [key for key in self._stored if key.startswith(prefix)]:
            del self._stored[key]

    def _found(self, key: str) -> _Stored | None:
        self._check_up()
        return self._stored.get(key)

    def _check_up(self) -> None:
        self.calls += 1
        if self.is_down:
            raise Outage("R2: it is down")


class CountedObjects(MemoryObjects):
    """Remembers what was read into memory."""

    def __init__(self, bucket: MemoryObjects | None = None) -> None:
        super().__init__(bucket)
        self.ranges: list[ByteRange | None] = []

    async def read(self, key: str, byte_range: ByteRange | None = None) -> bytes | None:
        self.ranges.append(byte_range)
        return await super().read(key, byte_range)


def _cut(data: bytes, byte_range: ByteRange | None) -> bytes:
    if byte_range is None:
        return data
    if byte_range.offset >= len(data):
        raise Outage("R2 get: the range lies outside the object (10039)")
    return data[byte_range.offset :][: byte_range.length]
