"""What a client has already is not sent again, and what it has not seen is not changed."""

import asyncio
from typing import Final

import httpx
import pytest

from tests.acceptance.photographer import Photographer, refusal
from tools.photos import PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

JSON: Final = {"content-type": "application/json"}


async def test_a_file_is_sent_once_and_changed_only_as_it_was_seen(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    path = f"/api/files/{file_id}"
    first = (await alice.api.send("GET", path)).headers["etag"]

    known = await alice.api.send("GET", path, headers={"if-none-match": f"W/{first}"})
    marked = await patch(alice, path, f'"other", {first}')
    late = await patch(alice, path, first)
    weak = await patch(alice, path, f"W/{marked.headers['etag']}")
    deleting = await alice.api.send("DELETE", path, headers={"if-match": first})
    deleted = await alice.api.send("DELETE", path, headers={"if-match": "*"})

    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", first)
    assert (marked.status_code, marked.json()["marked"]) == (200, True)
    assert marked.headers["etag"] == f'"{marked.json()["version"]}"' != first
    stale = {refusal(answer) for answer in (late, weak, deleting)}
    assert stale == {(412, "precondition_failed")}
    assert deleted.status_code == 204


@pytest.mark.parametrize("route", ["files", "status"])
async def test_an_order_that_is_known_is_not_sent_again(
    alice: Photographer, pictures: PhotoSet, route: str
) -> None:
    file_id = await alice.upload(pictures.rocket)
    path = f"/api/orders/{alice.order_id}/{route}"
    tag = (await alice.api.send("GET", path)).headers["etag"]
    known = await alice.api.send("GET", path, headers={"if-none-match": tag})
    await alice.api.mark(file_id)

    changed = await alice.api.send("GET", path, headers={"if-none-match": tag})

    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_who_waits_for_an_order_hears_of_its_edit_step_by_step(
    alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    cursor = (await alice.api.status(alice.order_id))["cursor"]
    path = f"/api/orders/{alice.order_id}/status?wait=25"
    waiting = asyncio.gather(*(alice.api.send("GET", f"{path}&since={cursor}") for _ in range(3)))
    await alice.submit(file_id)

    answers = await waiting
    status = answers[0].json()
    while not status["counts"]["done"]:
        tag = {"if-none-match": f'"{status["cursor"]}"'}
        answer = await alice.api.send("GET", path, headers=tag)
        assert answer.status_code == 200
        status = answer.json()

    assert {answer.status_code for answer in answers} == {200}
    assert status == await alice.api.status(alice.order_id)


async def test_who_waits_in_vain_hears_so_when_the_time_is_up(
    alice: Photographer, bob: Photographer, pictures: PhotoSet
) -> None:
    await alice.upload(pictures.rocket)
    cursor = (await alice.api.status(alice.order_id))["cursor"]
    path = f"/api/orders/{alice.order_id}/status"

    in_vain = await alice.api.send("GET", f"{path}?wait=1&since={cursor}")
    stranger = await bob.api.send("GET", f"{path}?wait=25&since={cursor}")
    too_long = await alice.api.send("GET", f"{path}?wait=26&since={cursor}")

    assert (in_vain.status_code, in_vain.headers["etag"]) == (304, f'"{cursor}"')
    assert refusal(stranger) == (403, "forbidden")
    assert refusal(too_long) == (422, "invalid_query")


async def patch(someone: Photographer, path: str, if_match: str) -> httpx.Response:
    headers = {**JSON, "if-match": if_match}
    return await someone.api.send("PATCH", path, content=b'{"marked": true}', headers=headers)
