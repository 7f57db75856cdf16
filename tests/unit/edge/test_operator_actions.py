"""What operators do, over HTTP: with a reason, recorded, and told to the log."""

import json

import pytest

from domain.limits import REASON_CHARACTERS_MAX
from tests.unit.darkroom import ORDER, Darkroom, a_request
from tests.unit.edge.acting import (
    ORDER_OPS,
    a_file,
    acted,
    failed_job,
    job_path,
    parked,
    seen,
)
from tests.unit.factories import FILE_ID, JOB_ID, OPERATOR_TOKEN

pytestmark = pytest.mark.anyio

# --- What each does ----------------------------------------------------------------------------


async def test_an_answer_tells_what_was_found_and_what_was_left(darkroom: Darkroom) -> None:
    path = await a_file(darkroom)

    answer = await darkroom.operate("POST", f"{path}/pause", "a look first")

    job_id = (await seen(darkroom, path))["file"]["job"]["id"]
    assert answer.status == 200
    assert answer.json["action_id"].startswith("act_")
    assert answer.json == {
        "action_id": answer.json["action_id"],
        "changed": True,
        "before": f"{job_id} queued, token 0",
        "after": f"{job_id} queued, paused, token 0",
        "job_id": job_id,
    }


async def test_a_paused_file_is_worked_on_when_it_is_resumed(darkroom: Darkroom) -> None:
    path = await a_file(darkroom)
    await darkroom.operate("POST", f"{path}/pause", "hold on")
    await darkroom.work()
    held = (await seen(darkroom, path))["file"]["status"]

    await darkroom.operate("POST", f"{path}/resume", "go on")
    await darkroom.work()

    assert (held, (await seen(darkroom, path))["file"]["status"]) == ("queued", "done")


async def test_a_file_whose_lock_was_forced_has_a_higher_token(darkroom: Darkroom) -> None:
    path = await a_file(darkroom)
    await darkroom.claim_only()

    answer = await darkroom.operate("POST", f"{path}/force-unlock", "its worker is gone")

    file = await seen(darkroom, path)
    assert answer.json["changed"]
    assert (file["holder"], file["fencing_token"]) == (None, 2)
    assert file["file"]["locked"] is False


async def test_a_cancelled_job_has_failed(darkroom: Darkroom) -> None:
    path = await a_file(darkroom)

    await darkroom.operate("POST", f"{await job_path(darkroom, path)}/cancel", "not wanted")

    job = (await seen(darkroom, path))["file"]["job"]
    assert (job["status"], job["error"]["code"]) == ("failed", "cancelled")


async def test_a_failed_job_is_redriven_as_a_new_one(darkroom: Darkroom) -> None:
    job = await failed_job(darkroom)

    answer = await darkroom.operate("POST", f"{job}/redrive", "mended")
    await darkroom.work()

    assert answer.json["job_id"] != job.rsplit("/", 1)[1]
    new = (await darkroom.call("GET", f"/api/jobs/{answer.json['job_id']}")).json
    assert new["status"] == "done"


async def test_a_job_that_has_not_failed_cannot_be_redriven(darkroom: Darkroom) -> None:
    job = await job_path(darkroom, await a_file(darkroom))

    answer = await darkroom.operate("POST", f"{job}/redrive", "why not")

    assert answer.problem == (409, "job_not_failed")


@pytest.mark.parametrize("verb", ["redrive", "cancel"])
async def test_a_job_that_is_its_files_newest_no_longer_is_told_apart_from_one_that_never_was(
    darkroom: Darkroom, verb: str
) -> None:
    path = await darkroom.edited()
    past = (await darkroom.call("GET", path)).json["job"]["id"]
    await darkroom.submit(path)
    newest = (await darkroom.call("GET", path)).json["job"]["id"]

    superseded = await darkroom.operate("POST", f"/ops/jobs/{past}/{verb}", "why not")
    unknown = await darkroom.operate("POST", f"/ops/jobs/{past[:-8]}{'0' * 8}/{verb}", "why not")

    assert superseded.problem == (409, "job_superseded")
    assert superseded.json["job_id"] == newest
    assert unknown.problem == (404, "job_not_found")


async def test_a_paused_order_pauses_its_files(darkroom: Darkroom) -> None:
    path = await a_file(darkroom)

    paused = await darkroom.operate("POST", f"{ORDER_OPS}/pause", "hold on")

    status = (await darkroom.call("GET", f"{ORDER}/status")).json
    assert (paused.json["changed"], paused.json["job_id"]) == (True, None)
    assert (await seen(darkroom, path))["order_paused"]
    assert status["counts"]["queued"] == 1


