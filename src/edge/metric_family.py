"""One metric in Prometheus' text format, version 0.0.4: a line for each of its values.

https://prometheus.io/docs/instrumenting/exposition_formats/ -- names are of our own making and so
are the labels' values, so there is nothing to escape (docs/decisions/0015).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

MS_PER_S = 1000


@dataclass(frozen=True, slots=True)
class Sample:
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""  # of the name, in a histogram

    def line(self, name: str) -> str:
        labels = ",".join(f'{label}="{value}"' for label, value in self.labels.items())
        return f"{name}{self.suffix}{f'{{{labels}}}' if labels else ''} {self.value}"


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    kind: Literal["gauge", "counter", "histogram"]
    help: str
    samples: Sequence[Sample]

    def lines(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        for sample in self.samples:
            yield sample.line(self.name)


def one(value: float) -> tuple[Sample, ...]:
    return (Sample(value),)


def by(label: str, values: Mapping[str, float]) -> tuple[Sample, ...]:
    return tuple(Sample(value, {label: given}) for given, value in values.items())


def histogram(
    bounds_ms: Sequence[int], counts: Sequence[int], sum_ms: int, labels: Mapping[str, str]
) -> Iterator[Sample]:
    """Counts by bucket, the last one without a bound, as Prometheus has them: sums, in seconds."""
    padded = [*counts, *[0] * (len(bounds_ms) + 1 - len(counts))]
    bounds = [*(f"{bound / MS_PER_S:g}" for bound in bounds_ms), "+Inf"]
    for bound, count in zip(bounds, accumulate(padded), strict=True):
        yield Sample(count, {**labels, "le": bound}, "_bucket")
    yield Sample(sum_ms / MS_PER_S, labels, "_sum")
    yield Sample(sum(padded), labels, "_count")
