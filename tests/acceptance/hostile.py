"""Receivers of webhooks that behave as badly as they do: slow, broken, gone, elsewhere, dishonest.

One server; the path says how it is answered: `/503x2` twice 503 and then 204, `/slow` after a
while, `/hang` not before anybody has given up, `/redirect` to `/taken`, `/huge` with a body without
an end, `/410`, `/204`.
"""

import contextlib
import re
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from tests.acceptance.hooks import Hook

SILENT_S: Final = {"/slow": 4, "/hang": 20}
HUGE_BYTES: Final = 64 * 1024 * 1024
FOR_A_WHILE: Final = re.compile(r"/(\d{3})x(\d+)")


@dataclass(slots=True)
class Hostile:
    """What has come to each path, accepted or not."""

    url: str = ""
    came: dict[str, list[Hook]] = field(default_factory=lambda: defaultdict(list))


class Handler(BaseHTTPRequestHandler):
    hostile: Hostile

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        came = self.hostile.came[self.path]
        came.append(Hook(dict(self.headers.items()), body))
        with contextlib.suppress(OSError):  # whoever sends may have given up
            self._answer(len(came))

    def _answer(self, times: int) -> None:
        for_a_while = FOR_A_WHILE.fullmatch(self.path)
        if for_a_while:
            self._say(int(for_a_while[1]) if times <= int(for_a_while[2]) else 204)
        elif self.path in SILENT_S:
            time.sleep(SILENT_S[self.path])
            self._say(204)
        elif self.path == "/redirect":
            self._say(307, location=f"{self.hostile.url}/taken")
        elif self.path == "/huge":
            self.send_response(200)
            self.send_header("content-length", str(HUGE_BYTES))
            self.end_headers()
            for _ in range(HUGE_BYTES // 65_536):
                self.wfile.write(b"x" * 65_536)
        else:
            self._say(int(self.path[1:]) if self.path[1:].isdigit() else 204)

    def _say(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def hostile_receivers(certificate: Path | None = None) -> Iterator[Hostile]:
    """With a certificate, over TLS."""
    hostile = Hostile()
    handler = type("OneHandler", (Handler,), {"hostile": hostile})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        http.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            http.socket = context.wrap_socket(http.socket, server_side=True)
        scheme = "http" if certificate is None else "https"
        hostile.url = f"{scheme}://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield hostile
        http.shutdown()
