"""What the port `Objects` promises, whoever keeps the promise. Each check has keys of its own."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from domain.errors import Code, Outage, Refusal
from storage.objects import ByteRange, Copied, NotCopied, ObjectHead, Objects, StorageClass
from tests.contract.checks.raising import raised_awaiting

PHOTO = bytes(range(256)) * 40
JPEG = "image/jpeg"

HTTP_METADATA = {
    "contentType": "image/x-sony-arw",
    "contentDisposition": 'attachment; filename="a.arw"',
    "contentEncoding": "identity",
    "contentLanguage": "de-CH",
    "cacheControl": "private, max-age=60",
}
CUSTOM_METADATA = {"camera": "ILCE-1", "caf\u00e9": "\u6d77"}

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bucket:
    objects: Objects
    root: str  # before every key of one check
    stream_of: Callable[[bytes], object]  # a stream as a request's body is one
    content_of: Callable[[object], Awaitable[bytes]]  # of a stream
    describe: Callable[[str, Fields, Fields], Awaitable[None]]  # stores PHOTO with all of this
    described: Callable[[str], Awaitable[tuple[Fields, Fields]]]  # what is told of it

    async def put(self, name: str, body: object = PHOTO, content_type: str = JPEG) -> ObjectHead:
        return await self.objects.put(self.root + name, body, content_type)

    async def read(self, name: str) -> bytes | None:
        return await self.objects.read(self.root + name)


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


async def what_is_missing_is_none(bucket: Bucket) -> None:
    key = bucket.root + "missing"

    assert await bucket.objects.head(key) is None
    assert await bucket.objects.get(key) is None
    assert await bucket.objects.read(key) is None


async def bytes_are_stored_and_read(bucket: Bucket) -> None:
    await bucket.put("a", PHOTO)

    assert await bucket.read("a") == PHOTO


async def a_stream_is_stored_and_read(bucket: Bucket) -> None:
    await bucket.put("a", bucket.stream_of(PHOTO))

    assert await bucket.read("a") == PHOTO


async def an_empty_object_is_stored_and_read(bucket: Bucket) -> None:
    head = await bucket.put("a", b"")

    assert head.size_bytes == 0
    assert await bucket.read("a") == b""


async def what_was_stored_is_described(bucket: Bucket) -> None:
    stored = await bucket.put("a", PHOTO, "image/webp")

    assert stored == ObjectHead(len(PHOTO), md5(PHOTO), "image/webp")
    assert await bucket.objects.head(bucket.root + "a") == stored


async def a_stored_object_can_be_stored_over(bucket: Bucket) -> None:
    await bucket.put("a", b"first", "image/png")

    await bucket.put("a", b"second", "image/webp")

    head = await bucket.objects.head(bucket.root + "a")
    assert await bucket.read("a") == b"second"
    assert head == ObjectHead(6, md5(b"second"), "image/webp")


async def an_object_is_got_as_a_stream_with_its_description(bucket: Bucket) -> None:
    stored = await bucket.put("a")

    found = await bucket.objects.get(bucket.root + "a")

    assert found is not None
    assert found.head == stored
    assert await bucket.content_of(found.body) == PHOTO


async def a_range_is_got_and_read(bucket: Bucket) -> None:
    stored = await bucket.put("a")
    span = ByteRange(100, 50)

    found = await bucket.objects.get(bucket.root + "a", span)

    assert found is not None
    assert found.head == stored
    assert await bucket.content_of(found.body) == PHOTO[100:150]
    assert await bucket.objects.read(bucket.root + "a", span) == PHOTO[100:150]


async def a_range_that_was_got_can_be_stored_by_itself(bucket: Bucket) -> None:
    await bucket.put("a")

    found = await bucket.objects.get(bucket.root + "a", ByteRange(100, 50))

    assert found is not None
    stored = await bucket.put("b", found.body)
    assert stored == ObjectHead(50, md5(PHOTO[100:150]), JPEG)
    assert await bucket.read("b") == PHOTO[100:150]


async def a_range_beyond_the_end_is_cut_there(bucket: Bucket) -> None:
    await bucket.put("a", b"0123456789")

    assert await bucket.objects.read(bucket.root + "a", ByteRange(7, 100)) == b"789"
    assert await bucket.objects.read(bucket.root + "a", ByteRange(0, 100)) == b"0123456789"


async def a_range_outside_the_object_is_an_outage(bucket: Bucket) -> None:
    await bucket.put("a", b"0123456789")

    error = await raised_awaiting(bucket.objects.read(bucket.root + "a", ByteRange(10, 1)))

    assert isinstance(error, Outage)


async def bytes_of_the_given_md5_are_stored(bucket: Bucket) -> None:
    await bucket.objects.put(bucket.root + "a", PHOTO, JPEG, md5(PHOTO))
    await bucket.objects.put(bucket.root + "b", bucket.stream_of(PHOTO), JPEG, md5(PHOTO))

    assert await bucket.read("a") == await bucket.read("b") == PHOTO


async def bytes_of_another_md5_are_refused_and_not_stored(bucket: Bucket) -> None:
    put = bucket.objects.put(bucket.root + "a", bucket.stream_of(PHOTO), JPEG, "0" * 32)

    error = await raised_awaiting(put)

    assert isinstance(error, Refusal)
    assert error.code is Code.MD5_MISMATCH
    assert await bucket.read("a") is None


async def a_refused_put_leaves_what_was_there(bucket: Bucket) -> None:
    await bucket.put("a", b"first")

    await raised_awaiting(bucket.objects.put(bucket.root + "a", PHOTO, JPEG, "0" * 32))

    assert await bucket.read("a") == b"first"


async def what_is_neither_bytes_nor_a_stream_is_an_outage(bucket: Bucket) -> None:
    error = await raised_awaiting(bucket.put("a", bytearray(PHOTO)))

    assert isinstance(error, Outage)
    assert await bucket.read("a") is None


async def a_copy_is_the_same_under_another_key(bucket: Bucket) -> None:
    source = await bucket.put("a", PHOTO, "image/webp")

    result = await bucket.objects.copy(bucket.root + "a", bucket.root + "b")

    assert result == Copied(len(PHOTO))
    assert await bucket.objects.head(bucket.root + "b") == source
    assert await bucket.read("b") == await bucket.read("a") == PHOTO


async def an_empty_object_can_be_copied(bucket: Bucket) -> None:
    await bucket.put("a", b"")

    result = await bucket.objects.copy(bucket.root + "a", bucket.root + "b")

    assert result == Copied(0)
    assert await bucket.read("b") == b""


async def all_that_is_told_of_an_object_is_told_of_its_copy(bucket: Bucket) -> None:
    await bucket.describe(bucket.root + "a", HTTP_METADATA, CUSTOM_METADATA)

    await bucket.objects.copy(bucket.root + "a", bucket.root + "b")

    assert await bucket.described(bucket.root + "b") == (HTTP_METADATA, CUSTOM_METADATA)


async def an_object_of_which_nothing_is_told_can_be_copied(bucket: Bucket) -> None:
    await bucket.describe(bucket.root + "a", {}, {})

    result = await bucket.objects.copy(bucket.root + "a", bucket.root + "b")

    assert result == Copied(len(PHOTO))
    assert await bucket.described(bucket.root + "b") == ({}, {})


async def a_copy_may_be_kept_where_it_is_cheaper(bucket: Bucket) -> None:
    await bucket.describe(bucket.root + "a", HTTP_METADATA, CUSTOM_METADATA)

    result = await bucket.objects.copy(
        bucket.root + "a", bucket.root + "b", storage_class=StorageClass.INFREQUENT_ACCESS
    )

    assert result == Copied(len(PHOTO))
    assert await bucket.read("b") == PHOTO
    assert await bucket.described(bucket.root + "b") == (HTTP_METADATA, CUSTOM_METADATA)


async def what_is_missing_cannot_be_copied(bucket: Bucket) -> None:
    plain = await bucket.objects.copy(bucket.root + "a", bucket.root + "b")
    tagged = await bucket.objects.copy(bucket.root + "a", bucket.root + "b", md5(PHOTO))

    assert plain is tagged is NotCopied.MISSING
    assert await bucket.read("b") is None


async def the_version_asked_for_is_copied(bucket: Bucket) -> None:
    source = await bucket.put("a")

    result = await bucket.objects.copy(bucket.root + "a", bucket.root + "b", source.etag)

    assert result == Copied(len(PHOTO))
    assert await bucket.read("b") == PHOTO


async def another_version_is_not_copied(bucket: Bucket) -> None:
    first = await bucket.put("a", b"first")
    await bucket.put("a", b"second")
    await bucket.put("b", b"there")

    result = await bucket.objects.copy(bucket.root + "a", bucket.root + "b", first.etag)

    assert result is NotCopied.CHANGED
    assert await bucket.read("b") == b"there"


async def a_copy_replaces_what_was_there(bucket: Bucket) -> None:
    await bucket.put("a")
    await bucket.put("b", b"there")

    await bucket.objects.copy(bucket.root + "a", bucket.root + "b")

    assert await bucket.read("b") == PHOTO


async def what_is_deleted_is_missing(bucket: Bucket) -> None:
    await bucket.put("a")

    await bucket.objects.delete(bucket.root + "a")

    assert await bucket.objects.head(bucket.root + "a") is None


async def what_is_missing_can_be_deleted(bucket: Bucket) -> None:
    await bucket.objects.delete(bucket.root + "missing")
    await bucket.objects.delete_under(bucket.root + "missing/")


async def all_under_a_prefix_is_deleted_and_nothing_else(bucket: Bucket) -> None:
    for name in ("p/1", "p/2/3", "p", "p2/1", "q/p/1"):
        await bucket.put(name)

    await bucket.objects.delete_under(bucket.root + "p/")

    left = [name for name in ("p/1", "p/2/3", "p", "p2/1", "q/p/1") if await bucket.read(name)]
    assert left == ["p", "p2/1", "q/p/1"]


async def a_key_may_hold_anything_a_name_may(bucket: Bucket) -> None:
    name = "caf\u00e9 海 😀 100% a+b?c#d&e='f'\"g\" ~!@$^*()[]{}|<>,;.jpg"

    await bucket.put(name)

    assert await bucket.read(name) == PHOTO
    copied = await bucket.objects.copy(bucket.root + name, bucket.root + "b")
    assert copied == Copied(len(PHOTO))
