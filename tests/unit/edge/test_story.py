"""The story of an order through every part, and what a part that is down costs."""

import json

import pytest

from domain.ids import new_job_id
from domain.messages.file import Submit
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Darkroom
from tests.unit.factories import LEASE_MS

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["queue", "cron"])
def darkroom(clock: Clock, request: pytest.FixtureRequest) -> Darkroom:  # noqa: ARG001 -- it stands still
    """Its jobs are carried by the one or the other: nobody may notice."""
    return Darkroom(job_transport=request.param)


async def counts(darkroom: Darkroom) -> dict[str, int]:
    told: dict[str, int] = (await darkroom.call("GET", f"{ORDER}/status")).json["counts"]
    return {state: count for state, count in told.items() if count}


async def statuses_after(darkroom: Darkroom, clock: Clock, minutes: int) -> str:
    """Minute by minute, alarms ring and the consumer works."""
    for _ in range(minutes):
        clock.advance_ms(60_000)
        await darkroom.actors.ring()
        await darkroom.work()
    (file,) = (await darkroom.call("GET", f"{ORDER}/files")).json["files"]
    status: str = file["status"]
    return status


async def test_a_submitted_file_goes_from_queued_to_done(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    waiting = await counts(darkroom)

    await darkroom.work()

    assert waiting == {"queued": 1}
    assert await counts(darkroom) == {"done": 1}


async def test_a_worker_that_is_never_heard_of_again_costs_one_lease(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    await darkroom.claim_only()
    held = await counts(darkroom)

    status = await statuses_after(darkroom, clock, 1 + LEASE_MS // 60_000)

    assert held == {"in_progress": 1}
    assert status == "done"


async def test_an_order_that_was_down_hears_of_everything_later(
    darkroom: Darkroom, clock: Clock
) -> None:
    path = await darkroom.uploaded()
    darkroom.actors.orders.is_down = True
    file_id = path.rsplit("/", 1)[1]
    await darkroom.services.files.submit(
        file_id,
        Submit(caller_id="alice", order_id="summer-42", job_id=new_job_id(file_id)),
    )
    await darkroom.work()
    darkroom.actors.orders.is_down = False

    status = await statuses_after(darkroom, clock, 1)

    assert status == "done"
    assert (await darkroom.call("GET", "/api/notifications")).json["unread"] == 1


async def test_watchers_see_each_state_in_order(darkroom: Darkroom) -> None:
    await darkroom.edited()

    events = darkroom.actors.orders.actors["summer-42"].events

    assert [json.loads(event.text)["data"]["file"]["status"] for event in events] == [
        "queued",
        "queued",
        "in_progress",
        "done",
    ]
