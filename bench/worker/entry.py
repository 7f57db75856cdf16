"""The product's actors under clients inside the Worker: no queue, no photos, no HTTP in between.

POST /orders/{id}/registrations?count=&concurrency= makes files; POST …/lifecycles takes each of
them through submit, claim and complete. Both answer with the order's counts, as GET …/status does.
"""

# ruff: noqa: INP001 -- a Worker's folder is no package
import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from workers import Response, WorkerEntrypoint

from actors.client import FileClient, OrderClient
from actors.file_actor import FileActor
from actors.inbox_actor import InboxActor
from actors.operations_actor import OperationsActor
from actors.order_actor import OrderActor
from actors.room_actor import RoomActor
from actors.webhook_actor import WebhookActor
from domain.file import Preview, Upload
from domain.ids import new_job_id
from domain.messages.file import Claim, Complete, Register, Submit
from domain.messages.order import DescribeOrder

__all__ = [
    "Default",
    "InboxActor",
    "OperationsActor",
    "OrderActor",
    "RoomActor",
    "UnqueuedFileActor",
    "WebhookActor",
]

PREVIEW = Preview(
    object_key="preview",
    width=1,
    height=1,
    size_bytes=1,
    content_type="image/jpeg",
    maker="images",
)


class NoQueue:
    async def send(self, body: object) -> None:
        """Whoever measures claims the job."""


class UnqueuedEnvironment:
    EDIT_JOBS = NoQueue()

    def __init__(self, env: Any) -> None:
        self._env = env

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)


class UnqueuedFileActor(FileActor):
    """A file whose jobs go on no queue."""

    def __init__(self, ctx: Any, env: Any) -> None:
        # The platform's own object, since the base class wraps what it is given once more.
        super().__init__(ctx, UnqueuedEnvironment(env._env))  # noqa: SLF001


class Default(WorkerEntrypoint):
    async def fetch(self, request: Any) -> Any:
        url = urlsplit(request.url)
        query = {name: int(value) for name, value in parse_qsl(url.query)}
        count, concurrency = query.get("count", 0), query.get("concurrency", 1)
        match url.path.split("/"):
            case ["", "health"]:
                return Response("ok")
            case ["", "orders", order_id, "registrations"]:
                await each_of(range(count), concurrency, Clients(self.env, order_id).register)
            case ["", "orders", order_id, "lifecycles"]:
                await each_of(range(count), concurrency, Clients(self.env, order_id).lifecycle)
            case ["", "orders", order_id, "status"]:
                pass
            case _:
                return Response("no such path", status=404)
        orders = OrderClient(self.env.ORDERS)
        described = await orders.describe(order_id, DescribeOrder(caller_id=owner_of(order_id)))
        return Response(described.model_dump_json())


class Clients:
    def __init__(self, env: Any, order_id: str) -> None:
        self._files = FileClient(env.FILES)
        self._order_id = order_id
        self._owner_id = owner_of(order_id)

    async def register(self, number: int) -> None:
        file_id = self._file_id(number)
        upload = Upload(
            file_id=file_id,
            order_id=self._order_id,
            owner_id=self._owner_id,
            name=f"{number}.jpg",
            object_key=f"raw/{file_id}",
            size_bytes=1,
            content_type="image/jpeg",
            etag="etag",
        )
        await self._files.register(Register(upload=upload))

    async def lifecycle(self, number: int) -> None:
        file_id = self._file_id(number)
        job_id = new_job_id(file_id)
        submit = Submit(caller_id=self._owner_id, order_id=self._order_id, job_id=job_id)
        await self._files.submit(file_id, submit)
        grant = await self._files.claim(file_id, Claim(job_id=job_id, worker_id="bench"))
        await self._files.complete(file_id, Complete(token=grant.token, preview=PREVIEW))

    def _file_id(self, number: int) -> str:
        """Different in each order, and known without being asked for."""
        return f"file_{self._order_id}{number:016x}"


async def each_of(numbers: range, concurrency: int, work: Callable[[int], Awaitable[None]]) -> None:
    waiting = iter(numbers)
    await asyncio.gather(*(client(waiting, work) for _ in range(concurrency)))


async def client(waiting: Iterator[int], work: Callable[[int], Awaitable[None]]) -> None:
    for number in waiting:
        await work(number)


def owner_of(order_id: str) -> str:
    return f"owner-{order_id}"
