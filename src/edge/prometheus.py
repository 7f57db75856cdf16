"""The product's figures as Prometheus reads them: of all orders, and of the rollout."""

from collections.abc import Iterator
from typing import Final

from domain.file import FileStatus
from domain.messages.operations import Metrics
from domain.messages.rollout import RolloutReport
from domain.snapshot import OutcomeKind
from edge.metric_family import Family, by, one
from edge.rollout_metrics import rollout_families

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def exposition(metrics: Metrics, report: RolloutReport | None) -> str:
    """Without a report the rollout's figures are missing, but for the one that says so."""
    families = (*_families(metrics), *rollout_families(report))
    return "".join(f"{line}\n" for family in families for line in family.lines())


def _families(metrics: Metrics) -> Iterator[Family]:
    totals = metrics.totals
    files = {status.value: totals.files.get(status, 0) for status in FileStatus}
    ended = {kind.value: totals.ended.get(kind, 0) for kind in OutcomeKind}
    yield Family("darkroom_orders", "gauge", "Orders that have reported.", one(metrics.orders))
    yield Family("darkroom_files", "gauge", "Files by status.", by("status", files))
    yield Family(
        "darkroom_files_waiting_for_revision",
        "gauge",
        "Files, of the queued ones, whose photo has to be uploaded again.",
        one(totals.revision_required),
    )
    yield Family(
        "darkroom_jobs_ended_total", "counter", "Jobs that have ended.", by("result", ended)
    )
    yield Family(
        "darkroom_job_attempts_total", "counter", "Attempts of ended jobs.", one(totals.attempts)
    )
    yield Family(
        "darkroom_copied_bytes_total",
        "counter",
        "Bytes of edited photos.",
        one(totals.copied_bytes),
    )
    yield Family(
        "darkroom_job_work_seconds_total",
        "counter",
        "From first claim to end, of all ended jobs.",
        one(totals.worked_ms / 1000),
    )
    yield Family(
        "darkroom_upload_intents_expired_total",
        "counter",
        "Uploads that were announced and never finalized.",
        one(totals.intents_expired),
    )
    yield Family("darkroom_dead_letters", "gauge", "Messages that are parked.", one(metrics.parked))
    yield Family(
        "darkroom_failed_jobs", "gauge", "Failed jobs that are listed.", one(metrics.failed)
    )
