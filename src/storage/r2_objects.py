"""`Objects` on an R2 bucket binding."""

from typing import Any

from domain.errors import Code, Outage, Refusal
from storage.foreign import outages_of
from storage.objects import (
    ByteRange,
    Copied,
    Listed,
    NotCopied,
    ObjectBody,
    ObjectHead,
    StorageClass,
)

MD5_WRONG = "(10037)"  # R2's error number, seen when the given checksum does not match


class R2Objects:
    def __init__(self, bucket: Any) -> None:
        self._bucket = bucket

    async def head(self, key: str) -> ObjectHead | None:
        with outages_of("R2 head"):
            found = await self._bucket.head(key)
        return None if found is None else _head(found)

    async def put(
        self, key: str, body: object, content_type: str, md5: str | None = None
    ) -> ObjectHead:
        options: dict[str, object] = {"httpMetadata": {"contentType": content_type}}
        if md5 is not None:
            options["md5"] = md5
        try:
            with outages_of("R2 put"):
                return _head(await self._bucket.put(key, body, options))
        except Outage as outage:
            if MD5_WRONG in str(outage):
                raise Refusal(Code.MD5_MISMATCH, "the bytes do not have the MD5 given") from None
            raise

    async def get(self, key: str, byte_range: ByteRange | None = None) -> ObjectBody | None:
        with outages_of("R2 get"):
            found = await self._bucket.get(key, _options(byte_range))
            return None if found is None else ObjectBody(_head(found), found.body)

    async def read(self, key: str, byte_range: ByteRange | None = None) -> bytes | None:
        with outages_of("R2 read"):
            found = await self._bucket.get(key, _options(byte_range))
            return None if found is None else bytes(await found.bytes())

    async def copy(
        self,
        source_key: str,
        target_key: str,
        etag: str | None = None,
        storage_class: StorageClass = StorageClass.STANDARD,
    ) -> Copied | NotCopied:
        options = {"onlyIf": {"etagMatches": etag}} if etag else {}
        with outages_of("R2 copy"):
            source = await self._bucket.get(source_key, options)
            if source is None:
                return NotCopied.MISSING
            if getattr(source, "body", None) is None:
                return NotCopied.CHANGED
            described = _description(source) | {"storageClass": storage_class.value}
            stored = await self._bucket.put(target_key, source.body, described)
            return Copied(int(stored.size))

    async def list_under(self, prefix: str, after: str, limit: int) -> tuple[Listed, ...]:
        options: dict[str, object] = {"prefix": prefix, "limit": limit}
        if after:
            options["startAfter"] = after
        with outages_of("R2 list"):
            page = await self._bucket.list(options)
            return tuple(Listed(str(o.key), int(o.uploaded.getTime())) for o in page.objects)

    async def delete(self, key: str) -> None:
        with outages_of("R2 delete"):
            await self._bucket.delete(key)

    async def delete_under(self, prefix: str) -> None:
        with outages_of("R2 delete"):
            while True:
                page = await self._bucket.list({"prefix": prefix})
                if keys := [found.key for found in page.objects]:
                    await self._bucket.delete(keys)
                if not page.truncated:
                    return


def _head(found: Any) -> ObjectHead:
    metadata = found.httpMetadata
    content_type = metadata["contentType"] if metadata else None
    return ObjectHead(
        size_bytes=int(found.size),
        etag=str(found.etag),
        content_type=str(content_type or "application/octet-stream"),
    )


def _description(found: Any) -> dict[str, object]:
    """What a `put` takes of it; a field that has no value R2 would not take as None."""
    described: dict[str, object] = {
        "httpMetadata": _without_none(found.httpMetadata),
        "customMetadata": _without_none(found.customMetadata),
    }
    if found.checksums.md5 is not None:  # absent after a multipart upload
        described["md5"] = bytes(found.checksums.md5)
    return described


def _without_none(fields: Any) -> dict[str, object]:
    return {name: value for name, value in (fields or {}).items() if value is not None}


def _options(byte_range: ByteRange | None) -> dict[str, dict[str, int]]:
    if byte_range is None:
        return {}
    return {"range": {"offset": byte_range.offset, "length": byte_range.length}}
