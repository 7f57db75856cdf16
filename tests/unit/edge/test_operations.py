"""What operators see of the product: failed jobs, parked messages, the audit, one file, figures."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from domain.messages.operations import Park
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Answer, Darkroom
from tests.unit.factories import FILE_ID, NOW

pytestmark = pytest.mark.anyio


async def failed(darkroom: Darkroom, *names: str) -> list[str]:
    """The ids of files whose photos nobody can decode, once the operators' actor knows."""
    begun = [(await darkroom.intent(name, size_bytes=9)).json for name in names]
    [await darkroom.put(one["upload"]["url"], b"no photo!") for one in begun]
    [await darkroom.finalize(one["intent_id"]) for one in begun]
    file_ids = [one["file_id"] for one in begun]
    await darkroom.call("POST", f"{ORDER}/submit-edits", {"file_ids": file_ids})
    await darkroom.work()
    return file_ids


async def reported(darkroom: Darkroom, clock: Clock) -> None:
    """Orders report some time after the change."""
    clock.advance_ms(darkroom.settings.report_interval_ms)
    await darkroom.actors.ring()


async def figures(darkroom: Darkroom) -> dict[str, float]:
    """Those of the orders that are not nought."""
    text = (await darkroom.operate("GET", "/ops/metrics")).text
    found = (s for family in text_string_to_metric_families(text) for s in family.samples)
    return {
        ":".join((s.name, *s.labels.values())): s.value
        for s in found
        if s.value and "rollout" not in s.name
    }


def names_of(answer: Answer) -> list[str]:
    return [job["file_name"] for job in answer.json["jobs"]]


# --- Lists -------------------------------------------------------------------------------------


async def test_failed_jobs_are_listed_with_their_reason(darkroom: Darkroom, clock: Clock) -> None:
    (file_id,) = await failed(darkroom, "a.jpg")
    await reported(darkroom, clock)

    listed = (await darkroom.operate("GET", "/ops/jobs?status=failed")).json

    (job,) = listed.pop("jobs")
    assert listed == {"remaining": 0, "next_cursor": None}
    assert (job["file_id"], job["file_name"], job["user_id"]) == (file_id, "a.jpg", "alice")
    assert (job["status"], job["error"]["code"]) == ("failed", "unsupported_image")


async def test_failed_jobs_are_listed_page_by_page(darkroom: Darkroom, clock: Clock) -> None:
    await failed(darkroom, "a.jpg", "b.jpg", "c.jpg")
    await reported(darkroom, clock)

    first = await darkroom.operate("GET", "/ops/jobs?limit=2")
    cursor = first.json["next_cursor"]
    second = await darkroom.operate("GET", f"/ops/jobs?limit=2&cursor={cursor}")

    assert sorted(names_of(first) + names_of(second)) == ["a.jpg", "b.jpg", "c.jpg"]
    assert (first.json["remaining"], second.json["remaining"]) == (1, 0)


async def test_parked_messages_are_listed(darkroom: Darkroom) -> None:
    park = Park(message_id="m1", queue="edit-jobs-dead", body="{}", reason="unread")
    await darkroom.services.operations.park(park)

    listed = (await darkroom.operate("GET", "/ops/dead")).json

    assert listed == {
        "messages": [
            {
                "id": "m1",
                "queue": "edit-jobs-dead",
                "body": "{}",
                "reason": "unread",
                "parked_at": NOW,
                "redriven": False,
            }
        ],
        "next_cursor": None,
    }


