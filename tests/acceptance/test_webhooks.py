"""Webhooks on workerd: what happens to an order arrives signed, whatever receivers do to us."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.acceptance.certificates import Authority, an_authority
from tests.acceptance.hooks import Hook, Hooks
from tests.acceptance.hostile import Hostile, hostile_receivers
from tests.acceptance.operators import Operator, operator
from tests.acceptance.photographer import DEADLINE_S, Photographer, eventually, photographer
from tools import compose
from tools.photos import PhotoSet
from tools.runtime import paths
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

PRODUCT: Final = paths.ROOT / "src" / "entry.py"
CONFIG: Final = (paths.ROOT / "wrangler.toml").read_text()
TIMEOUT_MS: Final = 1_500
SCHEDULE: Final = "300,600,900"
VARIABLES: Final = {
    "ENVIRONMENT": "development",
    "PUBLISH_INTERVAL_MS": "200",
    "WEBHOOK_ALLOW_HOSTS": "127.0.0.1,localhost",
    "WEBHOOK_SCHEDULE_MS": SCHEDULE,
    "WEBHOOK_TIMEOUT_MS": str(TIMEOUT_MS),
}


@pytest.fixture(scope="module")
def receivers() -> Iterator[Hostile]:
    with hostile_receivers() as hostile:
        yield hostile


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """Whom the runtime trusts as it does the public ones: wrangler tells workerd of it."""
    trusted = an_authority(tmp_path_factory.mktemp("authority"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODE_EXTRA_CA_CERTS", str(trusted.certificate))
        yield trusted


@pytest.fixture(scope="module", params=["queues", "no queues"])
def hooked(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    worker_secrets: dict[str, str],
    authority: Authority,  # noqa: ARG001 -- the server must know of it when it starts
) -> Iterator[Server]:
    """With events over their queue; and for an account that has none."""
    folder = tmp_path_factory.mktemp("hooked")
    variables = worker_secrets | VARIABLES
    config = paths.ROOT / "wrangler.toml"
    if request.param == "no queues":
        text = compose.without_queues(CONFIG)
        config = compose.compose_worker(PRODUCT, folder / "worker", config=text)
        variables |= {"JOB_TRANSPORT": "cron"}
    with Server(
        config=config,
        persist_to=folder / "state",
        variables=variables,
        log_path=folder / "server.log",
    ) as running:
        yield running


@pytest.fixture
async def carol(hooked: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Photographer]:
    """Somebody new each time, so that no test hears of another's."""
    user_id = f"carol-{len(hooked.log())}"
    async with photographer(hooked.url, worker_secrets["JWT_SECRET"], user_id) as someone:
        yield someone


@pytest.fixture
async def hooks(hooked: Server, carol: Photographer) -> AsyncIterator[Hooks]:
    headers = {"authorization": f"Bearer {carol.token}"}
    async with httpx.AsyncClient(
        base_url=hooked.url, headers=headers, timeout=DEADLINE_S, trust_env=False
    ) as http:
        yield Hooks(http)


@pytest.fixture
async def olga(hooked: Server, worker_secrets: dict[str, str]) -> AsyncIterator[Operator]:
    async with operator(hooked.url, worker_secrets["OPERATOR_TOKENS"]) as someone:
        yield someone


@pytest.fixture(autouse=True)
def forgotten(receivers: Hostile) -> None:
    receivers.came.clear()


def by_file(hooks: list[Hook], secret: str) -> dict[str, list[int]]:
    """Of each file the versions that arrived, in their order; each verified by its secret."""
    versions: dict[str, list[int]] = {}
    for hook in hooks:
        event = hook.verified(secret)
        assert hook.headers["webhook-id"] == event["id"]
        if event["type"] == "darkroom.file.changed":
            versions.setdefault(event["subject"], []).append(event["data"]["file"]["version"])
    return versions


async def test_all_that_happens_to_an_order_arrives_signed_and_in_order(
    receivers: Hostile, hooks: Hooks, carol: Photographer, olga: Operator, pictures: PhotoSet
) -> None:
    hook = await hooks.create(f"{receivers.url}/503x2")

    file_ids = await carol.upload_all(pictures.rocket, pictures.coffee, pictures.portrait)
    await marked_in_turn(carol, file_ids)

    path = f"orders/{carol.order_id}/events"
    newest = (await carol.api.status(carol.order_id))["version"]
    audited = await eventually(lambda: olga.see(path), lambda page: len(page["events"]) == newest)
    log = await hooks.until_logged(hook, "delivered", newest)
    arrived = by_file(receivers.came["/503x2"][2:], hook["secret"])
    assert {file_id: sorted(set(v)) for file_id, v in arrived.items()} == arrived
    assert {file_id: versions[-1] for file_id, versions in arrived.items()} == dict.fromkeys(
        file_ids, 4
    )
    assert {event["id"] for event in audited["events"]} == {one["webhook_id"] for one in log}
    assert [event["cursor"].rpartition("-")[2] for event in audited["events"]] == [
        str(offset) for offset in range(1, newest + 1)
    ]


async def test_a_receiver_that_misbehaves_gets_its_retries_and_then_nothing(
    receivers: Hostile, hooks: Hooks
) -> None:
    broken = await hooks.create(f"{receivers.url}/500")
    moved = await hooks.create(f"{receivers.url}/redirect")
    slow = await hooks.create(f"{receivers.url}/slow")
    nobody = await hooks.create("http://127.0.0.1:1/")
    tested = (broken, moved, slow, nobody)

    for hook in tested:
        await hooks.ask(hook, "test")

    given_up = [(await hooks.until_logged(hook, "dead"))[0] for hook in tested]
    assert [[a["status"] for a in one["attempts"]] for one in given_up] == [
        [500] * 4,
        [307] * 4,
        [None] * 4,
        [None] * 4,
    ]
    assert "/taken" not in receivers.came
    assert len(receivers.came["/500"]) == 4
    assert given_up[2]["attempts"][0]["duration_ms"] in range(TIMEOUT_MS, 3 * TIMEOUT_MS)


