"""Notifications in migration: ours and the origin's in one list, whoever has made them."""

import json
from typing import Any

import pytest

from tests.unit.conftest import Clock
from tests.unit.darkroom import Answer
from tests.unit.edge.legacy import BASE, Legacy, an_error

pytestmark = pytest.mark.anyio

PATH = "/api/notifications"
AT = "2026-11-22T{:02}:00:00.000Z"  # by the hour; the tests' clock begins at ten


def theirs(hour: int, read_at: str | None = None) -> dict[str, Any]:
    own = f"{hour:032}_{'0' * 16}"
    return {
        "id": f"ntf_{own}",
        "kind": "edit_done",
        "order_id": "old-7",
        "file_id": f"file_{hour:032}",
        "job_id": f"job_{own}",
        "file_name": f"theirs at {hour}",
        "detail": None,
        "created_at": AT.format(hour),
        "read_at": read_at,
    }


def tells(
    legacy: Legacy, query: str, *hours: int, rest: str | None = None, unread: int = 0
) -> None:
    page = {"notifications": list(map(theirs, hours)), "next_cursor": rest, "unread": unread}
    legacy.web.answer(f"{BASE}{PATH}?{query}", json.dumps(page))


async def with_ours(clock: Clock, *hours: int) -> Legacy:
    """Edits done here, at these hours."""
    legacy = Legacy(intent_lifetime_ms=7 * 24 * 3_600_000)
    at = 10
    for hour in hours:
        clock.advance_ms((hour - at) * 3_600_000)
        at = hour
        await legacy.edited(f"ours at {hour}")
        await legacy.actors.ring()
    return legacy


async def listed(legacy: Legacy, query: str = "") -> tuple[list[str], str | None, int]:
    answer = await legacy.call("GET", f"{PATH}?{query}")
    assert answer.status == 200, answer.text
    names = [one["file_name"] for one in answer.json["notifications"]]
    return names, answer.json["next_cursor"], answer.json["unread"]


async def test_both_are_told_newest_first(clock: Clock) -> None:
    legacy = await with_ours(clock, 11, 13)
    tells(legacy, "limit=50", 12, 9, unread=1)

    names, rest, unread = await listed(legacy)

    assert names == ["ours at 13", "theirs at 12", "ours at 11", "theirs at 9"]
    assert (rest, unread) == (None, 3)


async def test_a_cursor_goes_on_in_both(clock: Clock) -> None:
    legacy = await with_ours(clock, 11, 13)
    tells(legacy, "limit=2", 12, 9, rest="p9")
    tells(legacy, "limit=1", 12, rest="p12", unread=5)
    tells(legacy, "limit=2&cursor=p12", 9, 8, rest="p8")
    tells(legacy, "limit=1&cursor=p12", 9, rest="p9")
    tells(legacy, "limit=2&cursor=p9", 8)

    first, rest, _ = await listed(legacy, "limit=2")
    second, rest, _ = await listed(legacy, f"limit=2&cursor={rest}")
    third, rest, unread = await listed(legacy, f"limit=2&cursor={rest}")

    assert first == ["ours at 13", "theirs at 12"]
    assert second == ["ours at 11", "theirs at 9"]
    assert third == ["theirs at 8"]
    assert (rest, unread) == (None, 2)


async def test_whoever_was_the_origins_goes_on_there(clock: Clock) -> None:
    legacy = await with_ours(clock, 11)
    tells(legacy, "limit=50&cursor=7", 9)

    names, _, unread = await listed(legacy, "cursor=7")

    assert (names, unread) == (["theirs at 9"], 1)


@pytest.mark.parametrize("cursor", ["x", "-~-", "1", "1~%20", "x~"])
async def test_a_cursor_of_nobodys_is_refused(clock: Clock, cursor: str) -> None:
    legacy = await with_ours(clock)
    legacy.refuses(f"{BASE}{PATH}?limit=50&cursor=1", 422, "validation_error")

    answer = await legacy.call("GET", f"{PATH}?cursor={cursor}")

    assert (answer.status, answer.json["error"]["code"]) == (422, "validation_error")


async def test_while_the_origin_is_silent_ours_are_told(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    legacy = await with_ours(clock, 11)
    legacy.web.is_down = True

    assert await listed(legacy) == (["ours at 11"], None, 1)
    assert "list.not_asked" in capsys.readouterr().out


async def test_what_the_origin_refuses_is_refused(clock: Clock) -> None:
    legacy = await with_ours(clock)
    legacy.refuses(f"{BASE}{PATH}?limit=50", 401, "token_expired")

    answer = await legacy.call("GET", PATH)

    assert (answer.status, answer.json["error"]["code"]) == (401, "token_expired")


# --- Read -----------------------------------------------------------------------------------------


async def marked(legacy: Legacy, notification_id: str) -> Answer:
    return await legacy.call("POST", f"{PATH}/{notification_id}/read")


async def test_ours_is_read_here(clock: Clock) -> None:
    legacy = await with_ours(clock, 11)
    tells(legacy, "limit=50")
    (one,) = (await legacy.call("GET", PATH)).json["notifications"]

    answer = await marked(legacy, one["id"])

    assert (answer.status, answer.json["file_name"]) == (200, "ours at 11")
    assert answer.json["read_at"]


async def test_the_origins_is_read_there(clock: Clock) -> None:
    legacy = await with_ours(clock)
    one = theirs(9, read_at=AT.format(10))
    url = f"{BASE}{PATH}/{one['id']}/read"
    legacy.web.answer(url, json.dumps(one), method="POST")

    answer = await marked(legacy, one["id"])

    assert (answer.status, answer.json) == (200, one)
    assert "authorization" in legacy.asked(url)[0].headers


async def test_nobodys_is_not_found(clock: Clock) -> None:
    legacy = await with_ours(clock)
    one = theirs(9)["id"]
    url = f"{BASE}{PATH}/{one}/read"
    text = an_error("notification_not_found")
    legacy.web.answer(url, text, status=404, method="POST")

    answer = await marked(legacy, one)

    assert (answer.status, answer.json["error"]["code"]) == (404, "notification_not_found")
