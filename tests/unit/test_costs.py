"""What each step of a photo costs in billable operations. Raise a number only with a reason."""

from dataclasses import replace

import pytest

from tests.unit.conftest import Clock
from tests.unit.costs import Costs, Time, cost_of
from tests.unit.darkroom import ORDER, Darkroom

pytestmark = pytest.mark.anyio

DAY_MS = 24 * 3_600_000
LEASE_MS = 15 * 60_000
REPORT_MS = 10_000  # how long an order waits before it reports to operators


@pytest.fixture
def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    return Darkroom()


@pytest.fixture
def time(darkroom: Darkroom, clock: Clock) -> Time:
    return Time(darkroom, clock)


# --- Uploads ------------------------------------------------------------------------------------


async def test_the_cost_of_the_first_intent_of_an_order(darkroom: Darkroom) -> None:
    cost = await cost_of(darkroom, darkroom.intent)

    assert cost == Costs(calls=2, file_rows=0, order_rows=6, inbox_rows=1, alarms_set=2)


async def test_the_cost_of_any_other_intent(darkroom: Darkroom) -> None:
    await darkroom.intent()

    cost = await cost_of(darkroom, lambda: darkroom.intent("other.jpg"))

    assert cost == Costs(calls=1, file_rows=0, order_rows=1, inbox_rows=0, alarms_set=0)


async def test_the_cost_of_storing_the_bytes(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent()).json

    cost = await cost_of(darkroom, lambda: darkroom.put(begun["upload"]["url"]))

    assert cost == Costs(
        calls=0, file_rows=0, order_rows=0, inbox_rows=0, alarms_set=0, object_calls=1
    )


async def test_the_cost_of_a_finalize(darkroom: Darkroom) -> None:
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])

    cost = await cost_of(darkroom, lambda: darkroom.finalize(begun["intent_id"]))

    assert cost == Costs(
        calls=2, file_rows=3, order_rows=5, inbox_rows=0, alarms_set=2, object_calls=1
    )


# --- Looking ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/api/files/{file_id}",
        f"{ORDER}/status",
        f"{ORDER}/files",
        f"/api/jobs?order_id={ORDER[12:]}",
    ],
)
async def test_looking_is_one_call_and_writes_nothing(darkroom: Darkroom, path: str) -> None:
    file_id = (await darkroom.edited()).rsplit("/", 1)[1]

    cost = await cost_of(darkroom, lambda: darkroom.call("GET", path.format(file_id=file_id)))

    assert cost == Costs(calls=1, file_rows=0, order_rows=0, inbox_rows=0, alarms_set=0)


