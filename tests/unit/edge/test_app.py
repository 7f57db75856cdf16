"""One request through the edge: always answered, always logged, and no internals told."""

import dataclasses
import json
from typing import Any

import pytest

from domain.settings import SettingsInvalid
from edge.app import respond
from edge.services import Services
from storage.objects import ByteRange, ObjectBody, ObjectHead
from tests.fakes.memory_objects import MemoryObjects
from tests.unit.darkroom import ORDER, Darkroom, a_request

pytestmark = pytest.mark.anyio

SECRET = "hunter2-the-password"


class LeakyObjects(MemoryObjects):
    """A bucket whose errors are bugs, and say more than clients may know."""

    async def head(self, key: str) -> ObjectHead | None:
        raise KeyError(f"{SECRET} {key}")

    async def get(self, key: str, byte_range: ByteRange | None = None) -> ObjectBody | None:
        raise KeyError(f"{SECRET} {key} {byte_range}")


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def leaky(darkroom: Darkroom) -> Darkroom:
    darkroom.services = dataclasses.replace(darkroom.services, objects=LeakyObjects())
    return darkroom


def misconfigured() -> Services:
    raise SettingsInvalid(f"JWT_SECRET: {SECRET}")


async def test_health_needs_no_session(darkroom: Darkroom) -> None:
    answer = await darkroom.send(a_request("GET", "/health"))

    assert (answer.status, answer.text) == (200, "ok")


async def test_every_answer_carries_the_id_of_its_request(darkroom: Darkroom) -> None:
    healthy = await darkroom.send(a_request("GET", "/health"))
    missing = await darkroom.send(a_request("GET", "/nowhere"))

    assert healthy.headers["x-request-id"] == "req-1"
    assert missing.headers["x-request-id"] == missing.json["request_id"] == "req-1"


@pytest.mark.parametrize(
    ("method", "path", "problem"),
    [
        ("GET", "/nowhere", (404, "route_not_found")),
        ("POST", "/health", (405, "method_not_allowed")),
        ("GET", f"{ORDER}/files", (401, "unauthenticated")),
        ("POST", "/api/uploads/intent", (401, "unauthenticated")),
        ("GET", f"{ORDER}/live", (401, "unauthenticated")),
    ],
)
async def test_a_refusal_is_a_problem(
    darkroom: Darkroom, method: str, path: str, problem: tuple[int, str]
) -> None:
    answer = await darkroom.send(a_request(method, path))

    assert answer.problem == problem


async def test_a_method_that_is_not_allowed_comes_with_those_that_are(darkroom: Darkroom) -> None:
    answer = await darkroom.send(a_request("BREW", "/api/session"))

    assert answer.headers["allow"] == "POST, GET, HEAD, DELETE"


async def test_a_secret_inside_a_bug_is_logged_and_told_to_nobody(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = (await darkroom.intent()).json
    answer = await leaky(darkroom).finalize(begun["intent_id"])

    assert answer.problem == (500, "internal")
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert set(answer.json) == {"type", "title", "status", "code", "detail", "request_id"}
    assert SECRET in capsys.readouterr().out


async def test_a_bug_is_one_line_with_its_traceback_and_its_request(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = (await darkroom.intent()).json
    capsys.readouterr()
    await leaky(darkroom).finalize(begun["intent_id"])

    bug, served = logged(capsys)
    assert (bug["event"], bug["level"], bug["req_id"]) == ("request.broke", "error", "req-1")
    assert "KeyError" in bug["error"]
    assert (served["event"], served["status"]) == ("request.served", 500)


async def test_an_outage_is_a_503_with_patience(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    darkroom.actors.orders.is_down = True
    answer = await darkroom.call("GET", f"{ORDER}/files")

    assert answer.problem == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    assert "connection" not in answer.text.lower()
    assert [line["event"] for line in logged(capsys)] == ["upstream.failed", "request.served"]


async def test_invalid_settings_are_told_to_the_log_and_not_to_clients() -> None:
    response = await respond(a_request("GET", "/health"), misconfigured)

    assert response.status == 500
    assert SECRET not in str(response.body)


async def test_each_request_is_one_line_of_facts(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    await darkroom.call("GET", f"{ORDER}/files")

    (line,) = logged(capsys)
    assert line["event"] == "request.served"
    assert (line["method"], line["path"], line["status"]) == ("GET", f"{ORDER}/files", 404)
    assert (line["req_id"], line["code"]) == ("req-1", "order_not_found")
    assert "duration_ms" in line


async def test_no_token_and_no_object_key_is_ever_logged(
    darkroom: Darkroom, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await darkroom.edited()
    url = (await darkroom.call("GET", f"{path}/preview")).json["url"]
    await darkroom.send(a_request("GET", url))

    said = capsys.readouterr().out
    assert "eyJ" not in said
    assert "user/alice" not in said
