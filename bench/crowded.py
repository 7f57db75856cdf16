"""One order with many files, which very many watch, while it changes: python -m bench.crowded.

The same order is changed while nobody watches, and then while so many do. What is measured, how,
and how to read it stands in bench/README.md.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.jobs import a_photo
from bench.serving import Served
from bench.sides import ProductOrders, new_order_id
from bench.watching import Side, Watchers
from tools import dev_token
from tools.api_client import ApiClient
from tools.runtime import node, paths
from tools.runtime.trouble import Trouble, told_plainly

CLIENTS: Final = 8  # that change files, one after the other
TOKEN_LIFETIME_S: Final = 3600
USER: Final = "bench"  # as ProductOrders has it
WARM_UP: Final = 40

console: Final = Console(width=None if sys.stdout.isatty() else 110)


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of so many changes while so many watched."""

    watchers: int
    changes: int
    elapsed_s: float
    each_ms: Sequence[float]  # until a change was answered
    known_s: float  # after the last answer, until every watcher knew
    frames: float  # that each watcher read
    cpu_s: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.crowded", description=__doc__)
    add = parser.add_argument
    add("--files", type=int, default=1_000, help="in the order (default: 1,000)")
    add("--watchers", type=int, nargs="+", default=[0, 200, 2_000], help="default: 0 200 2000")
    add("--changes", type=int, default=400, help="of marks, for each of those (default: 400)")
    options = parser.parse_args()
    node.bench_step().ensure()
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
        measured = asyncio.run(_measured(options, Path(folder)))
    console.print(_table(options.files, measured))
    return 0


async def _measured(options: argparse.Namespace, folder: Path) -> list[Changed]:
    jwt_secret = secrets.token_hex(32)
    own = {"JWT_SECRET": jwt_secret, "URL_SIGNING_SECRET": secrets.token_hex(32)}
    token = dev_token.mint(jwt_secret, USER, TOKEN_LIFETIME_S)
    with Served(paths.ROOT / "wrangler.toml", folder / "state", own) as server:
        order_id = new_order_id()
        orders = ProductOrders("darkroom", server, jwt_secret)
        file_ids = await orders.uploaded(order_id, a_photo(), options.files)
        console.print(f"{len(file_ids)} files are uploaded")
        side = Side("darkroom", "darkroom", server)
        async with ApiClient(server.url, token) as api:
            order = CrowdedOrder(api, side, order_id, file_ids, token)
            await order.changed(0, WARM_UP)
            return [await order.changed(count, options.changes) for count in options.watchers]


class CrowdedOrder:
    def __init__(
        self, api: ApiClient, side: Side, order_id: str, file_ids: Sequence[str], token: str
    ) -> None:
        self._api: Final = api
        self._side: Final = side
        self._order_id: Final = order_id
        self._file_ids: Final = file_ids
        self._token: Final = token
        self._is_marked = False

    async def changed(self, watchers: int, changes: int) -> Changed:
        """Every so many files are marked, or unmarked again; until all who watch know."""
        self._is_marked = not self._is_marked
        each_ms: list[float] = []
        async with Watchers(self._side) as crowd:
            path = f"/api/orders/{self._order_id}/live"
            await crowd.do("connect", count=watchers, path=path, token=self._token)
            cpu, began = self._side.server.cpu_time(), time.perf_counter()
            waiting = iter([self._file_ids[at % len(self._file_ids)] for at in range(changes)])

            async def change() -> None:
                for file_id in waiting:
                    asked = time.perf_counter()
                    await self._api.mark(file_id, marked=self._is_marked)
                    each_ms.append((time.perf_counter() - asked) * 1000)

            await asyncio.gather(*(change() for _ in range(CLIENTS)))
            answered = time.perf_counter()
            cursor = (await self._api.status(self._order_id))["cursor"]
            reached = await crowd.do("reach", cursor=cursor)
            known = time.perf_counter()
            cpu_s = self._side.used(cpu)
            await crowd.do("close")
        elapsed_s, known_s = answered - began, known - answered
        frames = reached["frames"] or 0
        return Changed(watchers, changes, elapsed_s, each_ms, known_s, frames, cpu_s)


def _table(files: int, measured: Sequence[Changed]) -> Table:
    drawn = Table(title=f"an order of {files} files, changed by {CLIENTS} clients")
    headings = ("watchers", "changes/s", "p50 ms", "p99 ms", "all know after ms")
    for heading in (*headings, "frames each", "events/s", "CPU µs each"):
        drawn.add_column(heading, justify="right", no_wrap=True)
    for run in measured:
        events = run.changes * run.watchers
        told_s = run.elapsed_s + run.known_s
        drawn.add_row(
            f"{run.watchers:,}",
            f"{run.changes / run.elapsed_s:.0f}",
            f"{median(run.each_ms):.0f}",
            f"{quantiles(run.each_ms, n=100)[98]:.0f}",
            f"{run.known_s * 1000:.0f}" if events else "",
            f"{run.frames:.0f}" if events else "",
            f"{events / told_s:,.0f}" if events else "",
            f"{run.cpu_s / events * 1e6:.1f}" if events else "",
        )
    return drawn


if __name__ == "__main__":
    if not Path("/proc/self/stat").exists():
        raise Trouble("The bench reads CPU times from /proc, so it needs Linux.")
    sys.exit(told_plainly(main))
