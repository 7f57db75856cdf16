"""An Idempotency-Key makes a request that comes twice, or twice at once, one request."""

import asyncio
import json
from typing import Final

import httpx
import pytest

from tests.acceptance.photographer import Photographer, eventually, refusal
from tools.photos import PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

CREATED: Final = 202


async def submit(someone: Photographer, *file_ids: str, key: str = "k-1") -> httpx.Response:
    return await someone.api.send(
        "POST",
        f"/api/orders/{someone.order_id}/submit-edits",
        content=json.dumps({"file_ids": file_ids}).encode(),
        headers={"content-type": "application/json", "idempotency-key": key},
    )


async def test_a_submit_that_comes_many_times_at_once_is_made_once(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_ids = await alice.upload_all(pictures.rocket, pictures.coffee)

    answers = await asyncio.gather(*(submit(alice, *file_ids) for _ in range(5)))

    again = await eventually(
        lambda: submit(alice, *file_ids), lambda answer: answer.status_code == CREATED
    )
    created = [answer for answer in answers if answer.status_code == CREATED]
    refused = [answer for answer in answers if answer.status_code != CREATED]
    assert again.headers["idempotent-replayed"] == "true"
    assert {answer.text for answer in created} == {again.text}
    assert len([one for one in created if "idempotent-replayed" not in one.headers]) == 1
    assert {refusal(answer) for answer in refused} <= {(409, "idempotency_key_in_use")}
    assert all("retry-after" in answer.headers for answer in refused)
    assert [job["file_id"] for job in again.json()["created"]] == file_ids
    assert len((await alice.api.jobs(order_id=alice.order_id))["jobs"]) == len(file_ids)


async def test_a_key_belongs_to_one_request(alice: Photographer, pictures: PhotoSet) -> None:
    one, two = await alice.upload_all(pictures.rocket, pictures.coffee)
    await submit(alice, one)

    other = await submit(alice, two)
    malformed = await submit(alice, two, key="a b")
    quoted = await submit(alice, one, key='"k-1"')

    assert refusal(other) == (422, "idempotency_key_reused")
    assert refusal(malformed) == (400, "invalid_idempotency_key")
    assert quoted.headers["idempotent-replayed"] == "true"
    assert (await alice.api.file(two))["job"] is None


async def test_a_revision_that_is_repeated_is_the_same_job(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    path, key = f"/api/files/{file_id}/revision", {"idempotency-key": "k-1"}

    answers = await asyncio.gather(*(alice.api.send("POST", path, headers=key) for _ in range(3)))

    assert {answer.status_code for answer in answers} == {CREATED}
    assert len({answer.text for answer in answers}) == 1
    assert len([one for one in answers if "idempotent-replayed" in one.headers]) == 2
    assert len((await alice.api.file(file_id))["jobs"]) == 1
