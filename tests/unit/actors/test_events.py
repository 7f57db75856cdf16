"""What the watchers of an order are sent: one snapshot, then one event per change."""

from tests.unit.actors.cores import OrderOnPaper
from tests.unit.factories import (
    FILE_ID,
    NOW_MS,
    OTHER_FILE_ID,
    a_file,
    a_locked_file,
    a_reservation,
    another_file,
    news,
)


def test_each_change_is_one_cloud_event() -> None:
    order = OrderOnPaper(news(1, a_locked_file()))

    (event,) = order.told()

    told = event.model_dump(mode="json")
    assert {name: told[name] for name in told if name != "data"} == {
        "specversion": "1.0",
        "id": "epoch1-1",
        "source": "/api/orders/summer-42",
        "type": "darkroom.file.changed",
        "subject": FILE_ID,
        "time": "2026-11-22T10:00:00.000Z",
        "datacontenttype": "application/json",
        "cursor": "epoch1-1",
    }
    assert told["data"]["file"]["status"] == "in_progress"
    assert told["data"]["status"]["counts"]["in_progress"] == 1
    assert told["data"]["status"]["version"] == 1


def test_a_deleted_file_is_an_event_of_its_own_kind() -> None:
    order = OrderOnPaper(news(1, a_file(deleted_at_ms=NOW_MS)))

    assert [event.type for event in order.told()] == ["darkroom.file.deleted"]


def test_events_are_taken_once() -> None:
    order = OrderOnPaper(news())
    order.told()

    assert order.told() == []


def test_a_reservation_is_no_event() -> None:
    order = OrderOnPaper()
    order.tell(a_reservation())

    assert order.told() == []


def test_hello_is_a_snapshot_and_the_cursor_it_belongs_to() -> None:
    order = OrderOnPaper(news(), news(1, another_file()), news(2, a_locked_file()))
    events = order.told()

    hello = order.hello()

    assert hello.type == "hello"
    assert hello.cursor == events[-1].cursor == "epoch1-3"
    assert hello.status == events[-1].data.status
    assert [file.id for file in hello.files] == [FILE_ID, OTHER_FILE_ID]
    assert hello.files[0] == events[-1].data.file


def test_no_event_and_no_hello_holds_a_token() -> None:
    order = OrderOnPaper(news(1, a_locked_file(token=424_242)))

    told = [event.text for event in order.core.take_events()]
    told.append(order.hello().model_dump_json())

    assert not any("424242" in text or "lease" in text for text in told)
