"""The emergency Worker before a real origin: everything passes, nothing of the product is there."""

import asyncio
import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.photographer import refusal
from tests.origin.process import Origin
from tools.runtime import paths
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]


@pytest.fixture(scope="module")
def origin(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Origin]:
    state = tmp_path_factory.mktemp("fallback-origin")
    with Origin(state=state, variables=worker_secrets) as running:
        yield running


@pytest.fixture(scope="module")
def fallback(tmp_path_factory: pytest.TempPathFactory, origin: Origin) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("fallback")
    with Server(
        config=paths.ROOT / "wrangler.fallback.toml",
        persist_to=folder / "state",
        variables={"ORIGIN_API_BASE": origin.url, "BACKEND_REQUEST_TIMEOUT_MS": "1000"},
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
async def http(fallback: Server) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=fallback.url, trust_env=False, timeout=30)


async def test_the_origin_answers_as_if_nothing_stood_before_it(
    http: httpx.AsyncClient, origin: Origin
) -> None:
    async with http, httpx.AsyncClient(base_url=origin.url, trust_env=False) as direct:
        through, straight = await http.get("/api/account"), await direct.get("/api/account")

    assert (through.status_code, through.json()) == (straight.status_code, straight.json())
    assert through.headers["x-pix-decision"] == "proxy (fallback)"


async def test_several_cookies_and_redirects_come_back_as_they_are(
    http: httpx.AsyncClient,
) -> None:
    async with http:
        cookies = await http.get("/api/legacy/cookies")
        redirect = await http.get("/api/legacy/redirect")

    assert len(cookies.headers.get_list("set-cookie")) > 1
    assert redirect.status_code == httpx.codes.FOUND
    assert redirect.headers["location"]


@pytest.mark.parametrize("path", ["/", "/ops/metrics", "/internal/files", "/__switch", "/apix"])
async def test_what_is_not_allowed_is_not_there(
    http: httpx.AsyncClient, origin: Origin, path: str
) -> None:
    before = len(origin.requests())
    async with http:
        answer = await http.get(path)

    assert refusal(answer) == (404, "route_not_found")
    assert len(origin.requests()) == before


async def test_an_origin_that_does_not_answer_in_time_is_a_504(
    http: httpx.AsyncClient, origin: Origin
) -> None:
    origin.switch("/api/account", latency_ms=5_000)
    try:
        async with http:
            answer = await http.get("/api/account")
    finally:
        origin.reset()

    assert refusal(answer) == (504, "origin_timeout")


@pytest.mark.parametrize("host", ["a]b", "[::1"])
async def test_a_host_that_makes_no_url_is_told_nothing(fallback: Server, host: str) -> None:
    answer = await asyncio.to_thread(raw_answer, fallback, host)

    assert answer.split()[1] in {b"400", b"500"}  # by us or, before us, by the runtime
    assert b"Traceback" not in answer


def raw_answer(fallback: Server, host: str) -> bytes:
    with socket.create_connection(("127.0.0.1", fallback.port), timeout=30) as raw:
        head = f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        raw.sendall(head.encode("latin-1"))
        return raw.makefile("rb").read()
