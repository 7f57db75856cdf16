"""Webhooks over HTTP: made, changed, tested, rotated, redriven; each only by who has it."""

from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.unit.conftest import Clock
from tests.unit.darkroom import Answer, Darkroom
from tests.unit.domain.webhooks import URL
from tests.unit.factories import NOW

pytestmark = pytest.mark.anyio

HOOKS = "/api/webhooks"
SECOND_MS = 1_000


@pytest.fixture
def darkroom(clock: Clock) -> Darkroom:  # noqa: ARG001 -- time stands still while it is used
    darkroom = Darkroom(events_enabled=True)
    darkroom.actors.receivers.answer(URL, "", 204, "POST")
    return darkroom


async def created(darkroom: Darkroom, user_id: str = "alice", **body: object) -> dict[str, Any]:
    answer = await darkroom.call("POST", HOOKS, {"url": URL, **body}, user_id)
    assert answer.status == 201, answer.text
    hook: dict[str, Any] = answer.json
    return hook


async def passed(darkroom: Darkroom, clock: Clock, ms: int = SECOND_MS) -> None:
    """Time goes by, and what is under way arrives."""
    clock.advance_ms(ms)
    await darkroom.actors.ring()
    for actor in darkroom.actors.webhooks.actors.values():
        await actor.carry()


async def log_of(darkroom: Darkroom, hook: dict[str, Any], query: str = "") -> list[Any]:
    answer = await darkroom.call("GET", f"{HOOKS}/{hook['id']}/deliveries{query}")
    deliveries: list[Any] = answer.json["deliveries"]
    return deliveries


async def test_a_webhook_is_made_and_its_secret_told_once(darkroom: Darkroom) -> None:
    hook = await created(darkroom, description="ours", types=["darkroom.file.changed"])

    secret = hook.pop("secret")
    assert secret.startswith("whsec_")
    assert hook == {
        "id": hook["id"],
        "url": URL,
        "description": "ours",
        "order_id": None,
        "types": ["darkroom.file.changed"],
        "enabled": True,
        "disabled_reason": None,
        "failing_since": None,
        "waiting": 0,
        "dead": 0,
        "created_at": NOW,
        "updated_at": NOW,
    }
    assert (await darkroom.call("GET", f"{HOOKS}/{hook['id']}")).json == hook
    assert (await darkroom.call("GET", HOOKS)).json == {"webhooks": [hook]}


async def test_what_happens_to_an_order_arrives_signed(darkroom: Darkroom, clock: Clock) -> None:
    hook = await created(darkroom)
    path = await darkroom.uploaded()

    await passed(darkroom, clock)

    (request,) = darkroom.actors.receivers.asked
    event = Webhook(hook["secret"]).verify(str(request.body), dict(request.headers))
    assert event["type"] == "darkroom.file.changed"
    assert f"/api/files/{event['subject']}" == path
    assert request.headers["webhook-id"] == event["id"]
    (delivery,) = await log_of(darkroom, hook)
    assert (delivery["status"], delivery["webhook_id"]) == ("delivered", event["id"])
    assert delivery["attempts"][0]["status"] == 204


async def test_others_hear_nothing_of_it(darkroom: Darkroom, clock: Clock) -> None:
    await created(darkroom, "bob")
    await darkroom.uploaded()

    await passed(darkroom, clock)

    assert darkroom.actors.receivers.asked == []


async def test_what_failed_is_tried_again_and_told_so(darkroom: Darkroom, clock: Clock) -> None:
    darkroom.actors.receivers.answer(URL, "we are closed", 503, "POST")
    hook = await created(darkroom)
    await darkroom.uploaded()
    await passed(darkroom, clock)

    (waiting,) = await log_of(darkroom, hook, "?status=waiting")
    darkroom.actors.receivers.answer(URL, "", 200, "POST")
    await passed(darkroom, clock, 5 * SECOND_MS)

    assert waiting["attempts"][0]["answer"] == "we are closed"
    assert waiting["next_attempt_at"] is not None
    (delivered,) = await log_of(darkroom, hook, "?status=delivered")
    assert [attempt["status"] for attempt in delivered["attempts"]] == [503, 200]


async def test_a_test_is_sent_at_once(darkroom: Darkroom, clock: Clock) -> None:
    hook = await created(darkroom)

    probed = await darkroom.call("POST", f"{HOOKS}/{hook['id']}/test")
    await passed(darkroom, clock, 0)

    assert probed.status == 202
    (request,) = darkroom.actors.receivers.asked
    assert request.headers["webhook-id"] == probed.json["webhook_id"]
    assert Webhook(hook["secret"]).verify(str(request.body), dict(request.headers))


