"""A client of the public API, for the demo and the acceptance tests: one method per step.

`docs/api.md` is the contract; what travels is typed in `api_shapes.py`. A problem is raised as
`ProblemError`; `send` gives any answer as it came.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self, cast
from urllib.parse import urlencode

import httpx
from websockets.asyncio.client import connect

from tools.api_shapes import (
    Created,
    File,
    FileHistory,
    FilePage,
    Finalized,
    Frame,
    Headers,
    Intent,
    Job,
    JobPage,
    Notification,
    NotificationPage,
    OrderStatus,
    PreviewLink,
    Problem,
    Submitted,
    Upload,
)

# One slow answer of a laptop's runtime that is still starting its actors, not of the network.
TIMEOUT_S: Final = 60.0

# The first frame lists every file of the order; the library's own limit of 1 MiB is about 1,000.
FRAME_BYTES_MAX: Final = 16 * 1024 * 1024


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

    async def revise(self, file_id: str) -> Created:
        return cast("Created", await self._call("POST", f"/api/files/{file_id}/revision"))

    async def jobs(self, **query: str | int) -> JobPage:
        """The newest ones, or what the query asks for: `order_id`, `status`, `limit`, `cursor`."""
        return cast("JobPage", await self._call("GET", f"/api/jobs?{urlencode(query)}"))

    async def job(self, job_id: str) -> Job:
        return cast("Job", await self._call("GET", f"/api/jobs/{job_id}"))

    async def files(self, order_id: str, *, limit: int = 100, cursor: str = "") -> FilePage:
        path = f"/api/orders/{order_id}/files?limit={limit}&cursor={cursor}"
        return cast("FilePage", await self._call("GET", path))

    async def status(self, order_id: str) -> OrderStatus:
        return cast("OrderStatus", await self._call("GET", f"/api/orders/{order_id}/status"))

    async def file(self, file_id: str) -> FileHistory:
        return cast("FileHistory", await self._call("GET", f"/api/files/{file_id}"))

    async def rename(self, file_id: str, name: str) -> File:
        return cast("File", await self._call("PATCH", f"/api/files/{file_id}", {"name": name}))

    async def mark(self, file_id: str, *, marked: bool = True) -> File:
        return cast("File", await self._call("PATCH", f"/api/files/{file_id}", {"marked": marked}))

    async def delete(self, file_id: str) -> None:
        await self._call("DELETE", f"/api/files/{file_id}")

    async def preview(self, file_id: str) -> PreviewLink:
        return cast("PreviewLink", await self._call("GET", f"/api/files/{file_id}/preview"))

    async def notifications(self, limit: int = 50) -> NotificationPage:
        """The newest ones."""
        path = f"/api/notifications?limit={limit}"
        return cast("NotificationPage", await self._call("GET", path))

    async def mark_read(self, note_id: str) -> Notification:
        return cast("Notification", await self._call("POST", f"/api/notifications/{note_id}/read"))

    async def fetch(self, url: str) -> bytes:
        """The bytes behind a signed URL."""
        return _checked(await self._http.get(url)).content

    @asynccontextmanager
    async def live(self, order_id: str) -> AsyncIterator[AsyncIterator[Frame]]:
        """`hello`, which has been sent when this is entered, then the changes of files."""
        address = f"{self.url.replace('http', 'ws', 1)}/api/orders/{order_id}/live"
        async with connect(
            address, additional_headers=self._credentials, max_size=FRAME_BYTES_MAX, proxy=None
        ) as socket:
            frames = (json.loads(text) async for text in socket)
            yield (cast("Frame", frame) async for frame in frames if _is_of_files(frame))

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


def _is_of_files(frame: dict[str, Any]) -> bool:
    """Whatever else there is, a client may pass over."""
    return frame["type"] == "hello" or "file" in frame.get("data", {})


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        raise ProblemError(answer.json())
    return answer.raise_for_status()
