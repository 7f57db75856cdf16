"""Uploads: announced, and finalized once."""

from typing import Any

import pytest

from domain.limits import RAW_BYTES_MAX
from domain.settings import DAY_MS
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, ORIGIN, PHOTO, PHOTO_MD5, Answer, Darkroom, a_photo

pytestmark = pytest.mark.anyio


# --- Intent -------------------------------------------------------------------------------------


async def test_an_intent_is_answered_with_a_signed_url(darkroom: Darkroom) -> None:
    answer = await darkroom.intent()

    assert answer.status == 201
    told = answer.json
    key = f"user/alice/orders/summer-42/raw/{told['file_id']}/beach.jpg"
    assert told["object_key"] == key
    assert told["upload"]["url"].startswith(f"{ORIGIN}/media/{key}?token=")
    assert told["upload"]["method"] == "PUT"
    assert told["upload"]["headers"] == {"content-type": "image/jpeg"}
    assert told["upload"]["expires_at"] == "2026-11-22T10:15:00.000Z"
    assert set(told) == {"intent_id", "file_id", "order_id", "object_key", "upload"}


async def test_the_legacy_paths_do_the_same(darkroom: Darkroom) -> None:
    body = {"order_id": "o1", "name": "a.jpg", "size_bytes": 5, "content_type": "image/png"}

    begun = await darkroom.call("POST", "/api/pixcapture/upload/intent", body)
    finalized = await darkroom.call(
        "POST", "/api/pixcapture/upload/finalize", {"intent_id": begun.json["intent_id"]}
    )

    assert begun.status == 201
    assert finalized.problem == (409, "upload_missing")


async def test_an_intent_that_was_not_finalized_is_given_again(darkroom: Darkroom) -> None:
    first = (await darkroom.intent()).json
    second = (await darkroom.intent("BEACH.jpg")).json

    assert second["file_id"] == first["file_id"]


async def test_a_name_that_the_order_has_is_refused(darkroom: Darkroom) -> None:
    await darkroom.uploaded("beach.jpg")

    answer = await darkroom.intent("Beach.JPG")

    assert answer.problem == (409, "name_taken")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"order_id": "a/b"}, (422, "invalid_body")),
        ({"order_id": ""}, (422, "invalid_body")),
        ({"name": ""}, (422, "invalid_name")),
        ({"name": "../x.jpg"}, (422, "invalid_name")),
        ({"name": "a" * 256}, (422, "invalid_name")),
        ({"name": None}, (422, "invalid_body")),
        ({"size_bytes": 0}, (422, "invalid_body")),
        ({"size_bytes": -1}, (422, "invalid_body")),
        ({"size_bytes": RAW_BYTES_MAX + 1}, (422, "invalid_body")),
        ({"size_bytes": "5"}, (422, "invalid_body")),
        ({"size_bytes": 5.0}, (422, "invalid_body")),
        ({"content_type": "image/svg+xml"}, (422, "invalid_body")),
        ({"content_type": "image/heic"}, (422, "invalid_body")),
        ({"content_type": "image/JPEG"}, (422, "invalid_body")),
        ({"content_type": "text/html"}, (422, "invalid_body")),
        ({"md5": "xyz"}, (422, "invalid_body")),
        ({"md5": PHOTO_MD5.upper()}, (422, "invalid_body")),
        ({"surprise": 1}, (422, "invalid_body")),
    ],
)
async def test_an_intent_out_of_bounds_is_refused(
    darkroom: Darkroom, changes: dict[str, Any], problem: tuple[int, str]
) -> None:
    answer = await darkroom.intent(**changes)

    assert answer.problem == problem
    assert darkroom.actors.orders.calls == 0


@pytest.mark.parametrize("size_bytes", [1, RAW_BYTES_MAX])
async def test_an_intent_at_its_bounds_is_accepted(darkroom: Darkroom, size_bytes: int) -> None:
    assert (await darkroom.intent(size_bytes=size_bytes)).status == 201


@pytest.mark.parametrize(
    "content_type",
    [
        *("image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff"),
        *("image/x-adobe-dng", "image/x-canon-cr2", "image/x-nikon-nef", "image/x-sony-arw"),
    ],
)
async def test_every_kind_of_photo_may_be_uploaded(darkroom: Darkroom, content_type: str) -> None:
    answer = await darkroom.intent(content_type=content_type)

    assert answer.status == 201
    assert answer.json["upload"]["headers"] == {"content-type": content_type}


async def test_an_order_belongs_to_its_first_user(darkroom: Darkroom) -> None:
    await darkroom.intent()
    body = {
        "order_id": "summer-42",
        "name": "mine.jpg",
        "size_bytes": 5,
        "content_type": "image/png",
    }

    answer = await darkroom.call("POST", "/api/uploads/intent", body, "bob")

    assert answer.problem == (403, "forbidden")


# --- Finalize -----------------------------------------------------------------------------------


