"""The bytes of an upload: stored under a signed URL, or not at all."""

import pytest

from domain.limits import RAW_BYTES_MAX, UPLOAD_URL_LIFETIME_MS
from tests.unit.conftest import Clock
from tests.unit.darkroom import PHOTO, PHOTO_MD5, Darkroom, a_request

pytestmark = pytest.mark.anyio

KEY = "user/alice/orders/summer-42/raw/beach.jpg"


async def test_the_bytes_are_stored_under_the_signed_url(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent()).json

    answer = await darkroom.put(begun["upload"]["url"])

    assert (answer.status, answer.json) == (
        200,
        {"object_key": begun["object_key"], "etag": PHOTO_MD5},
    )
    assert answer.headers["etag"] == f'"{PHOTO_MD5}"'
    assert await darkroom.objects.read(begun["object_key"]) == PHOTO


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"content-length": ""}, (411, "length_required")),
        ({"content-length": "many"}, (411, "length_required")),
        ({"content-length": "²"}, (411, "length_required")),
        ({"content-length": "-1"}, (411, "length_required")),
        ({"content-length": str(RAW_BYTES_MAX + 1)}, (413, "body_too_large")),
        ({"content-length": str(len(PHOTO) + 1)}, (400, "size_mismatch")),
        ({"content-length": "0"}, (400, "size_mismatch")),
        ({"content-type": "image/png"}, (400, "content_type_mismatch")),
        ({"content-type": ""}, (400, "content_type_mismatch")),
    ],
)
async def test_bytes_that_were_not_announced_are_not_stored(
    darkroom: Darkroom, headers: dict[str, str], problem: tuple[int, str]
) -> None:
    begun = (await darkroom.intent()).json

    answer = await darkroom.put(begun["upload"]["url"], headers=headers)

    assert answer.problem == problem
    assert darkroom.objects.keys == set()


async def test_bytes_of_another_md5_are_not_stored(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent(md5="0" * 32)).json

    answer = await darkroom.put(begun["upload"]["url"])

    assert answer.problem == (400, "md5_mismatch")
    assert darkroom.objects.keys == set()


async def test_bytes_of_the_announced_md5_are_stored(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent(md5=PHOTO_MD5)).json

    assert (await darkroom.put(begun["upload"]["url"])).status == 200


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (f"/media/{KEY}", "signature_invalid"),
        (f"/media/{KEY}?token=", "signature_invalid"),
        (f"/media/{KEY}?token=garbage", "signature_invalid"),
    ],
)
async def test_without_a_signature_nothing_is_stored(
    darkroom: Darkroom, url: str, code: str
) -> None:
    answer = await darkroom.put(url)

    assert answer.problem == (403, code)
    assert darkroom.objects.keys == set()


async def test_a_signature_is_for_its_own_key_only(darkroom: Darkroom) -> None:
    url = (await darkroom.intent()).json["upload"]["url"]

    answer = await darkroom.put(url.replace("beach.jpg", "other.jpg"))

    assert answer.problem == (403, "signature_invalid")


async def test_a_signature_for_storing_is_none_for_looking(darkroom: Darkroom) -> None:
    url = (await darkroom.intent()).json["upload"]["url"]
    await darkroom.put(url)

    answer = await darkroom.send(a_request("GET", url))

    assert answer.problem == (403, "signature_invalid")


async def test_an_upload_url_expires(darkroom: Darkroom, clock: Clock) -> None:
    url = (await darkroom.intent()).json["upload"]["url"]
    clock.advance_ms(UPLOAD_URL_LIFETIME_MS)

    answer = await darkroom.put(url)

    assert answer.problem == (403, "url_expired")
