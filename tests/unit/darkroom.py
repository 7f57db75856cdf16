"""The whole product under CPython: requests through the edge to real cores, and its consumer.

A request is built from a URL as `entry.py` does it; a response is read as a client would.
"""

import hashlib
import io
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from PIL import Image

from actors.client import (
    BacklogClient,
    FileClient,
    InboxClient,
    OperationsClient,
    OrderClient,
    RolloutClient,
    RoomClient,
)
from actors.effects import SendDispatch
from actors.host import wall_clock_ms
from actors.webhook_client import WebhookClient
from consumer.edit import Editor
from domain.limits import CRON_JOBS_MAX, QA_PERIOD_MS, QA_REQUESTS_MAX
from domain.messages.backlog import Take
from domain.messages.file import Claim, Dispatch
from edge.access_keys import AccessKeys
from edge.app import respond
from edge.data_points import DataPoint
from edge.exchange import Request, Response
from edge.proxy import Bounds, OriginFetch, Proxy
from edge.rollout_state import RolloutState
from edge.services import Services
from edge.signing import Signer
from edge.telemetry import Telemetry
from edge.trace import Trace
from storage.previews import CopyPreviews, PreviewMaker
from tests.fakes.local_actors import LocalActors
from tests.fakes.memory_config import MemoryConfig
from tests.fakes.memory_limiter import MemoryLimiter
from tests.fakes.memory_web import MemoryWeb
from tests.fakes.rsa_verifier import RsaVerifier
from tests.unit.factories import NOW_MS, OPERATOR_TOKEN, some_settings

ORIGIN = "https://darkroom.example"
TRACEPARENT = f"00-{'a' * 32}-{'b' * 16}-00"
ORDER = "/api/orders/summer-42"


def a_photo(width: int = 8, height: int = 6) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "JPEG")
    return out.getvalue()