async def test_a_finalized_file_is_listed_in_its_order(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    listed = (await darkroom.call("GET", f"{ORDER}/files")).json

    assert [f"/api/files/{file['id']}" for file in listed["files"]] == [path]
    assert listed["files"][0] | {"jobs": []} == (await darkroom.call("GET", path)).json


async def test_finalizing_before_the_bytes_are_there_is_refused(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent()).json

    answer = await darkroom.finalize(begun["intent_id"])

    assert answer.problem == (409, "upload_missing")


async def test_a_second_finalize_is_answered_byte_for_byte_like_the_first(
    darkroom: Darkroom, clock: Clock
) -> None:
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])
    first = await darkroom.finalize(begun["intent_id"])
    await darkroom.call("PATCH", f"/api/files/{begun['file_id']}", {"name": "renamed.jpg"})
    clock.advance_ms(60_000)

    second = await darkroom.finalize(begun["intent_id"])

    assert (second.status, second.text) == (first.status, first.text)


async def test_bytes_of_another_size_are_not_finalized(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent()).json
    await darkroom.objects.put(begun["object_key"], b"other", "image/jpeg")

    answer = await darkroom.finalize(begun["intent_id"])

    assert answer.problem == (400, "size_mismatch")


async def test_an_intent_can_only_be_finalized_by_who_began_it(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])

    answer = await darkroom.finalize(begun["intent_id"], "bob")

    assert answer.problem == (403, "forbidden")


@pytest.mark.parametrize("intent_id", ["", "garbage", "a.b.c"])
async def test_an_intent_that_is_not_ours_is_refused(darkroom: Darkroom, intent_id: str) -> None:
    answer = await darkroom.finalize(intent_id)

    assert answer.problem == (422, "invalid_intent")


async def test_an_intent_may_be_finalized_a_day_later_and_no_longer(
    darkroom: Darkroom, clock: Clock
) -> None:
    begun = (await darkroom.intent()).json
    clock.advance_ms(DAY_MS)

    answer = await darkroom.finalize(begun["intent_id"])

    assert answer.problem == (410, "intent_expired")


async def test_a_deleted_file_cannot_be_finalized_again(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])
    await darkroom.finalize(begun["intent_id"])
    await darkroom.call("DELETE", f"/api/files/{begun['file_id']}")
    await darkroom.objects.put(begun["object_key"], PHOTO, "image/jpeg")

    answer = await darkroom.finalize(begun["intent_id"])

    assert answer.problem == (410, "file_deleted")


async def finalized(darkroom: Darkroom) -> tuple[Any, Answer]:
    """What was begun, and the first answer to its finalize."""
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])
    return begun, await darkroom.finalize(begun["intent_id"])


async def test_a_file_is_finalized_for_ever_whatever_becomes_of_its_bytes(
    darkroom: Darkroom,
) -> None:
    begun, first = await finalized(darkroom)

    await darkroom.objects.put(begun["object_key"], b"of another size", "image/jpeg")
    replaced = await darkroom.finalize(begun["intent_id"])
    await darkroom.objects.delete(begun["object_key"])
    gone = await darkroom.finalize(begun["intent_id"])

    assert (replaced.status, replaced.text) == (gone.status, gone.text) == (201, first.text)


async def test_a_deleted_file_whose_bytes_are_gone_cannot_be_finalized(darkroom: Darkroom) -> None:
    begun, _ = await finalized(darkroom)
    await darkroom.call("DELETE", f"/api/files/{begun['file_id']}")

    answer = await darkroom.finalize(begun["intent_id"])

    assert darkroom.objects.keys == set()
    assert answer.problem == (410, "file_deleted")


async def test_another_photo_under_the_id_of_a_finalized_one_is_refused(
    darkroom: Darkroom,
) -> None:
    """The order has not heard of the first, and gives its id again."""
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])
    darkroom.actors.orders.is_down = True
    await darkroom.finalize(begun["intent_id"])
    darkroom.actors.orders.is_down = False
    other = (await darkroom.intent(size_bytes=5)).json
    await darkroom.put(other["upload"]["url"], b"other")

    answer = await darkroom.finalize(other["intent_id"])

    assert other["file_id"] == begun["file_id"]
    assert answer.problem == (409, "name_taken")


async def test_the_name_of_a_deleted_file_can_be_uploaded_again(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded("beach.jpg")
    await darkroom.call("DELETE", path)

    again = await darkroom.uploaded("beach.jpg")

    assert again != path
    assert (await darkroom.call("GET", again)).json["name"] == "beach.jpg"


@pytest.mark.parametrize("name", ["海 & 100%?#.jpg", "a+b.jpg", "%2e%2e.jpg", "'\".jpg"])
async def test_a_photo_of_any_name_can_be_uploaded_and_edited(
    darkroom: Darkroom, name: str
) -> None:
    path = await darkroom.edited(name)

    file = (await darkroom.call("GET", path)).json

    assert (file["name"], file["status"]) == (name, "done")


async def test_a_photo_replaced_after_finalize_is_not_edited(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    other = a_photo(9, 6).ljust(len(PHOTO), b"\x00")
    (key,) = darkroom.objects.keys
    await darkroom.objects.put(key, other, "image/jpeg")
    await darkroom.submit(path)

    await darkroom.work()

    job = (await darkroom.call("GET", path)).json["job"]
    assert job["error"]["code"] == "raw_changed"
