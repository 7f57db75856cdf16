"""What a browser does: it loads the page, trades the token for a cookie, and opens the socket."""

import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.acceptance.photographer import Photographer, refusal
from tools.photos import PhotoSet
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

FOREIGN = "https://elsewhere.example"


async def test_the_page_needs_no_session(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        answer = await http.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "<html" in answer.text


async def test_a_browser_trades_its_token_for_a_cookie_it_cannot_read(
    server: Server, alice: Photographer
) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as browser:
        begun = await browser.post("/api/session", json={"token": alice.token})
        described = await browser.get("/api/session")
        ended = await browser.delete("/api/session")
        after = await browser.get("/api/session")

    assert begun.status_code == 200
    assert "httponly" in begun.headers["set-cookie"].lower()
    assert begun.json() == described.json()
    assert begun.json()["user_id"] == alice.user_id
    assert ended.status_code == 204
    assert refusal(after) == (401, "unauthenticated")


async def test_another_sites_page_cannot_use_the_cookie_to_change_anything(
    server: Server, alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    cookies = {"session": alice.token}
    async with httpx.AsyncClient(
        base_url=server.url, cookies=cookies, trust_env=False
    ) as browser:
        foreign = await browser.delete(f"/api/files/{file_id}", headers={"origin": FOREIGN})
        own = await browser.delete(f"/api/files/{file_id}", headers={"origin": server.url})

    assert refusal(foreign) == (403, "origin_forbidden")
    assert own.status_code == 204


@pytest.mark.parametrize(
    ("origin", "is_signed_in", "status"),
    [(FOREIGN, True, 403), (None, False, 401), ("own", False, 401)],
)
async def test_the_socket_refuses_strangers(
    server: Server,
    alice: Photographer,
    pictures: PhotoSet,
    origin: str | None,
    is_signed_in: bool,  # noqa: FBT001 - a column of the table
    status: int,
) -> None:
    await alice.upload(pictures.rocket)
    headers = {"cookie": f"session={alice.token}"} if is_signed_in else {}
    headers |= {"origin": server.url if origin == "own" else origin} if origin else {}

    with pytest.raises(InvalidStatus) as refused:
        await connect(live_url(server, alice), additional_headers=headers, proxy=None)

    assert refused.value.response.status_code == status


async def test_the_socket_takes_the_cookie_from_our_own_page(
    server: Server, alice: Photographer, pictures: PhotoSet
) -> None:
    file_id = await alice.upload(pictures.rocket)
    headers = {"cookie": f"session={alice.token}", "origin": server.url}

    async with connect(
        live_url(server, alice), additional_headers=headers, proxy=None
    ) as socket:
        hello = json.loads(await socket.recv())
        await socket.send("ping")
        pong = await socket.recv()

    assert (hello["type"], [file["id"] for file in hello["files"]]) == ("hello", [file_id])
    assert pong == "pong"


async def test_a_frame_over_its_limit_closes_the_socket(
    server: Server, alice: Photographer, pictures: PhotoSet
) -> None:
    await alice.upload(pictures.rocket)
    headers = {"authorization": f"Bearer {alice.token}"}

    async with connect(
        live_url(server, alice), additional_headers=headers, proxy=None
    ) as socket:
        await socket.recv()
        await socket.send("x" * (64 * 1024 + 1))
        await socket.wait_closed()

    assert socket.close_code == 1009


def live_url(server: Server, someone: Photographer) -> str:
    return f"{server.url.replace('http', 'ws', 1)}/api/orders/{someone.order_id}/live"
