"""How the edge, the consumer and actors reach actors: one RPC, one JSON text each way."""

import asyncio
from typing import Final, Protocol, TypeVar

from actors.remote import opened
from domain.limits import RPC_TIMEOUT_MS
from domain.messages import (
    Apply,
    Claim,
    Complete,
    DeleteFile,
    Deliver,
    DescribeFile,
    DescribeOrder,
    DescribeUpload,
    Done,
    Fail,
    FilePage,
    Grant,
    ListFiles,
    ListMarked,
    ListNotifications,
    MarkedFiles,
    MarkRead,
    Notification,
    NotificationPage,
    OrderStatus,
    Register,
    Registered,
    Release,
    Renew,
    Reserve,
    Reserved,
    Submit,
    Submitted,
    UpdateFile,
)
from domain.snapshot import FileSnapshot
from domain.values import Value
from storage.foreign import outages_of

Reply = TypeVar("Reply", bound=Value)


SWITCHING_PROTOCOLS: Final = 101


class Answer(Protocol):
    @property
    def status(self) -> int: ...
    async def text(self) -> str: ...


class Stub(Protocol):
    async def receive(self, text: str) -> str: ...
    async def fetch(self, request: object) -> Answer: ...


class Namespace(Protocol):
    """A Durable Object binding."""

    def getByName(self, name: str) -> Stub: ...  # noqa: N802 -- the platform's spelling


class _Remote:
    """One namespace of actors. A new stub for each call: a stub whose object was reset is dead."""

    def __init__(self, namespace: Namespace, noun: str) -> None:
        self._namespace = namespace
        self._noun = noun

    async def ask(self, key: str, message: Value, reply_type: type[Reply]) -> Reply:
        with outages_of(self._noun):
            async with asyncio.timeout(RPC_TIMEOUT_MS / 1000):
                text = await self._namespace.getByName(key).receive(message.model_dump_json())
        return opened(text, reply_type)

    async def forward(self, key: str, request: object) -> Answer:
        with outages_of(self._noun):
            return await self._namespace.getByName(key).fetch(request)


class FileClient:
    """Files by their id."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = _Remote(namespace, "file actor")

    async def register(self, message: Register) -> Registered:
        return await self._remote.ask(message.upload.file_id, message, Registered)

    async def describe_upload(self, file_id: str, message: DescribeUpload) -> Registered:
        return await self._remote.ask(file_id, message, Registered)

    async def describe(self, file_id: str, message: DescribeFile) -> FileSnapshot:
        return await self._remote.ask(file_id, message, FileSnapshot)

    async def submit(self, file_id: str, message: Submit) -> Submitted:
        return await self._remote.ask(file_id, message, Submitted)

    async def claim(self, file_id: str, message: Claim) -> Grant:
        return await self._remote.ask(file_id, message, Grant)

    async def renew(self, file_id: str, message: Renew) -> Grant:
        return await self._remote.ask(file_id, message, Grant)

    async def complete(self, file_id: str, message: Complete) -> Done:
        return await self._remote.ask(file_id, message, Done)

    async def fail(self, file_id: str, message: Fail) -> Done:
        return await self._remote.ask(file_id, message, Done)

    async def update(self, file_id: str, message: UpdateFile) -> FileSnapshot:
        return await self._remote.ask(file_id, message, FileSnapshot)

    async def delete(self, file_id: str, message: DeleteFile) -> Done:
        return await self._remote.ask(file_id, message, Done)


class OrderClient:
    """Orders by their id."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = _Remote(namespace, "order actor")

    async def reserve(self, message: Reserve) -> Reserved:
        return await self._remote.ask(message.order_id, message, Reserved)

    async def release(self, order_id: str, message: Release) -> Done:
        return await self._remote.ask(order_id, message, Done)

    async def apply(self, order_id: str, message: Apply) -> Done:
        return await self._remote.ask(order_id, message, Done)

    async def list_files(self, order_id: str, message: ListFiles) -> FilePage:
        return await self._remote.ask(order_id, message, FilePage)

    async def describe(self, order_id: str, message: DescribeOrder) -> OrderStatus:
        return await self._remote.ask(order_id, message, OrderStatus)

    async def list_marked(self, order_id: str, message: ListMarked) -> MarkedFiles:
        return await self._remote.ask(order_id, message, MarkedFiles)

    async def watch(self, order_id: str, request: object) -> object:
        """Hand a WebSocket upgrade to the order; its response goes to the client as it is."""
        response = await self._remote.forward(order_id, request)
        if response.status != SWITCHING_PROTOCOLS:
            opened(await response.text(), Done)
        return response


class InboxClient:
    """Inboxes by their user's id."""

    def __init__(self, namespace: Namespace) -> None:
        self._remote = _Remote(namespace, "inbox actor")

    async def deliver(self, user_id: str, message: Deliver) -> Done:
        return await self._remote.ask(user_id, message, Done)

    async def list(self, user_id: str, message: ListNotifications) -> NotificationPage:
        return await self._remote.ask(user_id, message, NotificationPage)

    async def mark_read(self, user_id: str, message: MarkRead) -> Notification:
        return await self._remote.ask(user_id, message, Notification)
