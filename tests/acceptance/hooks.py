"""Someone who receives webhooks: everything that was posted, as it came."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True, slots=True)
class Hook:
    headers: dict[str, str]
    body: str

    def verified(self, secret: str) -> Any:
        return Webhook(secret).verify(self.body, self.headers)


@dataclass(slots=True)
class Receiver:
    """`refusals`: how many to answer 503 first."""

    url: str = ""
    refusals: int = 0
    hooks: Queue[Hook] = field(default_factory=Queue)


@contextmanager
def receiver() -> Iterator[Receiver]:
    receiving = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            if receiving.refusals:
                receiving.refusals -= 1
                status = 503
            else:
                receiving.hooks.put(Hook(dict(self.headers.items()), body))
                status = 204
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        receiving.url = f"http://127.0.0.1:{http.server_address[1]}/hooks"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield receiving
        http.shutdown()
