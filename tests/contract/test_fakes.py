"""The contract on the fakes: what unit tests rely on is what the platform does."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.contract.checks.actors import Echoes, echoed
from tests.contract.checks.crowd import TAKE_BATCHES, Crowded
from tests.contract.checks.limits import LIMIT, PERIOD_MS, Limited
from tests.contract.checks.objects import PHOTO, Bucket, Fields
from tests.contract.checks.suites import SUITES, run
from tests.fakes.local_actor import LocalAnswer, MemoryAlarm
from tests.fakes.local_actors import LocalNamespace
from tests.fakes.local_crowd import LocalCrowd
from tests.fakes.local_socket import LocalSocket
from tests.fakes.memory_limiter import MemoryLimiter
from tests.fakes.memory_objects import MemoryObjects
from tests.fakes.rsa_verifier import RsaVerifier
from tests.fakes.sqlite_sql import SqliteSql

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True)
class LocalEcho:
    name: str

    async def receive(self, text: str) -> str:
        return echoed(self.name, text)

    async def wait(self, text: str) -> str:
        return await self.receive(text)

    async def fetch(self, request: object) -> LocalAnswer:
        raise AssertionError(request)


async def content_of(stream: object) -> bytes:
    assert isinstance(stream, bytes)
    return stream


def a_bucket() -> Bucket:
    objects = MemoryObjects()

    async def describe(key: str, http_metadata: Fields, custom_metadata: Fields) -> None:
        objects.store(key, PHOTO, http_metadata, custom_metadata)

    async def described(key: str) -> tuple[Fields, Fields]:
        return objects.metadata(key)

    return Bucket(objects, "root/", lambda data: data, content_of, describe, described)


def a_crowd() -> Crowded:
    sockets = [LocalSocket(takes_batches=takes) for takes in TAKE_BATCHES]

    async def heard() -> list[list[str]]:
        return [socket.sent for socket in sockets]

    return Crowded(LocalCrowd(sockets), heard)


SUBJECTS: dict[str, Callable[[], object]] = {
    "sql": SqliteSql,
    "objects": a_bucket,
    "listing": a_bucket,
    "alarm": MemoryAlarm,
    "actors": lambda: Echoes(LocalNamespace(LocalEcho), "root-"),
    "crowd": a_crowd,
    "limits": lambda: Limited(MemoryLimiter(LIMIT, PERIOD_MS), "olga"),
    "signatures": RsaVerifier,
}


@pytest.mark.parametrize(
    ("suite", "name"), [(suite, name) for suite in SUBJECTS for name in SUITES[suite]]
)
async def test_a_fake_keeps_the_contract(suite: str, name: str) -> None:
    await run(SUITES[suite][name], SUBJECTS[suite]())
