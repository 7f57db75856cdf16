"""A file that a job holds: what may be done to it, and what has to wait."""

import dataclasses

import pytest

from actors.client import FileClient
from domain.messages.file import UpdateFile
from domain.snapshot import FileSnapshot
from tests.fakes.local_actors import LocalActors
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Darkroom
from tests.unit.factories import LEASE_MS

pytestmark = pytest.mark.anyio


async def locked(darkroom: Darkroom) -> str:
    """The path of a file that a worker holds."""
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    await darkroom.claim_only()
    return path


async def names(darkroom: Darkroom) -> list[str]:
    listed = (await darkroom.call("GET", f"{ORDER}/files")).json
    return [file["name"] for file in listed["files"]]


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("PATCH", "", {"name": "new.jpg"}),
        ("PATCH", "", {"marked": True}),
        ("PATCH", "", {"name": "beach.jpg"}),
        ("PATCH", "", {"marked": False}),
        ("DELETE", "", None),
        ("POST", "/revision", None),
    ],
    ids=["rename", "mark", "name it has", "mark it has not", "delete", "revision"],
)
async def test_a_locked_file_says_which_job_holds_it_and_until_when(
    darkroom: Darkroom, method: str, suffix: str, body: dict[str, object] | None
) -> None:
    path = await locked(darkroom)
    file = (await darkroom.call("GET", path)).json

    answer = await darkroom.call(method, path + suffix, body)

    assert answer.problem == (409, "file_locked")
    facts = ("file_id", "job_id", "attempt", "locked_since", "locked_until", "live_url")
    assert {name: answer.json[name] for name in facts} == {
        "file_id": file["id"],
        "job_id": file["job"]["id"],
        "attempt": 1,
        "locked_since": "2026-11-22T10:00:00.000Z",
        "locked_until": "2026-11-22T10:15:00.000Z",
        "live_url": "/api/orders/summer-42/live",
    }
    assert answer.headers["retry-after"] == "5"
    assert (await darkroom.call("GET", path)).json == file


async def test_a_lock_that_is_nearly_over_says_to_come_back_then(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await locked(darkroom)
    clock.advance_ms(LEASE_MS - 1_500)

    answer = await darkroom.call("DELETE", path)

    assert answer.headers["retry-after"] == "2"


async def test_a_lock_is_told_of_before_a_version_that_is_out_of_date(darkroom: Darkroom) -> None:
    path = await locked(darkroom)

    renamed = await darkroom.call("PATCH", path, {"name": "new.jpg"}, if_match='"1"')
    deleted = await darkroom.call("DELETE", path, if_match='"1"')

    assert renamed.problem == (409, "file_locked")
    assert deleted.problem == (409, "file_locked")


async def test_a_locked_file_is_skipped_by_a_submit(darkroom: Darkroom) -> None:
    path = await locked(darkroom)

    answer = await darkroom.submit(path)

    assert [file["reason"] for file in answer.json["skipped"]] == ["file_locked"]


async def test_a_refused_rename_leaves_the_old_name_and_frees_the_new_one(
    darkroom: Darkroom,
) -> None:
    path = await locked(darkroom)
    await darkroom.call("PATCH", path, {"name": "new.jpg"})

    other = await darkroom.intent("new.jpg")

    assert await names(darkroom) == ["beach.jpg"]
    assert other.status == 201


class OrdersDownMeanwhile(FileClient):
    """Files whose orders go down while they are being renamed."""

    def __init__(self, actors: LocalActors) -> None:
        super().__init__(actors.files)
        self._actors = actors

    async def update(self, file_id: str, message: UpdateFile) -> FileSnapshot:
        self._actors.orders.is_down = True
        return await super().update(file_id, message)


async def test_an_order_that_is_down_does_not_hide_why_a_rename_was_refused(
    darkroom: Darkroom,
) -> None:
    path = await locked(darkroom)
    files = OrdersDownMeanwhile(darkroom.actors)
    darkroom.services = dataclasses.replace(darkroom.services, files=files)

    answer = await darkroom.call("PATCH", path, {"name": "new.jpg"})

    assert answer.problem == (409, "file_locked")


async def test_a_file_can_be_renamed_once_its_lease_has_run_out(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await locked(darkroom)
    clock.advance_ms(LEASE_MS)

    answer = await darkroom.call("PATCH", path, {"name": "new.jpg"})

    assert (answer.status, answer.json["name"]) == (200, "new.jpg")
