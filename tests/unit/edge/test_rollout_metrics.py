"""The rollout's figures in Prometheus' own words: read back by the parser of its client."""

import math
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from domain.latency import BOUNDS_MS
from domain.messages.operations import Metrics, OrderTotals
from domain.messages.rollout import RolloutReport
from domain.rollout import RolloutConfig, Verdict, VerdictKind
from edge.prometheus import exposition
from tests.unit.edge.rollouts import REPORT

NOTHING = Metrics(orders=0, totals=OrderTotals(), parked=0, failed=0)
HISTOGRAM = "darkroom_request_duration_seconds"
NATIVE = "native:b1a"


def samples(report: RolloutReport | None) -> dict[str, float]:
    """By name and the values of the labels."""
    families = text_string_to_metric_families(exposition(NOTHING, report))
    found = (sample for family in families for sample in family.samples)
    return {":".join((sample.name, *sample.labels.values())): sample.value for sample in found}


def test_each_cohort_and_phase_has_its_counters() -> None:
    told = samples(REPORT)

    assert told[f"darkroom_requests_total:{NATIVE}"] == 5
    assert told["darkroom_requests_total:proxy:none"] == 9
    assert told[f"darkroom_request_errors_total:{NATIVE}"] == 1
    assert told[f"darkroom_error_responses_total:{NATIVE}:404"] == 2
    assert told[f"darkroom_error_responses_total:{NATIVE}:503"] == 1


def test_durations_are_a_histogram_in_seconds() -> None:
    told = samples(REPORT)

    at = {
        float(name.rsplit(":", 1)[1]): value
        for name, value in told.items()
        if name.startswith(f"{HISTOGRAM}_bucket:{NATIVE}")
    }
    assert sorted(at) == [*(bound / 1000 for bound in BOUNDS_MS), math.inf]
    assert (at[0.005], at[0.075], at[0.1], at[30], at[math.inf]) == (1, 1, 3, 3, 4)
    assert told[f"{HISTOGRAM}_count:{NATIVE}"] == 4
    assert told[f"{HISTOGRAM}_sum:{NATIVE}"] == 40.184


def test_a_cohort_that_was_not_timed_has_an_empty_histogram() -> None:
    told = samples(REPORT)

    assert told[f"{HISTOGRAM}_bucket:proxy:none:+Inf"] == 0
    assert told[f"{HISTOGRAM}_count:proxy:none"] == told[f"{HISTOGRAM}_sum:proxy:none"] == 0


def test_what_happened_besides_is_counted() -> None:
    told = samples(REPORT)

    assert [
        told[f"darkroom_{name}_total"]
        for name in (
            *("r2_failures", "storage_failures", "upload_intents", "uploads_finalized"),
            *("upload_intents_orphaned", "shadow_compared", "shadow_differed"),
        )
    ] == [1, 2, 30, 20, 4, 0, 0]


@pytest.mark.parametrize(
    ("verdict", "is_kv", "expected"),
    [
        (Verdict(), False, (0, 10, 0)),
        (Verdict(), True, (0, 10, 1)),
        (Verdict(kind=VerdictKind.CAP, percent=5), False, (1, 5, 0)),
        (Verdict(kind=VerdictKind.CAP, percent=50), False, (1, 10, 0)),
        (Verdict(kind=VerdictKind.EMERGENCY), False, (2, 10, 1)),
    ],
)
def test_what_counts_of_config_and_verdict_is_told(
    *, verdict: Verdict, is_kv: bool, expected: tuple[int, float, int]
) -> None:
    config = RolloutConfig(canary_percent=10, emergency_proxy=is_kv)

    told = samples(RolloutReport(verdict=verdict, config=config))

    names = ("breaker_state", "percent", "emergency")
    assert tuple(told[f"darkroom_rollout_{name}"] for name in names) == expected


def test_a_dry_run_and_a_config_that_cannot_be_used_are_told() -> None:
    faulty = RolloutReport(verdict=Verdict(), is_dry_run=True, config_fault="it is none")

    told = samples(faulty)

    names = ("up", "breaker_dry_run", "config_faulty", "percent")
    assert [told[f"darkroom_rollout_{name}"] for name in names] == [1, 1, 1, 0]
    assert samples(REPORT)["darkroom_rollout_config_faulty"] == 0


def test_without_a_report_only_that_is_told() -> None:
    told = samples(None)

    assert told["darkroom_rollout_up"] == 0
    assert not [name for name in told if "request" in name or "breaker" in name]


def test_what_only_grows_is_a_counter() -> None:
    families = list(text_string_to_metric_families(exposition(NOTHING, REPORT)))

    counters = {family.name for family in families if family.type == "counter"}
    assert {sample.name for family in families for sample in family.samples} >= {
        f"{name}_total" for name in counters
    }
    assert {family.name for family in families if family.type == "histogram"} == {HISTOGRAM}
    assert not re.search(r"\n\n|[ \t]\n", exposition(NOTHING, REPORT))
