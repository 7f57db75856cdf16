"""A client of the public API, for the demo and the acceptance tests: one method per step.

`docs/api.md` is the contract; what travels is typed here as it is described there. A problem is
raised as `ProblemError`; `send` gives any answer as it came.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Literal, NotRequired, Self, TypedDict, cast

import httpx
from websockets.asyncio.client import connect

# One slow answer of a laptop's runtime that is still starting its actors, not of the network.
TIMEOUT_S: Final = 60.0

# The first frame lists every file of the order; the library's own limit of 1 MiB is about 1,500.
FRAME_BYTES_MAX: Final = 16 * 1024 * 1024

Headers = dict[str, str]
Status = Literal["queued", "in_progress", "done", "failed"]


class Failure(TypedDict):
    code: str
    detail: str


class Job(TypedDict):
    id: str
    state: Status
    attempt: int
    created_at: str
    finished_at: str | None
    failure: Failure | None


class Picture(TypedDict):
    width: int
    height: int
    size_bytes: int
    content_type: str


class Preview(Picture):
    maker: str


class File(TypedDict):
    id: str
    order_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    status: Status
    marked: bool
    locked: bool
    version: int
    job: Job | None
    preview: Preview | None
    preview_url: str | None
    created_at: str
    updated_at: str


class FilePage(TypedDict):
    order_id: str
    files: list[File]
    next_cursor: str | None
    version: int


class OrderStatus(TypedDict):
    order_id: str
    total: int
    counts: dict[Status, int]
    version: int


class Upload(TypedDict):
    method: Literal["PUT"]
    url: str
    headers: Headers
    expires_at: str


class Intent(TypedDict):
    intent_id: str
    file_id: str
    order_id: str
    object_key: str
    upload: Upload


class Finalized(TypedDict):
    file_id: str
    order_id: str
    name: str
    object_key: str
    size_bytes: int
    content_type: str
    etag: str
    created_at: str


class Created(TypedDict):
    file_id: str
    job_id: str


class Skipped(TypedDict):
    file_id: str
    reason: str
    detail: str


class Submitted(TypedDict):
    order_id: str
    created: list[Created]
    skipped: list[Skipped]


class PreviewLink(Picture):
    url: str
    expires_at: str


class Notification(TypedDict):
    id: str
    kind: Literal["edit_done", "revision_required", "edit_failed"]
    order_id: str
    file_id: str
    job_id: str
    file_name: str
    detail: str | None
    created_at: str
    read_at: str | None


class NotificationPage(TypedDict):
    notifications: list[Notification]
    next_cursor: str | None
    unread: int


class Hello(TypedDict):
    type: Literal["hello"]
    cursor: str
    status: OrderStatus
    files: list[File]


class Change(TypedDict):
    file: File
    status: OrderStatus


class FileEvent(TypedDict):
    specversion: str
    id: str
    source: str
    type: Literal["darkroom.file.changed", "darkroom.file.deleted"]
    subject: str
    time: str
    datacontenttype: str
    cursor: str
    data: Change


Frame = Hello | FileEvent


class Problem(TypedDict):
    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    job_id: NotRequired[str]
    locked_since: NotRequired[str]
    locked_until: NotRequired[str]


class ProblemError(Exception):
    """The answer was a problem; its members are in `problem`, as they came."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem['status']} {problem['code']}: {problem['detail']}")
        self.code: Final = problem["code"]
        self.problem: Final = problem


class ApiClient:
    def __init__(self, url: str, token: str) -> None:
        self.url: Final = url.rstrip("/")
        self._credentials: Final = {"authorization": f"Bearer {token}"}
        # The environment's proxies are for other hosts than the one the server runs on.
        self._http: Final = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def intent(
        self, order_id: str, name: str, *, size_bytes: int, content_type: str
    ) -> Intent:
        body: dict[str, object] = {"order_id": order_id, "name": name}
        body |= {"size_bytes": size_bytes, "content_type": content_type}
        return cast("Intent", await self._call("POST", "/api/uploads/intent", body))

    async def put(self, upload: Upload, content: bytes) -> None:
        # Signed URLs need no session, so this request carries none.
        headers = upload["headers"]
        _checked(await self._http.put(upload["url"], content=content, headers=headers))

    async def finalize(self, intent_id: str) -> Finalized:
        body = {"intent_id": intent_id}
        return cast("Finalized", await self._call("POST", "/api/uploads/finalize", body))

    async def upload(
        self, order_id: str, name: str, content: bytes, *, content_type: str
    ) -> Finalized:
        intent = await self.intent(
            order_id, name, size_bytes=len(content), content_type=content_type
        )
        await self.put(intent["upload"], content)
        return await self.finalize(intent["intent_id"])

    async def submit(self, order_id: str, *file_ids: str) -> Submitted:
        """Submits the files named, or all marked ones when none is."""
        path = f"/api/orders/{order_id}/submit-edits"
        body = {"file_ids": list(file_ids)} if file_ids else {}
        return cast("Submitted", await self._call("POST", path, body))

    async def files(self, order_id: str, *, limit: int = 100, cursor: str = "") -> FilePage:
        path = f"/api/orders/{order_id}/files?limit={limit}&cursor={cursor}"
        return cast("FilePage", await self._call("GET", path))

    async def status(self, order_id: str) -> OrderStatus:
        return cast("OrderStatus", await self._call("GET", f"/api/orders/{order_id}/status"))

    async def file(self, file_id: str) -> File:
        return cast("File", await self._call("GET", f"/api/files/{file_id}"))

    async def rename(self, file_id: str, name: str) -> File:
        return cast("File", await self._call("PATCH", f"/api/files/{file_id}", {"name": name}))

    async def mark(self, file_id: str, *, marked: bool = True) -> File:
        return cast("File", await self._call("PATCH", f"/api/files/{file_id}", {"marked": marked}))

    async def delete(self, file_id: str) -> None:
        await self._call("DELETE", f"/api/files/{file_id}")

    async def preview(self, file_id: str) -> PreviewLink:
        return cast("PreviewLink", await self._call("GET", f"/api/files/{file_id}/preview"))

    async def notifications(self) -> NotificationPage:
        """The newest ones."""
        return cast("NotificationPage", await self._call("GET", "/api/notifications"))

    async def mark_read(self, note_id: str) -> Notification:
        return cast("Notification", await self._call("POST", f"/api/notifications/{note_id}/read"))

    async def fetch(self, url: str) -> bytes:
        """The bytes behind a signed URL."""
        return _checked(await self._http.get(url)).content

    @asynccontextmanager
    async def live(self, order_id: str) -> AsyncIterator[AsyncIterator[Frame]]:
        """The order's frames: `hello`, which has been sent when this is entered, then changes."""
        address = f"{self.url.replace('http', 'ws', 1)}/api/orders/{order_id}/live"
        async with connect(
            address, additional_headers=self._credentials, max_size=FRAME_BYTES_MAX, proxy=None
        ) as socket:
            yield (cast("Frame", json.loads(text)) async for text in socket)

    async def send(
        self, method: str, path: str, *, content: bytes = b"", headers: Headers | None = None
    ) -> httpx.Response:
        """One authenticated request as it is, whatever comes back."""
        together = {**self._credentials, **(headers or {})}
        url = f"{self.url}{path}"
        return await self._http.request(method, url, content=content, headers=together)

    async def _call(self, method: str, path: str, body: object = None) -> object:
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"} if content else {}
        answer = _checked(await self.send(method, path, content=content, headers=headers))
        return answer.json() if answer.content else None


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        raise ProblemError(answer.json())
    return answer.raise_for_status()
