"""A stand-in for the Worker's `/media/`, for tests of the origin alone: it keeps bytes by path."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    """Of whatever is asked for, signed or not."""

    kept: dict[str, bytes]

    def do_PUT(self) -> None:
        self.kept[self._key()] = self.rfile.read(int(self.headers["content-length"]))
        self._answer(200, b"{}")

    def do_GET(self) -> None:
        content = self.kept.get(self._key())
        self._answer(404 if content is None else 200, content or b"")

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Nothing: tests read the answers."""

    def _key(self) -> str:
        return self.path.partition("?")[0]

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.send_header("etag", f'"{len(content)}"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def bucket() -> Iterator[str]:
    """Its address."""
    handler = type("Handler", (_Handler,), {"kept": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
