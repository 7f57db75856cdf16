"""A Worker that runs one check of the contract on the real bindings, and says how it went."""

# isort: off -- first, for it lets libraries draw their start-up entropy, which workerd refuses
# isort: on
import asyncio
import traceback
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from js import Response as JsResponse
from js import WebSocketPair
from pyodide.ffi import create_proxy, to_js
from workers import DurableObject, Response, WorkerEntrypoint

from actors.sockets import BATCHES, SINGLE, Sockets
from actors.watchers import OPEN
from rim.limiter import BindingLimiter
from rim.verifier import SubtleVerifier
from storage.durable_sql import DurableSql
from storage.r2_objects import R2Objects
from tests.contract.checks.actors import Echoes, echoed
from tests.contract.checks.crowd import TAKE_BATCHES, Crowded
from tests.contract.checks.limits import Limited
from tests.contract.checks.objects import PHOTO, Bucket, Fields
from tests.contract.checks.suites import SUITES, run

PASSED = "passed"
THAT_IS_ALL = "that is all"


class CheckedActor(DurableObject):
    """Runs the checks of what only a Durable Object has."""

    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self.subjects: dict[str, Callable[[], object]] = {
            "sql": lambda: DurableSql(ctx),
            "alarm": lambda: ctx.storage,
            "crowd": lambda: crowded(ctx),
        }

    async def run_check(self, suite: str, name: str) -> str:
        return await told(run(SUITES[suite][name], self.subjects[suite]()))

    async def alarm(self, info: Any = None) -> None:
        """Checks set alarms that lie far ahead; none rings."""


class EchoActor(DurableObject):
    async def receive(self, text: str) -> str:
        return echoed(self.ctx.id.name, text)


class Default(WorkerEntrypoint):
    async def fetch(self, request: Any) -> Any:
        match urlsplit(request.url).path.split("/"):
            case ["", "health"]:
                return Response("ok")
            case ["", "run", ("sql" | "alarm" | "crowd") as suite, name]:
                actor = self.env.CHECKED.getByName(f"{suite}.{name}")
                return Response(await actor.run_check(suite, name))
            case ["", "run", suite, name]:
                return Response(
                    await told(run(SUITES[suite][name], subject_of(self.env, suite, name)))
                )
            case _:
                return Response("no such check", status=404)


def subject_of(env: Any, suite: str, name: str) -> object:
    subjects = {
        "objects": bucket_of(env.PHOTOS, name),
        "listing": bucket_of(env.PHOTOS, name),
        "actors": Echoes(env.ECHOES, f"{name}-"),
        "kv": env.ROLLOUT,
        "limits": Limited(BindingLimiter(env.TEN_A_MINUTE), name),
        "signatures": SubtleVerifier(),
    }
    return subjects[suite]


class Client:
    """The other end of an actor's socket, which writes down what it hears."""

    def __init__(self, ctx: Any, tag: str) -> None:
        client, self._server = WebSocketPair.new().object_values()
        ctx.acceptWebSocket(self._server, to_js([tag]))
        client.accept()
        client.addEventListener("message", create_proxy(self._write_down))
        self._texts: list[str] = []
        self._has_heard_all: asyncio.Future[None] = asyncio.Future()

    async def heard(self) -> list[str]:
        if self._server.readyState == OPEN:
            self._server.send(THAT_IS_ALL)
            await self._has_heard_all
        return self._texts

    def _write_down(self, event: Any) -> None:
        if event.data == THAT_IS_ALL:
            self._has_heard_all.set_result(None)
        else:
            self._texts.append(str(event.data))


def crowded(ctx: Any) -> Crowded:
    clients = [Client(ctx, BATCHES if takes else SINGLE) for takes in TAKE_BATCHES]

    async def heard() -> list[list[str]]:
        return [await client.heard() for client in clients]

    return Crowded(Sockets(ctx), heard)


def bucket_of(photos: Any, name: str) -> Bucket:
    async def describe(key: str, http_metadata: Fields, custom_metadata: Fields) -> None:
        options = {"httpMetadata": dict(http_metadata), "customMetadata": dict(custom_metadata)}
        await photos.put(key, PHOTO, options)

    async def described(key: str) -> tuple[Fields, Fields]:
        found = await photos.head(key)
        http_metadata = {name: told for name, told in found.httpMetadata.items() if told}
        return http_metadata, dict(found.customMetadata.items())

    return Bucket(R2Objects(photos), f"{name}/", stream_of, content_of, describe, described)


async def told(running: Awaitable[None]) -> str:
    try:
        await running
    except Exception:  # noqa: BLE001 -- every one is the test's to show
        return traceback.format_exc()
    return PASSED


def stream_of(data: bytes) -> Any:
    return JsResponse.new(to_js(data)).body


async def content_of(stream: Any) -> bytes:
    buffer = await JsResponse.new(stream).arrayBuffer()
    content: bytes = buffer.to_bytes()
    return content
