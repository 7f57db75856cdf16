"""What passes through to a real origin, and what an origin in trouble looks like from outside."""

import asyncio
import hashlib
import socket
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.acceptance.before_origin import TIMEOUT_MS, Migration, migration
from tests.acceptance.photographer import refusal
from tools import dev_token

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

MIB = 1024 * 1024
LARGE = 200 * MIB
GROWTH_MAX = 160 * MIB  # of the server's processes, while 200 MB pass: less than they are
SLACK_S = 3  # of a busy machine
PROBLEMS = {502: "origin_unreachable", 504: "origin_timeout"}


@pytest.fixture(scope="module")
def moving(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Migration]:
    with migration(tmp_path_factory.mktemp("proxy"), worker_secrets) as running:
        yield running


@pytest.fixture
async def client(
    moving: Migration, worker_secrets: dict[str, str]
) -> AsyncIterator[httpx.AsyncClient]:
    token = dev_token.mint(worker_secrets["JWT_SECRET"], "paul", 3600)
    async with moving.client(token) as opened:
        yield opened
    moving.origin.reset()


async def test_a_body_goes_there_and_comes_back_untouched(client: httpx.AsyncClient) -> None:
    body = bytes(range(256)) * 100
    answer = await client.post(
        "/api/legacy/echo?a=1&a=%20", content=body, headers={"x-device-token": "d", "te": "x"}
    )

    told = answer.json()
    assert told["sha256"] == hashlib.sha256(body).hexdigest()
    headers = {name.lower() for name, _ in told["headers"]}
    assert {"authorization", "x-device-token", "traceparent", "x-request-id"} <= headers
    assert not headers & {"te", "connection-x", "x-canary-token"}


async def test_cookies_redirects_and_empty_answers_come_back_as_they_are(
    client: httpx.AsyncClient,
) -> None:
    cookies = await client.get("/api/legacy/cookies")
    redirect = await client.get("/api/legacy/redirect")
    empty = await client.get("/api/legacy/empty")
    chunked = await client.get("/api/legacy/chunked")

    assert len(cookies.headers.get_list("set-cookie")) == cookies.json()["cookies"]
    assert (redirect.status_code, bool(redirect.headers["location"])) == (302, True)
    assert (empty.status_code, empty.content) == (204, b"")
    assert chunked.content


async def test_a_websocket_passes_through(moving: Migration) -> None:
    address = moving.server.url.replace("http", "ws", 1) + "/api/legacy/ws"
    async with connect(address, proxy=None) as socket_:
        await socket_.send("hello")
        text = await socket_.recv()
        await socket_.send(b"\x00\xff" * 50_000)
        data = await socket_.recv()

    assert (text, data) == ("hello", b"\x00\xff" * 50_000)


async def test_200_megabytes_pass_both_ways_and_are_not_kept(
    client: httpx.AsyncClient, moving: Migration
) -> None:
    await client.get(f"/api/legacy/bytes?size={MIB}")
    before, peak, received = moving.resident_bytes(), 0, 0
    async with client.stream("GET", f"/api/legacy/bytes?size={LARGE}") as answer:
        async for piece in answer.aiter_bytes(MIB):
            received += len(piece)
            peak = max(peak, moving.resident_bytes())
    sent = await client.post("/api/legacy/echo", content=_zeros(), headers=_length(LARGE))

    assert received == LARGE
    assert sent.json()["length"] == LARGE
    assert max(peak, moving.resident_bytes()) - before < GROWTH_MAX


async def test_no_request_hangs_while_the_origin_is_killed_and_comes_back(
    client: httpx.AsyncClient, moving: Migration
) -> None:
    answers: list[tuple[int, float]] = []
    is_over = asyncio.Event()

    async def ask() -> None:
        while not is_over.is_set():
            began = time.monotonic()
            answer = await client.get("/api/account")
            answers.append((answer.status_code, time.monotonic() - began))
            assert answer.status_code == 200 or refusal(answer)[1] in PROBLEMS.values()

    async with asyncio.TaskGroup() as together:
        for _ in range(8):
            together.create_task(ask())
        await asyncio.sleep(1)
        moving.origin.kill()
        await asyncio.sleep(2)
        await asyncio.to_thread(moving.origin.start)
        await asyncio.sleep(1)
        is_over.set()
    after = await client.get("/api/account")

    assert {status for status, _ in answers} - {502, 504} == {200}
    assert max(duration_s for _, duration_s in answers) < TIMEOUT_MS / 1000 + SLACK_S
    assert after.status_code == 200


