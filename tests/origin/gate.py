"""What every request passes first: it is logged, and meets what the switches say."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from tests.origin.connections import cut
from tests.origin.request_log import Entry, RequestLog
from tests.origin.switches import DEFAULT_FAILURE, Rule, Switches

CONTROL: Final = re.compile(r"/__")
SECOND: Final = 1000


class Gate:
    def __init__(self, app: ASGIApp, switches: Switches, log: RequestLog) -> None:
        self._app = app
        self._switches = switches
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or CONTROL.match(scope["path"]):
            await self._app(scope, receive, send)
            return
        method = scope.get("method", "WEBSOCKET")
        rule, is_broken = self._switches.of(method, scope["path"])
        entry = self._log.begun(scope, method)
        passage = Passage(scope, receive, send, rule, entry)
        await asyncio.sleep(rule.latency_ms / SECOND)
        if is_broken and rule.drop == "before":
            await passage.cut(at_once=True)
        elif is_broken and rule.drop is None and _fails(rule):
            await passage.fail(rule.fail_status or DEFAULT_FAILURE)
        else:
            passage.drops = rule.drop if is_broken else None
            await self._app(scope, passage.receive, passage.send)


def _fails(rule: Rule) -> bool:
    """A rate says so too, where no status does."""
    return rule.fail_status is not None or "error_rate" in rule.model_fields_set


class Passage:
    """One request and its answer, on their way through."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, rule: Rule, entry: Entry
    ) -> None:
        self.drops: str | None = None
        self._scope = scope
        self._receive = receive
        self._send = send
        self._rule = rule
        self._entry = entry
        self._is_cut = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._entry["body_bytes"] += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if self._is_cut:
            return
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            await self._start({**message, "headers": self._headers(message)})
        elif message["type"] == "http.response.body" and self.drops == "body":
            half = message["body"][: len(message["body"]) // 2]
            await self._send({**message, "body": half, "more_body": True})
            await self.cut(at_once=False)
        else:
            self._entry["status"] = 101 if message["type"] == "websocket.accept" else self._status
            await self._send(message)

    @property
    def _status(self) -> int | None:
        return self._entry["status"]

    async def _start(self, message: Message) -> None:
        self._entry["status"] = message["status"]
        await self._send(message)
        if self.drops == "headers":
            await self.cut(at_once=False)
        else:
            await asyncio.sleep(self._rule.body_latency_ms / SECOND)

    def _headers(self, message: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
        """The request's id and trace come back, as clients were promised; then the odd ones."""
        sent = dict(self._scope["headers"])
        named = [(n, sent[n]) for n in (b"x-request-id", b"traceparent") if n in sent]
        odd = [(n.lower().encode(), v.encode("latin-1")) for n, v in self._rule.headers]
        return [*message.get("headers", ()), *named, *odd]

    async def fail(self, status: int) -> None:
        """When the whole request was read, for a client may not look at an answer before."""
        answer = JSONResponse({"error": {"code": "broken", "message": "Switched off"}}, status)
        if self._scope["type"] == "websocket":
            await WebSocket(self._scope, self.receive, self.send).send_denial_response(answer)
            return
        while (await self.receive()).get("more_body"):
            pass
        await answer(self._scope, self.receive, self.send)

    async def cut(self, *, at_once: bool) -> None:
        self._is_cut = True
        cut(self._scope, at_once=at_once)
        # The server knows it a moment later, and until then would answer by itself.
        while not (await self._receive())["type"].endswith("disconnect"):
            pass
