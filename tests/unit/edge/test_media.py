"""The bytes behind signed URLs: ranges, ETags and HEAD, as RFC 9110 has them."""

import dataclasses
from functools import partial

import pytest

from domain.errors import Outage
from edge.signing import MediaClaims
from storage.counted_objects import CountedObjects
from storage.objects import ObjectHead
from tests.fakes.memory_objects import MemoryObjects
from tests.unit.darkroom import TRACEPARENT, Answer, Darkroom, a_request
from tests.unit.factories import NOW_MS

pytestmark = pytest.mark.anyio

BYTES = b"0123456789"
ETAG = "781e5e245d69b566979b86e28d23f2c7"


async def asked(darkroom: Darkroom, method: str = "GET", **headers: str) -> Answer:
    """For a stored object of ten bytes."""
    await darkroom.objects.put("a b/c.jpg", BYTES, "image/jpeg")
    claims = MediaClaims(key="a b/c.jpg", method="GET")
    url = darkroom.services.signer.media_url("", claims, NOW_MS + 60_000)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await darkroom.send(a_request(method, url, named))


async def test_the_whole_object_with_what_a_cache_needs(darkroom: Darkroom) -> None:
    answer = await asked(darkroom)

    assert (answer.status, answer.response.stream) == (200, BYTES)
    assert answer.headers == {
        "content-type": "image/jpeg",
        "content-length": "10",
        "etag": f'"{ETAG}"',
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=3600",
        "x-content-type-options": "nosniff",
        "x-request-id": "req-1",
        "traceparent": TRACEPARENT,
    }


async def test_head_is_get_without_the_bytes(darkroom: Darkroom) -> None:
    head, get = await asked(darkroom, "HEAD"), await asked(darkroom, "GET")

    assert (head.status, head.headers) == (get.status, get.headers)
    assert head.response.stream is None
    assert head.response.body is None


@pytest.mark.parametrize(
    ("asked_for", "content_range", "got"),
    [
        ("bytes=0-0", "bytes 0-0/10", b"0"),
        ("bytes=2-4", "bytes 2-4/10", b"234"),
        ("bytes=7-", "bytes 7-9/10", b"789"),
        ("bytes=7-99", "bytes 7-9/10", b"789"),
        ("bytes=-3", "bytes 7-9/10", b"789"),
        ("bytes=-99", "bytes 0-9/10", BYTES),
        ("bytes=0-", "bytes 0-9/10", BYTES),
        ("bytes = 2 - 4", "bytes 2-4/10", b"234"),
    ],
)
async def test_one_range_of_bytes(
    darkroom: Darkroom, asked_for: str, content_range: str, got: bytes
) -> None:
    answer = await asked(darkroom, range=asked_for)

    assert (answer.status, answer.response.stream) == (206, got)
    assert answer.headers["content-range"] == content_range
    assert answer.headers["content-length"] == str(len(got))


@pytest.mark.parametrize(
    "asked_for",
    ["", "bytes=", "bytes=-", "bytes=4-2", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", "bytes=-1-2"],
)
async def test_a_range_we_do_not_know_is_answered_with_the_whole(
    darkroom: Darkroom, asked_for: str
) -> None:
    answer = await asked(darkroom, range=asked_for)

    assert (answer.status, answer.response.stream) == (200, BYTES)
    assert "content-range" not in answer.headers


@pytest.mark.parametrize("asked_for", ["bytes=10-", "bytes=10-20", "bytes=-0"])
async def test_a_range_outside_the_object_is_refused_with_its_size(
    darkroom: Darkroom, asked_for: str
) -> None:
    answer = await asked(darkroom, range=asked_for)

    assert answer.problem == (416, "range_not_satisfiable")
    assert answer.json["size_bytes"] == 10
    assert answer.headers["content-range"] == "bytes */10"


async def test_a_range_under_a_condition_is_answered_with_the_whole(darkroom: Darkroom) -> None:
    answer = await asked(darkroom, range="bytes=0-1", if_range='"other"')

    assert answer.status == 200


@pytest.mark.parametrize(
    "known", [f'"{ETAG}"', f'W/"{ETAG}"', f'"other", "{ETAG}"', "*", f'"{ETAG}","other"']
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_an_object_the_client_has_is_not_sent_again(
    darkroom: Darkroom, method: str, known: str
) -> None:
    answer = await asked(darkroom, method, if_none_match=known, range="bytes=0-1")

    assert answer.status == 304
    assert answer.headers["etag"] == f'"{ETAG}"'
    assert "content-length" not in answer.headers
    assert answer.response.stream is None


async def test_an_object_the_client_has_in_another_version_is_sent(darkroom: Darkroom) -> None:
    answer = await asked(darkroom, if_none_match='"other"')

    assert answer.status == 200


async def test_an_object_that_is_gone_is_not_found(darkroom: Darkroom) -> None:
    claims = MediaClaims(key="gone.jpg", method="GET")
    url = darkroom.services.signer.media_url("", claims, NOW_MS + 60_000)

    answer = await darkroom.send(a_request("GET", url))

    assert answer.problem == (404, "object_not_found")


async def test_a_signature_for_looking_is_none_for_storing(darkroom: Darkroom) -> None:
    answer = await asked(darkroom, "PUT", content_length="10", content_type="image/jpeg")

    assert answer.problem == (403, "signature_invalid")


class BrokenOffUploads(MemoryObjects):
    """A bucket that is well: the client's bytes stop on their way."""

    async def put(
        self, key: str, body: object, content_type: str, md5: str | None = None
    ) -> ObjectHead:
        raise Outage(f"R2 put: Network connection lost. {key} {body!r} {content_type} {md5}")


async def stored(darkroom: Darkroom, bucket: MemoryObjects) -> Answer:
    begun = (await darkroom.intent()).json
    failed = partial(darkroom.services.telemetry.happened, NOW_MS, "r2_failures")
    darkroom.services = dataclasses.replace(
        darkroom.services, bucket=bucket, objects=CountedObjects(bucket, failed)
    )
    return await darkroom.put(begun["upload"]["url"])


def r2_failures(darkroom: Darkroom) -> int:
    return sum(e.r2_failures for e in darkroom.services.telemetry.taken(None, None).events)


async def test_an_upload_that_breaks_off_is_no_failure_of_the_bucket(darkroom: Darkroom) -> None:
    answer = await stored(darkroom, BrokenOffUploads())

    assert answer.problem == (400, "upload_broken_off")
    assert r2_failures(darkroom) == 0


async def test_an_upload_that_the_bucket_does_not_take_is(darkroom: Darkroom) -> None:
    down = MemoryObjects()
    down.is_down = True

    answer = await stored(darkroom, down)

    assert answer.problem == (503, "unavailable")
    assert r2_failures(darkroom) == 1


async def test_a_bucket_that_is_down_is_an_outage(darkroom: Darkroom) -> None:
    claims = MediaClaims(key="a.jpg", method="GET")
    url = darkroom.services.signer.media_url("", claims, NOW_MS + 60_000)
    darkroom.objects.is_down = True

    answer = await darkroom.send(a_request("GET", url))

    assert answer.problem == (503, "unavailable")
