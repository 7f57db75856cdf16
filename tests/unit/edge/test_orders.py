"""Orders over HTTP: files, counts, and submitting edits."""

from typing import Any

import pytest

from domain.limits import SUBMIT_FILES_MAX
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Darkroom
from tests.unit.factories import FILE_ID

pytestmark = pytest.mark.anyio


async def counts(darkroom: Darkroom) -> dict[str, int]:
    told: dict[str, int] = (await darkroom.call("GET", f"{ORDER}/status")).json["counts"]
    return {state: count for state, count in told.items() if count}


# --- Files and counts ---------------------------------------------------------------------------


async def test_the_status_of_an_order_counts_its_files(darkroom: Darkroom) -> None:
    await darkroom.edited("a.jpg")
    await darkroom.uploaded("b.jpg")

    answer = await darkroom.call("GET", f"{ORDER}/status")

    told = answer.json
    assert told["counts"] == {"queued": 1, "in_progress": 0, "done": 1, "failed": 0}
    assert (told["order_id"], told["total"]) == ("summer-42", 2)
    assert isinstance(told["version"], int)


async def test_files_are_listed_page_by_page(darkroom: Darkroom) -> None:
    paths = [await darkroom.uploaded(name) for name in ("a.jpg", "b.jpg", "c.jpg")]

    first = (await darkroom.call("GET", f"{ORDER}/files?limit=2")).json
    second = (
        await darkroom.call("GET", f"{ORDER}/files?limit=2&cursor={first['next_cursor']}")
    ).json

    listed = [f"/api/files/{file['id']}" for file in first["files"] + second["files"]]
    assert listed == paths
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=-1", "limit=x", "cursor=x", "cursor=-1"]
)
async def test_a_page_out_of_bounds_is_refused(darkroom: Darkroom, query: str) -> None:
    await darkroom.uploaded()

    answer = await darkroom.call("GET", f"{ORDER}/files?{query}")

    assert answer.problem == (422, "invalid_query")


@pytest.mark.parametrize("query", ["limit=1", "limit=500", "cursor=0", "cursor=1000000000"])
async def test_a_page_at_its_bounds_is_given(darkroom: Darkroom, query: str) -> None:
    await darkroom.uploaded()

    answer = await darkroom.call("GET", f"{ORDER}/files?{query}")

    assert answer.status == 200


@pytest.mark.parametrize("path", ["/files", "/status"])
async def test_an_order_nobody_made_is_not_found(darkroom: Darkroom, path: str) -> None:
    answer = await darkroom.call("GET", ORDER + path)

    assert answer.problem == (404, "order_not_found")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/files", None), ("GET", "/status", None), ("POST", "/submit-edits", {})],
)
async def test_an_order_of_another_user_is_forbidden(
    darkroom: Darkroom, method: str, path: str, body: dict[str, str] | None
) -> None:
    await darkroom.uploaded()

    answer = await darkroom.call(method, ORDER + path, body, "bob")

    assert answer.problem == (403, "forbidden")


# --- Submit -------------------------------------------------------------------------------------


async def test_submitted_files_get_one_job_each(darkroom: Darkroom) -> None:
    paths = [await darkroom.uploaded(name) for name in ("a.jpg", "b.jpg")]

    answer = await darkroom.submit(*paths)

    assert answer.status == 202
    assert [f"/api/files/{job['file_id']}" for job in answer.json["created"]] == paths
    assert answer.json["skipped"] == []
    assert len(darkroom.actors.queue.take()) == 2


async def test_a_file_named_twice_is_submitted_once(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    answer = await darkroom.submit(path, path)

    assert len(answer.json["created"]) == 1
    assert answer.json["skipped"] == []


async def test_without_names_all_marked_files_are_submitted(darkroom: Darkroom) -> None:
    marked = await darkroom.uploaded("a.jpg")
    await darkroom.uploaded("b.jpg")
    await darkroom.call("PATCH", marked, {"marked": True})

    answer = await darkroom.call("POST", f"{ORDER}/submit-edits", {})

    assert [f"/api/files/{job['file_id']}" for job in answer.json["created"]] == [marked]


async def test_asking_again_for_all_marked_files_gets_to_those_without_a_job(
    darkroom: Darkroom,
) -> None:
    one, two = [await darkroom.uploaded(name) for name in ("a.jpg", "b.jpg")]
    await darkroom.call("PATCH", one, {"marked": True})
    await darkroom.call("PATCH", two, {"marked": True})
    await darkroom.submit(one)

    answer = await darkroom.call("POST", f"{ORDER}/submit-edits", {})

    assert [f"/api/files/{job['file_id']}" for job in answer.json["created"]] == [two]
    assert answer.json["skipped"] == []


async def test_a_file_that_cannot_take_a_job_is_skipped_with_the_reason(
    darkroom: Darkroom,
) -> None:
    active, gone, fine = [await darkroom.uploaded(name) for name in ("a", "b", "c")]
    await darkroom.submit(active)
    await darkroom.call("DELETE", gone)

    answer = await darkroom.submit(active, gone, f"x/{FILE_ID}", fine)

    skipped = [file["reason"] for file in answer.json["skipped"]]
    assert skipped == ["job_active", "file_deleted", "file_not_found"]
    assert len(answer.json["created"]) == 1


async def test_a_file_of_another_order_is_skipped(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.intent(order_id="winter-7")
    body = {"file_ids": [path.rsplit("/", 1)[1]]}

    answer = await darkroom.call("POST", "/api/orders/winter-7/submit-edits", body)

    assert [file["reason"] for file in answer.json["skipped"]] == ["file_not_found"]


async def test_a_file_whose_actor_is_down_is_skipped_and_may_be_tried_again(
    darkroom: Darkroom,
) -> None:
    path = await darkroom.uploaded()
    darkroom.actors.files.is_down = True

    answer = await darkroom.submit(path)

    assert answer.status == 202
    assert [file["reason"] for file in answer.json["skipped"]] == ["unavailable"]
    assert "connection" not in answer.text.lower()


@pytest.mark.parametrize(
    "body",
    [
        {"file_ids": []},
        {"file_ids": ["file_1"]},
        {"file_ids": [FILE_ID + "\n"]},
        {"file_ids": FILE_ID},
        {"file_ids": [FILE_ID] * (SUBMIT_FILES_MAX + 1)},
        {"files": [FILE_ID]},
    ],
    ids=["none", "no id", "a newline", "no list", "too many", "unknown field"],
)
async def test_a_submit_out_of_bounds_is_refused(darkroom: Darkroom, body: Any) -> None:
    await darkroom.uploaded()

    answer = await darkroom.call("POST", f"{ORDER}/submit-edits", body)

    assert answer.problem == (422, "invalid_body")


async def test_a_queue_that_is_down_does_not_fail_the_submit(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.uploaded()
    darkroom.actors.queue.is_down = True
    answer = await darkroom.submit(path)
    darkroom.actors.queue.is_down = False
    clock.advance_ms(2_000)

    await darkroom.actors.ring()

    assert len(answer.json["created"]) == 1
    assert len(darkroom.actors.queue.take()) == 1
