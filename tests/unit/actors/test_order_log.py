"""An order's log: every version is one event, so its version, ETag and cursors are one place."""

import json

import pytest

from domain.cursor import Cursor
from domain.file import FileStatus
from domain.operation import Operation
from tests.unit.actors.cores import OrderOnPaper
from tests.unit.actors.hydrated import also_told, an_order, hydration, told
from tests.unit.factories import (
    FILE_ID,
    OTHER_FILE_ID,
    a_file,
    a_locked_file,
    another_file,
    news,
)

# What an older version, which keeps no events, does to the order when a file has changed.
OLD_CHANGE = "UPDATE orders SET version = version + 1"


def opened(order: OrderOnPaper, since: Cursor | None = None) -> tuple[bool, list[str]]:
    """Whether one goes on from there, and the cursors of what one is told then."""
    opening = order.core.opening("alice", since)
    return opening.recovered, [str(event.cursor) for event in opening.events]


@pytest.mark.parametrize("operation", [Operation.PAUSE, Operation.REBUILD])
def test_what_operators_do_to_an_order_is_an_event_of_its_own(operation: Operation) -> None:
    order = OrderOnPaper(news())
    order.told()

    order.operate(operation)

    (event,) = order.told_of_itself()
    assert (event.type, event.subject) == ("darkroom.order.changed", "summer-42")
    assert event.cursor == order.hello().cursor == "epoch1-2"
    assert event.data.status == order.hello().status
    assert event.data.file_ids is None


def test_what_changes_nothing_is_no_event() -> None:
    order = OrderOnPaper(news())
    order.told()

    order.operate(Operation.RESUME)

    assert order.told() == []


def test_a_new_arrangement_is_told_after_the_files_that_changed() -> None:
    order = an_order(hydration(told(), also_told()))
    done = told(status=FileStatus.DONE, version=2)

    order.tell(hydration(also_told(), done, at_ms=hydration().as_of[1] + 1))

    changed, arranged = [json.loads(event.text) for event in order.core.take_events()]
    assert changed["subject"] == FILE_ID
    assert arranged["data"]["file_ids"] == [OTHER_FILE_ID, FILE_ID]
    assert arranged["data"]["status"] == json.loads(order.hello().status.model_dump_json())
    assert arranged["cursor"] == f"epoch1-{order.kept().version}"


def test_every_version_is_one_event() -> None:
    order = OrderOnPaper(news(), news(1, another_file()), news(2, a_locked_file()))
    order.operate(Operation.PAUSE)
    order.operate(Operation.REBUILD, "action-2")
    order.restart()

    assert opened(order, Cursor("epoch1", 0)) == (True, [f"epoch1-{n}" for n in range(1, 6)])
    assert order.kept().version == 5


def test_who_goes_on_is_told_the_figures_of_now_and_no_files() -> None:
    order = OrderOnPaper(news(), news(2, a_locked_file()))

    opening = order.core.opening("alice", Cursor("epoch1", 1))

    hello = json.loads(opening.hello)
    assert hello.keys() == {"type", "cursor", "recovered", "status"}
    assert (hello["cursor"], hello["recovered"]) == ("epoch1-1", True)
    assert hello["status"]["cursor"] == "epoch1-2" == str(opening.reached)


@pytest.mark.parametrize(
    "since", [None, Cursor("other", 1), Cursor("epoch1", 3)], ids=["new", "elsewhere", "ahead"]
)
def test_everybody_else_gets_a_whole_snapshot(since: Cursor | None) -> None:
    order = OrderOnPaper(news(), news(2, a_locked_file()))

    assert opened(order, since) == (False, [])
    hello = json.loads(order.core.opening("alice", since).hello)
    assert (hello["cursor"], hello["recovered"]) == ("epoch1-2", False)
    assert [file["status"] for file in hello["files"]] == ["in_progress"]


def test_a_snapshot_is_of_now_however_often_one_asks() -> None:
    order = OrderOnPaper(news())
    first = order.hello(), order.hello()

    order.tell(news(2, a_locked_file()))

    assert first[0] == first[1]
    assert order.hello().files[0].status == "in_progress"


def test_a_page_holds_what_frames_hold() -> None:
    order = OrderOnPaper(news(), news(2, a_locked_file()))

    going_on = json.loads(order.core.opening("alice", Cursor("epoch1", 1)).page)
    whole = json.loads(order.core.opening("alice").page)

    assert going_on.keys() == {"cursor", "recovered", "events"}
    assert (going_on["cursor"], going_on["events"][0]["cursor"]) == ("epoch1-2", "epoch1-2")
    assert whole == json.loads(order.core.opening("alice").hello) | {"events": []}


def test_of_an_order_that_was_hydrated_the_log_begins_after_its_first_files() -> None:
    order = an_order(hydration(told(), also_told()))

    assert opened(order, Cursor("epoch1", 1)) == (False, [])
    assert opened(order, Cursor("epoch1", 2)) == (True, [])


def test_an_order_from_before_there_was_a_log_goes_on_from_its_version() -> None:
    order = OrderOnPaper(news())
    order.sql.rows("DELETE FROM hub")
    order.sql.rows("DELETE FROM hub_events")

    order.restart()
    order.tell(news(2, a_locked_file()))

    assert opened(order, Cursor("epoch1", 0)) == (False, [])
    assert opened(order, Cursor("epoch1", 1)) == (True, ["epoch1-2"])


def test_over_what_an_older_version_has_done_meanwhile_nobody_goes_on() -> None:
    order = OrderOnPaper(news())
    order.sql.rows(OLD_CHANGE)

    order.restart()
    order.tell(news(3, a_file()))

    assert opened(order, Cursor("epoch1", 1)) == (False, [])
    assert opened(order, Cursor("epoch1", 2)) == (True, ["epoch1-3"])
