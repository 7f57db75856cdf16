"""Pages of other origins: those that are named may read our answers, and no others."""

from collections.abc import Mapping

import pytest

from tests.unit.darkroom import ORDER, Answer, Darkroom, a_request

pytestmark = pytest.mark.anyio

SHOP = "https://shop.example"
ASKING = {"origin": SHOP, "access-control-request-method": "DELETE"}


@pytest.fixture
def open_to_shop() -> Darkroom:
    return Darkroom(allowed_origins=f"{SHOP}, https://other.example")


async def sent(darkroom: Darkroom, method: str, headers: Mapping[str, str]) -> Answer:
    return await darkroom.send(a_request(method, f"{ORDER}/files", headers))


async def test_a_browser_that_asks_before_it_sends_may(open_to_shop: Darkroom) -> None:
    answer = await sent(open_to_shop, "OPTIONS", ASKING)

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "DELETE" in answer.headers["access-control-allow-methods"]
    assert "Idempotency-Key" in answer.headers["access-control-allow-headers"]
    assert answer.headers["access-control-max-age"] == "7200"
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", [SHOP, "https://stranger.example"])
@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
async def test_nothing_is_said_twice(open_to_shop: Darkroom, method: str, origin: str) -> None:
    answer = await sent(open_to_shop, method, ASKING | {"origin": origin})

    names = [name for name, _ in answer.response.headers]
    assert sorted(names) == sorted(set(names))


async def test_it_may_send_what_it_asks_for_and_only_the_origin_knows(
    open_to_shop: Darkroom,
) -> None:
    asked = {"access-control-request-headers": "x-amz-date, X-Legacy,if-match, not a name,"}

    answer = await sent(open_to_shop, "OPTIONS", ASKING | asked)

    named = answer.headers["access-control-allow-headers"].split(", ")
    assert named[-2:] == ["x-amz-date", "x-legacy"]
    assert "If-Match" in named


@pytest.mark.parametrize("path", ["/ops", "/ops/rollout", "/ops/nowhere", "/qa", "/%6fps/jobs"])
async def test_what_is_for_operators_is_for_no_other_page(
    open_to_shop: Darkroom, path: str
) -> None:
    asked = await open_to_shop.send(a_request("OPTIONS", path, ASKING))
    read = await open_to_shop.send(a_request("GET", path, {"origin": SHOP}))

    assert asked.status == 403
    assert "access-control-allow-origin" not in asked.headers
    assert "access-control-allow-origin" not in read.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://shop.example.evil", "null", "http://shop.example"]
)
async def test_a_browser_of_another_page_may_not(open_to_shop: Darkroom, origin: str) -> None:
    answer = await sent(open_to_shop, "OPTIONS", ASKING | {"origin": origin})

    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


async def test_what_is_refused_can_be_read_as_well(open_to_shop: Darkroom) -> None:
    answer = await sent(open_to_shop, "GET", {"origin": SHOP})

    assert answer.status == 401
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "X-Request-Id" in answer.headers["access-control-expose-headers"]


async def test_a_page_that_is_not_named_reads_nothing(open_to_shop: Darkroom) -> None:
    answer = await sent(open_to_shop, "GET", {"origin": "https://evil.example"})

    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"


async def test_where_nobody_is_named_there_is_nothing_to_say() -> None:
    answer = await sent(Darkroom(), "GET", {"origin": SHOP})

    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_options_that_no_browser_asks_is_a_method_like_others(
    open_to_shop: Darkroom,
) -> None:
    answer = await sent(open_to_shop, "OPTIONS", {})

    assert answer.problem == (405, "method_not_allowed")
