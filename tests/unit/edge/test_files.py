"""One file over HTTP: seen, renamed, marked, deleted."""

import json
from typing import Any

import pytest

from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Answer, Darkroom, a_request, a_token

pytestmark = pytest.mark.anyio

UNKNOWN = "/api/files/file_" + "0" * 32


async def locked(darkroom: Darkroom) -> str:
    """The path of a file that a worker holds."""
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    await darkroom.claim_only()
    return path


async def names(darkroom: Darkroom) -> list[str]:
    listed = (await darkroom.call("GET", f"{ORDER}/files")).json
    return [file["name"] for file in listed["files"]]


# --- Rename and mark ----------------------------------------------------------------------------


async def test_a_renamed_file_is_renamed_everywhere(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    answer = await darkroom.call("PATCH", path, {"name": "  cafe\u0301.jpg "})

    assert answer.json["name"] == "caf\u00e9.jpg"
    assert answer.json["object_key"].endswith("/beach.jpg")
    assert await names(darkroom) == ["caf\u00e9.jpg"]


async def test_a_rename_to_a_taken_name_is_refused(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded("beach.jpg")
    await darkroom.uploaded("sea.jpg")

    answer = await darkroom.call("PATCH", path, {"name": "SEA.jpg"})

    assert answer.problem == (409, "name_taken")
    assert await names(darkroom) == ["beach.jpg", "sea.jpg"]


@pytest.mark.parametrize("name", ["beach.jpg", "BEACH.jpg"])
async def test_a_file_may_keep_its_name_or_change_its_case(darkroom: Darkroom, name: str) -> None:
    path = await darkroom.uploaded("beach.jpg")

    answer = await darkroom.call("PATCH", path, {"name": name})

    assert (answer.status, answer.json["name"]) == (200, name)


async def test_a_renamed_file_gives_its_old_name_free(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded("beach.jpg")
    await darkroom.call("PATCH", path, {"name": "new.jpg"})

    await darkroom.uploaded("beach.jpg")

    assert await names(darkroom) == ["new.jpg", "beach.jpg"]


async def test_two_files_can_change_names_by_way_of_a_third(darkroom: Darkroom) -> None:
    one = await darkroom.uploaded("one.jpg")
    two = await darkroom.uploaded("two.jpg")

    await darkroom.call("PATCH", one, {"name": "tmp.jpg"})
    await darkroom.call("PATCH", two, {"name": "one.jpg"})
    await darkroom.call("PATCH", one, {"name": "two.jpg"})

    assert await names(darkroom) == ["two.jpg", "one.jpg"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, (422, "invalid_body")),
        ({"name": None, "marked": None}, (422, "invalid_body")),
        ({"marked": "perhaps"}, (422, "invalid_body")),
        ({"name": 7}, (422, "invalid_body")),
        ({"name": "a/b"}, (422, "invalid_name")),
        ({"name": " "}, (422, "invalid_name")),
        ({"status": "done"}, (422, "invalid_body")),
        ([], (422, "invalid_body")),
    ],
)
async def test_a_change_that_is_none_is_refused(
    darkroom: Darkroom, body: Any, problem: tuple[int, str]
) -> None:
    path = await darkroom.uploaded()

    answer = await darkroom.call("PATCH", path, body)

    assert answer.problem == problem


async def test_name_and_mark_change_together_or_not_at_all(darkroom: Darkroom) -> None:
    path = await locked(darkroom)

    refused = await darkroom.call("PATCH", path, {"name": "new.jpg", "marked": True})

    assert refused.problem == (409, "file_locked")
    assert (await darkroom.call("GET", path)).json["marked"] is False


# --- Whose it is, and whether it is there -------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"name": "mine.jpg"}),
        ("PATCH", "", {"marked": True}),
        ("DELETE", "", None),
        ("GET", "/preview", None),
    ],
)
async def test_a_file_of_another_user_is_forbidden(
    darkroom: Darkroom, method: str, suffix: str, body: dict[str, object] | None
) -> None:
    path = await darkroom.edited()
    before = (await darkroom.call("GET", path)).json

    answer = await darkroom.call(method, path + suffix, body, "bob")

    assert answer.problem == (403, "forbidden")
    assert (await darkroom.call("GET", path)).json == before


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"marked": True}),
        ("DELETE", "", None),
        ("GET", "/preview", None),
    ],
)
async def test_a_file_nobody_uploaded_is_not_found(
    darkroom: Darkroom, method: str, suffix: str, body: dict[str, object] | None
) -> None:
    answer = await darkroom.call(method, UNKNOWN + suffix, body)

    assert answer.problem == (404, "file_not_found")


async def test_a_deleted_file_is_gone_with_all_its_bytes(darkroom: Darkroom) -> None:
    path = await darkroom.edited()
    assert len(darkroom.objects.keys) == 3

    deleted = await darkroom.call("DELETE", path)

    assert (deleted.status, deleted.text) == (204, "")
    assert darkroom.objects.keys == set()
    assert await names(darkroom) == []
    assert (await darkroom.call("GET", path)).problem == (410, "file_deleted")


async def test_deleting_again_is_fine(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.call("DELETE", path)

    assert (await darkroom.call("DELETE", path)).status == 204


async def test_deleting_a_file_leaves_the_others_alone(darkroom: Darkroom) -> None:
    gone = await darkroom.edited("gone.jpg")
    kept = await darkroom.edited("kept.jpg")

    await darkroom.call("DELETE", gone)

    assert len(darkroom.objects.keys) == 3
    assert (await darkroom.call("GET", f"{kept}/preview")).status == 200


async def test_the_bytes_of_a_deleted_file_go_even_if_the_bucket_was_down(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.edited()
    darkroom.objects.is_down = True
    deleted = await darkroom.call("DELETE", path)
    darkroom.objects.is_down = False
    clock.advance_ms(60_000)

    await darkroom.actors.ring()

    assert deleted.status == 204
    assert darkroom.objects.keys == set()


async def test_a_rename_that_breaks_off_in_its_middle_can_be_repeated(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    darkroom.actors.orders.is_down = True
    broken = await darkroom.call("PATCH", path, {"name": "new.jpg"})
    darkroom.actors.orders.is_down = False

    again = await darkroom.call("PATCH", path, {"name": "new.jpg"})

    assert broken.problem == (503, "unavailable")
    assert (again.status, again.json["name"]) == (200, "new.jpg")


# --- By cookie ----------------------------------------------------------------------------------


async def marked_by_cookie(darkroom: Darkroom, path: str, origin: str) -> Answer:
    headers = {
        "cookie": f"session={a_token()}",
        "origin": origin,
        "content-type": "application/json",
    }
    body = json.dumps({"marked": True}).encode()
    return await darkroom.send(a_request("PATCH", path, headers, body))


@pytest.mark.parametrize(
    ("origin", "status"), [("https://darkroom.example", 200), ("https://evil.example", 403)]
)
async def test_a_change_by_cookie_counts_from_our_own_pages_only(
    darkroom: Darkroom, origin: str, status: int
) -> None:
    path = await darkroom.uploaded()

    answer = await marked_by_cookie(darkroom, path, origin)

    assert answer.status == status
    assert (await darkroom.call("GET", path)).json["marked"] is (status == 200)
