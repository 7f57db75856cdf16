"""The product on its real runtime, started once; each test brings its own users and order."""

import re
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest

from tests.acceptance.photographer import Photographer, photographer
from tools import photos
from tools.photos import PhotoSet
from tools.server import Server

FAULT: Final = re.compile(r'Uncaught|Traceback|"level": "error"')


@pytest.fixture(scope="session")
def worker_secrets() -> dict[str, str]:
    return {
        "JWT_SECRET": secrets.token_hex(32),
        "URL_SIGNING_SECRET": secrets.token_hex(32),
        "OPERATOR_TOKENS": f"olga:{secrets.token_hex(32)}",
    }


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with Server(
        persist_to=folder / "state",
        variables={**worker_secrets, "REPORT_INTERVAL_MS": "500"},
        log_path=folder / "server.log",
    ) as running:
        yield running
    # Asked of the log, because an error in the background reaches no client.
    faults = [line for line in running.log().splitlines() if FAULT.search(line)]
    assert not faults, f"{running.log_path}: {faults[:3]}"


@pytest.fixture(scope="session")
def pictures() -> PhotoSet:
    return photos.photos()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def alice(server: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(server.url, worker_secrets["JWT_SECRET"], "alice") as someone:
        yield someone


@pytest.fixture
async def bob(server: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    async with photographer(server.url, worker_secrets["JWT_SECRET"], "bob") as someone:
        yield someone
