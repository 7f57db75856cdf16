"""The replay of an audit: page by page, and at the pace of then."""

from tools.replay import Event, paced, pages, path_of

FIRST = {"id": "e1-1", "time": "2026-11-22T10:00:00.000Z"}
SECOND = {"id": "e1-2", "time": "2026-11-22T10:00:05.000Z"}
THIRD = {"id": "e1-3", "time": "2026-11-22T10:00:05.000Z"}


def test_a_room_and_an_order_have_their_paths() -> None:
    assert path_of("order", "summer-42") == "/ops/orders/summer-42/events"
    assert path_of("room", "a/b") == "/ops/rooms/a%2Fb/events"


def test_it_goes_on_until_there_is_no_next_page() -> None:
    asked = list[str]()
    told = iter(
        [
            {"events": [FIRST, SECOND], "next_cursor": "e1/1-2.jsonl"},
            {"events": [], "next_cursor": "e1/3-3.jsonl"},
            {"events": [THIRD], "next_cursor": None},
        ]
    )

    def ask(path: str) -> object:
        asked.append(path)
        return next(told)

    assert list(pages(ask, "/events", {"from": "1"})) == [FIRST, SECOND, THIRD]
    assert asked[1] == "/events?from=1&cursor=e1%2F1-2.jsonl"


def replayed(pace: float) -> tuple[list[Event], list[float]]:
    pauses = list[float]()
    return list(paced([FIRST, SECOND, THIRD], pace, pauses.append)), pauses


def test_at_once_there_are_no_pauses() -> None:
    assert replayed(0) == ([FIRST, SECOND, THIRD], [])


def test_at_a_pace_pauses_are_as_they_were_and_shorter() -> None:
    assert replayed(10) == ([FIRST, SECOND, THIRD], [0.5])
