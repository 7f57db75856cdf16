"""A file that a job holds: what may be done to it, and what has to wait."""

import dataclasses

import pytest

from actors.client import FileClient
from domain.messages import UpdateFile
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
    ("method", "body"), [("PATCH", {"name": "new.jpg"}), ("DELETE", None)], ids=["rename", "delete"]
)
async def test_a_locked_file_says_which_job_holds_it_and_until_when(
    darkroom: Darkroom, method: str, body: dict[str, str] | None
) -> None:
    path = await locked(darkroom)
    job = (await darkroom.call("GET", path)).json["job"]

    answer = await darkroom.call(method, path, body)

    assert answer.problem == (409, "file_locked")
    assert answer.json["job_id"] == job["id"]
    assert answer.json["locked_since"] == "2026-11-22T10:00:00.000Z"
    assert answer.json["locked_until"] == "2026-11-22T10:15:00.000Z"
    assert answer.headers["retry-after"] == "900"


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


async def test_a_locked_file_can_be_marked(darkroom: Darkroom) -> None:
    path = await locked(darkroom)

    answer = await darkroom.call("PATCH", path, {"marked": True})

    assert (answer.status, answer.json["marked"]) == (200, True)
