"""What isolates and operators ask of the rollout's actor, of which there is one."""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from domain.messages.reply import Action
from domain.rollout import Cohort, Phase, RolloutConfig, Verdict
from domain.shadow import Finding
from domain.values import Stored, Value


class Tally(Stored):
    """What one cohort was answered in one phase in one minute, by one isolate or by all.

    `latency` counts requests by bucket of `domain.latency.BOUNDS_MS`, the last one without a bound.
    A long poll, a WebSocket and a signed upload take as long as their client likes: they are
    counted, and their time is not.
    """

    requests: int = 0
    errors: int = 0  # answered 5xx, or not at all: what the error rate is made of
    statuses: dict[str, int] = Field(default_factory=dict)  # of answers from 400 on
    latency: tuple[int, ...] = ()
    latency_ms: int = 0  # their sum


class MinuteTally(Value):
    """One minute of one isolate. Sums, so that minutes of all isolates add up."""

    minute: int  # since the epoch
    cohort: Cohort
    phase: Phase | None = None  # None: a route of no phase
    tally: Tally = Tally()


class MinuteEvents(Value):
    """What happened in one minute besides answers."""

    minute: int
    r2_failures: int = 0
    storage_failures: int = 0  # an actor that did not answer
    intents: int = 0  # first given out in that minute, by us
    finalized: int = 0  # of those intents, whenever that was
    shadow_compared: int = 0
    shadow_differed: int = 0


class Flush(Value):
    """An isolate's counters since its last flush. Comes again, same id, if it got no answer."""

    type: Literal["flush"] = "flush"
    flush_id: str
    isolate: str = ""  # by an id it keeps for its life; without one it only asks
    tallies: tuple[MinuteTally, ...] = ()
    events: tuple[MinuteEvents, ...] = ()
    findings: tuple[Finding, ...] = ()  # of shadow mode
    config: RolloutConfig | None = None  # as this isolate read it from KV last
    config_fault: str | None = None  # why the newest value in KV cannot be used


class Verdicts(Value):
    """The answer to a flush: what counts from now on."""

    verdict: Verdict
    config: RolloutConfig | None = None  # the last good one of all isolates


class DescribeRollout(Value):
    type: Literal["describe_rollout"] = "describe_rollout"


class CohortFigures(Value):
    """Of the last 24 hours."""

    requests: int = 0
    errors: int = 0
    p90_ms: int | None = None  # None: no request was timed
    statuses: dict[str, int] = Field(default_factory=dict)


class SeriesFigures(Value):
    """Since ever, for Prometheus: counters of one cohort and phase."""

    cohort: Cohort
    phase: Phase | None = None
    tally: Tally = Tally()


class EventFigures(Value):
    """Since ever, for Prometheus."""

    r2_failures: int = 0
    storage_failures: int = 0
    intents: int = 0
    finalized: int = 0
    orphaned: int = 0
    shadow_compared: int = 0
    shadow_differed: int = 0


class RuleState(Value):
    """One of the breaker's rules as it stands."""

    name: str
    state: Literal["ok", "inconclusive", "breached", "tripped", "cooling"]
    value: float | None = None
    threshold: float
    since_ms: int | None = None
    detail: str = ""


class RolloutReport(Value):
    """All that the actor knows, for `/qa`, `/ops/rollout` and `/ops/metrics`."""

    verdict: Verdict
    is_dry_run: bool = False
    override: Literal["none", "hold_clear", "hold_emergency"] = "none"
    rules: tuple[RuleState, ...] = ()
    native: CohortFigures = CohortFigures()
    proxy: CohortFigures = CohortFigures()
    series: tuple[SeriesFigures, ...] = ()
    events: EventFigures = EventFigures()
    config: RolloutConfig | None = None
    config_since_ms: int | None = None
    config_fault: str | None = None
    last_flush_ms: int | None = None
    time_to_effect_ms: int | None = None  # the last change of verdict or config, until all knew


class DescribeParity(Value):
    type: Literal["describe_parity"] = "describe_parity"


class ParityReport(Value):
    """What shadow mode has found: figures since ever, and the newest places."""

    compared: int = 0
    differed: int = 0
    findings: tuple[Finding, ...] = ()


class OperateRollout(Value):
    """An operator's switch: see `domain.operation.Operation`, the ROLLOUT_… ones."""

    type: Literal["operate"] = "operate"
    action: Action


RolloutMessage = Annotated[
    Flush | DescribeRollout | DescribeParity | OperateRollout, Field(discriminator="type")
]
ROLLOUT_MESSAGE: Final[TypeAdapter[RolloutMessage]] = TypeAdapter(RolloutMessage)
