"""Cloudflare Access, as far as it can be asked: the site at which it publishes its keys."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.unit.rsa_keys import RsaKey, an_rsa_key

AUDIENCE = "a" * 64
PATH = "/cdn-cgi/access/certs"


@dataclass(slots=True)
class AccessSite:
    url: str = ""
    asked: int = 0

    def token(self, email: str, key: RsaKey | None = None, **changes: object) -> str:
        now_s = int(time.time())
        claims = {
            "iss": self.url,
            "aud": [AUDIENCE],
            "exp": now_s + 600,
            "nbf": now_s,
            "email": email,
        }
        return (key or an_rsa_key()).jwt(claims | changes)


@contextmanager
def access_site() -> Iterator[AccessSite]:
    site = AccessSite()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked += 1
            self.send_response(200 if self.path == PATH else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": [an_rsa_key().jwk]}).encode())

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        site.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield site
        http.shutdown()
