"""Operators who do a thing twice do it once; and all failed jobs redriven, each once."""

import pytest

from domain.limits import IDEMPOTENCY_KEY_CHARACTERS_MAX
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Darkroom
from tests.unit.edge.acting import KEY, a_file, acted, all_failed, audited, redrive, seen
from tests.unit.factories import OPERATOR_TOKEN

pytestmark = pytest.mark.anyio


# --- Doing it twice does it once ---------------------------------------------------------------


@pytest.mark.parametrize("verb", ["pause", "force-unlock"])
async def test_where_there_is_nothing_to_do_nothing_is_recorded(
    darkroom: Darkroom, verb: str
) -> None:
    path = await a_file(darkroom)
    await darkroom.claim_only()
    await darkroom.operate("POST", f"{path}/{verb}", "one")

    again = await darkroom.operate("POST", f"{path}/{verb}", "two")

    assert not again.json["changed"]
    assert again.json["before"] == again.json["after"]
    assert len(await audited(darkroom)) == 1


async def test_the_same_key_is_the_same_action(darkroom: Darkroom) -> None:
    path = await a_file(darkroom)
    first = await darkroom.operate("POST", f"{path}/pause", "hold on", KEY)
    await darkroom.operate("POST", f"{path}/resume", "go on")

    second = await darkroom.operate("POST", f"{path}/pause", "hold on", KEY)

    assert second.json == first.json
    assert not (await seen(darkroom, path))["paused"]
    assert await audited(darkroom) == ["resume", "pause"]


async def test_without_a_key_every_action_is_another(darkroom: Darkroom) -> None:
    path = await a_file(darkroom)
    first = await darkroom.operate("POST", f"{path}/pause", "hold on")
    await darkroom.operate("POST", f"{path}/resume", "go on")

    second = await darkroom.operate("POST", f"{path}/pause", "hold on")

    assert second.json["action_id"] != first.json["action_id"]
    assert second.json["changed"]


@pytest.mark.usefixtures("clock")
async def test_a_key_counts_for_one_path_and_one_operator() -> None:
    darkroom = Darkroom(operator_tokens=f"olga:{OPERATOR_TOKEN},otto:{'p' * 16}")
    path = await a_file(darkroom)
    otto = {**KEY, "authorization": "Bearer " + "p" * 16}

    answers = [
        await darkroom.operate("POST", f"{path}/pause", "one", KEY),
        await darkroom.operate("POST", f"{path}/resume", "one", KEY),
        await darkroom.operate("POST", f"{path}/pause", "one", otto),
    ]

    assert [answer.json["changed"] for answer in answers] == [True] * 3
    assert len({answer.json["action_id"] for answer in answers}) == 3


@pytest.mark.parametrize("key", ["", "k" * (IDEMPOTENCY_KEY_CHARACTERS_MAX + 1)])
async def test_a_key_out_of_its_bounds_is_refused(darkroom: Darkroom, key: str) -> None:
    path = await a_file(darkroom)

    answer = await darkroom.operate("POST", f"{path}/pause", "one", {"idempotency-key": key})

    assert answer.problem == (400, "invalid_idempotency_key")


# --- All failed jobs ----------------------------------------------------------------------------


async def test_all_failed_jobs_are_redriven(darkroom: Darkroom, clock: Clock) -> None:
    await all_failed(darkroom, clock, "a.jpg", "b.jpg", "c.jpg")

    answer = (await redrive(darkroom)).json
    await darkroom.work()

    assert (answer["remaining"], answer["next_cursor"]) == (0, None)
    assert [job["changed"] for job in answer["jobs"]] == [True] * 3
    assert (await darkroom.call("GET", f"{ORDER}/status")).json["counts"]["done"] == 3


async def test_as_many_as_asked_for_are_redriven_and_the_others_next(
    darkroom: Darkroom, clock: Clock
) -> None:
    await all_failed(darkroom, clock, "a.jpg", "b.jpg", "c.jpg")

    first = (await redrive(darkroom, "?limit=2")).json
    second = (await redrive(darkroom, f"?limit=2&cursor={first['next_cursor']}")).json

    assert (first["remaining"], second["remaining"]) == (1, 0)
    assert [job["changed"] for job in first["jobs"] + second["jobs"]] == [True] * 3


async def test_a_job_that_was_redriven_is_passed_over_while_it_is_still_listed(
    darkroom: Darkroom, clock: Clock
) -> None:
    await all_failed(darkroom, clock, "a.jpg")
    first = (await redrive(darkroom)).json

    second = (await redrive(darkroom)).json

    assert [job["changed"] for job in second["jobs"]] == [False]
    assert second["jobs"][0]["job_id"] == first["jobs"][0]["job_id"]
    assert (await audited(darkroom)).count("redrive") == 1


async def test_the_same_key_redrives_each_job_once(darkroom: Darkroom, clock: Clock) -> None:
    await all_failed(darkroom, clock, "a.jpg", "b.jpg")

    first = (await redrive(darkroom, headers=KEY)).json
    second = (await redrive(darkroom, headers=KEY)).json

    assert second == first
    assert len({job["action_id"] for job in first["jobs"]}) == 2


async def test_one_that_cannot_be_redriven_says_why_and_stops_no_other(
    darkroom: Darkroom, clock: Clock
) -> None:
    await all_failed(darkroom, clock, "a.jpg", "b.jpg")
    listed = (await darkroom.operate("GET", "/ops/jobs")).json["jobs"]
    await darkroom.call("DELETE", f"/api/files/{listed[0]['file_id']}")

    first, second = (await redrive(darkroom)).json["jobs"]

    assert (first["code"], first["changed"], second["changed"]) == ("file_deleted", False, True)


async def test_what_does_not_answer_is_to_be_tried_again(darkroom: Darkroom, clock: Clock) -> None:
    await all_failed(darkroom, clock, "a.jpg")
    darkroom.actors.files.is_down = True

    (job,) = (await redrive(darkroom)).json["jobs"]

    assert (job["code"], job["changed"]) == ("unavailable", False)


@pytest.mark.parametrize("limit", [0, 101])
async def test_a_limit_out_of_its_bounds_is_refused(darkroom: Darkroom, limit: int) -> None:
    assert (await redrive(darkroom, f"?limit={limit}")).problem == (422, "invalid_query")


async def test_each_of_many_is_a_line_in_the_log(
    darkroom: Darkroom, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    await all_failed(darkroom, clock, "a.jpg", "b.jpg")
    capsys.readouterr()

    answer = await redrive(darkroom)

    logged = {(line["target"], line["action_id"]) for line in acted(capsys)}
    assert logged == {(job["failed_job_id"], job["action_id"]) for job in answer.json["jobs"]}
