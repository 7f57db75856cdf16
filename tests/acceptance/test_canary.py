"""Who is served by whom, on the wire: the header, the cookie, the intent, and the switch in KV."""

from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.before_origin import (
    Migration,
    cohort_of,
    cookie_of,
    migration,
    seconds_until,
)
from tools import dev_token
from tools.photos import PhotoSet

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

INBOX = "/api/notifications"
VERDICT_EFFECT_S_MAX = 5  # METRICS_FLUSH_MS is half a second here
KV_EFFECT_S_MAX = 5  # ROLLOUT_REFRESH_MS is half a second here


@pytest.fixture(scope="module")
def moving(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Migration]:
    with migration(tmp_path_factory.mktemp("moving"), worker_secrets) as running:
        yield running


@pytest.fixture(scope="module")
def token(worker_secrets: dict[str, str]) -> str:
    return dev_token.mint(worker_secrets["JWT_SECRET"], "carla", 3600)


async def settled(moving: Migration, token: str, percent: float, **config: object) -> float:
    """The rollout is as given, and the Worker has read it: in so many seconds."""
    tag = f"t{abs(hash((percent, *sorted(config)))) % 10_000}"
    moving.roll_out(percent, canary_tag=tag, **config)
    async with moving.client(token) as client:
        return await seconds_until(
            lambda: client.get(INBOX),
            lambda answer: f"tag={tag};" in answer.headers["x-pix-canary"],
        )


async def test_the_header_moves_one_request_and_its_absence_none(
    moving: Migration, token: str
) -> None:
    await settled(moving, token, 0)
    async with moving.client(token) as client:
        without = await client.get(INBOX)
        asked = await client.get(INBOX, headers={"x-canary": "1"})
        after = await client.get(INBOX)

    assert [cohort_of(answer) for answer in (without, asked, after)] == [
        "proxy (default)",
        "native (header)",
        "proxy (default)",
    ]
    assert without.json() == asked.json() == after.json()
    assert without.headers["x-request-id"] != asked.headers["x-request-id"]


async def test_a_cohort_is_kept_by_its_cookie_while_the_percentage_rises_and_not_when_it_falls(
    moving: Migration, token: str
) -> None:
    await settled(moving, token, 100, generation=1)
    async with moving.client(token) as client:
        given = cookie_of(await client.get(INBOX))
        kept = await client.get(INBOX, headers={"cookie": given})
        forged = await client.get(INBOX, headers={"cookie": given[:-4] + "0000"})
    await settled(moving, token, 0, generation=1)
    async with moving.client(token) as client:
        lowered = await client.get(INBOX, headers={"cookie": given})

    assert cohort_of(kept) == "native (cookie)"
    assert cohort_of(forged) == "native (sampled)"
    assert cohort_of(lowered) == "proxy (default)"


async def test_a_finalize_goes_where_its_intent_was_though_the_cookie_is_lost(
    moving: Migration, token: str, pictures: PhotoSet
) -> None:
    content = pictures.rocket.path.read_bytes()
    await settled(moving, token, 100)
    ours = await begun(moving, token, "ours.jpg", content)
    await settled(moving, token, 0)
    theirs = await begun(moving, token, "theirs.jpg", content)
    await settled(moving, token, 100, emergency_proxy=True)

    ended = [await finalized(moving, token, intent) for intent in (ours, theirs)]
    await settled(moving, token, 100)
    theirs_later = await begun(moving, token, "later.jpg", content)

    assert [cohort_of(answer) for answer in ended] == ["native (pinned)", "proxy (pinned)"]
    assert [answer.status_code for answer in ended] == [201, 201]
    assert theirs_later["file_id"]


async def test_an_emergency_in_kv_takes_effect_within_seconds(
    moving: Migration, token: str
) -> None:
    await settled(moving, token, 100)

    effect_s = await settled(moving, token, 100, emergency_proxy=True)

    async with moving.client(token) as client:
        answer = await client.get(INBOX, headers={"x-canary": "1"})
    assert answer.headers["x-pix-decision"] == "proxy (emergency: kv)"
    assert effect_s < KV_EFFECT_S_MAX


async def test_a_verdict_takes_effect_with_the_next_flush_and_so_does_its_end(
    moving: Migration, token: str, worker_secrets: dict[str, str]
) -> None:
    """An operator's word goes the way of the breaker's own."""
    await settled(moving, token, 100)
    operator = worker_secrets["OPERATOR_TOKENS"].partition(":")[2]
    async with moving.client(operator) as olga, moving.client(token) as client:
        reason = {"reason": "we try it out"}
        (await olga.post("/ops/rollout/override-emergency", json=reason)).raise_for_status()
        stop_s = await seconds_until(
            lambda: client.get(INBOX), lambda answer: cohort_of(answer) == "proxy (emergency)"
        )
        told = (await client.get(INBOX)).headers["x-pix-decision"]
        (await olga.post("/ops/rollout/resume", json=reason)).raise_for_status()
        back_s = await seconds_until(
            lambda: client.get(INBOX), lambda answer: cohort_of(answer).startswith("native")
        )

    assert told == "proxy (emergency: breaker)"
    assert max(stop_s, back_s) < VERDICT_EFFECT_S_MAX


async def test_a_value_that_cannot_be_read_leaves_things_as_they_are(
    moving: Migration, token: str
) -> None:
    await settled(moving, token, 100)
    moving.server.put_kv("ROLLOUT", "rollout", '{"canary_percent": "all"}')
    async with moving.client(token) as client:
        await seconds_until(
            lambda: client.get(INBOX),
            lambda _: "rollout.config_invalid" in moving.server.log(),
        )
        answer = await client.get(INBOX)

    assert cohort_of(answer).startswith("native")


async def test_a_client_that_goes_in_the_middle_of_a_change_leaves_nothing_held(
    moving: Migration, token: str, pictures: PhotoSet
) -> None:
    await settled(moving, token, 100)
    intent = await begun(moving, token, "gone.jpg", pictures.rocket.path.read_bytes())
    path = f"/api/files/{(await finalized(moving, token, intent)).json()['file_id']}"
    await settled(moving, token, 0)
    moving.origin.switch(path, method="DELETE", latency_ms=1_000)
    async with moving.client(token) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.delete(path, timeout=0.4)
    moving.origin.reset()
    await settled(moving, token, 100)

    async with moving.client(token) as client:
        await seconds_until(
            lambda: client.get(path, headers={"x-canary": "1"}),
            lambda answer: answer.status_code == httpx.codes.NOT_FOUND,
        )


async def begun(moving: Migration, token: str, name: str, content: bytes) -> dict[str, str]:
    """An intent whose bytes were stored."""
    body = {
        "order_id": "pinned-1",
        "name": name,
        "size_bytes": len(content),
        "content_type": "image/jpeg",
    }
    async with moving.client(token) as client:
        intent = (await client.post("/api/uploads/intent", json=body)).raise_for_status().json()
    upload = intent["upload"]
    async with httpx.AsyncClient(trust_env=False, timeout=60) as storage:
        put = await storage.put(upload["url"], content=content, headers=upload["headers"])
    put.raise_for_status()
    assert isinstance(intent, dict)
    return intent


async def finalized(moving: Migration, token: str, intent: dict[str, str]) -> httpx.Response:
    """By a client that has lost its cookie."""
    async with moving.client(token) as client:
        return await client.post("/api/uploads/finalize", json={"intent_id": intent["intent_id"]})