async def test_what_operators_did_is_listed(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    file_id = path.rsplit("/", 1)[1]
    paused = (await darkroom.operate("POST", f"/ops/files/{file_id}/pause", "a look first")).json

    (record,) = (await darkroom.operate("GET", "/ops/audit")).json["records"]

    assert record == {
        "action_id": paused["action_id"],
        "at": NOW,
        "operator": "olga",
        "operation": "pause",
        "target": file_id,
        "reason": "a look first",
        "before": "queued, token 0",
        "after": "queued, paused, token 0",
    }


async def test_the_audit_of_one_target_tells_of_no_other(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    file_id = path.rsplit("/", 1)[1]
    await darkroom.operate("POST", f"/ops/files/{file_id}/pause", "one")
    await darkroom.operate("POST", "/ops/orders/summer-42/pause", "two")

    of_order = (await darkroom.operate("GET", "/ops/audit?target=summer-42")).json["records"]
    of_file = (await darkroom.operate("GET", f"/ops/audit?target={file_id}")).json["records"]

    assert [record["reason"] for record in of_order] == ["two"]
    assert [record["reason"] for record in of_file] == ["one"]


@pytest.mark.parametrize(
    "query",
    [
        "jobs?status=done",
        "jobs?status=FAILED",
        "jobs?limit=0",
        "jobs?limit=201",
        "jobs?cursor=x",
        "dead?limit=x",
        "audit?cursor=-1",
        "audit?target=" + "x" * 129,
    ],
)
async def test_a_query_out_of_its_bounds_is_refused(darkroom: Darkroom, query: str) -> None:
    answer = await darkroom.operate("GET", f"/ops/{query}")

    assert answer.problem == (422, "invalid_query")
    assert darkroom.actors.operations.calls == 0


# --- One file ----------------------------------------------------------------------------------


async def test_a_file_in_work_shows_its_holder_and_deadlines(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    await darkroom.claim_only()

    seen = (await darkroom.operate("GET", path.replace("/api/", "/ops/"))).json

    assert seen["holder"] == {
        "job_id": seen["file"]["job"]["id"],
        "attempt": 1,
        "token": 1,
        "worker_id": "worker-1",
        "since": NOW,
        "until": "2026-11-22T10:15:00.000Z",
    }
    assert (seen["fencing_token"], seen["owner_id"], seen["leftovers"]) == (1, "alice", 0)
    assert (seen["paused"], seen["order_paused"], seen["deleted"]) == (False, False, False)
    assert seen["deadlines"] == [
        {"kind": "lease", "due_at": "2026-11-22T10:15:00.000Z", "tries": 0}
    ]
    assert [moment["event"] for moment in seen["timeline"]] == [
        "file.registered",
        "job.queued",
        "job.claimed",
    ]
    assert seen["timeline"][-1]["at"] == NOW
    assert seen["timeline"][-1]["token"] == 1


async def test_a_file_shows_what_was_done_to_it(darkroom: Darkroom) -> None:
    path = (await darkroom.edited()).replace("/api/", "/ops/")
    await darkroom.operate("POST", f"{path}/pause", "hold on")

    seen = (await darkroom.operate("GET", path)).json

    assert (seen["paused"], seen["holder"]) == (True, None)
    assert sorted(moment["event"] for moment in seen["timeline"]) == [
        "file.registered",
        "job.claimed",
        "job.finished",
        "job.queued",
        "operator.acted",
    ]


async def test_a_deleted_file_can_still_be_looked_into(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.call("DELETE", path)

    seen = (await darkroom.operate("GET", path.replace("/api/", "/ops/"))).json

    assert seen["deleted"]


async def test_a_file_that_never_was_is_not_found(darkroom: Darkroom) -> None:
    answer = await darkroom.operate("GET", f"/ops/files/{FILE_ID}")

    assert answer.problem == (404, "file_not_found")


# --- Figures -----------------------------------------------------------------------------------


async def test_the_figures_are_prometheus_text(darkroom: Darkroom) -> None:
    answer = await darkroom.operate("GET", "/ops/metrics")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_figures_follow_what_happened(darkroom: Darkroom, clock: Clock) -> None:
    assert await figures(darkroom) == {}
    await darkroom.edited("good.jpg")
    await failed(darkroom, "bad.jpg")
    await darkroom.uploaded("waiting.jpg")

    await reported(darkroom, clock)

    counted = await figures(darkroom)
    assert counted.pop("darkroom_copied_bytes_total") > 0
    assert counted == {
        "darkroom_orders": 1,
        "darkroom_files:queued": 1,
        "darkroom_files:done": 1,
        "darkroom_files:failed": 1,
        "darkroom_jobs_ended_total:edit_done": 1,
        "darkroom_jobs_ended_total:edit_failed": 1,
        "darkroom_job_attempts_total": 2,
        "darkroom_failed_jobs": 1,
    }


async def test_a_failed_job_that_was_mended_is_counted_no_longer_as_failed(
    darkroom: Darkroom, clock: Clock
) -> None:
    (file_id,) = await failed(darkroom, "a.jpg")
    await reported(darkroom, clock)
    await darkroom.call("DELETE", f"/api/files/{file_id}")

    await reported(darkroom, clock)

    assert (await darkroom.operate("GET", "/ops/jobs")).json["jobs"] == []
    assert "darkroom_failed_jobs" not in await figures(darkroom)


async def test_a_report_that_could_not_be_told_is_told_later(
    darkroom: Darkroom, clock: Clock
) -> None:
    await darkroom.edited()
    darkroom.actors.operations.is_down = True
    await reported(darkroom, clock)
    darkroom.actors.operations.is_down = False

    await reported(darkroom, clock)

    assert (await figures(darkroom))["darkroom_files:done"] == 1
