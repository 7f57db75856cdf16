"""One call of an actor: one RPC, one JSON text each way. Clients are built on it."""

import asyncio
from typing import Protocol, TypeVar

from actors.remote import opened
from domain.limits import RPC_TIMEOUT_MS
from domain.messages.reply import Done
from domain.values import Value
from storage.foreign import outages_of

Reply = TypeVar("Reply", bound=Value)


class Answer(Protocol):
    @property
    def status(self) -> int: ...
    async def text(self) -> str: ...


class Stub(Protocol):
    async def receive(self, text: str) -> str: ...
    async def wait(self, text: str) -> str: ...
    async def fetch(self, request: object) -> Answer: ...


class Namespace(Protocol):
    """A Durable Object binding."""

    def getByName(self, name: str) -> Stub: ...  # noqa: N802 -- the platform's spelling


class Remote:
    """One namespace of actors. A new stub for each call: a stub whose object was reset is dead."""

    def __init__(self, namespace: Namespace, noun: str) -> None:
        self._namespace = namespace
        self._noun = noun

    async def ask(self, key: str, message: Value, reply_type: type[Reply]) -> Reply:
        with outages_of(self._noun):
            async with asyncio.timeout(RPC_TIMEOUT_MS / 1000):
                text = await self._namespace.getByName(key).receive(message.model_dump_json())
        return opened(text, reply_type)

    async def wait(self, key: str, message: Value, reply_type: type[Reply], wait_ms: int) -> Reply:
        """The same, of an actor that may take its time."""
        with outages_of(self._noun):
            async with asyncio.timeout((RPC_TIMEOUT_MS + wait_ms) / 1000):
                text = await self._namespace.getByName(key).wait(message.model_dump_json())
        return opened(text, reply_type)

    async def passed(self, key: str, request: object, *statuses: int, wait_ms: int = 0) -> Answer:
        """A response with one of these statuses, to be passed on; or the refusal it brings."""
        with outages_of(self._noun):
            async with asyncio.timeout((RPC_TIMEOUT_MS + wait_ms) / 1000):
                response = await self._namespace.getByName(key).fetch(request)
        if response.status not in statuses:
            opened(await response.text(), Done)
        return response
