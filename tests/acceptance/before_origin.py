"""The product before a real origin: two processes, one bucket, and the switch in KV."""

import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.acceptance.memory import resident_bytes
from tests.origin.process import Origin
from tools.server import Server, free_port

TIMEOUT_MS: Final = 2_000
SETTINGS: Final = {
    "ENVIRONMENT": "development",
    "BACKEND_REQUEST_TIMEOUT_MS": str(TIMEOUT_MS),
    "ROLLOUT_REFRESH_MS": "500",
    "METRICS_FLUSH_MS": "500",
    "SUCCESS_SAMPLE_PERCENT": "100",
    "HYDRATION_FRESH_MS": "0",
}
EFFECT_S_MAX: Final = 30
POLL_S: Final = 0.05


class Migration:
    def __init__(self, server: Server, origin: Origin) -> None:
        self.server: Final = server
        self.origin: Final = origin

    def roll_out(self, percent: float, **config: object) -> None:
        """What somebody writes in the dashboard. It is not seen at once."""
        value = {"canary_percent": percent, "canary_tag": "B2a", **config}
        self.server.put_kv("ROLLOUT", "rollout", json.dumps(value))

    def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """Keeps its cookies, as a browser does, but for those that say `Secure` (this is HTTP)."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        return httpx.AsyncClient(
            base_url=self.server.url, headers=sent, trust_env=False, timeout=120
        )

    def resident_bytes(self) -> int:
        return resident_bytes(self.server)


@contextmanager
def migration(folder: Path, secrets: dict[str, str], **settings: str) -> Iterator[Migration]:
    port = free_port()
    secrets = secrets | dict.fromkeys(("CANARY_SECRET", "ORIGIN_INTERNAL_TOKEN"), "s" * 40)
    media_base = f"http://127.0.0.1:{port}"
    with Origin(state=folder / "origin", variables=secrets, media_base=media_base) as origin:
        variables = {**secrets, **SETTINGS, **settings, "ORIGIN_API_BASE": origin.url}
        with Server(
            port=port,
            persist_to=folder / "state",
            variables=variables,
            log_path=folder / "server.log",
        ) as server:
            yield Migration(server, origin)


def cohort_of(answer: httpx.Response) -> str:
    """As `native (sampled)`."""
    facts = dict(part.split("=") for part in answer.headers["x-pix-canary"].split(";")[1:])
    return f"{facts['cohort']} ({facts['reason']})"


def cookie_of(answer: httpx.Response) -> str:
    """The cohort's, as a client would send it back."""
    (found,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith("_canary_cohort=")]
    return found.partition(";")[0]


async def seconds_until(
    ask: Callable[[], Awaitable[httpx.Response]], is_so: Callable[[httpx.Response], bool]
) -> float:
    began = time.monotonic()
    while not is_so(await ask()):
        assert time.monotonic() - began < EFFECT_S_MAX
        time.sleep(POLL_S)  # noqa: ASYNC251 - nobody else waits
    return time.monotonic() - began
