"""Pages of other origins before a real origin that has its own idea of who may read its answers."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.acceptance.before_origin import Migration, migration
from tools import dev_token

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

SHOP = "https://shop.example"
EVIL = "https://evil.example"
OPEN_TO_ALL = (
    ("access-control-allow-origin", "*"),
    ("access-control-allow-headers", "*"),
    ("access-control-expose-headers", "X-Legacy-Total"),
    ("proxy-authenticate", "Basic"),
)


@pytest.fixture(scope="module")
def moving(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Migration]:
    folder = tmp_path_factory.mktemp("cors")
    with migration(folder, worker_secrets, ALLOWED_ORIGINS=SHOP) as running:
        yield running


@pytest.fixture
async def client(
    moving: Migration, worker_secrets: dict[str, str]
) -> AsyncIterator[httpx.AsyncClient]:
    moving.origin.switch("/api/account", headers=OPEN_TO_ALL)
    async with moving.client(dev_token.mint(worker_secrets["JWT_SECRET"], "cleo", 3600)) as opened:
        yield opened
    moving.origin.reset()


def said(answer: httpx.Response) -> dict[str, str]:
    return {n: v for n, v in answer.headers.items() if n.startswith("access-control-")}


async def test_a_page_that_is_not_named_may_read_nothing_whatever_the_origin_says(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/api/account", headers={"origin": EVIL})

    assert answer.status_code == 200
    assert not [name for name in said(answer) if "allow" in name]
    assert "proxy-authenticate" not in answer.headers


async def test_a_page_that_is_named_reads_what_both_sides_show(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/account", headers={"origin": SHOP})

    told = said(answer)
    assert told["access-control-allow-origin"] == SHOP
    assert told["access-control-allow-credentials"] == "true"
    assert "access-control-allow-headers" not in told
    shown = {name.strip() for name in told["access-control-expose-headers"].split(",")}
    assert shown >= {"X-Legacy-Total", "X-Request-Id", "ETag"}


async def test_it_may_send_headers_that_only_the_origin_knows(client: httpx.AsyncClient) -> None:
    asking = {
        "origin": SHOP,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "x-amz-date, x-legacy",
    }

    answer = await client.options("/api/account", headers=asking)

    assert answer.status_code == 204
    named = answer.headers["access-control-allow-headers"].split(", ")
    assert {"x-amz-date", "x-legacy", "If-Match"} <= set(named)


@pytest.mark.parametrize("path", ["/ops/rollout", "/qa"])
async def test_what_is_for_operators_it_may_not_even_ask_for(
    client: httpx.AsyncClient, path: str
) -> None:
    asking = {"origin": SHOP, "access-control-request-method": "POST"}

    asked = await client.options(path, headers=asking)
    read = await client.get(path, headers={"origin": SHOP})

    assert asked.status_code == 403
    assert said(asked) == said(read) == {}