async def test_after_a_rotation_both_secrets_verify(darkroom: Darkroom, clock: Clock) -> None:
    hook = await created(darkroom)

    rotated = (await darkroom.call("POST", f"{HOOKS}/{hook['id']}/rotate")).json
    await darkroom.call("POST", f"{HOOKS}/{hook['id']}/test")
    await passed(darkroom, clock, 0)

    (request,) = darkroom.actors.receivers.asked
    assert rotated["secret"] != hook["secret"]
    assert Webhook(hook["secret"]).verify(str(request.body), dict(request.headers))
    assert Webhook(rotated["secret"]).verify(str(request.body), dict(request.headers))


async def test_who_is_gone_is_disabled_until_it_is_enabled(
    darkroom: Darkroom, clock: Clock
) -> None:
    darkroom.actors.receivers.answer(URL, "", 410, "POST")
    hook = await created(darkroom)
    path = f"{HOOKS}/{hook['id']}"
    await darkroom.uploaded()
    await passed(darkroom, clock)

    gone = (await darkroom.call("GET", path)).json
    refused = await darkroom.call("POST", f"{path}/redrive")
    darkroom.actors.receivers.answer(URL, "", 200, "POST")
    enabled = (await darkroom.call("PATCH", path, {"enabled": True})).json
    redriven = await darkroom.call("POST", f"{path}/redrive", {})
    await passed(darkroom, clock)

    assert (gone["enabled"], gone["disabled_reason"], gone["dead"]) == (False, "gone", 1)
    assert refused.problem == (409, "webhook_disabled")
    assert (enabled["enabled"], redriven.json) == (True, {"redriven": 1})
    assert [one["status"] for one in await log_of(darkroom, hook)] == ["delivered"]


async def test_a_deleted_one_is_not_found(darkroom: Darkroom) -> None:
    hook = await created(darkroom)

    deleted = await darkroom.call("DELETE", f"{HOOKS}/{hook['id']}")

    assert deleted.status == 204
    assert (await darkroom.call("GET", f"{HOOKS}/{hook['id']}")).problem[0] == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/test"),
        ("POST", "/rotate"),
        ("POST", "/redrive"),
        ("GET", "/deliveries"),
    ],
)
async def test_one_of_another_user_is_not_found(darkroom: Darkroom, method: str, path: str) -> None:
    hook = await created(darkroom)
    body: dict[str, str] | None = {} if method in {"PATCH", "POST"} else None

    answer = await darkroom.call(method, f"{HOOKS}/{hook['id']}{path}", body, "bob")

    assert answer.problem == (404, "webhook_not_found")


async def test_an_order_of_another_user_cannot_be_listened_to(darkroom: Darkroom) -> None:
    await darkroom.uploaded()

    answer = await darkroom.call("POST", HOOKS, {"url": URL, "order_id": "summer-42"}, "bob")

    assert answer.problem == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid_body"),
        ({"url": 7}, "invalid_body"),
        ({"url": "http://example.com/"}, "invalid_webhook_url"),
        ({"url": "https://169.254.169.254/"}, "invalid_webhook_url"),
        ({"url": "https://" + "a" * 4_000}, "invalid_body"),
        ({"url": URL, "types": ["Öl"]}, "invalid_body"),
        ({"url": URL, "types": ["a"] * 21}, "invalid_body"),
        ({"url": URL, "order_id": "../x"}, "invalid_body"),
        ({"url": URL, "description": "a" * 201}, "invalid_body"),
        ({"url": URL, "secret": "mine"}, "invalid_body"),
    ],
)
async def test_what_cannot_be_made_is_refused(
    darkroom: Darkroom, body: dict[str, object], code: str
) -> None:
    assert (await darkroom.call("POST", HOOKS, body)).problem == (422, code)


async def test_nor_can_one_be_changed_to_it(darkroom: Darkroom) -> None:
    hook = await created(darkroom)

    body = {"url": "https://127.0.0.1/"}
    answer = await darkroom.call("PATCH", f"{HOOKS}/{hook['id']}", body)

    assert answer.problem == (422, "invalid_webhook_url")


@pytest.mark.parametrize("query", ["?status=lost", "?limit=0", "?cursor=x"])
async def test_a_query_that_does_not_fit_is_refused(darkroom: Darkroom, query: str) -> None:
    hook = await created(darkroom)

    answer = await darkroom.call("GET", f"{HOOKS}/{hook['id']}/deliveries{query}")

    assert answer.problem == (422, "invalid_query")


async def test_operators_may_see_anybody_s_and_no_secrets(darkroom: Darkroom) -> None:
    hook = await created(darkroom)

    seen = await darkroom.operate("GET", "/ops/webhooks?user=alice")
    nobody: Answer = await darkroom.operate("GET", "/ops/webhooks?user=..")

    assert [one["id"] for one in seen.json["webhooks"]] == [hook["id"]]
    assert "whsec_" not in seen.text
    assert nobody.problem == (422, "invalid_query")
