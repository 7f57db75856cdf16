"""The product's figures as Prometheus reads them: its text format, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/ -- names are of our own making and so
are the labels' values, so there is nothing to escape (docs/decisions/0015).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from domain.file import FileStatus
from domain.messages.operations import Metrics
from domain.snapshot import OutcomeKind

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: a value, or a value for each value of its label."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    values: float | Mapping[str, float]
    label: str = ""

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        if isinstance(self.values, Mapping):
            for value, figure in self.values.items():
                yield f'{self.name}{{{self.label}="{value}"}} {figure}'
        else:
            yield f"{self.name} {self.values}"


def exposition(metrics: Metrics) -> str:
    return "".join(f"{line}\n" for family in _families(metrics) for line in family.lines())


def _families(metrics: Metrics) -> Iterator[Family]:
    totals = metrics.totals
    files = {status.value: totals.files.get(status, 0) for status in FileStatus}
    ended = {kind.value: totals.ended.get(kind, 0) for kind in OutcomeKind}
    yield Family("darkroom_orders", "gauge", "Orders that have reported.", metrics.orders)
    yield Family("darkroom_files", "gauge", "Files by status.", files, "status")
    yield Family(
        "darkroom_files_waiting_for_revision",
        "gauge",
        "Files, of the queued ones, whose photo has to be uploaded again.",
        totals.revision_required,
    )
    yield Family("darkroom_jobs_ended_total", "counter", "Jobs that have ended.", ended, "result")
    yield Family(
        "darkroom_job_attempts_total", "counter", "Attempts of ended jobs.", totals.attempts
    )
    yield Family(
        "darkroom_copied_bytes_total", "counter", "Bytes of edited photos.", totals.copied_bytes
    )
    yield Family(
        "darkroom_job_work_seconds_total",
        "counter",
        "From first claim to end, of all ended jobs.",
        totals.worked_ms / 1000,
    )
    yield Family(
        "darkroom_upload_intents_expired_total",
        "counter",
        "Uploads that were announced and never finalized.",
        totals.intents_expired,
    )
    yield Family("darkroom_dead_letters", "gauge", "Messages that are parked.", metrics.parked)
    yield Family("darkroom_failed_jobs", "gauge", "Failed jobs that are listed.", metrics.failed)
