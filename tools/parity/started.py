"""A pair of our own: the origin, and the Worker before it with all phases open to everybody."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.origin.process import Origin
from tools import dev_token
from tools.parity.comparison import Pair
from tools.parity.sides import User, an_id
from tools.server import Server, free_port

EDIT_MS: Final = 20
LIFETIME_S: Final = 3600
SECRET_BYTES: Final = 32
SECRETS: Final = ("JWT_SECRET", "URL_SIGNING_SECRET", "CANARY_SECRET", "ORIGIN_INTERNAL_TOKEN")
SETTINGS: Final = {
    "ENVIRONMENT": "development",  # X-Canary counts for everybody
    "ROLLOUT_REFRESH_MS": "500",
    "METRICS_FLUSH_MS": "500",
    "HYDRATION_FRESH_MS": "0",
}
ROLLOUT: Final = {"canary_percent": 100, "canary_tag": "parity"}


@dataclass(frozen=True, slots=True)
class Started:
    pair: Pair
    server: Server
    origin: Origin


@contextmanager
def started_pair(folder: Path, **settings: str) -> Iterator[Started]:
    variables = {name: secrets.token_hex(SECRET_BYTES) for name in SECRETS}
    port = free_port()
    with Origin(
        state=folder / "origin",
        variables=variables,
        media_base=f"http://127.0.0.1:{port}",
        edit_ms=EDIT_MS,
        makes_previews=True,
    ) as origin:
        server = Server(
            port=port,
            persist_to=folder / "state",
            variables={**variables, **SETTINGS, **settings, "ORIGIN_API_BASE": origin.url},
            log_path=folder / "server.log",
        )
        server.put_kv("ROLLOUT", "rollout", json.dumps(ROLLOUT))
        with server:
            pair = Pair(server.url, origin.url, users(variables["JWT_SECRET"]))
            yield Started(pair, server, origin)


def users(jwt_secret: str) -> tuple[User, User]:
    return _user(jwt_secret, "alice"), _user(jwt_secret, "bob")


def _user(jwt_secret: str, name: str) -> User:
    user_id = an_id(name)
    token = dev_token.mint(jwt_secret, user_id, LIFETIME_S)
    return User(name, token, dev_token.mint(jwt_secret, user_id, -LIFETIME_S))
