"""What must not pass a proxy: foreign pages' sockets, operators' credentials, odd answers."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.acceptance.before_origin import Migration, migration
from tests.acceptance.photographer import refusal
from tools import dev_token

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

SHOP = "https://shop.example"


@pytest.fixture(scope="module")
def moving(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Migration]:
    folder = tmp_path_factory.mktemp("side-doors")
    with migration(folder, worker_secrets, ALLOWED_ORIGINS=SHOP) as running:
        yield running


@pytest.fixture(scope="module")
def token(worker_secrets: dict[str, str]) -> str:
    return dev_token.mint(worker_secrets["JWT_SECRET"], "dora", 3600)


@pytest.fixture
async def client(moving: Migration, token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with moving.client(token) as opened:
        yield opened
    moving.origin.reset()


@pytest.mark.parametrize("path", ["/api/orders/summer-42/live", "/api/legacy/ws"])
async def test_a_websocket_of_a_page_of_another_site_is_refused(
    moving: Migration, token: str, path: str
) -> None:
    moving.origin.forget_requests()
    address = moving.server.url.replace("http", "ws", 1) + path
    headers = {"cookie": f"session={token}", "origin": "https://evil.example"}

    with pytest.raises(InvalidStatus) as refused:
        async with connect(address, proxy=None, additional_headers=headers):
            pass

    assert refused.value.response.status_code == 403
    assert moving.origin.requests() == []


async def test_a_websocket_of_a_page_that_is_named_passes(moving: Migration) -> None:
    address = moving.server.url.replace("http", "ws", 1) + "/api/legacy/ws"

    async with connect(address, proxy=None, additional_headers={"origin": SHOP}) as opened:
        await opened.send("hello")
        assert await opened.recv() == "hello"


@pytest.mark.parametrize("status", [600, 999])
async def test_a_status_of_which_no_answer_can_be_made_is_a_502(
    client: httpx.AsyncClient, moving: Migration, status: int
) -> None:
    moving.origin.switch("/api/account", fail_status=status)

    answer = await client.get("/api/account")

    assert refusal(answer) == (502, "origin_unreachable")
    assert "Traceback" not in answer.text


async def test_nothing_that_proves_an_operator_or_misleads_the_origin_arrives_there(
    client: httpx.AsyncClient,
) -> None:
    sent = {
        "cookie": "a=1; CF_Authorization=secret; _canary_cohort=1.n.1; b=2",
        "cf-access-jwt-assertion": "secret",
        "x-http-method-override": "DELETE",
        "x-original-url": "/internal/files",
        "x-rewrite-url": "/internal/files",
        "forwarded": "for=10.0.0.1",
        "x_internal_token": "guess",
        "x_forwarded_for": "10.0.0.1",
    }

    told = (await client.post("/api/legacy/echo", headers=sent)).json()

    arrived = {name.lower(): value for name, value in told["headers"]}
    assert arrived["cookie"] == "a=1; b=2"
    assert not arrived.keys() & (sent.keys() - {"cookie"})
    assert arrived["cache-control"] == "no-cache"  # which is how the platform keeps its cache out
