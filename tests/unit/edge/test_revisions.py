"""One file edited once more: a new job, unless there is one at work."""

import pytest

from tests.unit.darkroom import Answer, Darkroom, a_request, a_token
from tests.unit.factories import FILE_ID

pytestmark = pytest.mark.anyio


async def revised(darkroom: Darkroom, path: str, **headers: str) -> Answer:
    return await darkroom.call("POST", f"{path}/revision", **headers)


async def test_a_finished_file_gets_another_job(darkroom: Darkroom) -> None:
    path = await darkroom.edited()
    first = (await darkroom.call("GET", path)).json["job"]

    answer = await revised(darkroom, path)

    file = (await darkroom.call("GET", path)).json
    assert answer.status == 202
    assert answer.json == {"file_id": file["id"], "job_id": file["job"]["id"]}
    assert [job["id"] for job in file["jobs"]] == [file["job"]["id"], first["id"]]
    assert (file["job"]["status"], file["preview_url"] is None) == ("queued", False)


async def test_a_file_that_never_was_edited_gets_its_first_job(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    await revised(darkroom, path)
    await darkroom.work()

    assert (await darkroom.call("GET", path)).json["status"] == "done"


async def test_a_file_whose_job_waits_says_which_one(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    first = (await revised(darkroom, path)).json

    answer = await revised(darkroom, path)

    assert answer.problem == (409, "job_active")
    assert answer.json["job_id"] == first["job_id"]


async def test_a_repeat_with_its_key_is_the_same_job(darkroom: Darkroom) -> None:
    path = await darkroom.edited()
    first = await revised(darkroom, path, idempotency_key="k-1")
    soon = await revised(darkroom, path, idempotency_key="k-1")
    await darkroom.work()

    later = await revised(darkroom, path, idempotency_key='"k-1"')

    assert "idempotent-replayed" not in first.headers
    assert [again.status for again in (soon, later)] == [202, 202]
    assert [again.headers["idempotent-replayed"] for again in (soon, later)] == ["true", "true"]
    assert soon.text == later.text == first.text
    assert (await revised(darkroom, path, idempotency_key="k-2")).json != first.json


async def test_a_key_that_is_none_is_refused(darkroom: Darkroom) -> None:
    answer = await revised(darkroom, await darkroom.uploaded(), idempotency_key="a b")

    assert answer.problem == (400, "invalid_idempotency_key")


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "", 202),
        (b"{}", "application/json", 202),
        (b"", "application/json", 202),
        (b'{"note": "warmer"}', "application/json", 422),
        (b"{", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}".ljust(70_000), "application/json", 413),
    ],
)
async def test_a_revision_has_nothing_to_say(
    darkroom: Darkroom, body: bytes, content_type: str, status: int
) -> None:
    path = await darkroom.uploaded()
    headers = {"authorization": f"Bearer {a_token()}", "content-type": content_type}

    answer = await darkroom.send(a_request("POST", f"{path}/revision", headers, body))

    assert answer.status == status


async def test_a_deleted_file_cannot_be_revised(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.call("DELETE", path)

    assert (await revised(darkroom, path)).problem == (410, "file_deleted")


async def test_a_file_nobody_uploaded_cannot_be_revised(darkroom: Darkroom) -> None:
    assert (await revised(darkroom, f"/api/files/{FILE_ID}")).problem == (404, "file_not_found")


async def test_the_file_of_another_user_cannot_be_revised(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    answer = await darkroom.call("POST", f"{path}/revision", user_id="bob")

    assert answer.problem == (403, "forbidden")
    assert (await darkroom.call("GET", path)).json["job"] is None
