"""Shadow mode: what we answered is compared with the origin's answer, once it was given."""

import json
from collections.abc import Mapping

import pytest

from domain.limits import SHADOW_CHARACTERS_MAX, SHADOW_MINUTE_MAX
from domain.messages.rollout import MinuteEvents
from edge.flushing import flush
from edge.sampling import is_drawn
from storage.web import WebAnswer
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, Answer, a_request, a_token
from tests.unit.edge.legacy import BASE, Legacy, a_legacy_file
from tests.unit.factories import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

NOTIFICATIONS = "/api/notifications"
OURS: dict[str, object] = {"notifications": [], "next_cursor": None, "unread": 0}
HEADERS = {"content-type": "application/json", "cache-control": "no-store"}


def a_legacy(body: object = OURS, status: int = 200, **settings: object) -> Legacy:
    legacy = Legacy(**({"shadow_percent": 100} | settings))
    says(legacy, body, status)
    return legacy


def says(legacy: Legacy, body: object, status: int = 200, path: str = NOTIFICATIONS) -> None:
    answer = WebAnswer(status, HEADERS, json.dumps(body))
    legacy.web.answers["GET", f"{BASE}{path}"] = answer


async def afterwards(legacy: Legacy) -> MinuteEvents | None:
    """Once what was left for later is done: what was counted."""
    work, legacy.background[:] = list(legacy.background), []
    for step in work:
        if getattr(step, "func", step).__name__ == "_compare":
            await step()
    events = legacy.services.telemetry.taken(None, None).events
    return events[0] if events else None


async def compared(legacy: Legacy, method: str = "GET", path: str = NOTIFICATIONS) -> list[int]:
    await legacy.call(method, path)
    events = await afterwards(legacy)
    return [events.shadow_compared, events.shadow_differed] if events else [0, 0]


def asked(legacy: Legacy, path: str = NOTIFICATIONS) -> list[Mapping[str, str]]:
    return [request.headers for request in legacy.asked(f"{BASE}{path}")]


async def test_the_same_answer_is_counted_and_nothing_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    legacy = a_legacy()

    assert await compared(legacy) == [1, 0]
    assert "parity" not in capsys.readouterr().out


async def test_another_answer_is_told_by_its_place_and_without_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    legacy = a_legacy(OURS | {"notifications": ["secret"], "unread": 7})

    assert await compared(legacy) == [1, 1]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in lines if line["event"] == "parity.differed"]
    assert line["places"] == ["missing /body/notifications/*", "value /body/unread"]
    assert (line["route"], line["req_id"]) == ("GET /api/notifications", "req-1")
    assert "secret" not in json.dumps(line)


async def test_operators_see_where_and_how_often() -> None:
    legacy = a_legacy(OURS | {"unread": 7})
    await legacy.call("GET", NOTIFICATIONS)
    await afterwards(legacy)
    await flush(legacy.services)

    seen = await legacy.operate("GET", "/ops/parity")

    assert seen.json == {
        "shadow_percent": 100,
        "compared": 1,
        "differed": 1,
        "findings": [
            {
                "route": "GET /api/notifications",
                "pointer": "/body/unread",
                "kind": "value",
                "count": 1,
                "first_at": NOW,
                "last_at": NOW,
                "request_id": "req-1",
            }
        ],
    }


async def test_the_answer_does_not_wait_for_it() -> None:
    legacy = a_legacy()

    answer = await legacy.call("GET", NOTIFICATIONS)

    assert (answer.status, asked(legacy)) == (200, [])


async def test_the_origin_is_asked_as_the_caller_and_with_nothing_else_of_theirs() -> None:
    legacy = a_legacy()
    headers = {
        "authorization": f"Bearer {a_token()}",
        "cookie": "a=1",
        "if-none-match": '"x"',
        "x-canary": "1",
    }

    await legacy.send(a_request("GET", NOTIFICATIONS, headers))
    await afterwards(legacy)

    (sent,) = asked(legacy)
    assert sent.keys() == {"authorization", "cookie", "x-request-id", "traceparent"}
    assert sent["authorization"] == headers["authorization"]


