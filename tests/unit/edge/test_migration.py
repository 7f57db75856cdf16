"""Before an origin: who is served by us, who by it, and what each of them is told of that."""

import json
from typing import Any

import pytest

from domain.rollout import KEY
from edge.proxy import Silence
from tests.fakes.memory_origin import MemoryOrigin
from tests.unit.conftest import Clock
from tests.unit.darkroom import ORDER, PHOTO, Answer, Darkroom, a_request, a_token

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clock")]

BASE = "https://legacy.example"
FILE = f"/api/files/file_{'f' * 32}"
INBOX = "/api/notifications"
DAY_MS = 24 * 3_600_000


def a_darkroom(origin: MemoryOrigin, percent: float = 100, **config: object) -> Darkroom:
    darkroom = Darkroom(
        origin,
        origin_api_base=BASE,
        canary_secret="c" * 32,
        environment="development",
        rollout_refresh_ms=100,
        success_sample_percent=100,
        hydration_fresh_ms=300_000,
    )
    set_rollout(darkroom, canary_percent=percent, canary_tag="B2a", **config)
    return darkroom


def set_rollout(darkroom: Darkroom, **config: object) -> None:
    darkroom.config.values[KEY] = json.dumps(config)


async def in_the_background(darkroom: Darkroom) -> None:
    """What requests left to be done after their answer, but for what waits for its time."""
    work, darkroom.background[:] = list(darkroom.background), []
    for step in work:
        if getattr(step, "func", step).__name__ == "read":
            await step()


def served_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["event"] == "request.served"]


def cookie_of(answer: Answer) -> str:
    found = [value for name, value in answer.response.headers if name == "set-cookie"]
    return found[0].partition(";")[0]


# --- Decisions ----------------------------------------------------------------------------------


async def test_outside_the_sample_the_origin_answers(capsys: pytest.CaptureFixture[str]) -> None:
    origin = MemoryOrigin(status=207)
    darkroom = a_darkroom(origin, percent=0)

    answer = await darkroom.call("GET", f"{ORDER}/files?limit=5")

    assert (answer.status, answer.response.native) == (207, "answer 1")
    assert origin.urls == [f"{BASE}{ORDER}/files?limit=5"]
    assert answer.headers["x-pix-canary"] == "0;tag=B2a;cohort=proxy;reason=default"
    assert answer.headers["x-pix-decision"] == "proxy (outside the 0% sample)"
    (line,) = served_lines(capsys)
    assert (line["cohort"], line["phase"], line["origin_proxy"]) == ("proxy", "b1a", True)
    assert (line["route"], line["status"]) == ("/api/orders/{order_id}/files", 207)
    assert line["canary"]["reason"] == "default"


async def test_in_the_sample_we_do() -> None:
    origin = MemoryOrigin()
    darkroom = a_darkroom(origin)

    answer = await darkroom.call("GET", "/api/notifications")

    assert (answer.status, origin.sent) == (200, [])
    assert answer.headers["x-pix-canary"] == "1;tag=B2a;cohort=native;reason=sampled"
    assert answer.headers["x-pix-decision"] == "native (100% sample)"


async def test_the_header_asks_for_us() -> None:
    darkroom = a_darkroom(MemoryOrigin(), percent=0)

    answer = await darkroom.call("GET", "/api/notifications", x_canary="1")

    assert answer.headers["x-pix-canary"] == "1;tag=B2a;cohort=native;reason=header"


async def test_a_cookie_keeps_a_client_for_a_day_and_gives_way_at_once(clock: Clock) -> None:
    darkroom = a_darkroom(MemoryOrigin(), percent=100, generation=1)
    given = cookie_of(await darkroom.call("GET", "/api/notifications"))

    kept = await darkroom.call("GET", "/api/notifications", cookie=given)
    set_rollout(darkroom, canary_percent=0, generation=1)
    clock.advance_ms(1_000)
    await darkroom.call("GET", "/api/notifications", cookie=given)
    await in_the_background(darkroom)
    lowered = await darkroom.call("GET", "/api/notifications", cookie=given)

    assert kept.headers["x-pix-canary"].endswith("cohort=native;reason=cookie")
    assert lowered.headers["x-pix-canary"].endswith("cohort=proxy;reason=default")


async def test_a_phase_that_is_closed_is_the_origins() -> None:
    origin = MemoryOrigin()
    darkroom = a_darkroom(origin, phases=["b1a"])

    read = await darkroom.call("GET", "/api/notifications")
    edit = await darkroom.call("GET", FILE, x_canary="1")

    assert read.headers["x-pix-canary"].startswith("1;")
    assert edit.headers["x-pix-decision"] == "proxy (phase edits is closed)"


async def test_an_emergency_sends_everybody_to_the_origin() -> None:
    origin = MemoryOrigin()
    darkroom = a_darkroom(origin, emergency_proxy=True)

    answer = await darkroom.call("GET", "/api/notifications", x_canary="1")

    assert answer.headers["x-pix-decision"] == "proxy (emergency: kv)"


