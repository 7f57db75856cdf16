"""Who may see and change what: nobody without a good token, and everybody only their own."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import jwt
import pytest
import websockets

from tests.acceptance.photographer import Photographer, refusal
from tools import dev_token
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

JSON: Final = {"content-type": "application/json"}
SESSION_EXPIRED: Final = 4401
SHORT_S: Final = 8  # of a session: seconds enough to be greeted on a busy machine
NO_FILE: Final = "file_" + "0" * 32


@pytest.fixture
async def stranger(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        yield http


async def test_another_users_order_and_file_are_forbidden(
    alice: Photographer, bob: Photographer, pictures: PhotoSet
) -> None:
    file_id = await bob.upload(pictures.rocket)
    order, file = f"/api/orders/{bob.order_id}", f"/api/files/{file_id}"
    attempts: list[tuple[str, str, bytes]] = [
        ("GET", f"{order}/files", b""),
        ("GET", f"{order}/status", b""),
        ("POST", f"{order}/submit-edits", b"{}"),
        ("POST", "/api/uploads/intent", an_intent_for(bob)),
        ("GET", file, b""),
        ("PATCH", file, b'{"name": "mine.jpg"}'),
        ("DELETE", file, b""),
        ("GET", f"{file}/preview", b""),
        ("POST", f"{file}/revision", b""),
        ("GET", f"/api/jobs?order_id={bob.order_id}", b""),
    ]

    answers = [
        await alice.api.send(method, path, content=content, headers=JSON if content else {})
        for method, path, content in attempts
    ]

    assert {refusal(answer) for answer in answers} == {(403, "forbidden")}
    assert (await bob.api.file(file_id))["name"] == pictures.rocket.name


async def test_a_live_order_ends_with_its_session(
    alice: Photographer, server: Server, worker_secrets: dict[str, str], pictures: PhotoSet
) -> None:
    await alice.upload(pictures.rocket)
    token = dev_token.mint(worker_secrets["JWT_SECRET"], alice.user_id, SHORT_S)
    url = f"{server.url.replace('http', 'ws')}/api/orders/{alice.order_id}/live"

    async with websockets.connect(
        url, additional_headers={"authorization": f"Bearer {token}"}, proxy=None
    ) as socket:
        assert json.loads(await socket.recv())["type"] == "hello"
        assert json.loads(await socket.recv())["type"] == "expiring"
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()

    assert socket.close_code == SESSION_EXPIRED


async def test_a_live_order_is_refused_before_any_upgrade(
    alice: Photographer, bob: Photographer, pictures: PhotoSet
) -> None:
    await bob.upload(pictures.rocket)
    upgrade = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    foreign = await alice.api.send("GET", f"/api/orders/{bob.order_id}/live", headers=upgrade)
    unknown = await alice.api.send("GET", "/api/orders/nowhere-1/live", headers=upgrade)
    plain = await bob.api.send("GET", f"/api/orders/{bob.order_id}/live")

    assert refusal(foreign) == (403, "forbidden")
    assert refusal(unknown) == (404, "order_not_found")
    assert refusal(plain) == (426, "upgrade_required")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/uploads/intent"),
        ("POST", "/api/uploads/finalize"),
        ("GET", "/api/orders/summer-42/files"),
        ("GET", "/api/orders/summer-42/status"),
        ("POST", "/api/orders/summer-42/submit-edits"),
        ("GET", "/api/orders/summer-42/live"),
        ("GET", f"/api/files/{NO_FILE}"),
        ("DELETE", f"/api/files/{NO_FILE}"),
        ("POST", f"/api/files/{NO_FILE}/revision"),
        ("GET", "/api/jobs"),
        ("GET", "/api/notifications"),
        ("GET", "/api/session"),
    ],
)
async def test_nothing_of_a_users_is_shown_without_a_token(
    stranger: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await stranger.request(method, path)

    assert refusal(answer) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("changes", "algorithm", "expected"),
    [
        pytest.param({"exp": int(time.time()) - 60}, "HS256", "token_expired", id="expired"),
        pytest.param({}, "HS512", "unauthenticated", id="another algorithm"),
        pytest.param({}, "none", "unauthenticated", id="no algorithm"),
        pytest.param({"exp": None}, "HS256", "unauthenticated", id="without an end"),
        pytest.param({"sub": None}, "HS256", "unauthenticated", id="of nobody"),
        pytest.param({"sub": "../bob"}, "HS256", "unauthenticated", id="of no valid user"),
    ],
)
async def test_a_token_that_is_not_good_is_refused(
    stranger: httpx.AsyncClient,
    worker_secrets: dict[str, str],
    changes: dict[str, Any],
    algorithm: str,
    expected: str,
) -> None:
    claims = {"sub": "alice", "exp": int(time.time()) + 60} | changes
    told = {name: value for name, value in claims.items() if value is not None}
    secret = None if algorithm == "none" else worker_secrets["JWT_SECRET"]
    token = jwt.encode(told, secret, algorithm=algorithm)

    header = await stranger.get("/api/notifications", headers={"authorization": f"Bearer {token}"})
    session = await stranger.post("/api/session", json={"token": token})

    assert refusal(header) == (401, expected)
    assert refusal(session) == (401, expected)


async def test_a_token_signed_by_someone_else_is_refused(stranger: httpx.AsyncClient) -> None:
    token = jwt.encode({"sub": "alice", "exp": int(time.time()) + 60}, "x" * 64, "HS256")

    answer = await stranger.get("/api/notifications", headers={"authorization": f"Bearer {token}"})

    assert refusal(answer) == (401, "unauthenticated")


def an_intent_for(someone: Photographer) -> bytes:
    wanted = {"name": "beach.jpg", "size_bytes": 1000, "content_type": "image/jpeg"}
    return json.dumps({"order_id": someone.order_id, **wanted}).encode()
