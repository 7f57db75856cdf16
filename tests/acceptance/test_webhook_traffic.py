"""One user's webhooks on workerd: receivers that hang keep no other waiting."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Final

import httpx
import pytest

from tests.acceptance.hooks import Hooks
from tests.acceptance.hostile import Hostile, hostile_receivers
from tests.acceptance.photographer import DEADLINE_S
from tools import dev_token
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

TIMEOUT_MS: Final = 15_000  # as in production
HANGING: Final = 3
EVENTS: Final = 6


@pytest.fixture(scope="module")
def receivers() -> Iterator[Hostile]:
    with hostile_receivers() as hostile:
        yield hostile


@pytest.fixture(scope="module")
def patient(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("patient")
    variables = {
        "ENVIRONMENT": "development",
        "WEBHOOK_ALLOW_HOSTS": "127.0.0.1",
        "WEBHOOK_TIMEOUT_MS": str(TIMEOUT_MS),
    }
    with Server(
        persist_to=folder / "state",
        variables=worker_secrets | variables,
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
async def hooks(patient: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Hooks]:
    token = dev_token.mint(worker_secrets["JWT_SECRET"], "trudy", 3600)
    async with httpx.AsyncClient(
        base_url=patient.url,
        headers={"authorization": f"Bearer {token}"},
        timeout=DEADLINE_S,
        trust_env=False,
    ) as http:
        yield Hooks(http)


async def test_while_some_receivers_hang_another_is_told_everything(
    receivers: Hostile, hooks: Hooks
) -> None:
    hanging = [await hooks.create(f"{receivers.url}/hang") for _ in range(HANGING)]
    quick = await hooks.create(f"{receivers.url}/204")
    began = time.monotonic()
    for hook in hanging:
        for _ in range(EVENTS):
            await hooks.ask(hook, "test")

    for _ in range(EVENTS):
        await hooks.ask(quick, "test")
    await hooks.until_logged(quick, "delivered", EVENTS)

    assert time.monotonic() - began < TIMEOUT_MS / 1000
    for hook in hanging:
        assert [one["attempts"] for one in await hooks.log(hook)] == [[]] * EVENTS
