"""The emergency Worker passes on what is allowed, and nothing else."""

import pytest

from edge.exchange import Response
from edge.fallback import Fallback, fall_back
from edge.proxy import Proxy, Silence
from tests.fakes.memory_origin import MemoryOrigin
from tests.unit.darkroom import BOUNDS, Answer, a_request

pytestmark = pytest.mark.anyio

BASE = "https://legacy.example"


async def sent(
    origin: MemoryOrigin, path: str, method: str = "GET", prefixes: tuple[str, ...] = ("/api/",)
) -> Response:
    fallback = Fallback(Proxy(BASE, BOUNDS, origin), prefixes)
    return await fall_back(a_request(method, path), lambda: fallback)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_what_is_allowed_is_passed_on(method: str) -> None:
    origin = MemoryOrigin(status=203)

    answer = await sent(origin, "/api/orders/summer-42/files?limit=5", method)

    assert origin.urls == [f"{BASE}/api/orders/summer-42/files?limit=5"]
    assert (answer.status, answer.native) == (203, "answer 1")
    assert ("x-pix-decision", "proxy (fallback)") in answer.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/ops/metrics", 404),
        ("/internal/files", 404),
        ("/apix/files", 404),
        ("/api", 404),
        ("/API/orders", 400),
        ("/\uff41pi/orders", 400),
        ("/api%2f..%2finternal/files", 400),
        ("/api/..%2finternal/files", 400),
        ("/api//internal", 400),
        ("/api/%00", 400),
        ("/api;/x", 400),
    ],
)
async def test_nothing_else_reaches_the_origin(path: str, status: int) -> None:
    origin = MemoryOrigin()

    answer = await sent(origin, path)

    assert (answer.status, origin.sent) == (status, [])


async def test_its_own_health_needs_no_origin() -> None:
    answer = await sent(MemoryOrigin().is_silent([Silence.REFUSED] * 3), "/health")

    assert (answer.status, answer.body) == (200, "ok")


@pytest.mark.parametrize(
    ("silence", "problem"),
    [
        (Silence.REFUSED, (502, "origin_unreachable")),
        (Silence.TIMEOUT, (504, "origin_timeout")),
    ],
)
async def test_an_origin_that_is_silent_is_a_problem_without_its_insides(
    silence: Silence, problem: tuple[int, str]
) -> None:
    answer = await sent(MemoryOrigin().is_silent([silence] * 3), "/api/account")

    assert Answer(answer).problem == problem
    assert "legacy.example" not in str(answer.body)
