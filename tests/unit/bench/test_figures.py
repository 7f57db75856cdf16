"""What runs of a bench amount to: medians, ranges, ratios, and the lines that keep them."""

import json
from pathlib import Path

import pytest

from bench import figures
from bench.figures import Comparison, Run
from bench.serving import CpuTime


def a_run(*, side: str = "ours", elapsed_s: float = 1, workerd_s: float = 1) -> Run:
    return Run("order of 10", side, 10, elapsed_s, CpuTime(workerd_s, 0.5))


def compared(*runs: Run) -> list[Comparison]:
    return figures.compared(runs, product="ours", peer="theirs")


def test_the_median_of_the_rounds_is_told_with_their_range() -> None:
    rounds = [a_run(elapsed_s=seconds) for seconds in (1, 2, 10)]

    (comparison,) = compared(*rounds, a_run(side="theirs"))

    ours = comparison.product
    assert (ours.per_s_lowest, ours.per_s, ours.per_s_highest) == (1, 5, 10)


def test_half_as_quick_as_the_peer_is_a_speed_of_one_half() -> None:
    (comparison,) = compared(a_run(elapsed_s=2), a_run(side="theirs", elapsed_s=1))

    assert comparison.speed_ratio == pytest.approx(0.5)


def test_the_cost_of_a_job_is_compared_by_the_time_on_a_cpu() -> None:
    (comparison,) = compared(a_run(workerd_s=3), a_run(side="theirs", workerd_s=1))

    assert comparison.product.workerd_ms_each == pytest.approx(300)
    assert comparison.cpu_ratio == pytest.approx(3)


def test_each_measurement_is_one_more_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "bench" / "jobs.jsonl"
    runs = [a_run(), a_run(side="theirs")]

    figures.write(path, compared(*runs), runs)
    figures.write(path, compared(*runs), runs)

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 2
    assert lines[1]["comparisons"][0]["speed_ratio"] == pytest.approx(1)
    assert lines[1]["runs"][0]["cpu"] == {"workerd_s": 1, "node_s": 0.5}


def test_cpu_time_is_what_was_used_since() -> None:
    used = CpuTime(5, 2).since(CpuTime(3, 1))

    assert used == CpuTime(2, 1)
