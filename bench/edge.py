"""What the edge adds to a request that it passes on to the origin: python -m bench.edge.

The same request of the same origin, asked directly, through the emergency Worker, through the
product, and through the least JavaScript that passes it on; one after the other, round by round.
What is measured, how, and how to read it stands in bench/README.md.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import httpx
from rich.console import Console
from rich.table import Table

from bench.serving import Served
from tests.origin.process import Origin
from tools import dev_token
from tools.runtime import paths
from tools.runtime.trouble import Trouble, told_plainly

HERE: Final = Path(__file__).parent
DIRECT: Final = "the origin itself"
PEER: Final = "JavaScript, least"
FALLBACK: Final = "emergency Worker"
EDGE: Final = "darkroom, proxied"
PATH: Final = "/api/notifications"  # a route of a phase, so that it is decided who serves it
WARM_UP: Final = 100
TOKEN_LIFETIME_S: Final = 3600

console: Final = Console(width=None if sys.stdout.isatty() else 110)


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    url: str
    served: Served | None  # None: there is no Worker, so nothing of it to be measured


@dataclass(frozen=True, slots=True)
class Times:
    """Of one side at one number of clients, over all rounds."""

    side: str
    clients: int
    each_ms: tuple[float, ...]
    per_s: float
    workerd_ms_each: float | None

    @property
    def p50_ms(self) -> float:
        return median(self.each_ms)

    @property
    def p99_ms(self) -> float:
        return quantiles(self.each_ms, n=100)[98]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.edge", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--requests", type=int, default=400, help="in one round (default: 400)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
        measured = asyncio.run(_measured(options, Path(folder)))
    console.print(_table(measured))
    return 0


async def _measured(options: argparse.Namespace, folder: Path) -> list[Times]:
    jwt_secret = secrets.token_hex(32)
    token = dev_token.mint(jwt_secret, "bench", TOKEN_LIFETIME_S)
    measured = []
    with _sides(folder, jwt_secret) as sides:
        for side in sides:
            await _run(side, token, WARM_UP, 4)
        for clients in (1, 16):
            runs = [
                await _run(side, token, options.requests, clients)
                for _ in range(options.rounds)
                for side in sides
            ]
            measured += [_together(runs[at :: len(sides)]) for at in range(len(sides))]
    return measured


async def _run(side: Side, token: str, requests: int, clients: int) -> Times:
    each_ms: list[float] = []
    cpu = side.served.cpu_time() if side.served else None
    began = time.perf_counter()
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=side.url, headers=headers, trust_env=False) as http:

        async def ask() -> None:
            for _ in range(requests // clients):
                at = time.perf_counter()
                (await http.get(PATH)).raise_for_status()
                each_ms.append((time.perf_counter() - at) * 1000)

        await asyncio.gather(*(ask() for _ in range(clients)))
    elapsed_s = time.perf_counter() - began
    workerd_ms = None
    if side.served is not None and cpu is not None:
        workerd_ms = side.served.cpu_time().since(cpu).workerd_s * 1000 / len(each_ms)
    return Times(side.name, clients, tuple(each_ms), len(each_ms) / elapsed_s, workerd_ms)


def _together(runs: Sequence[Times]) -> Times:
    costs = [run.workerd_ms_each for run in runs if run.workerd_ms_each is not None]
    return Times(
        runs[0].side,
        runs[0].clients,
        tuple(ms for run in runs for ms in run.each_ms),
        median(run.per_s for run in runs),
        median(costs) if costs else None,
    )


@contextmanager
def _sides(folder: Path, jwt_secret: str) -> Iterator[Sequence[Side]]:
    secret = {"JWT_SECRET": jwt_secret, "URL_SIGNING_SECRET": secrets.token_hex(32)}
    with ExitStack() as stack:
        origin = stack.enter_context(Origin(state=folder / "origin", variables=secret))
        before = {"ORIGIN_API_BASE": origin.url, "CANARY_SECRET": secrets.token_hex(32)}
        configs = {
            PEER: HERE / "peer_proxy" / "wrangler.toml",
            FALLBACK: paths.ROOT / "wrangler.fallback.toml",
            EDGE: paths.ROOT / "wrangler.toml",
        }
        workers = [
            stack.enter_context(Served(config, folder / f"side-{number}", secret | before))
            for number, config in enumerate(configs.values())
        ]
        sides = [
            Side(name, worker.url, worker) for name, worker in zip(configs, workers, strict=True)
        ]
        yield [Side(DIRECT, origin.url, None), *sides]


def _table(measured: Sequence[Times]) -> Table:
    drawn = Table(title="one request of the origin, directly and passed on")
    drawn.add_column("way")
    for heading in ("clients", "requests/s", "p50 ms", "added", "p99 ms", "CPU ms each"):
        drawn.add_column(heading, justify="right", no_wrap=True)
    direct = {times.clients: times for times in measured if times.side == DIRECT}
    for times in measured:
        cost = "" if times.workerd_ms_each is None else f"{times.workerd_ms_each:.2f}"
        drawn.add_row(
            times.side,
            str(times.clients),
            f"{times.per_s:.0f}",
            f"{times.p50_ms:.1f}",
            f"{times.p50_ms - direct[times.clients].p50_ms:+.1f}",
            f"{times.p99_ms:.1f}",
            cost,
        )
    drawn.caption = "added: to the p50 of the origin itself; CPU: of workerd"
    return drawn


if __name__ == "__main__":
    if not Path("/proc/self/stat").exists():
        raise Trouble("The bench reads CPU times from /proc, so it needs Linux.")
    sys.exit(told_plainly(main))
