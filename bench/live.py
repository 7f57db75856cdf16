"""Live updates, the product beside JavaScript and Socket.IO: python -m bench.live.

The same client watches a room on each of them, one after the other, round by round. What is
measured, how, and how to read it stands in bench/README.md.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.serving import Served, ServedScript
from bench.watching import Side, Watchers
from tools import dev_token
from tools.compose import compose_worker
from tools.runtime import node, paths
from tools.runtime.trouble import Trouble, told_plainly

PRODUCT: Final = "darkroom"
PEER: Final = "JavaScript DO"
SOCKET_IO: Final = "Socket.IO"
UNLIMITED: Final = paths.BENCH_SOCKETS / "unlimited.py"
TOKEN_LIFETIME_S: Final = 3600
WARM_UP: Final = 30
IN_FLIGHT: Final = (1, 4, 32)
ALONE: Final = 30  # messages, when there is one at a time
REST_MS: Final = 100  # before the next of those
MISSED: Final = 20
SETTLE_S: Final = 3
HIBERNATE_S: Final = 14  # the platform puts an actor to sleep after ten
COMING_AND_GOING: Final = 20  # times a hundred, until memory grows by what is held alone
KIB: Final = 1024

console: Final = Console(width=None if sys.stdout.isatty() else 110)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One round of messages to all who watch."""

    per_s: float | None  # None: they came one at a time, with rests
    each_ms: Sequence[float]
    cpu_us_each: float


@dataclass(frozen=True, slots=True)
class Row:
    work: str
    side: str
    figures: Sequence[str]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    add = parser.add_argument
    add("--rounds", type=int, default=3, help="of each work (default: 3)")
    add("--deliveries", type=int, default=60_000, help="in one round (default: 60,000)")
    add("--watchers", type=int, nargs="+", default=[200, 1_000], help="default: 200 1000")
    add("--idle", type=int, default=1_500, help="sockets whose memory is measured (default: 1,500)")
    options = parser.parse_args()
    node.bench_step().ensure()
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
        asyncio.run(_measured(options, Path(folder)))
    return 0


async def _measured(options: argparse.Namespace, folder: Path) -> None:
    jwt_secret = secrets.token_hex(32)
    with _sides(folder, jwt_secret) as sides:
        console.print(_table(MEMORY, [await _idle(side, jwt_secret, options) for side in sides]))
        rows = []
        for count in options.watchers:
            for in_flight in IN_FLIGHT:
                rows += await _fan_out(sides, jwt_secret, options, count, in_flight)
        console.print(_table(FAN_OUT, rows))
        console.print(_table(STORM, await _storms(sides, jwt_secret, options)))


# --- What is measured ---------------------------------------------------------------------------

MEMORY: Final = ("memory of idle sockets", "KiB each", "asleep", "resident MB before")
FAN_OUT: Final = ("deliveries of messages", "deliveries/s", "p50 ms", "p99 ms", "CPU µs")
STORM: Final = ("all come back at once", "p50 ms", "p99 ms", "last ms", "CPU ms")


async def _idle(side: Side, jwt_secret: str, options: argparse.Namespace) -> Row:
    """How much more is resident with so many sockets, awake and once their actor sleeps."""
    async with Watchers(side) as watchers:
        for _ in range(COMING_AND_GOING):
            await watchers.do("connect", count=100, **_room(jwt_secret))
            await watchers.do("close")
        await asyncio.sleep(SETTLE_S)
        before = side.server.resident_bytes()
        await watchers.do("connect", count=options.idle, **_room(jwt_secret))
        await asyncio.sleep(SETTLE_S)
        awake = side.server.resident_bytes()
        await asyncio.sleep(HIBERNATE_S)
        asleep = side.server.resident_bytes()
        await watchers.do("close")
    each = [f"{(bytes_ - before) / options.idle / KIB:.1f}" for bytes_ in (awake, asleep)]
    return Row(f"{options.idle} sockets", side.name, [*each, f"{before / KIB / KIB:.0f}"])


