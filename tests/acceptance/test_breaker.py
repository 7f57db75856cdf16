"""The breaker on workerd, with minutes of a third of a second: it trips, tells, and recovers."""

import base64
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.acceptance.hooks import Receiver, receiver
from tests.acceptance.operators import Operator, operator
from tests.acceptance.photographer import DEADLINE_S, eventually
from tests.acceptance.test_meddling import WORKER
from tools.compose import compose_worker
from tools.runtime import paths
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

MINUTE_MS = 300
COOLDOWN_MS = 1_500
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
MAIL = """
[[send_email]]
name = "ALERT_EMAIL"
"""


@pytest.fixture(scope="module")
def hooks() -> Iterator[Receiver]:
    with receiver() as receiving:
        yield receiving


@pytest.fixture(scope="module")
def broken(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str], hooks: Receiver
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("breaker")
    product = (paths.ROOT / "wrangler.toml").read_text()
    config = compose_worker(
        paths.ROOT / "src" / "entry.py",
        folder / "worker",
        also=[WORKER],
        config=product.replace('main = "src/entry.py"', 'main = "src/meddling.py"') + MAIL,
    )
    variables = {
        **worker_secrets,
        "BREAKER_MINUTE_MS": str(MINUTE_MS),
        "BREAKER_COOLDOWN_MS": str(COOLDOWN_MS),
        "ALERT_WEBHOOK_URL": hooks.url,
        "ALERT_WEBHOOK_SECRET": SECRET,
        "ALERT_EMAIL_FROM": "darkroom@example.com",
        "ALERT_EMAIL_TO": "olga@example.com,otto@example.com",
    }
    with Server(
        config=config,
        persist_to=folder / "state",
        variables=variables,
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
async def olga(broken: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Operator]:
    async with operator(broken.url, worker_secrets["OPERATOR_TOKENS"]) as someone:
        yield someone


class Isolate:
    """Counts what it is told, and flushes it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._id = secrets.token_hex(4)

    async def flush(self, errors: int, requests: int = 200) -> dict[str, Any]:
        """Of the running minute, answered natively."""
        tally = {"requests": requests, "errors": errors}
        minute = int(time.time() * 1000) // MINUTE_MS
        served = {"minute": minute, "cohort": "native", "phase": "b1a", "tally": tally}
        flush_id = secrets.token_hex(8)
        told = await self._ask("flush", flush_id=flush_id, isolate=self._id, tallies=[served])
        verdict: dict[str, Any] = told["verdict"]
        return verdict

    async def fails(self) -> str:
        return str((await self.flush(errors=100))["kind"])

    async def serves(self) -> str:
        return str((await self.flush(errors=0))["kind"])

    async def report(self) -> dict[str, Any]:
        return await self._ask("describe")

    async def _ask(self, what: str, **asked: object) -> dict[str, Any]:
        async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_S) as http:
            answer = await http.post(f"{self._url}/meddling/{what}", json=asked)
        reply: dict[str, Any] = answer.raise_for_status().json()["reply"]
        return reply


async def test_it_trips_and_tells_and_probes_and_is_clear_again(
    broken: Server, hooks: Receiver, olga: Operator
) -> None:
    isolate, another = Isolate(broken.url), Isolate(broken.url)
    hooks.refusals = 1  # the first attempt to tell anybody

    await eventually(isolate.fails, lambda kind: kind == "emergency")
    assert await another.serves() == "emergency"

    fired = hooks.hooks.get(timeout=DEADLINE_S).verified(SECRET)
    assert (fired["type"], fired["data"]["key"]) == ("alert.firing", "breaker_error_rate")
    report = await isolate.report()
    assert report["time_to_effect_ms"] is not None
    await eventually(isolate.serves, lambda kind: kind == "clear")
    cleared = hooks.hooks.get(timeout=DEADLINE_S).verified(SECRET)
    assert (cleared["type"], cleared["data"]["key"]) == ("alert.resolved", "breaker_error_rate")

    assert "Subject: [darkroom] firing: the breaker found emergency" in broken.log()
    assert "To: olga@example.com, otto@example.com" in broken.log()
    records = (await olga.see("audit?target=rollout"))["records"]
    assert [(one["operator"], one["operation"], one["after"]) for one in records] == [
        ("breaker", "recover", "clear, armed"),
        ("breaker", "recover", "at most 5 %, armed"),
        ("breaker", "trip", "emergency, armed"),
    ]


async def test_what_tripped_outlives_a_restart(broken: Server) -> None:
    isolate = Isolate(broken.url)
    await eventually(isolate.fails, lambda kind: kind == "emergency")

    broken.kill()
    broken.start()

    revision = (await isolate.flush(errors=0))["revision"]
    assert revision >= (await isolate.report())["verdict"]["revision"] - 1 > 0