async def test_where_the_rollouts_actor_is_silent_everything_is_the_origins() -> None:
    origin = MemoryOrigin()
    darkroom = a_darkroom(origin)
    darkroom.actors.rollouts.is_down = True

    answer = await darkroom.call("GET", "/api/notifications")

    assert answer.headers["x-pix-decision"] == "proxy (emergency: stale)"


async def test_a_finalize_goes_where_its_intent_was_whatever_has_changed(clock: Clock) -> None:
    origin = MemoryOrigin()
    darkroom = a_darkroom(origin)
    begun = (await darkroom.intent()).json
    await darkroom.put(begun["upload"]["url"])
    set_rollout(darkroom, canary_percent=0, emergency_proxy=True)
    clock.advance_ms(1_000)
    await darkroom.call("GET", "/api/notifications")
    await in_the_background(darkroom)

    ours = await darkroom.finalize(begun["intent_id"])
    theirs = await darkroom.finalize("int_" + "a" * 32)

    assert (ours.status, ours.json["size_bytes"]) == (201, len(PHOTO))
    assert ours.headers["x-pix-canary"].endswith("cohort=native;reason=pinned")
    assert theirs.headers["x-pix-canary"].endswith("cohort=proxy;reason=pinned")
    assert json.loads(origin.sent[-1].body or b"") == {"intent_id": "int_" + "a" * 32}


# --- What is not ours ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/account"),
        ("POST", "/api/legacy/echo"),
        ("PUT", FILE),  # a method that only the origin may know
        ("GET", "/api/files/7"),  # an id that cannot be ours
    ],
)
async def test_what_only_the_origin_knows_is_passed_on(method: str, path: str) -> None:
    origin = MemoryOrigin()

    answer = await a_darkroom(origin).send(a_request(method, path))

    assert origin.urls == [f"{BASE}{path}"]
    assert "x-pix-canary" not in answer.headers


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/nowhere", (404, "route_not_found")),
        ("/internal/files", (404, "route_not_found")),
        ("/API/account", (404, "route_not_found")),
        ("/api/Files/file_1%2f", (400, "invalid_path")),
        (FILE.replace("files", "Files"), (400, "invalid_path")),
    ],
)
async def test_what_is_nobodys_reaches_nobody(path: str, problem: tuple[int, str]) -> None:
    origin = MemoryOrigin()

    answer = await a_darkroom(origin).send(a_request("GET", path))

    assert (answer.problem, origin.sent) == (problem, [])


async def test_health_is_always_ours() -> None:
    origin = MemoryOrigin()

    answer = await a_darkroom(origin, emergency_proxy=True).send(a_request("GET", "/health"))

    assert (answer.text, origin.sent) == ("ok", [])


# --- Errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        (f"{ORDER}/files", 404, {"code": "order_not_found", "message": "Order not found"}),
        (FILE, 404, {"code": "file_not_found", "message": "File not found"}),
        (
            "/api/notifications?limit=x",
            422,
            {"code": "validation_error", "message": "Validation failed"},
        ),
    ],
)
async def test_a_route_that_moves_goes_on_refusing_in_the_origins_words(
    path: str, status: int, error: dict[str, str]
) -> None:
    answer = await a_darkroom(MemoryOrigin()).call("GET", path)

    assert (answer.status, answer.json) == (status, {"error": error})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "unauthorized"), ("nonsense", "unauthorized"), (a_token(exp=1), "token_expired")],
)
async def test_and_so_it_does_to_who_is_not_signed_in(token: str, code: str) -> None:
    request = a_request("GET", "/api/notifications", {"authorization": f"Bearer {token}"})

    answer = await a_darkroom(MemoryOrigin()).send(request)

    assert (answer.status, answer.json["error"]["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_what_the_origin_serves_the_origin_refuses() -> None:
    origin = MemoryOrigin(status=401)

    answer = await a_darkroom(origin, percent=0).send(a_request("GET", "/api/notifications"))

    assert (answer.status, answer.response.native) == (401, "answer 1")


@pytest.mark.parametrize(
    ("silence", "problem"),
    [
        (Silence.REFUSED, (502, "origin_unreachable")),
        (Silence.TIMEOUT, (504, "origin_timeout")),
    ],
)
async def test_an_origin_that_is_silent_is_a_problem_that_says_nothing_of_it(
    silence: Silence, problem: tuple[int, str]
) -> None:
    origin = MemoryOrigin().is_silent([silence] * 3)

    answer = await a_darkroom(origin, percent=0).call("GET", f"{ORDER}/files")

    assert answer.problem == problem
    assert "legacy" not in answer.text
    assert answer.headers["x-pix-canary"].startswith("0;")


# --- Counting -----------------------------------------------------------------------------------


async def test_each_answer_is_a_data_point_that_names_nobody() -> None:
    darkroom = a_darkroom(MemoryOrigin())

    await darkroom.call("GET", "/api/notifications")

    (point,) = darkroom.points
    assert point.blobs == ("/api/notifications", "native", "b1a", "B2a", "sampled", "GET")
    assert point.doubles[0] == 200