async def _fan_out(
    sides: Sequence[Side],
    jwt_secret: str,
    options: argparse.Namespace,
    count: int,
    in_flight: int,
) -> list[Row]:
    messages = ALONE if in_flight == 1 else max(ALONE, options.deliveries // count)
    rounds = [
        await _delivered(side, jwt_secret, count, messages, in_flight)
        for _ in range(options.rounds)
        for side in sides
    ]
    work = f"1 → {count}, " + ("alone" if in_flight == 1 else f"{in_flight} in flight")
    return [_delivered_row(work, side, rounds[at :: len(sides)]) for at, side in enumerate(sides)]


async def _delivered(
    side: Side, jwt_secret: str, count: int, messages: int, in_flight: int
) -> Delivered:
    async with Watchers(side) as watchers:
        await watchers.do("connect", count=count, **_room(jwt_secret))
        await watchers.do("publish", count=WARM_UP, in_flight=in_flight)
        before = side.server.cpu_time()
        rest_ms = REST_MS if in_flight == 1 else 0
        answer = await watchers.do("publish", count=messages, in_flight=in_flight, rest_ms=rest_ms)
        cpu_s = side.used(before)
        await watchers.do("close")
    deliveries = messages * count
    assert len(answer["each_ms"]) == deliveries, "every watcher has every message once"
    per_s = None if rest_ms else deliveries / answer["ms"] * 1000
    return Delivered(per_s, answer["each_ms"], cpu_s / deliveries * 1e6)


def _delivered_row(work: str, side: Side, rounds: Sequence[Delivered]) -> Row:
    rates = [each.per_s for each in rounds if each.per_s is not None]
    range_ = f"{median(rates):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})" if rates else ""
    all_ms = [ms for each in rounds for ms in each.each_ms]
    return Row(
        work,
        side.name,
        [
            range_,
            f"{median(all_ms):.1f}",
            f"{_p99(all_ms):.1f}",
            f"{median(each.cpu_us_each for each in rounds):.1f}",
        ],
    )


async def _storms(sides: Sequence[Side], jwt_secret: str, options: argparse.Namespace) -> list[Row]:
    """Until each of them has read what it has missed meanwhile."""
    count = max(options.watchers)
    runs = [await _storm(side, jwt_secret, count) for _ in range(options.rounds) for side in sides]
    return [_storm_row(count, side, runs[at :: len(sides)]) for at, side in enumerate(sides)]


async def _storm(side: Side, jwt_secret: str, count: int) -> tuple[Sequence[float], float]:
    async with Watchers(side) as watchers:
        await watchers.do("connect", count=count, **_room(jwt_secret))
        await watchers.do("publish", count=1, in_flight=1)
        await watchers.do("leave")
        await watchers.do("miss", count=MISSED)
        await asyncio.sleep(SETTLE_S)  # that they have gone is dealt with
        before = side.server.cpu_time()
        answer = await watchers.do("resume", missed=MISSED)
        cpu_s = side.used(before)
        await watchers.do("close")
    return answer["each_ms"], cpu_s / count * 1000


def _storm_row(count: int, side: Side, runs: Sequence[tuple[Sequence[float], float]]) -> Row:
    return Row(
        f"{count} sockets, {MISSED} missed",
        side.name,
        [
            f"{median(median(each_ms) for each_ms, _ in runs):.0f}",
            f"{median(_p99(each_ms) for each_ms, _ in runs):.0f}",
            f"{median(max(each_ms) for each_ms, _ in runs):.0f}",
            f"{median(cpu_ms for _, cpu_ms in runs):.2f}",
        ],
    )


def _room(jwt_secret: str) -> dict[str, str]:
    """A new one, of somebody who has just come."""
    user_id = f"bench-{secrets.token_hex(8)}"
    token = dev_token.mint(jwt_secret, user_id, TOKEN_LIFETIME_S)
    return {"path": f"/ws/user-{user_id}", "token": token}


def _p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100)[98]


# --- On what ------------------------------------------------------------------------------------


@contextmanager
def _sides(folder: Path, jwt_secret: str) -> Iterator[Sequence[Side]]:
    """The product as it is deployed, without the limits to what is said in a room."""
    product = (paths.ROOT / "wrangler.toml").read_text()
    config = compose_worker(
        paths.ROOT / "src" / "entry.py",
        folder / "worker",
        also=[UNLIMITED],
        config=product.replace('main = "src/entry.py"', f'main = "src/{UNLIMITED.name}"'),
    )
    own = {"JWT_SECRET": jwt_secret, "URL_SIGNING_SECRET": secrets.token_hex(32)}
    peer = paths.BENCH_SOCKETS / "peer" / "wrangler.toml"
    script = paths.BENCH_SOCKETS / "socketio.mjs"
    with (
        Served(config, folder / "product", own) as darkroom,
        Served(peer, folder / "peer", {"JWT_SECRET": jwt_secret}) as javascript,
        ServedScript(script, folder / "socketio.log") as socketio,
    ):
        yield [
            Side(PRODUCT, "darkroom", darkroom),
            Side(PEER, "darkroom", javascript),
            Side(SOCKET_IO, "socketio", socketio),
        ]


# --- As it is shown -----------------------------------------------------------------------------


def _table(headings: Sequence[str], rows: Sequence[Row]) -> Table:
    title, *columns = headings
    drawn = Table(title=title)
    drawn.add_column("work", no_wrap=True)
    drawn.add_column("side", no_wrap=True)
    for column in columns:
        drawn.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        drawn.add_row(row.work, row.side, *row.figures)
    return drawn


if __name__ == "__main__":
    if not Path("/proc/self/stat").exists():
        raise Trouble("The bench reads CPU times from /proc, so it needs Linux.")
    sys.exit(told_plainly(main))
