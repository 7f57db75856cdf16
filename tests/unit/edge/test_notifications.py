"""Notifications over HTTP: one per outcome, newest first, read once."""

import pytest

from tests.unit.conftest import Clock
from tests.unit.darkroom import Darkroom

pytestmark = pytest.mark.anyio

NOTIFICATIONS = "/api/notifications"


async def test_a_finished_edit_is_one_notification(darkroom: Darkroom) -> None:
    path = await darkroom.edited()
    file = (await darkroom.call("GET", path)).json

    told = (await darkroom.call("GET", NOTIFICATIONS)).json

    (notification,) = told["notifications"]
    assert notification.pop("id").startswith("ntf_")
    assert notification == {
        "kind": "edit_done",
        "order_id": "summer-42",
        "file_id": file["id"],
        "job_id": file["job"]["id"],
        "file_name": "beach.jpg",
        "detail": None,
        "created_at": "2026-11-22T10:00:00.000Z",
        "read_at": None,
    }
    assert (told["unread"], told["next_cursor"]) == (1, None)


async def test_nobody_hears_of_the_outcomes_of_others(darkroom: Darkroom) -> None:
    await darkroom.edited()

    told = (await darkroom.call("GET", NOTIFICATIONS, user_id="bob")).json

    assert told == {"notifications": [], "next_cursor": None, "unread": 0}


async def test_notifications_are_listed_newest_first_page_by_page(darkroom: Darkroom) -> None:
    [await darkroom.edited(name) for name in ("a.jpg", "b.jpg", "c.jpg")]

    first = (await darkroom.call("GET", f"{NOTIFICATIONS}?limit=2")).json
    cursor = first["next_cursor"]
    second = (await darkroom.call("GET", f"{NOTIFICATIONS}?limit=2&cursor={cursor}")).json

    listed = [told["file_name"] for told in first["notifications"] + second["notifications"]]
    assert listed == ["c.jpg", "b.jpg", "a.jpg"]
    assert second["next_cursor"] is None


async def test_reading_again_gives_the_same_answer(darkroom: Darkroom, clock: Clock) -> None:
    await darkroom.edited()
    (told,) = (await darkroom.call("GET", NOTIFICATIONS)).json["notifications"]
    first = await darkroom.call("POST", f"{NOTIFICATIONS}/{told['id']}/read")
    clock.advance_ms(5_000)

    second = await darkroom.call("POST", f"{NOTIFICATIONS}/{told['id']}/read")

    assert first.json == told | {"read_at": "2026-11-22T10:00:00.000Z"}
    assert (second.status, second.text) == (200, first.text)
    assert (await darkroom.call("GET", NOTIFICATIONS)).json["unread"] == 0


async def test_the_notification_of_another_user_is_not_found(darkroom: Darkroom) -> None:
    await darkroom.edited()
    (told,) = (await darkroom.call("GET", NOTIFICATIONS)).json["notifications"]

    answer = await darkroom.call("POST", f"{NOTIFICATIONS}/{told['id']}/read", user_id="bob")

    assert answer.problem == (404, "notification_not_found")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=x"])
async def test_a_page_out_of_bounds_is_refused(darkroom: Darkroom, query: str) -> None:
    answer = await darkroom.call("GET", f"{NOTIFICATIONS}?{query}")

    assert answer.problem == (422, "invalid_query")


@pytest.mark.parametrize("query", ["limit=1", "limit=200", "cursor=0", "cursor=999999999999"])
async def test_a_page_at_its_bounds_is_given(darkroom: Darkroom, query: str) -> None:
    answer = await darkroom.call("GET", f"{NOTIFICATIONS}?{query}")

    assert answer.status == 200


async def test_an_inbox_that_was_down_gets_its_notifications_later(
    darkroom: Darkroom, clock: Clock
) -> None:
    darkroom.actors.inboxes.is_down = True
    await darkroom.edited()
    darkroom.actors.inboxes.is_down = False
    clock.advance_ms(60_000)

    await darkroom.actors.ring()

    assert (await darkroom.call("GET", NOTIFICATIONS)).json["unread"] == 1
