"""What was measured: runs, their medians and ratios, as a table for people and as JSON."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.table import Table

from bench.serving import CpuTime
from tools.runtime import paths


@dataclass(frozen=True, slots=True)
class Run:
    """One side's way through one piece of work."""

    work: str
    side: str
    count: int
    elapsed_s: float
    cpu: CpuTime
    submitted_s: float | None = None  # when the submit of an order was answered

    @property
    def per_s(self) -> float:
        return self.count / self.elapsed_s

    @property
    def workerd_ms_each(self) -> float:
        return self.cpu.workerd_s * 1000 / self.count

    @property
    def node_ms_each(self) -> float:
        return self.cpu.node_s * 1000 / self.count


@dataclass(frozen=True, slots=True)
class Figures:
    """The medians of a side's runs at one piece of work."""

    work: str
    side: str
    rounds: int
    per_s: float
    per_s_lowest: float
    per_s_highest: float
    workerd_ms_each: float
    node_ms_each: float

    @classmethod
    def of(cls, runs: Sequence[Run]) -> "Figures":
        rates = [run.per_s for run in runs]
        return cls(
            work=runs[0].work,
            side=runs[0].side,
            rounds=len(runs),
            per_s=median(rates),
            per_s_lowest=min(rates),
            per_s_highest=max(rates),
            workerd_ms_each=median(run.workerd_ms_each for run in runs),
            node_ms_each=median(run.node_ms_each for run in runs),
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """One piece of work, done by the product and by its peer."""

    product: Figures
    peer: Figures

    @property
    def work(self) -> str:
        return self.product.work

    @property
    def speed_ratio(self) -> float:
        """1 is as quick as the peer; less is slower."""
        return self.product.per_s / self.peer.per_s

    @property
    def cpu_ratio(self) -> float:
        """How many times the peer's CPU time in workerd one job costs."""
        return self.product.workerd_ms_each / self.peer.workerd_ms_each


def compared(runs: Iterable[Run], *, product: str, peer: str) -> list[Comparison]:
    """In the order in which the work was first done."""
    by_work: dict[str, dict[str, list[Run]]] = {}
    for run in runs:
        by_work.setdefault(run.work, {}).setdefault(run.side, []).append(run)
    return [
        Comparison(Figures.of(sides[product]), Figures.of(sides[peer]))
        for sides in by_work.values()
    ]


def table(comparisons: Iterable[Comparison]) -> Table:
    drawn = Table(title="the product beside its peer: medians, and the range in brackets")
    drawn.add_column("work")
    for heading in ("jobs/s", "peer's", "speed", "CPU ms/job", "peer's", "cost"):
        drawn.add_column(heading, justify="right", no_wrap=True)
    for comparison in comparisons:
        drawn.add_row(
            comparison.work,
            _rate(comparison.product),
            _rate(comparison.peer),
            f"{comparison.speed_ratio:.2f} ×",
            _cost(comparison.product),
            _cost(comparison.peer),
            f"{comparison.cpu_ratio:.1f} ×",
        )
    drawn.caption = "CPU: in workerd + in Node, which decodes the photos; cost: in workerd alone"
    return drawn


def _rate(figures: Figures) -> str:
    return f"{figures.per_s:.1f} ({figures.per_s_lowest:.1f}–{figures.per_s_highest:.1f})"


def _cost(figures: Figures) -> str:
    return f"{figures.workerd_ms_each:.1f} + {figures.node_ms_each:.1f}"


def write(path: Path, comparisons: Iterable[Comparison], runs: Iterable[Run]) -> None:
    """One JSON object on one line, at the end of the file: a history of measurements."""
    line = {
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}",
        "load_average": os.getloadavg(),  # our own work is in it
        "comparisons": [
            {**asdict(each), "speed_ratio": each.speed_ratio, "cpu_ratio": each.cpu_ratio}
            for each in comparisons
        ],
        "runs": [asdict(run) for run in runs],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _commit() -> str:
    """What was measured; with a plus where files differ from it."""
    command = ("git", "describe", "--always", "--dirty=+", "--exclude=*")
    told = subprocess.run(  # noqa: S603 - the command is ours
        command, cwd=paths.ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"
