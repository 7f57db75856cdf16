"""Someone with photos, an account and one order: the subject of the acceptance tests' sentences."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import httpx

from tools import dev_token
from tools.api_client import ApiClient
from tools.api_shapes import File, FileEvent, Frame, Hello, Notification
from tools.photos import Photo

# Many times what it takes, so that a busy machine is slow and not red.
DEADLINE_S: Final = 60
POLL_INTERVAL_S: Final = 0.1
TOKEN_LIFETIME_S: Final = 3600

Answer = TypeVar("Answer")


class Photographer:
    def __init__(self, api: ApiClient, user_id: str, token: str) -> None:
        self.api: Final = api
        self.user_id: Final = user_id
        self.token: Final = token
        self.order_id: Final = f"order-{secrets.token_hex(4)}"

    async def upload(self, photo: Photo) -> str:
        finalized = await self.api.upload(
            self.order_id, photo.name, photo.path.read_bytes(), content_type=photo.content_type
        )
        return finalized["file_id"]

    async def upload_all(self, *photos: Photo) -> list[str]:
        return await asyncio.gather(*map(self.upload, photos))

    async def submit(self, *file_ids: str) -> None:
        submitted = await self.api.submit(self.order_id, *file_ids)
        assert not submitted["skipped"], submitted

    @asynccontextmanager
    async def watch(self) -> AsyncIterator["Watch"]:
        async with self.api.live(self.order_id) as frames, asyncio.timeout(DEADLINE_S):
            hello = await anext(frames)
            assert hello["type"] == "hello"
            yield Watch(hello, frames)

    async def finish(self, *file_ids: str) -> dict[str, File]:
        """Submits the files and waits for the end of their jobs; the files as they then are."""
        async with self.watch() as watch:
            await self.submit(*file_ids)
            return await watch.until_over(*file_ids)

    async def until_notified(self, count: int) -> list[Notification]:
        page = await eventually(
            self.api.notifications, lambda page: len(page["notifications"]) >= count
        )
        return page["notifications"]

    async def until_gone(self, url: str) -> None:
        """Objects are removed after the answer was given."""
        async with httpx.AsyncClient(trust_env=False) as http:
            await eventually(lambda: http.get(url), lambda answer: answer.status_code == 404)


class Watch:
    """The order's events from the moment of `hello`."""

    def __init__(self, hello: Hello, frames: AsyncIterator[Frame]) -> None:
        self.hello: Final = hello
        self._frames: Final = frames

    async def next_event(self) -> FileEvent:
        frame = await anext(self._frames)
        assert frame["type"] != "hello"
        return frame

    async def until(self, file_id: str, status: str) -> list[File]:
        """The states the file was shown in, up to the one waited for."""
        seen: list[File] = []
        while not seen or seen[-1]["status"] != status:
            file = (await self.next_event())["data"]["file"]
            if file["id"] == file_id:
                seen.append(file)
        return seen

    async def until_over(self, *file_ids: str) -> dict[str, File]:
        over: dict[str, File] = {}
        while set(over) != set(file_ids):
            file = (await self.next_event())["data"]["file"]
            if file["job"] and file["job"]["status"] in {"done", "failed"}:
                over[file["id"]] = file
        return over


@asynccontextmanager
async def photographer(url: str, jwt_secret: str, name: str) -> AsyncIterator[Photographer]:
    user_id = f"{name}-{secrets.token_hex(4)}"
    token = dev_token.mint(jwt_secret, user_id, TOKEN_LIFETIME_S)
    async with ApiClient(url, token) as api:
        yield Photographer(api, user_id, token)


async def eventually(
    read: Callable[[], Awaitable[Answer]],
    is_enough: Callable[[Answer], bool],
    deadline_s: float = DEADLINE_S,
) -> Answer:
    async with asyncio.timeout(deadline_s):
        while not is_enough(answer := await read()):  # noqa: ASYNC110 - only HTTP can tell
            await asyncio.sleep(POLL_INTERVAL_S)
        return answer


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem that is well formed and says nothing of our insides."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert answer.json().keys() >= {"type", "title", "status", "code", "detail"}
    assert answer.json()["status"] == answer.status_code
    assert not tells_insides(answer.text), answer.text
    return answer.status_code, answer.json()["code"]


def tells_insides(text: str) -> bool:
    return any(trace in text for trace in ("Traceback", ".py", "JsException", "PythonError"))
