"""The port to the bucket that holds the photos. Bodies are the platform's streams, never bytes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class StorageClass(StrEnum):
    """As R2 spells them."""

    STANDARD = "Standard"
    INFREQUENT_ACCESS = "InfrequentAccess"  # cheaper to keep, dearer to read


@dataclass(frozen=True, slots=True)
class ObjectHead:
    size_bytes: int
    etag: str  # without quotes
    content_type: str


@dataclass(frozen=True, slots=True)
class ByteRange:
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class ObjectBody:
    head: ObjectHead
    body: object  # a stream


@dataclass(frozen=True, slots=True)
class Listed:
    key: str
    stored_at_ms: int  # the last time it was


@dataclass(frozen=True, slots=True)
class Copied:
    size_bytes: int


class NotCopied(StrEnum):
    MISSING = "missing"
    CHANGED = "changed"  # the source is not the version that was asked for


class Objects(Protocol):
    """Every method may raise `Outage`."""

    async def head(self, key: str) -> ObjectHead | None: ...

    async def put(
        self, key: str, body: object, content_type: str, md5: str | None = None
    ) -> ObjectHead:
        """Stores all of it or nothing. Refuses with `md5_mismatch`."""
        ...

    async def get(self, key: str, byte_range: ByteRange | None = None) -> ObjectBody | None: ...

    async def read(self, key: str, byte_range: ByteRange | None = None) -> bytes | None:
        """Into memory: only what is known to be small."""
        ...

    async def copy(
        self,
        source_key: str,
        target_key: str,
        etag: str | None = None,
        storage_class: StorageClass = StorageClass.STANDARD,
    ) -> Copied | NotCopied:
        """With all that is told of the source, and without the bytes entering Python."""
        ...

    async def list_under(self, prefix: str, after: str, limit: int) -> tuple[Listed, ...]:
        """In the order of their keys, those behind `after`; at most 1,000, as R2 has it."""
        ...

    async def delete(self, key: str) -> None: ...

    async def delete_under(self, prefix: str) -> None: ...
