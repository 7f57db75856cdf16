"""Native answers as the real origin does, on workerd; and where it does not, that is found."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.acceptance.operators import operator
from tests.acceptance.photographer import eventually
from tools.parity.asks import READS, Ask, Caller
from tools.parity.comparison import Compared, Trio, compared
from tools.parity.seed import seeded
from tools.parity.sides import User
from tools.parity.started import Started, started_pair

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

ONE_FILE = Ask("GET /api/files/{file_id}", "one", "/api/files/{file}")
FILES = Ask("GET /api/orders/{order_id}/files", "all", "/api/orders/{order}/files")


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Started]:
    tokens = worker_secrets["OPERATOR_TOKENS"]
    folder = tmp_path_factory.mktemp("parity")
    with started_pair(folder, OPERATOR_TOKENS=tokens, SHADOW_PERCENT="100") as running:
        yield running
        running.origin.reset()


def alice(started: Started) -> User:
    return started.pair.users[0]


async def asked(started: Started, ask: Ask, names: dict[str, str]) -> Compared:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        trio = Trio(started.pair, http, alice(started))
        (one,) = [one async for one in trio.compare([ask], [names] * 3)]
        return one


def places(one: Compared) -> list[str]:
    return [f"{place.kind} {place.pointer}" for place in one.parity.differences]


def told(one: Compared) -> str:
    return f"{one.user}: {one.ask.route}, {one.ask.what}: {places(one)} {one.is_hollow}"


async def test_every_route_answers_two_users_and_nobody_as_the_origin_does(
    started: Started,
) -> None:
    all_of_it = [one async for one in compared(started.pair)]

    assert [told(one) for one in all_of_it if not one.is_well] == []
    callers = {(one.user, one.ask.caller) for one in all_of_it}
    assert callers == {(user.name, caller) for user in started.pair.users for caller in Caller}
    statuses = {one.status for one in all_of_it}
    assert statuses >= {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422}
    assert len(all_of_it) > len(READS)


async def test_a_header_that_only_the_origin_has_is_found(started: Started) -> None:
    names = await seeded(started.pair.origin, alice(started))
    started.origin.switch("/api/files", headers=[["x-odd", "1"]])

    one = await asked(started, ONE_FILE, names)
    started.origin.reset()

    assert places(one) == ["missing /headers/x-odd"]


async def test_a_value_that_only_one_side_has_is_found_where_it_is(started: Started) -> None:
    names = await seeded(started.pair.origin, alice(started))
    async with httpx.AsyncClient(
        base_url=started.pair.candidate,
        headers={"authorization": f"Bearer {alice(started).token}"},
        trust_env=False,
    ) as native:
        path = f"/api/files/{names['file']}"
        renamed = await native.patch(path, json={"name": "other.jpg"})

    one = await asked(started, FILES, names)

    assert renamed.status_code == 200, renamed.text
    assert "value /body/files/0/name" in places(one)


async def test_what_shadow_mode_finds_is_shown_to_operators(
    started: Started, worker_secrets: dict[str, str]
) -> None:
    names = await seeded(started.pair.origin, alice(started))
    started.origin.switch(f"/api/orders/{names['order']}/status", headers=[["x-odd", "1"]])
    url = f"{started.pair.candidate}/api/orders/{names['order']}/status"
    headers = {"authorization": f"Bearer {alice(started).token}"}

    async with (
        operator(started.pair.candidate, worker_secrets["OPERATOR_TOKENS"]) as olga,
        httpx.AsyncClient(trust_env=False, headers=headers, timeout=60) as http,
    ):

        async def look() -> dict[str, Any]:
            (await http.get(url)).raise_for_status()
            return await olga.see("parity")

        seen = await eventually(look, lambda seen: bool(findings(seen)))
    started.origin.reset()

    assert (seen["shadow_percent"], seen["compared"] >= seen["differed"]) == (100, True)
    assert findings(seen) == [("GET /api/orders/{order_id}/status", "missing")]


def findings(seen: dict[str, Any]) -> list[tuple[str, str]]:
    found = [one for one in seen["findings"] if one["pointer"] == "/headers/x-odd"]
    return [(one["route"], one["kind"]) for one in found if "status" in one["route"]]