async def test_who_is_gone_is_asked_once_and_redriven_once_it_is_back(
    receivers: Hostile, hooks: Hooks
) -> None:
    hook = await hooks.create(f"{receivers.url}/410")
    await hooks.ask(hook, "test")

    await eventually(lambda: hooks.see(hook), lambda seen: not seen["enabled"])
    await hooks.change(hook, url=f"{receivers.url}/204", enabled=True)
    redriven = await hooks.ask(hook, "redrive")

    (delivered,) = await hooks.until_logged(hook, "delivered")
    assert redriven == {"redriven": 1}
    assert [attempt["status"] for attempt in delivered["attempts"]] == [410, 204]
    assert len(receivers.came["/410"]) == 1
    (hook_at_last,) = receivers.came["/204"]
    assert hook_at_last.verified(hook["secret"])["type"] == "darkroom.webhook.test"


async def test_an_answer_without_an_end_is_a_success_and_is_not_read(
    receivers: Hostile, hooks: Hooks
) -> None:
    hook = await hooks.create(f"{receivers.url}/huge")
    await hooks.ask(hook, "test")

    (delivered,) = await hooks.until_logged(hook, "delivered")

    assert len(delivered["attempts"][0]["answer"]) == 500


async def test_while_a_secret_is_replaced_either_verifies(receivers: Hostile, hooks: Hooks) -> None:
    hook = await hooks.create(f"{receivers.url}/204")
    rotated = await hooks.ask(hook, "rotate")
    await hooks.ask(hook, "test")

    await hooks.until_logged(hook, "delivered")

    (came,) = receivers.came["/204"]
    assert came.verified(hook["secret"]) == came.verified(rotated["secret"])


async def test_a_slow_receiver_keeps_no_other(receivers: Hostile, hooks: Hooks) -> None:
    slow = await hooks.create(f"{receivers.url}/slow")
    quick = await hooks.create(f"{receivers.url}/204")
    for _ in range(3):
        await hooks.ask(slow, "test")
    for _ in range(3):
        await hooks.ask(quick, "test")

    await hooks.until_logged(quick, "delivered", 3)

    assert {one["status"] for one in await hooks.log(slow)} == {"waiting"}


async def test_over_tls_a_receiver_is_whom_a_trusted_certificate_names(
    hooks: Hooks, authority: Authority
) -> None:
    with hostile_receivers(authority.certified("localhost")) as itself:
        hook = await hooks.create(by_name(itself))
        await hooks.ask(hook, "test")

        await hooks.until_logged(hook, "delivered")

        assert itself.came["/204"][0].verified(hook["secret"])["type"] == "darkroom.webhook.test"


@pytest.mark.parametrize(
    ("is_trusted", "name"),
    [
        pytest.param(True, "elsewhere.example", id="another name"),
        pytest.param(False, "localhost", id="an unknown issuer"),
    ],
)
async def test_over_tls_nobody_else_is_told_anything(
    hooks: Hooks, authority: Authority, tmp_path: Path, *, is_trusted: bool, name: str
) -> None:
    issuer = authority if is_trusted else an_authority(tmp_path, "nobody we know")
    with hostile_receivers(issuer.certified(name)) as impostor:
        hook = await hooks.create(by_name(impostor))
        await hooks.ask(hook, "test")

        (given_up,) = await hooks.until_logged(hook, "dead")

        assert {attempt["status"] for attempt in given_up["attempts"]} == {None}
        assert impostor.came == {}


def by_name(receiver: Hostile) -> str:
    """Certificates are of names."""
    return f"{receiver.url.replace('127.0.0.1', 'localhost')}/204"


async def test_what_was_under_way_when_all_is_killed_arrives(
    receivers: Hostile, hooks: Hooks, hooked: Server
) -> None:
    hook = await hooks.create(f"{receivers.url}/slow")
    webhook_id = (await hooks.ask(hook, "test"))["webhook_id"]
    await eventually(lambda: came(receivers, "/slow", webhook_id), bool)

    await hooks.change(hook, url=f"{receivers.url}/204")
    hooked.kill()
    hooked.start()

    (delivered,) = await hooks.until_logged(hook, "delivered")
    assert delivered["webhook_id"] == webhook_id
    assert await came(receivers, "/204", webhook_id) == 1


async def test_places_of_our_own_network_are_refused(hooked: Server, carol: Photographer) -> None:
    headers = {"authorization": f"Bearer {carol.token}"}
    async with httpx.AsyncClient(base_url=hooked.url, headers=headers, trust_env=False) as http:
        answers = [
            await http.post("/api/webhooks", json={"url": url})
            for url in ("http://127.0.0.2/", "https://[::1]/", "https://2130706433/", "file:///x")
        ]

    assert {json.loads(answer.text)["code"] for answer in answers} == {"invalid_webhook_url"}


async def marked_in_turn(carol: Photographer, file_ids: list[str]) -> None:
    """Three changes of each file, so that its newest version is the fourth."""
    for mark in (True, False, True):
        await asyncio.gather(*(carol.api.mark(file_id, marked=mark) for file_id in file_ids))


async def came(receivers: Hostile, path: str, webhook_id: str) -> int:
    return [hook.headers["webhook-id"] for hook in receivers.came[path]].count(webhook_id)
