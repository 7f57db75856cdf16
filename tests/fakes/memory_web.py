"""Others on the web, scripted: each URL has its answer, and what was asked is remembered."""

from collections.abc import Callable
from dataclasses import replace

from domain.errors import Outage
from storage.web import WebAnswer, WebRequest


def nothing() -> None:
    """Nobody has to wait."""


class MemoryWeb:
    """A URL that has no answer is answered 404; an `Outage` among the answers is raised."""

    def __init__(self) -> None:
        self.is_down = False
        self.meanwhile: Callable[[], None] = nothing  # what happens while somebody waits
        self.asked: list[WebRequest] = []
        self.answers: dict[tuple[str, str], WebAnswer] = {}  # by method and URL

    def answer(
        self, url: str, text: str, status: int = 200, method: str = "GET", **headers: str
    ) -> None:
        """`etag="…"` is a header of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[method, url] = WebAnswer(status, named, text)

    async def ask(
        self, request: WebRequest, *, timeout_ms: int, bytes_max: int, is_cut: bool = False
    ) -> WebAnswer:
        self.asked.append(request)
        self.meanwhile()
        host = request.url.split("/")[2]
        if self.is_down:
            raise Outage(f"{host} did not answer within {timeout_ms} ms")
        found = self.answers.get((request.method, request.url))
        if found is None:
            return WebAnswer(404, {}, "")
        if is_cut:
            return replace(found, text=found.text[:bytes_max])
        if len(found.text) > bytes_max:
            raise Outage(f"{host} answered more than {bytes_max} bytes")
        etag = found.headers.get("etag")
        if etag is not None and request.headers.get("if-none-match") == etag:
            return replace(found, status=304, text="")
        return found
