"""The contract on the real bindings, in workerd: the same checks, one request each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract.checks.suites import SUITES
from tools.compose import compose_worker
from tools.server import Server

HERE = Path(__file__).parent

pytestmark = pytest.mark.workerd


def checks_package(into: Path) -> Path:
    """The checks under the name by which they are imported here and in the Worker alike."""
    shutil.copytree(
        HERE / "checks",
        into / "tests" / "contract" / "checks",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return into / "tests"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("contract")
    checks = checks_package(folder / "checks")
    config = compose_worker(HERE / "worker" / "entry.py", folder / "worker", also=[checks])
    with (
        Server(
            config=config,
            persist_to=folder / "state",
            variables={},
            log_path=folder / "server.log",
        ) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("suite", "name"), [(suite, name) for suite, checks in SUITES.items() for name in checks]
)
def test_the_platform_keeps_the_contract(client: httpx.Client, suite: str, name: str) -> None:
    answer = client.get(f"/run/{suite}/{name}")

    assert answer.text == "passed", answer.text