async def test_an_origin_that_takes_too_long_is_a_504(
    client: httpx.AsyncClient, moving: Migration
) -> None:
    moving.origin.switch("/api/account", latency_ms=30_000)
    began = time.monotonic()

    answer = await client.get("/api/account")

    assert refusal(answer) == (504, "origin_timeout")
    assert time.monotonic() - began < TIMEOUT_MS / 1000 + SLACK_S


async def test_a_body_that_stops_on_its_way_is_given_up(
    client: httpx.AsyncClient, moving: Migration
) -> None:
    moving.origin.switch("/api/legacy/bytes", body_latency_ms=60_000)
    began = time.monotonic()

    with pytest.raises(httpx.RemoteProtocolError):
        await client.get("/api/legacy/bytes?size=1000")

    assert time.monotonic() - began < TIMEOUT_MS / 1000 + SLACK_S


async def test_an_upload_of_unknown_length_may_take_its_time(client: httpx.AsyncClient) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield bytes(1000)
            await asyncio.sleep(TIMEOUT_MS / 1000 / 3)

    answer = await client.post("/api/legacy/echo", content=slowly())

    assert answer.json()["length"] == 4000


async def test_an_error_of_the_origin_is_the_origins(
    client: httpx.AsyncClient, moving: Migration
) -> None:
    moving.origin.switch("/api/account", error_rate=1, fail_status=503)

    answer = await client.get("/api/account")

    assert answer.status_code == 503
    assert "application/problem+json" not in answer.headers["content-type"]


@pytest.mark.parametrize(
    "target",
    [
        "/api/..%2finternal/files",
        "/api/%2e%2e/internal/files",
        "/api/../internal/files",
        "/api//internal/files",
        "/api/files/%00",
        "/API/account",
        "/api/account;x",
        "/api/%c0%ae%c0%ae/internal/files",
        "/internal/files",
        "/__switch",
        "/api/%EF%BD%81ccount/%2525",
    ],
)
async def test_no_spelling_of_a_path_gets_around_us(moving: Migration, target: str) -> None:
    """As raw bytes, for a client library would tidy them up."""
    moving.origin.forget_requests()

    status = await asyncio.to_thread(raw_status, moving, f"GET {target} HTTP/1.1\r\n")

    assert status in {400, 404}
    assert moving.origin.requests() == []


@pytest.mark.parametrize(
    ("headers", "statuses"),
    [
        ({"x-large": "a" * 40_000}, {431}),
        ({"content-length": "600000000"}, {413}),
    ],
)
async def test_what_is_too_large_does_not_reach_the_origin(
    client: httpx.AsyncClient, moving: Migration, headers: dict[str, str], statuses: set[int]
) -> None:
    moving.origin.forget_requests()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    status = await asyncio.to_thread(
        raw_status, moving, f"POST /api/legacy/echo HTTP/1.1\r\n{lines}"
    )

    assert status in statuses
    assert moving.origin.requests() == []
    assert client.base_url


def raw_status(moving: Migration, head: str) -> int:
    with socket.create_connection(("127.0.0.1", moving.server.port), timeout=30) as raw:
        raw.sendall(f"{head}Host: 127.0.0.1\r\nConnection: close\r\n\r\n".encode("latin-1"))
        first = raw.makefile("rb").readline()
    return int(first.split()[1])


def _length(size: int) -> dict[str, str]:
    return {"content-length": str(size)}


async def _zeros() -> AsyncIterator[bytes]:
    for _ in range(LARGE // MIB):
        yield bytes(MIB)
