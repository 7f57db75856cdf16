"""What carries jobs to a worker: the queue with its dead letters, or the cron in its place."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.acceptance.hooks import Hooks, receiver
from tests.acceptance.operators import operator
from tests.acceptance.photographer import eventually, photographer
from tools import compose, dev_token
from tools.photos import PhotoSet
from tools.runtime import paths
from tools.server import Server

pytestmark = [pytest.mark.workerd, pytest.mark.anyio]

PRODUCT: Final = paths.ROOT / "src" / "entry.py"
CONFIG: Final = (paths.ROOT / "wrangler.toml").read_text()
SENDER: Final = Path(__file__).parent / "worker" / "sender.py"
DEAD_EVENTS: Final = """
[[queues.producers]]
binding = "EVENTS_DEAD"
queue = "events-dead"
"""
EVENTS: Final = 100
CRON: Final = "/cdn-cgi/local/scheduled?cron=*/2+*+*+*+*"


def a_server(folder: Path, config: Path, variables: dict[str, str]) -> Server:
    return Server(
        config=config,
        persist_to=folder / "state",
        variables=variables,
        log_path=folder / "server.log",
    )


@pytest.fixture(scope="module")
def without_queues(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    """As docs/operations.md says to deploy it for an account that has none."""
    folder = tmp_path_factory.mktemp("without-queues")
    text = compose.without_queues(CONFIG)
    config = compose.compose_worker(PRODUCT, folder / "worker", config=text)
    with a_server(folder, config, {**worker_secrets, "JOB_TRANSPORT": "cron"}) as running:
        yield running


@pytest.fixture(scope="module")
def sending(
    tmp_path_factory: pytest.TempPathFactory, worker_secrets: dict[str, str]
) -> Iterator[Server]:
    """The product, to whose queues anything can be sent."""
    folder = tmp_path_factory.mktemp("sending")
    text = CONFIG.replace('main = "src/entry.py"', f'main = "src/{SENDER.name}"') + DEAD_EVENTS
    config = compose.compose_worker(PRODUCT, folder / "worker", also=[SENDER], config=text)
    variables = {"ENVIRONMENT": "development", "WEBHOOK_ALLOW_HOSTS": "127.0.0.1"}
    with a_server(folder, config, worker_secrets | variables) as running:
        yield running


async def test_without_queues_the_cron_brings_jobs_to_their_worker(
    without_queues: Server, worker_secrets: dict[str, str], pictures: PhotoSet
) -> None:
    url = without_queues.url
    async with photographer(url, worker_secrets["JWT_SECRET"], "carol") as carol:
        file_ids = await carol.upload_all(pictures.rocket, pictures.coffee)
        await carol.submit(*file_ids)
        before = await carol.api.status(carol.order_id)

        async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
            rung = await http.get(CRON)

        after = await eventually(
            lambda: carol.api.status(carol.order_id), lambda status: status["counts"]["done"] == 2
        )

    assert rung.status_code == httpx.codes.OK
    assert (before["counts"]["queued"], after["counts"]["queued"]) == (2, 0)
    assert "EDIT_JOBS" not in without_queues.log()


async def test_a_message_that_nobody_can_read_is_parked_and_can_be_discarded(
    sending: Server, worker_secrets: dict[str, str]
) -> None:
    async with httpx.AsyncClient(base_url=sending.url, timeout=60, trust_env=False) as http:
        await http.post("/send", json={"no": "job"})

    async with operator(sending.url, worker_secrets["OPERATOR_TOKENS"]) as olga:
        listed = await eventually(lambda: olga.see("dead"), lambda page: page["messages"])
        (message,) = listed["messages"]
        figures = await olga.figures()
        discarded = await olga.act(f"dead/{message['id']}/discard", "not ours")
        left = await olga.see("dead")

    assert (message["queue"], message["body"]) == ("edit-jobs-dead", '{"no": "job"}')
    assert message["reason"] == "no consumer could read it"
    assert figures["darkroom_dead_letters"] == 1
    assert (discarded["changed"], left["messages"]) == (True, [])
    assert '"event": "message.parked"' in sending.log()


async def test_events_that_were_parked_are_redriven_whole_to_the_audit_and_to_webhooks(
    sending: Server, worker_secrets: dict[str, str]
) -> None:
    token = dev_token.mint(worker_secrets["JWT_SECRET"], "frank", 3600)
    headers = {"authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(base_url=sending.url, headers=headers, trust_env=False) as http,
        operator(sending.url, worker_secrets["OPERATOR_TOKENS"]) as olga,
    ):
        with receiver() as receiving:
            hook = await Hooks(http).create(receiving.url)
            await http.post("/send-dead", content=a_batch("frank"))
            listed = await eventually(lambda: olga.see("dead"), lambda page: page["messages"])
            (message,) = listed["messages"]
            await olga.act(f"dead/{message['id']}/redrive", "the bucket is well again")
            audited = await eventually(
                lambda: olga.see("orders/lost-1/events"), lambda page: len(page["events"]) == EVENTS
            )
            await Hooks(http).until_logged(hook, "delivered", EVENTS)
        left = await olga.see("dead")

    told = {receiving.hooks.get().verified(hook["secret"])["id"] for _ in range(EVENTS)}
    assert (message["queue"], len(message["body"])) == ("events-dead", 16_000)
    assert told == {event["id"] for event in audited["events"]}
    assert left["messages"] == []


def a_batch(owner_id: str) -> str:
    """As an order sends it, of events that nobody has heard of yet."""
    source = {"kind": "orders", "id": "lost-1", "epoch": "e1", "owner_id": owner_id}
    head = {"source": source, "after": 0, "first": 1}
    return "\n".join(map(json.dumps, [head, *map(an_event, range(1, EVENTS + 1))]))


def an_event(offset: int) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": f"e1-{offset}",
        "source": "/api/orders/lost-1",
        "type": "darkroom.file.changed",
        "subject": f"file_{offset:032x}",
        "time": datetime.now(UTC).isoformat(),
        "cursor": f"e1-{offset}",
        "data": {},
    }
