"""`Objects` on R2, where the contract cannot look: pages of a listing, and errors in the middle."""

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from domain.errors import Outage
from storage.objects import Copied, StorageClass
from storage.r2_objects import R2Objects

pytestmark = pytest.mark.anyio


class PagedBucket:
    """A bucket's binding that lists two objects at a time."""

    def __init__(self, *keys: str) -> None:
        self.keys = list(keys)

    async def list(self, options: dict[str, str]) -> SimpleNamespace:
        found = [key for key in self.keys if key.startswith(options["prefix"])]
        objects = [SimpleNamespace(key=key) for key in found[:2]]
        return SimpleNamespace(objects=objects, truncated=len(found) > 2)

    async def delete(self, keys: Sequence[str]) -> None:
        assert keys
        self.keys = [key for key in self.keys if key not in keys]


class RecordingBucket:
    """A bucket's binding with one object, that remembers with which options one was stored."""

    def __init__(self) -> None:
        self.options: dict[str, object] = {}

    async def get(self, key: str, options: dict[str, object]) -> SimpleNamespace:
        assert (key, options) == ("a", {})
        metadata = {"contentType": "image/png", "contentLanguage": None}
        checksums = SimpleNamespace(md5=None)
        return SimpleNamespace(
            body=b"123", httpMetadata=metadata, customMetadata={"by": "me"}, checksums=checksums
        )

    async def put(self, key: str, body: bytes, options: dict[str, object]) -> SimpleNamespace:
        assert key == "b"
        self.options = options
        return SimpleNamespace(size=len(body))


class BrokenBucket:
    async def head(self, key: str) -> None:
        raise ValueError(f"Error: head: We encountered an internal error (10001): {key}")


async def test_all_pages_under_a_prefix_are_deleted() -> None:
    bucket = PagedBucket("p/1", "p/2", "p/3", "p/4", "p/5", "q/1")

    await R2Objects(bucket).delete_under("p/")

    assert bucket.keys == ["q/1"]


async def test_nothing_under_a_prefix_is_nothing_to_delete() -> None:
    bucket = PagedBucket("q/1")

    await R2Objects(bucket).delete_under("p/")

    assert bucket.keys == ["q/1"]


async def test_an_error_of_the_bucket_is_an_outage_that_says_where() -> None:
    with pytest.raises(Outage, match=r"^R2 head: .*internal error"):
        await R2Objects(BrokenBucket()).head("a")


async def test_a_copy_is_stored_in_the_class_asked_for_with_what_is_told_of_its_source() -> None:
    """The local bucket takes the class and forgets it, so no contract can look."""
    bucket = RecordingBucket()

    copied = await R2Objects(bucket).copy("a", "b", storage_class=StorageClass.INFREQUENT_ACCESS)

    assert copied == Copied(3)
    assert bucket.options == {
        "httpMetadata": {"contentType": "image/png"},
        "customMetadata": {"by": "me"},
        "storageClass": "InfrequentAccess",
    }
