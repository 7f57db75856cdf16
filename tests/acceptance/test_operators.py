"""Operators look into what happens and put it right: each action once, its reason on record."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.acceptance.operators import Operator, operator
from tests.acceptance.photographer import Photographer, eventually, refusal
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]


@pytest.fixture
async def olga(server: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Operator]:
    async with operator(server.url, worker_secrets["OPERATOR_TOKENS"]) as someone:
        yield someone


async def test_a_session_opens_no_door_of_the_operators(alice: Photographer) -> None:
    answer = await alice.api.send("GET", "/ops/metrics")

    assert refusal(answer) == (401, "operator_needed")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_file_whose_worker_hangs_is_unlocked_and_edited_by_another(
    alice: Photographer, olga: Operator, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.galaxies)
    async with alice.watch() as watch:
        await alice.submit(file_id)
        await watch.until(file_id, "in_progress")
        held = await olga.see(f"files/{file_id}")

        unlocked = await olga.act(f"files/{file_id}/force-unlock", "its worker hangs", "once")
        again = await olga.act(f"files/{file_id}/force-unlock", "its worker hangs", "once")
        await watch.until(file_id, "done")

    seen = await olga.see(f"files/{file_id}")
    assert held["holder"]["token"] == 1
    assert (unlocked["changed"], again) == (True, unlocked)
    assert (seen["holder"], seen["fencing_token"]) == (None, 3)
    told = [(moment["event"], moment["token"]) for moment in seen["timeline"]]
    assert told == [
        ("file.registered", None),
        ("job.queued", None),
        ("job.claimed", 1),
        ("operator.acted", None),
        ("job.requeued", 1),
        ("job.claimed", 3),
        ("job.finished", 3),
    ]


async def test_a_failed_job_is_listed_and_redriven_and_the_audit_tells_of_it(
    alice: Photographer, olga: Operator, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.corrupt)
    await alice.finish(file_id)
    listed = await eventually(
        lambda: olga.see("jobs?status=failed"),
        lambda page: any(job["file_id"] == file_id for job in page["jobs"]),
    )
    (job,) = [job for job in listed["jobs"] if job["file_id"] == file_id]

    async with alice.watch() as watch:
        redriven = await olga.act(f"jobs/{job['id']}/redrive", "to see it fail again")
        await watch.until(file_id, "failed")

    assert redriven["changed"]
    (record,) = (await olga.see(f"audit?target={file_id}"))["records"]
    assert (record["action_id"], record["reason"]) == (
        redriven["action_id"],
        "to see it fail again",
    )
    assert (await alice.api.file(file_id))["job"] != job


async def test_a_paused_order_waits_until_it_is_resumed(
    alice: Photographer, olga: Operator, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    await olga.act(f"orders/{alice.order_id}/pause")
    async with alice.watch() as watch:
        await alice.submit(file_id)
        held = await olga.see(f"files/{file_id}")
        await olga.act(f"orders/{alice.order_id}/resume")
        await watch.until(file_id, "done")

    assert (held["file"]["status"], held["order_paused"]) == ("queued", True)
    assert "dispatch" not in {deadline["kind"] for deadline in held["deadlines"]}


async def test_the_figures_follow_what_happens(
    alice: Photographer, olga: Operator, pictures: PhotoSet
) -> None:
    before = await olga.figures()
    size = pictures.coffee.path.stat().st_size

    file_id = await alice.upload(pictures.coffee)
    await alice.finish(file_id)

    after = await eventually(
        olga.figures, lambda now: risen(before, now)["darkroom_copied_bytes_total"] >= size
    )
    grown = risen(before, after)
    assert grown["darkroom_orders"] >= 1
    assert grown["darkroom_jobs_ended_total:edit_done"] >= 1
    assert grown["darkroom_job_work_seconds_total"] > 0


def risen(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """By how much; other orders may have reported meanwhile, and other statuses been answered."""
    return {name: figure - before.get(name, 0) for name, figure in after.items()}


async def test_what_does_not_exist_cannot_be_acted_upon(olga: Operator) -> None:
    with pytest.raises(httpx.HTTPStatusError) as refused:
        await olga.act("dead/nobodys/discard")

    assert refusal(refused.value.response) == (404, "parked_not_found")