async def test_a_refused_delete_of_a_locked_file_writes_nothing(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()
    await darkroom.submit(path)
    await darkroom.claim_only()

    cost = await cost_of(darkroom, lambda: darkroom.call("DELETE", path))

    assert cost == Costs(calls=1, file_rows=0, order_rows=0, inbox_rows=0, alarms_set=0)


# --- An edit ------------------------------------------------------------------------------------


async def test_the_cost_of_a_submit(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    cost = await cost_of(darkroom, lambda: darkroom.submit(path))

    assert cost == Costs(
        calls=3, file_rows=5, order_rows=4, inbox_rows=0, alarms_set=2, queue_sends=1
    )


async def test_the_cost_of_a_submit_with_an_idempotency_key(darkroom: Darkroom) -> None:
    file_id = (await darkroom.uploaded()).rsplit("/", 1)[1]
    body = {"file_ids": [file_id]}

    cost = await cost_of(
        darkroom,
        lambda: darkroom.call("POST", f"{ORDER}/submit-edits", body, idempotency_key="key-1"),
    )

    assert cost == Costs(
        calls=5, file_rows=5, order_rows=6, inbox_rows=0, alarms_set=2, queue_sends=1
    )


async def test_the_cost_of_a_claim(darkroom: Darkroom) -> None:
    await darkroom.submit(await darkroom.uploaded())

    cost = await cost_of(darkroom, darkroom.claim_only)

    assert cost == Costs(calls=2, file_rows=5, order_rows=4, inbox_rows=0, alarms_set=2)


async def test_the_cost_of_a_whole_edit(darkroom: Darkroom) -> None:
    await darkroom.submit(await darkroom.uploaded())

    cost = await cost_of(darkroom, darkroom.work)

    assert cost == Costs(
        calls=5, file_rows=12, order_rows=12, inbox_rows=1, alarms_set=6, object_calls=3
    )


@pytest.mark.parametrize(
    ("transport", "carriage"),
    [("queue", {"queue_sends": 1}), ("cron", {"calls": 10, "backlog_rows": 2})],
    ids=["queue", "cron"],
)
async def test_the_cost_of_a_job_from_its_submit_until_it_is_done(
    clock: Clock,  # noqa: ARG001 -- time stands still while it is used
    transport: str,
    carriage: dict[str, int],
) -> None:
    darkroom = Darkroom(job_transport=transport)
    path = await darkroom.uploaded()

    async def is_submitted_and_edited() -> None:
        await darkroom.submit(path)
        await darkroom.work()

    whole = Costs(calls=8, file_rows=17, order_rows=16, inbox_rows=1, alarms_set=8, object_calls=3)
    assert await cost_of(darkroom, is_submitted_and_edited) == replace(whole, **carriage)


async def test_the_cost_of_an_attempt_that_fails(darkroom: Darkroom) -> None:
    await darkroom.submit(await darkroom.uploaded())
    darkroom.objects.is_down = True

    cost = await cost_of(darkroom, darkroom.work)

    assert cost == Costs(
        calls=4, file_rows=11, order_rows=8, inbox_rows=0, alarms_set=4, object_calls=1
    )


async def test_the_cost_of_trying_again(darkroom: Darkroom, time: Time) -> None:
    await darkroom.submit(await darkroom.uploaded())
    darkroom.objects.is_down = True
    await darkroom.work()
    darkroom.objects.is_down = False

    dispatch = await cost_of(darkroom, lambda: time.goes_by(5_000))
    attempt = await cost_of(darkroom, darkroom.work)

    assert dispatch == Costs(
        calls=0, file_rows=2, order_rows=0, inbox_rows=0, alarms_set=2, queue_sends=1
    )
    assert attempt == Costs(
        calls=5, file_rows=12, order_rows=12, inbox_rows=1, alarms_set=6, object_calls=3
    )


async def test_the_cost_of_a_worker_that_falls_silent(darkroom: Darkroom, time: Time) -> None:
    await darkroom.submit(await darkroom.uploaded())
    await darkroom.claim_only()
    await time.goes_by(REPORT_MS)

    cost = await cost_of(darkroom, lambda: time.goes_by(LEASE_MS - REPORT_MS))

    assert cost == Costs(calls=1, file_rows=6, order_rows=5, inbox_rows=0, alarms_set=3)


async def test_the_cost_of_a_revision(darkroom: Darkroom) -> None:
    path = await darkroom.edited()

    submit = await cost_of(darkroom, lambda: darkroom.call("POST", f"{path}/revision"))
    edit = await cost_of(darkroom, darkroom.work)

    assert submit == Costs(
        calls=2, file_rows=7, order_rows=4, inbox_rows=0, alarms_set=2, queue_sends=1
    )
    assert edit == Costs(
        calls=5, file_rows=13, order_rows=12, inbox_rows=1, alarms_set=6, object_calls=3
    )


# --- Changes ------------------------------------------------------------------------------------


async def test_the_cost_of_a_rename(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    cost = await cost_of(darkroom, lambda: darkroom.call("PATCH", path, {"name": "new.jpg"}))

    assert cost == Costs(calls=4, file_rows=3, order_rows=7, inbox_rows=0, alarms_set=1)


async def test_the_cost_of_a_delete(darkroom: Darkroom) -> None:
    path = await darkroom.uploaded()

    cost = await cost_of(darkroom, lambda: darkroom.call("DELETE", path))

    assert cost == Costs(
        calls=2, file_rows=5, order_rows=4, inbox_rows=0, alarms_set=2, object_calls=4
    )


# --- Operators ----------------------------------------------------------------------------------


async def test_the_cost_of_pausing_a_file(darkroom: Darkroom) -> None:
    path = (await darkroom.uploaded()).replace("/api", "/ops")

    cost = await cost_of(darkroom, lambda: darkroom.operate("POST", f"{path}/pause", "it is odd"))

    assert cost == Costs(
        calls=3, file_rows=7, order_rows=3, inbox_rows=0, alarms_set=1, operations_rows=1
    )


async def test_the_cost_of_pausing_an_order_of_three_files(darkroom: Darkroom) -> None:
    [await darkroom.uploaded(f"{number}.jpg") for number in range(3)]
    path = ORDER.replace("/api", "/ops")

    cost = await cost_of(darkroom, lambda: darkroom.operate("POST", f"{path}/pause", "it is odd"))

    assert cost == Costs(
        calls=8, file_rows=12, order_rows=24, inbox_rows=0, alarms_set=5, operations_rows=1
    )


async def test_the_cost_of_an_orders_report(darkroom: Darkroom, time: Time) -> None:
    await darkroom.edited()

    cost = await cost_of(darkroom, lambda: time.goes_by(REPORT_MS))

    assert cost == Costs(
        calls=1, file_rows=0, order_rows=2, inbox_rows=0, alarms_set=2, operations_rows=2
    )


# --- Age ----------------------------------------------------------------------------------------


async def test_the_cost_of_archiving_a_photo(darkroom: Darkroom, time: Time) -> None:
    await darkroom.edited()
    await time.goes_by(DAY_MS)

    archive = await cost_of(darkroom, lambda: time.goes_by(89 * DAY_MS))
    sweep = await cost_of(darkroom, lambda: time.goes_by(3_600_000))

    assert archive == Costs(
        calls=1, file_rows=6, order_rows=6, inbox_rows=0, alarms_set=3, object_calls=1
    )
    assert sweep == Costs(
        calls=1,
        file_rows=3,
        order_rows=2,
        inbox_rows=0,
        alarms_set=2,
        object_calls=2,
        operations_rows=2,
    )
