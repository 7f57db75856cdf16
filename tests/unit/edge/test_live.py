"""The way of a watcher to an order's actor."""

import pytest

from tests.fakes.local_actors import LocalAnswer
from tests.unit.darkroom import ORDER, ORIGIN, Answer, Darkroom, a_request, a_token

pytestmark = pytest.mark.anyio


async def watched(darkroom: Darkroom, user_id: str = "alice", **headers: str) -> Answer:
    sent = {"authorization": f"Bearer {a_token(user_id)}", "upgrade": "websocket"}
    return await darkroom.send(a_request("GET", f"{ORDER}/live", sent | headers))


async def counts(darkroom: Darkroom) -> dict[str, int]:
    told: dict[str, int] = (await darkroom.call("GET", f"{ORDER}/status")).json["counts"]
    return {state: count for state, count in told.items() if count}


async def test_a_watcher_is_handed_to_the_orders_actor(darkroom: Darkroom) -> None:
    await darkroom.uploaded()

    answer = await watched(darkroom)

    native = answer.response.native
    assert answer.status == 101
    assert isinstance(native, LocalAnswer)
    assert '"type":"hello"' in native.content


async def test_a_watcher_who_says_who_they_are_is_not_believed(darkroom: Darkroom) -> None:
    await darkroom.uploaded()

    answer = await watched(darkroom, "bob", **{"x-darkroom-caller": "alice"})

    assert answer.problem == (403, "forbidden")


async def test_an_order_nobody_made_cannot_be_watched(darkroom: Darkroom) -> None:
    assert (await watched(darkroom)).problem == (404, "order_not_found")


@pytest.mark.parametrize("upgrade", ["", "h2c"])
async def test_the_live_path_speaks_websocket_only(darkroom: Darkroom, upgrade: str) -> None:
    answer = await watched(darkroom, upgrade=upgrade)

    assert answer.problem == (426, "upgrade_required")
    assert answer.headers["upgrade"] == "websocket"


@pytest.mark.parametrize(
    ("origin", "status"), [(ORIGIN, 101), ("https://evil.example", 403), ("null", 403)]
)
async def test_only_our_own_pages_may_watch(darkroom: Darkroom, origin: str, status: int) -> None:
    await darkroom.uploaded()

    answer = await watched(darkroom, origin=origin)
    cookie = {"cookie": f"session={a_token()}", "upgrade": "websocket", "origin": origin}
    by_cookie = await darkroom.send(a_request("GET", f"{ORDER}/live", cookie))

    assert (answer.status, by_cookie.status) == (status, status)