async def test_a_resumed_order_resumes_its_files(darkroom: Darkroom) -> None:
    path = await a_file(darkroom)
    await darkroom.operate("POST", f"{ORDER_OPS}/pause", "hold on")

    await darkroom.operate("POST", f"{ORDER_OPS}/resume", "go on")
    await darkroom.work()

    assert (await seen(darkroom, path))["file"]["status"] == "done"


async def test_an_order_is_rebuilt_from_its_files(darkroom: Darkroom) -> None:
    await a_file(darkroom)

    answer = await darkroom.operate("POST", f"{ORDER_OPS}/rebuild", "the counts look odd")

    assert answer.json["changed"]
    assert answer.json["before"] == answer.json["after"]


async def test_a_parked_message_is_sent_again(darkroom: Darkroom) -> None:
    path = await a_file(darkroom)
    (lost,) = darkroom.actors.queue.take()
    message = await parked(darkroom, json.dumps(lost))

    answer = await darkroom.operate("POST", f"{message}/redrive", "the consumer is mended")
    await darkroom.work()

    assert answer.json["changed"]
    assert (await seen(darkroom, path))["file"]["status"] == "done"
    assert (await darkroom.operate("GET", "/ops/dead")).json["messages"] == []


async def test_a_parked_message_is_discarded(darkroom: Darkroom) -> None:
    message = await parked(darkroom)

    answer = await darkroom.operate("POST", f"{message}/discard", "not ours")

    assert (answer.json["changed"], answer.json["after"]) == (True, "discarded")
    assert (await darkroom.operate("GET", "/ops/dead")).json["messages"] == []


async def test_a_parked_message_that_names_no_job_cannot_be_sent_again(darkroom: Darkroom) -> None:
    message = await parked(darkroom, '{"no": "job"}')

    answer = await darkroom.operate("POST", f"{message}/redrive", "why not")

    assert answer.problem == (409, "parked_unreadable")


# --- The reason, and the log --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{}", (422, "invalid_body")),
        (b'{"reason": ""}', (422, "invalid_body")),
        (b'{"reason": " \\n"}', (422, "invalid_body")),
        (b'{"reason": null}', (422, "invalid_body")),
        (b'{"reason": "x", "force": true}', (422, "invalid_body")),
        (b"reason", (400, "malformed_json")),
        (b"", (400, "malformed_json")),
    ],
)
async def test_nothing_is_done_without_a_reason(
    darkroom: Darkroom, body: bytes, problem: tuple[int, str]
) -> None:
    path = await a_file(darkroom)
    headers = {"authorization": f"Bearer {OPERATOR_TOKEN}", "content-type": "application/json"}

    answer = await darkroom.send(a_request("POST", f"{path}/pause", headers, body))

    assert answer.problem == problem
    assert not (await seen(darkroom, path))["paused"]


@pytest.mark.parametrize(
    ("characters", "status"), [(REASON_CHARACTERS_MAX, 200), (REASON_CHARACTERS_MAX + 1, 422)]
)
async def test_a_reason_is_no_essay(darkroom: Darkroom, characters: int, status: int) -> None:
    path = await a_file(darkroom)

    answer = await darkroom.operate("POST", f"{path}/pause", f" {'é' * characters}\n")

    assert answer.status == status


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (f"/ops/files/{FILE_ID}/pause", (404, "file_not_found")),
        (f"/ops/jobs/{JOB_ID}/cancel", (404, "file_not_found")),
        ("/ops/jobs/job_1/cancel", (404, "job_not_found")),
        ("/ops/orders/nobodys/pause", (404, "order_not_found")),
        ("/ops/dead/m1/discard", (404, "parked_not_found")),
    ],
)
async def test_what_there_is_not_cannot_be_acted_upon(
    darkroom: Darkroom, path: str, problem: tuple[int, str]
) -> None:
    answer = await darkroom.operate("POST", path, "why not")

    assert answer.problem == problem


async def test_an_action_is_one_line_in_the_log_without_its_reason(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await a_file(darkroom)
    capsys.readouterr()

    answer = await darkroom.operate("POST", f"{path}/pause", "a secret reason")

    (line,) = acted(capsys)
    assert line.pop("at_ms") > 0
    assert line == {
        "event": "operator.acted",
        "req_id": "req-1",
        "operator": "olga",
        "operation": "pause",
        "target": path.rsplit("/", 1)[1],
        "action_id": answer.json["action_id"],
        "changed": True,
    }