BOUNDS = Bounds(timeout_ms=15_000, attempts=1)
PHOTO = a_photo()
PHOTO_MD5 = hashlib.md5(PHOTO, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class LocalNative:
    """The platform's request: a "stream" is bytes, and what is forwarded is its headers."""

    stream: bytes

    def forwarded(self, headers: Mapping[str, str]) -> object:
        return dict(headers)

    async def read(self, bytes_max: int) -> bytes | None:
        return self.stream if len(self.stream) <= bytes_max else None


def a_request(
    method: str = "GET",
    url: str = "/health",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Request:
    parts = urlsplit(url)
    native = LocalNative(body)
    return Request(
        trace=Trace("req-1", TRACEPARENT),
        method=method,
        origin=ORIGIN,
        target=f"{parts.path}?{parts.query}" if parts.query else parts.path,
        query=dict(parse_qsl(parts.query)),
        headers=dict(headers or {}),
        read=native.read,
        native=native,
        clock=wall_clock_ms,
    )


def a_json_request(body: bytes, content_type: str = "application/json") -> Request:
    return a_request("POST", "/", {"content-type": content_type}, body)


def a_token(user_id: str = "alice", secret: str = "j" * 32, **claims: object) -> str:
    payload = {"sub": user_id, "exp": NOW_MS // 1000 + 100_000} | claims
    return jwt.encode(payload, secret, algorithm="HS256")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response with its headers as a mapping, and its body read."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.response.headers)

    @property
    def text(self) -> str:
        return self.response.body or ""

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def problem(self) -> tuple[int, str]:
        """Status and code, of an answer that is a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return self.status, self.json["code"]


async def no_pause(_: float) -> None:
    """For whoever would wait: the tests' time stands still."""


class DataPointList(list[DataPoint]):
    def write(self, point: DataPoint) -> None:
        self.append(point)


class Darkroom:
    """Standing alone; or, with `origin_api_base` and what stands in for its fetch, before one."""

    def __init__(self, fetch: OriginFetch | None = None, **settings: object) -> None:
        self.settings = some_settings(**settings)
        self.actors = LocalActors(self.settings)
        self.objects = self.actors.objects
        self.config = MemoryConfig()
        self.web = MemoryWeb()
        self.points = DataPointList()
        self.background: list[Callable[[], Coroutine[None, None, None]]] = []
        self.services = Services(
            settings=self.settings,
            files=FileClient(self.actors.files),
            orders=OrderClient(self.actors.orders),
            inboxes=InboxClient(self.actors.inboxes),
            operations=OperationsClient(self.actors.operations),
            rollouts=RolloutClient(self.actors.rollouts),
            rooms=RoomClient(self.actors.rooms),
            webhooks=WebhookClient(self.actors.webhooks),
            objects=self.objects,
            bucket=self.objects,
            signer=Signer(self.settings.url_signing_secret),
            config=self.config,
            web=self.web,
            later=self.background.append,
            clock=wall_clock_ms,
            rollout=RolloutState(),
            telemetry=Telemetry("isolate-1"),
            points=self.points,
            access_keys=AccessKeys(),
            verifier=RsaVerifier(),
            qa_limit=MemoryLimiter(QA_REQUESTS_MAX, QA_PERIOD_MS),
            proxy=None if fetch is None else Proxy(self.settings.origin_api_base, BOUNDS, fetch),
        )

    async def send(self, request: Request) -> Answer:
        return Answer(await respond(request, lambda: self.services))

    async def call(
        self, method: str, path: str, body: object = None, user_id: str = "alice", **more: str
    ) -> Answer:
        """A JSON request of a user who is signed in; `if_match="…"` is one more header."""
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        headers["authorization"] = f"Bearer {a_token(user_id)}"
        if body is None:
            return await self.send(a_request(method, path, headers))
        headers["content-type"] = "application/json"
        return await self.send(a_request(method, path, headers, json.dumps(body).encode()))

    async def operate(
        self,
        method: str,
        path: str,
        reason: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A request of the operator olga."""
        sent = {"authorization": f"Bearer {OPERATOR_TOKEN}", **(headers or {})}
        body = b"" if reason is None else json.dumps({"reason": reason}).encode()
        if body:
            sent["content-type"] = "application/json"
        return await self.send(a_request(method, path, sent, body))

    # --- The steps of a photographer ------------------------------------------------------------

    async def intent(self, name: str = "beach.jpg", **changes: object) -> Answer:
        body = {
            "order_id": "summer-42",
            "name": name,
            "size_bytes": len(PHOTO),
            "content_type": "image/jpeg",
        }
        return await self.call("POST", "/api/uploads/intent", body | changes)

    async def put(
        self, url: str, body: bytes = PHOTO, headers: Mapping[str, str] | None = None
    ) -> Answer:
        sent = {"content-type": "image/jpeg", "content-length": str(len(body))}
        return await self.send(a_request("PUT", url, sent | dict(headers or {}), body))

    async def finalize(self, intent_id: str, user_id: str = "alice") -> Answer:
        body = {"intent_id": intent_id}
        return await self.call("POST", "/api/uploads/finalize", body, user_id)

    async def uploaded(self, name: str = "beach.jpg") -> str:
        """The path of a file that was announced, stored and finalized."""
        begun = (await self.intent(name)).json
        await self.put(begun["upload"]["url"])
        finalized = await self.finalize(begun["intent_id"])
        assert finalized.status == 201, finalized.text
        return f"/api/files/{finalized.json['file_id']}"

    async def submit(self, *paths: str) -> Answer:
        file_ids = [path.rsplit("/", 1)[1] for path in paths]
        return await self.call("POST", f"{ORDER}/submit-edits", {"file_ids": file_ids})

    async def work(self, makers: Sequence[PreviewMaker] | None = None) -> None:
        """The consumer takes every job that waits for it, once."""
        editor = Editor(
            files=self.services.files,
            objects=self.objects,
            makers=[CopyPreviews(self.objects)] if makers is None else makers,
            worker_id="worker-1",
            pause=no_pause,
        )
        for dispatch in await self.taken():
            await editor.work_on(dispatch)

    async def send_job(self, dispatch: Dispatch) -> None:
        """By whatever carries jobs, as a file's actor does it."""
        await self.actors.performer.perform(SendDispatch(dispatch, attempt=0))

    async def taken(self) -> list[Dispatch]:
        """From whatever carries jobs: the queue or, for accounts without, the backlog."""
        if self.settings.job_transport == "queue":
            return [Dispatch.model_validate(body) for body in self.actors.queue.take()]
        backlog = BacklogClient(self.actors.backlog)
        return list((await backlog.take(Take(limit=CRON_JOBS_MAX))).dispatches)

    async def claim_only(self) -> None:
        """A consumer takes the next job, and is never heard of again."""
        (dispatch,) = await self.taken()
        claim = Claim(job_id=dispatch.job_id, worker_id="worker-1")
        await self.services.files.claim(dispatch.file_id, claim)

    async def edited(self, name: str = "beach.jpg") -> str:
        """The path of a file whose edit is done."""
        path = await self.uploaded(name)
        await self.submit(path)
        await self.work()
        return path
