"""Files that are not adopted: the origin does not let go of them, or of what cannot be so."""

import json

import pytest

from tests.unit.darkroom import ORDER, Darkroom
from tests.unit.edge.legacy import (
    FILE_PATH,
    FILE_URL,
    Legacy,
    Shape,
    a_legacy_file,
    a_legacy_job,
    another_legacy_file,
)
from tests.unit.edge.legacy_steps import (
    CHANGES,
    PREVIEW_URL,
    Step,
    before,
    delete,
    look,
    look_at_job,
    look_at_preview,
    mark,
    rename,
    revise,
)
from tests.unit.factories import FILE_ID, JOB_ID, OTHER_FILE_ID

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize("step", [*CHANGES, look, look_at_preview])
@pytest.mark.parametrize(
    ("status", "code"), [(401, "unauthorized"), (401, "token_expired"), (403, "forbidden")]
)
async def test_the_origins_refusal_is_ours(step: Step, status: int, code: str) -> None:
    legacy = Legacy()
    legacy.refuses(FILE_URL, status, code)
    legacy.refuses(PREVIEW_URL, status, code)

    answer = await step(legacy)

    assert (answer.status, answer.json["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (rename, "file_not_found"),
        (mark, "file_not_found"),
        (delete, "file_not_found"),
        (revise, "file_not_found"),
        (look, "file_not_found"),
        (look_at_preview, "preview_not_found"),
        (look_at_job, "job_not_found"),
    ],
)
async def test_what_neither_side_knows_is_not_there(step: Step, code: str) -> None:
    answer = await step(Legacy())

    assert (answer.status, answer.json["error"]["code"]) == (404, code)


@pytest.mark.parametrize("step", [*CHANGES, look, look_at_preview, look_at_job])
async def test_while_the_origin_is_down_nobody_can_say(step: Step) -> None:
    legacy = Legacy()
    legacy.web.is_down = True

    assert (await step(legacy)).status == 502


@pytest.mark.parametrize("step", CHANGES)
@pytest.mark.parametrize(
    "shape",
    [
        a_legacy_file(object_key="user/bob/orders/summer-42/raw/old.jpg"),
        a_legacy_file(object_key="user/alice/orders/winter-43/raw/old.jpg"),
        a_legacy_file(object_key=""),
        {"id": OTHER_FILE_ID},
        a_legacy_file(file_id=OTHER_FILE_ID),
    ],
)
async def test_what_cannot_be_so_is_not_believed(step: Step, shape: Shape) -> None:
    legacy = Legacy()
    legacy.web.answer(FILE_URL, json.dumps(shape))

    assert (await step(legacy)).status == 502


@pytest.mark.parametrize("step", CHANGES)
@pytest.mark.parametrize(
    ("status", "code"), [("queued", "job_active"), ("in_progress", "file_locked")]
)
async def test_while_the_origin_edits_it_it_is_the_origins(
    step: Step, status: str, code: str
) -> None:
    is_locked = status == "in_progress"
    job = a_legacy_job(status)
    legacy = before(a_legacy_file(status=status, locked=is_locked, job=job))

    answer = await step(legacy)

    assert answer.problem == (409, code)
    assert answer.json["job_id"] == JOB_ID


async def test_a_submit_skips_what_cannot_be_adopted_and_goes_on() -> None:
    legacy = before(a_legacy_file(status="queued", job=a_legacy_job("queued")))
    legacy.tells(another_legacy_file())
    body = {"file_ids": [FILE_ID, OTHER_FILE_ID, f"file_{'a' * 32}"]}

    told = (await legacy.call("POST", f"{ORDER}/submit-edits", body)).json

    assert [job["file_id"] for job in told["created"]] == [OTHER_FILE_ID]
    assert [skipped["reason"] for skipped in told["skipped"]] == ["job_active", "file_not_found"]


async def test_nobody_takes_anothers_file_by_asking_for_it_under_a_session_of_their_own() -> None:
    legacy = before(a_legacy_file())
    await mark(legacy)

    answer = await legacy.call("PATCH", FILE_PATH, {"marked": False}, user_id="bob")

    assert answer.status == 403
    assert len(legacy.asked(FILE_URL)) == 1


async def test_standing_alone_what_is_unknown_is_unknown() -> None:
    darkroom = Darkroom()

    assert (await darkroom.call("GET", FILE_PATH)).status == 404
    assert darkroom.web.asked == []