async def test_refusals_are_compared_as_well() -> None:
    legacy = a_legacy({"error": {"code": "unauthorized", "message": "Go away"}}, 401)

    await legacy.send(a_request("GET", NOTIFICATIONS))
    events = await afterwards(legacy)

    assert events is not None
    assert (events.shadow_compared, events.shadow_differed) == (1, 1)


async def test_an_order_that_was_heard_of_is_as_the_origin_tells_it() -> None:
    legacy = a_legacy()
    path = f"{ORDER}/files"
    legacy.lists(a_legacy_file())
    page = {"order_id": "summer-42", "files": [a_legacy_file()], "next_cursor": None}
    says(legacy, page | {"version": 9}, path=path)
    answer = legacy.web.answers["GET", f"{BASE}{path}"]
    headers = HEADERS | {"cache-control": "private, no-cache", "etag": '"theirs"'}
    legacy.web.answers["GET", f"{BASE}{path}"] = WebAnswer(200, headers, answer.text)

    assert await compared(legacy, path=path) == [1, 0]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("HEAD", NOTIFICATIONS),
        ("POST", f"{NOTIFICATIONS}/ntf_{'0' * 32}_{'0' * 16}/read"),
        ("GET", f"{ORDER}/status?wait=1"),
        ("GET", f"{NOTIFICATIONS}?cursor=~7"),
        ("GET", "/health"),
        ("GET", "/api/account"),
    ],
)
async def test_nothing_else_is_compared(method: str, path: str) -> None:
    assert await compared(a_legacy(), method, path) == [0, 0]


async def test_what_the_origin_has_answered_is_not_compared_with_itself() -> None:
    legacy = a_legacy()
    legacy.is_served_by(native=False)

    assert await compared(legacy) == [0, 0]


async def test_out_of_the_sample_nothing_is_compared() -> None:
    assert await compared(a_legacy(shadow_percent=0)) == [0, 0]


async def test_a_long_answer_is_not_compared() -> None:
    legacy = a_legacy()
    path = f"{ORDER}/files"
    size = SHADOW_CHARACTERS_MAX // 1_000
    legacy.lists(*(a_legacy_file(f"{n}{'x' * 900}", f"file_{n:032}") for n in range(size)))

    answer: Answer = await legacy.call("GET", f"{path}?limit=500")

    assert len(answer.text) > SHADOW_CHARACTERS_MAX
    assert await afterwards(legacy) is None


async def test_an_isolate_asks_so_often_a_minute_and_no_more(clock: Clock) -> None:
    legacy = a_legacy()
    _ = [await legacy.call("GET", NOTIFICATIONS) for _ in range(SHADOW_MINUTE_MAX + 5)]
    await afterwards(legacy)
    before = len(asked(legacy))

    clock.advance_ms(60_000)
    await legacy.call("GET", NOTIFICATIONS)
    await afterwards(legacy)

    assert (before, len(asked(legacy))) == (SHADOW_MINUTE_MAX, SHADOW_MINUTE_MAX + 1)


@pytest.mark.parametrize("status", [500, 503])
async def test_an_origin_that_is_ill_is_no_difference(
    status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await compared(a_legacy({}, status)) == [0, 0]
    assert "parity.not_asked" in capsys.readouterr().out


async def test_an_origin_that_is_gone_is_no_difference() -> None:
    legacy = a_legacy()
    legacy.web.is_down = True

    assert await compared(legacy) == [0, 0]


def test_a_sample_is_drawn_by_the_requests_id_for_each_purpose_anew() -> None:
    ids = [f"req-{number}" for number in range(2_000)]
    shadowed = {one for one in ids if is_drawn(one, 10, "shadow")}
    told = {one for one in ids if is_drawn(one, 10)}

    assert 140 < len(shadowed) < 260
    assert shadowed == {one for one in ids if is_drawn(one, 10, "shadow")}
    assert len(shadowed & told) < 60
