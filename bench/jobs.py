"""Jobs per second, the product beside a peer in JavaScript: python -m bench.jobs.

Both run on the same runtime on this machine, one after the other, round by round. What is measured,
how, and how to read it stands in bench/README.md.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Final

from PIL import Image
from rich.console import Console

from bench import figures
from bench.figures import Run
from bench.serving import Served
from bench.sides import Lifecycles, Orders, PeerOrders, ProductOrders, new_order_id
from tools.compose import compose_worker
from tools.runtime import paths
from tools.runtime.trouble import Trouble, told_plainly

HERE: Final = Path(__file__).parent
RESULTS: Final = paths.CACHE / "bench" / "jobs.jsonl"
PRODUCT: Final = "darkroom"
PEER: Final = "peer in JavaScript"
POLL_INTERVAL_S: Final = 0.1
WARM_UP_FILES: Final = 50  # the runtime compiles what runs often, on both sides
GIVE_UP_S: Final = 600
PHOTO_SIZE: Final = (160, 120)

# Wide enough for the table where nothing says how wide it is, as in a log.
console: Final = Console(width=None if sys.stdout.isatty() else 110)


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
        runs = asyncio.run(_measured(options, Path(folder)))
    comparisons = figures.compared(runs, product=PRODUCT, peer=PEER)
    console.print(figures.table(comparisons))
    figures.write(RESULTS, comparisons, runs)
    console.print(f"one line more in {paths.shown(RESULTS)}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.jobs", description=__doc__)
    add = parser.add_argument
    add("--rounds", type=int, default=3, help="of the small order and the lifecycles (default: 3)")
    add("--large-rounds", type=int, default=1, help="of the large order (default: 1)")
    add("--small", type=int, default=50, help="files in the small order (default: 50)")
    add("--large", type=int, default=500, help="files in the large order (default: 500)")
    add("--lifecycles", type=int, default=300, help="jobs in one run of those (default: 300)")
    return parser.parse_args()


async def _measured(options: argparse.Namespace, folder: Path) -> list[Run]:
    runs = []
    with _order_sides(folder) as sides:
        for side in sides:
            await _order_run(side, WARM_UP_FILES)
        for count, rounds in (
            (options.small, options.rounds),
            (options.large, options.large_rounds),
        ):
            runs += [await _order_run(side, count) for _ in range(rounds) for side in sides]
    with _lifecycle_sides(folder) as clients:
        for client in clients:
            await _lifecycle_run(client, WARM_UP_FILES, concurrency=8)
        for concurrency in (1, 32):
            runs += [
                await _lifecycle_run(client, options.lifecycles, concurrency)
                for _ in range(options.rounds)
                for client in clients
            ]
    return runs


# --- What is measured ---------------------------------------------------------------------------


async def _order_run(side: Orders, count: int) -> Run:
    """From the submit of all files of an order until all are done."""
    order_id = new_order_id()
    file_ids = await side.uploaded(order_id, a_photo(), count)
    clock = Clock(side.server)
    created = await side.submit(order_id, file_ids)
    assert created == count, f"{created} of {count} jobs were made"
    submitted_s = clock.elapsed_s()
    await _until_done(lambda: side.done(order_id), count)
    return _told(clock.run(f"order of {count}", side.name, count, submitted_s))


async def _lifecycle_run(side: Lifecycles, count: int, concurrency: int) -> Run:
    """From the first submit until the order has counted every file as done."""
    order_id = new_order_id()
    await side.register(order_id, count)
    clock = Clock(side.server)
    if await side.run(order_id, count, concurrency) < count:
        await _until_done(lambda: side.done(order_id), count)
    clients = "1 client" if concurrency == 1 else f"{concurrency} clients"
    return _told(clock.run(f"lifecycles, {clients}", side.name, count))


class Clock:
    """Started when made: the time that passes, and the CPU time that the server uses."""

    def __init__(self, server: Served) -> None:
        self._server: Final = server
        self._cpu: Final = server.cpu_time()
        self._started_at: Final = time.perf_counter()

    def elapsed_s(self) -> float:
        return time.perf_counter() - self._started_at

    def run(self, work: str, side: str, count: int, submitted_s: float | None = None) -> Run:
        elapsed_s = self.elapsed_s()
        cpu = self._server.cpu_time().since(self._cpu)
        return Run(work, side, count, elapsed_s, cpu, submitted_s)


def _told(run: Run) -> Run:
    console.print(f"{run.work:22} {run.side:20} {run.per_s:6.1f} jobs/s in {run.elapsed_s:5.1f} s")
    return run


async def _until_done(done: Callable[[], Awaitable[int]], count: int) -> None:
    async with asyncio.timeout(GIVE_UP_S):
        while await done() < count:  # noqa: ASYNC110 - only HTTP can tell
            await asyncio.sleep(POLL_INTERVAL_S)


def a_photo() -> bytes:
    """A real JPEG of a few kB, the same for both sides."""
    noise = Random(1).randbytes(PHOTO_SIZE[0] * PHOTO_SIZE[1])  # noqa: S311 - not a secret
    stored = BytesIO()
    Image.frombytes("L", PHOTO_SIZE, noise).convert("RGB").save(stored, "JPEG", quality=30)
    return stored.getvalue()


# --- On what ------------------------------------------------------------------------------------


@contextmanager
def _order_sides(folder: Path) -> Iterator[Sequence[Orders]]:
    """The product as it is deployed, and its peer."""
    variables = _secrets()
    with (
        Served(paths.ROOT / "wrangler.toml", folder / "product", variables) as product,
        Served(HERE / "peer" / "wrangler.toml", folder / "peer", {}) as peer,
    ):
        yield ProductOrders(PRODUCT, product, variables["JWT_SECRET"]), PeerOrders(PEER, peer)


@contextmanager
def _lifecycle_sides(folder: Path) -> Iterator[Sequence[Lifecycles]]:
    """The product's actors under an entry of the bench, and the same peer."""
    composed = compose_worker(HERE / "worker" / "entry.py", folder / "worker")
    with (
        Served(composed, folder / "lifecycles", _secrets()) as product,
        Served(HERE / "peer" / "wrangler.toml", folder / "peer-lifecycles", {}) as peer,
    ):
        yield Lifecycles(PRODUCT, product), Lifecycles(PEER, peer)


def _secrets() -> dict[str, str]:
    return {"JWT_SECRET": secrets.token_hex(32), "URL_SIGNING_SECRET": secrets.token_hex(32)}


if __name__ == "__main__":
    if not Path("/proc/self/stat").exists():
        raise Trouble("The bench reads CPU times from /proc, so it needs Linux.")
    sys.exit(told_plainly(main))
