"""Intent, PUT and finalize: what holds when they are repeated, changed or done out of turn."""

import hashlib
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from tests.acceptance.photographer import Photographer, refusal
from tools.api_shapes import Intent
from tools.photos import PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

CONTENT = b"not much of a photo"
JSON = {"content-type": "application/json"}


async def test_finalizing_before_the_upload_is_refused(alice: Photographer) -> None:
    intent = await an_intent(alice)

    answer = await finalize(alice, intent)

    assert refusal(answer) == (409, "upload_missing")


async def test_finalizing_again_gives_the_first_answer_byte_for_byte(alice: Photographer) -> None:
    intent = await an_intent(alice)
    await alice.api.put(intent["upload"], CONTENT)

    first = await finalize(alice, intent)
    again = await finalize(alice, intent)

    assert first.status_code == 201
    assert (again.status_code, again.content) == (201, first.content)
    assert (await alice.api.status(alice.order_id))["total"] == 1


async def test_an_intent_asked_for_again_is_the_same_file(alice: Photographer) -> None:
    first = await an_intent(alice)

    again = await an_intent(alice)
    await alice.api.put(again["upload"], CONTENT)

    assert again["file_id"] == first["file_id"]
    assert (await finalize(alice, again)).status_code == 201


async def test_the_legacy_paths_do_the_same(alice: Photographer) -> None:
    old = await alice.api.send(
        "POST",
        "/api/pixcapture/upload/intent",
        content=b'{"order_id": "%s", "name": "a.jpg", "size_bytes": %d,'
        b' "content_type": "image/jpeg"}' % (alice.order_id.encode(), len(CONTENT)),
        headers=JSON,
    )
    await alice.api.put(old.json()["upload"], CONTENT)

    answer = await alice.api.send(
        "POST",
        "/api/pixcapture/upload/finalize",
        content=b'{"intent_id": "%s"}' % old.json()["intent_id"].encode(),
        headers=JSON,
    )

    assert (old.status_code, answer.status_code) == (201, 201)
    assert answer.json()["name"] == "a.jpg"


@pytest.mark.parametrize("name", ["beach.jpg", "BEACH.jpg"])
async def test_a_name_is_taken_whatever_its_case(
    alice: Photographer, name: str, pictures: PhotoSet
) -> None:
    await finalize(alice, await uploaded(alice, "beach.jpg"))
    other = await alice.upload(pictures.rocket)
    wanted = b'{"name": "%s"}' % name.encode()

    renaming = await alice.api.send("PATCH", f"/api/files/{other}", content=wanted, headers=JSON)
    asking = await alice.api.send(
        "POST", "/api/uploads/intent", content=intent_body(alice, name), headers=JSON
    )

    assert refusal(renaming) == (409, "name_taken")
    assert refusal(asking) == (409, "name_taken")


@pytest.mark.parametrize(
    ("content", "headers", "expected"),
    [
        pytest.param(CONTENT + b"!", {}, (400, "size_mismatch"), id="too long"),
        pytest.param(CONTENT[1:], {}, (400, "size_mismatch"), id="too short"),
        pytest.param(
            CONTENT, {"content-type": "image/png"}, (400, "content_type_mismatch"), id="other type"
        ),
    ],
)
async def test_only_what_was_announced_can_be_put(
    alice: Photographer, content: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    intent = await an_intent(alice)
    upload = intent["upload"]

    answer = await put(upload["url"], content, {**upload["headers"], **headers})

    assert refusal(answer) == expected
    assert refusal(await finalize(alice, intent)) == (409, "upload_missing")


async def test_an_announced_md5_is_held_to(alice: Photographer) -> None:
    md5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    body = json.loads(intent_body(alice, "beach.jpg")) | {"md5": md5}
    asked = await alice.api.send(
        "POST", "/api/uploads/intent", content=json.dumps(body).encode(), headers=JSON
    )
    upload = asked.json()["upload"]

    wrong = await put(upload["url"], CONTENT[::-1], upload["headers"])
    right = await put(upload["url"], CONTENT, upload["headers"])

    assert refusal(wrong) == (400, "md5_mismatch")
    assert right.status_code == 200


async def test_a_signed_url_is_good_for_its_own_object_only(alice: Photographer) -> None:
    one, two = [(await an_intent(alice, name))["upload"] for name in ("one.jpg", "two.jpg")]
    swapped = f"{two['url'].split('?')[0]}?{one['url'].split('?')[1]}"

    answers = [
        await put(url, CONTENT, one["headers"])
        for url in (swapped, tampered(one["url"]), one["url"].split("?")[0])
    ]

    assert [refusal(answer) for answer in answers] == [(403, "signature_invalid")] * 3


async def test_a_signed_url_expires(alice: Photographer, worker_secrets: dict[str, str]) -> None:
    upload = (await an_intent(alice))["upload"]
    past = {"exp": int(time.time()) - 1}

    answer = await put(
        resigned(upload["url"], past, worker_secrets["URL_SIGNING_SECRET"]),
        CONTENT,
        upload["headers"],
    )

    assert refusal(answer) == (403, "url_expired")


async def test_an_intent_is_good_for_its_own_user_only(
    alice: Photographer, bob: Photographer
) -> None:
    intent = await uploaded(alice, "beach.jpg")

    answer = await finalize(bob, intent)

    assert refusal(answer) == (403, "forbidden")


async def an_intent(someone: Photographer, name: str = "beach.jpg") -> Intent:
    return await someone.api.intent(
        someone.order_id, name, size_bytes=len(CONTENT), content_type="image/jpeg"
    )


async def uploaded(someone: Photographer, name: str) -> Intent:
    intent = await an_intent(someone, name)
    await someone.api.put(intent["upload"], CONTENT)
    return intent


async def finalize(someone: Photographer, intent: Intent) -> httpx.Response:
    body = b'{"intent_id": "%s"}' % intent["intent_id"].encode()
    return await someone.api.send("POST", "/api/uploads/finalize", content=body, headers=JSON)


async def put(url: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.put(url, content=content, headers=headers)


def intent_body(someone: Photographer, name: str) -> bytes:
    return b'{"order_id": "%s", "name": "%s", "size_bytes": 19, "content_type": "image/jpeg"}' % (
        someone.order_id.encode(),
        name.encode(),
    )


def tampered(url: str) -> str:
    """The signature's first character is another one; the last may hold unused bits."""
    start, signature = url.rsplit(".", 1)
    return f"{start}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def resigned(url: str, changes: dict[str, Any], secret: str) -> str:
    [token] = parse_qs(urlsplit(url).query)["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    return url.replace(token, jwt.encode(claims | changes, secret, algorithm="HS256"))
