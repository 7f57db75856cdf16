"""`/qa` and operators by Cloudflare Access, on the real runtime: its WebCrypto, limit and actor."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.acceptance.access_site import AUDIENCE, AccessSite, access_site
from tests.acceptance.before_origin import Migration, migration, seconds_until
from tests.unit.rsa_keys import an_rsa_key
from tools import dev_token

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

ASSERTION = "cf-access-jwt-assertion"
INBOX = "/api/notifications"


@pytest.fixture(scope="module")
def site() -> Iterator[AccessSite]:
    with access_site() as running:
        yield running


@pytest.fixture(scope="module")
def moving(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str], site: AccessSite
) -> Iterator[Migration]:
    settings = {"ACCESS_TEAM_DOMAIN": site.url, "ACCESS_AUDIENCE": AUDIENCE}
    folder = tmp_path_factory.mktemp("qa")
    with migration(folder, worker_secrets, **settings) as running:
        running.roll_out(100, phases=["b1a"])
        yield running


async def asked(moving: Migration, token: str, path: str = "/qa") -> httpx.Response:
    async with moving.client() as client:
        return await client.get(path, headers={ASSERTION: token})


async def told(moving: Migration, site: AccessSite, email: str) -> Any:
    """Of an operator of their own for each test, since each may ask ten times a minute."""
    answer = await asked(moving, site.token(email))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_real_figures_and_the_health_of_both_sides(
    moving: Migration, site: AccessSite, worker_secrets: dict[str, str]
) -> None:
    token = dev_token.mint(worker_secrets["JWT_SECRET"], "quentin", 3600)
    async with moving.client(token) as client:
        await seconds_until(
            lambda: client.get(INBOX), lambda answer: "native" in answer.headers["x-pix-canary"]
        )
    operator = site.token("figures@example.com")
    await seconds_until(
        lambda: asked(moving, operator, "/ops/rollout"),
        lambda answer: answer.json()["native_24h"]["requests"] > 0,
    )

    qa = await told(moving, site, "figures@example.com")

    assert qa["canary"]["sampling_active"] is True
    assert (qa["canary"]["percent"], qa["canary"]["cohort"]) == (100, "native")
    assert qa["health"]["native"]["status"] == qa["health"]["proxy"]["status"] == "ok"
    assert qa["health"]["native"]["db_ping_ms"] < 2_000 > qa["health"]["proxy"]["origin_ping_ms"]
    assert qa["metrics_24h"]["requests_native"] > 0
    assert qa["metrics_24h"]["error_rate_native"] == 0
    assert qa["metrics_24h"]["p90_latency_native_ms"] is not None
    assert qa["rollout"]["phases"] == ["b1a"]
    assert qa["rollout"]["breaker"]["state"] == "clear"
    assert len(qa["rollout"]["breaker"]["rules"]) == 4
    assert qa["rollout"]["config_age_ms"] >= 0


async def test_an_origin_that_is_gone_is_told_of(moving: Migration, site: AccessSite) -> None:
    moving.origin.kill()
    try:
        qa = await told(moving, site, "gone@example.com")
    finally:
        moving.origin.start()
    again = await told(moving, site, "gone@example.com")

    assert qa["health"]["proxy"] == {"status": "down", "origin_ping_ms": None, "reachable": False}
    assert (qa["health"]["native"]["status"], again["health"]["proxy"]["status"]) == ("ok", "ok")


async def test_the_eleventh_request_of_a_minute_is_refused(
    moving: Migration, site: AccessSite
) -> None:
    answers = [await asked(moving, site.token("eager@example.com")) for _ in range(20)]

    statuses = [answer.status_code for answer in answers]
    # Twenty requests may lie in two minutes of the clock; then ten of each are let through.
    assert statuses[:10] == [200] * 10
    assert 429 in statuses or statuses == [200] * 20
    assert {answer.headers.get("retry-after") for answer in answers if answer.is_error} <= {"60"}


@pytest.mark.parametrize("kind", ["other key", "changed", "nobody's key", "stale", "other team"])
async def test_what_access_did_not_sign_for_us_is_refused(
    moving: Migration, site: AccessSite, kind: str
) -> None:
    good = site.token("eve@example.com")
    token = {
        "other key": an_rsa_key("key-2").jwt({}, kid="key-1"),
        "changed": f"{good[:-10]}{'A' * 10}",
        "nobody's key": site.token("eve@example.com", an_rsa_key("key-2")),
        "stale": site.token("eve@example.com", exp=1),
        "other team": site.token("eve@example.com", iss="https://eve.example"),
    }[kind]

    answer = await asked(moving, token, "/ops/rollout")

    assert (answer.status_code, answer.json()["code"]) == (401, "operator_needed")


async def test_the_keys_of_access_are_asked_for_seldom(moving: Migration, site: AccessSite) -> None:
    [await asked(moving, site.token("often@example.com"), "/ops/rollout") for _ in range(5)]
    asked_for = site.asked

    [await asked(moving, site.token("often@example.com"), "/ops/rollout") for _ in range(5)]

    assert site.asked == asked_for


async def test_who_signed_in_at_access_looks_by_the_cookie_and_acts_by_the_header(
    moving: Migration, site: AccessSite
) -> None:
    token = site.token("olga@example.com")
    reason = {"reason": "a look at the audit"}
    async with moving.client(cookie=f"CF_Authorization={token}") as by_cookie:
        seen = await by_cookie.get("/ops/rollout")
        refused = await by_cookie.post("/ops/rollout/dry-run", json=reason)
    async with moving.client(**{ASSERTION: token}) as by_header:
        acted = await by_header.post("/ops/rollout/dry-run", json=reason)
        await by_header.post("/ops/rollout/arm", json=reason)
        await seconds_until(
            lambda: by_header.get("/ops/audit?target=rollout"),
            lambda answer: "dry_run" in answer.text,
        )
        audit = (await by_header.get("/ops/audit?target=rollout")).json()["records"]

    assert (seen.status_code, refused.status_code, acted.status_code) == (200, 401, 200)
    assert acted.json()["changed"] is True
    (record,) = (one for one in audit if one["operation"] == "dry_run")
    assert (record["operator"], record["reason"]) == ("olga@example.com", "a look at the audit")


async def test_prometheus_reads_the_rollouts_figures(moving: Migration, site: AccessSite) -> None:
    answer = await asked(moving, site.token("prometheus@example.com"), "/ops/metrics")

    assert "darkroom_rollout_up 1" in answer.text
    assert 'darkroom_request_duration_seconds_bucket{cohort="native",phase="b1a",le="+Inf"}' in (
        answer.text
    )
