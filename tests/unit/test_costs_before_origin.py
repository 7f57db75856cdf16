"""What the steps of a photo cost while an origin is told of them."""

from dataclasses import replace

import pytest

from domain.limits import ORIGIN_AFTER_MS
from tests.unit.conftest import Clock
from tests.unit.costs import Costs, Time, cost_of
from tests.unit.darkroom import Answer
from tests.unit.edge.legacy import BASE, Legacy

pytestmark = pytest.mark.anyio

NOTHING = Costs(calls=0, file_rows=0, order_rows=0, inbox_rows=0, alarms_set=0)
TOLD = replace(NOTHING, file_rows=2, alarms_set=1)  # put off, told, settled


class ToldLegacy(Legacy):
    """The origin hears of files, and takes them."""

    def __init__(self) -> None:
        super().__init__(origin_internal_token="t" * 32)
        self.lists()

    async def intent(self, name: str = "beach.jpg", **changes: object) -> Answer:
        begun = await super().intent(name, **changes)
        path = f"/internal/files/{begun.json['file_id']}"
        self.actors.web.answer(f"{BASE}{path}", "{}", 201, "PUT")
        return begun


@pytest.fixture
def legacy(clock: Clock) -> Legacy:  # noqa: ARG001 -- time stands still while it is used
    return ToldLegacy()


@pytest.fixture
def time(legacy: Legacy, clock: Clock) -> Time:
    return Time(legacy, clock)


async def told(legacy: Legacy, time: Time) -> Costs:
    """What it costs that the origin hears of it."""
    asked = len(legacy.actors.web.asked)
    cost = await cost_of(legacy, lambda: time.goes_by(ORIGIN_AFTER_MS))
    assert len(legacy.actors.web.asked) == asked + 1
    return cost


async def test_the_cost_of_a_finalize(legacy: Legacy, time: Time) -> None:
    begun = (await legacy.intent()).json
    await legacy.put(begun["upload"]["url"])

    finalize = await cost_of(legacy, lambda: legacy.finalize(begun["intent_id"]))

    assert finalize == Costs(
        calls=2, file_rows=4, order_rows=5, inbox_rows=0, alarms_set=3, object_calls=1
    )
    assert await told(legacy, time) == TOLD


async def test_the_cost_of_a_rename(legacy: Legacy, time: Time) -> None:
    path = await legacy.uploaded()
    await told(legacy, time)

    rename = await cost_of(legacy, lambda: legacy.call("PATCH", path, {"name": "new.jpg"}))

    assert rename == Costs(calls=5, file_rows=4, order_rows=7, inbox_rows=0, alarms_set=2)
    assert await told(legacy, time) == TOLD


async def test_the_cost_of_a_mark(legacy: Legacy, time: Time) -> None:
    path = await legacy.uploaded()
    await told(legacy, time)

    mark = await cost_of(legacy, lambda: legacy.call("PATCH", path, {"marked": True}))

    assert mark == Costs(calls=2, file_rows=4, order_rows=3, inbox_rows=0, alarms_set=2)
    assert await told(legacy, time) == TOLD


async def test_the_cost_of_a_delete(legacy: Legacy, time: Time) -> None:
    path = await legacy.uploaded()
    await told(legacy, time)

    delete = await cost_of(legacy, lambda: legacy.call("DELETE", path))

    assert delete == Costs(
        calls=2, file_rows=6, order_rows=4, inbox_rows=0, alarms_set=2, object_calls=4
    )
    assert await told(legacy, time) == replace(TOLD, alarms_set=2)  # beside the purge's


async def test_an_edit_of_a_file_without_a_mark_costs_nothing_more(
    legacy: Legacy, time: Time
) -> None:
    path = await legacy.uploaded()
    await told(legacy, time)
    await legacy.submit(path)

    edit = await cost_of(legacy, legacy.work)
    after = await cost_of(legacy, lambda: time.goes_by(ORIGIN_AFTER_MS))

    assert edit == Costs(
        calls=5, file_rows=12, order_rows=12, inbox_rows=1, alarms_set=6, object_calls=3
    )
    assert after == NOTHING


async def test_an_origin_that_does_not_answer_costs_a_row_and_an_alarm_a_try(
    legacy: Legacy, time: Time
) -> None:
    await legacy.uploaded()
    legacy.actors.web.is_down = True
    await told(legacy, time)

    again = await cost_of(legacy, lambda: time.goes_by(1_000))

    assert again == replace(NOTHING, file_rows=1, alarms_set=1)


async def test_a_native_read_of_an_order_costs_what_it_did(legacy: Legacy) -> None:
    path = await legacy.uploaded()

    assert await cost_of(legacy, lambda: legacy.call("GET", path)) == replace(NOTHING, calls=1)
