"""The figures in Prometheus' own words: read back by the parser of its client."""

import re

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from domain.file import FileStatus
from domain.messages.operations import Metrics, OrderTotals
from domain.snapshot import OutcomeKind
from edge.prometheus import exposition

NOTHING = Metrics(orders=0, totals=OrderTotals(), parked=0, failed=0)
SOMETHING = Metrics(
    orders=3,
    totals=OrderTotals(
        files={FileStatus.QUEUED: 4, FileStatus.DONE: 5},
        revision_required=1,
        ended={OutcomeKind.EDIT_DONE: 5, OutcomeKind.EDIT_FAILED: 2},
        attempts=9,
        copied_bytes=2**53,
        worked_ms=12_345,
        intents_expired=6,
    ),
    parked=7,
    failed=2,
)


def families(metrics: Metrics) -> list[Metric]:
    """Of the orders: the rollout's are another matter (test_rollout_metrics.py)."""
    found = text_string_to_metric_families(exposition(metrics, None))
    return [family for family in found if family.name != "darkroom_rollout_up"]


def samples(metrics: Metrics) -> dict[str, float]:
    """By name, and the value of the label if there is one."""
    found = (sample for family in families(metrics) for sample in family.samples)
    return {":".join((sample.name, *sample.labels.values())): sample.value for sample in found}


def test_every_figure_is_told_under_its_name() -> None:
    assert samples(SOMETHING) == {
        "darkroom_orders": 3,
        "darkroom_files:queued": 4,
        "darkroom_files:in_progress": 0,
        "darkroom_files:done": 5,
        "darkroom_files:failed": 0,
        "darkroom_files_waiting_for_revision": 1,
        "darkroom_jobs_ended_total:edit_done": 5,
        "darkroom_jobs_ended_total:revision_required": 0,
        "darkroom_jobs_ended_total:edit_failed": 2,
        "darkroom_jobs_ended_total:edit_cancelled": 0,
        "darkroom_job_attempts_total": 9,
        "darkroom_copied_bytes_total": 2**53,
        "darkroom_job_work_seconds_total": 12.345,
        "darkroom_upload_intents_expired_total": 6,
        "darkroom_dead_letters": 7,
        "darkroom_failed_jobs": 2,
    }


def test_a_figure_of_nothing_is_zero_and_not_missing() -> None:
    assert samples(NOTHING).keys() == samples(SOMETHING).keys()
    assert set(samples(NOTHING).values()) == {0}


def test_what_only_grows_is_a_counter_and_everything_says_what_it_is() -> None:
    told = {family.name: family.type for family in families(SOMETHING)}

    assert {name for name, kind in told.items() if kind == "counter"} == {
        "darkroom_jobs_ended",
        "darkroom_job_attempts",
        "darkroom_copied_bytes",
        "darkroom_job_work_seconds",
        "darkroom_upload_intents_expired",
    }
    assert set(told.values()) == {"counter", "gauge"}
    assert all(family.documentation for family in families(SOMETHING))


def test_the_last_line_ends_too() -> None:
    assert exposition(NOTHING, None).endswith("\n")
    assert not re.search(r"\n\n|[ \t]\n", exposition(NOTHING, None))
