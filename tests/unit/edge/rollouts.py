"""A rollout's actor that reports what a test says, and remembers what it was asked to do."""

from dataclasses import replace

from actors.client import RolloutClient
from actors.remote import accepted
from domain.latency import BOUNDS_MS, bucket_of
from domain.messages.reply import Action, Operated
from domain.messages.rollout import (
    ROLLOUT_MESSAGE,
    CohortFigures,
    DescribeParity,
    DescribeRollout,
    EventFigures,
    Flush,
    OperateRollout,
    ParityReport,
    RolloutReport,
    RuleState,
    SeriesFigures,
    Tally,
    Verdicts,
)
from domain.rollout import Cohort, Phase, RolloutConfig, Verdict, VerdictKind
from tests.fakes.local_actor import LocalAnswer
from tests.fakes.local_actors import LocalNamespace
from tests.unit.darkroom import Darkroom
from tests.unit.factories import NOW_MS

CAPPED = Verdict(
    kind=VerdictKind.CAP, percent=5, revision=3, reasons=("p90: slow",), since_ms=NOW_MS - 1_000
)
CONFIG = RolloutConfig(
    canary_percent=10, canary_tag="B2a", phases=(Phase.B1A,), last_updated="today", generation=7
)


def counts_of(*durations_ms: int) -> tuple[int, ...]:
    buckets = [bucket_of(duration_ms) for duration_ms in durations_ms]
    return tuple(buckets.count(bucket) for bucket in range(len(BOUNDS_MS) + 1))


REPORT = RolloutReport(
    verdict=CAPPED,
    rules=(
        RuleState(
            name="p90",
            state="tripped",
            value=700,
            threshold=600,
            since_ms=NOW_MS - 600_000,
            detail="native 700 ms",
        ),
        RuleState(name="orphans", state="ok", value=0, threshold=10),
    ),
    native=CohortFigures(requests=400, errors=3, p90_ms=700, statuses={"404": 2, "503": 3}),
    proxy=CohortFigures(requests=3_600, errors=0, p90_ms=210),
    series=(
        SeriesFigures(
            cohort=Cohort.NATIVE,
            phase=Phase.B1A,
            tally=Tally(
                requests=5,
                errors=1,
                statuses={"404": 2, "503": 1},
                latency=counts_of(4, 90, 90, 40_000),
                latency_ms=40_184,
            ),
        ),
        SeriesFigures(cohort=Cohort.PROXY, tally=Tally(requests=9)),
    ),
    events=EventFigures(r2_failures=1, storage_failures=2, intents=30, finalized=20, orphaned=4),
    config=CONFIG,
    config_since_ms=NOW_MS - 5_000,
    last_flush_ms=NOW_MS - 2_000,
    time_to_effect_ms=8_000,
)


class ScriptedRollout:
    def __init__(self, report: RolloutReport) -> None:
        self.report = report
        self.actions: list[Action] = []

    async def receive(self, text: str) -> str:
        message = ROLLOUT_MESSAGE.validate_json(text)
        match message:
            case Flush():
                return accepted(Verdicts(verdict=self.report.verdict, config=self.report.config))
            case DescribeRollout():
                return accepted(self.report)
            case DescribeParity():
                return accepted(ParityReport())
            case OperateRollout(action=action):
                self.actions.append(action)
                facts = {"before": "clear, armed", "after": "emergency, armed"}
                return accepted(Operated(action_id=action.action_id, is_changed=True, **facts))

    async def wait(self, text: str) -> str:
        return await self.receive(text)

    async def fetch(self, request: object) -> LocalAnswer:
        raise AssertionError(request)


def with_rollout(
    darkroom: Darkroom, report: RolloutReport = REPORT
) -> tuple[ScriptedRollout, LocalNamespace[ScriptedRollout]]:
    """The product talks to it from now on; its namespace can be down."""
    actor = ScriptedRollout(report)
    namespace = LocalNamespace(lambda _: actor)
    darkroom.services = replace(darkroom.services, rollouts=RolloutClient(namespace))
    return actor, namespace
