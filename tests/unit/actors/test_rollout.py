"""The rollout's actor adds up what isolates counted: once, in any order, and within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import FLUSHES_KEPT_MAX
from domain.messages.rollout import (
    CohortFigures,
    EventFigures,
    MinuteTally,
    RolloutReport,
    Tally,
    Verdicts,
)
from domain.rollout import Cohort, Phase, Verdict
from tests.unit.actors.rollouts import (
    CONFIG,
    HOUR_MS,
    RolloutOnPaper,
    a_flush,
    a_tally,
    some_events,
)
from tests.unit.domain.traces import FAILING, WELL, answers
from tests.unit.factories import MINUTE_MS, NOW_MS

DAY_MS = 24 * HOUR_MS


def test_where_nobody_has_flushed_everything_is_open_and_nothing_is_known() -> None:
    report = RolloutOnPaper().report()

    assert report.verdict == Verdict()
    assert (report.native, report.proxy) == (CohortFigures(), CohortFigures())
    assert (report.config, report.last_flush_ms, report.time_to_effect_ms) == (None, None, None)


def test_whoever_flushes_hears_the_verdict_and_the_last_good_config() -> None:
    assert RolloutOnPaper().flush() == Verdicts(verdict=Verdict(), config=CONFIG)


def test_whoever_only_asks_hears_the_same_and_leaves_nothing() -> None:
    rollout = RolloutOnPaper()
    rollout.flush()

    told = rollout.flush(isolate="", config=None, flush_id="asks")

    assert told.config == CONFIG
    assert rollout.report().config == CONFIG


# --- Figures ------------------------------------------------------------------------------------


def test_figures_tell_of_both_cohorts() -> None:
    rollout = RolloutOnPaper()

    rollout.flush(a_tally(tally=FAILING), a_tally(cohort=Cohort.PROXY, tally=WELL))

    report = rollout.report()
    assert report.native == CohortFigures(
        requests=1_000, errors=30, p90_ms=98, statuses={"500": 30}
    )
    assert (report.proxy.requests, report.proxy.errors) == (1_000, 1)


def test_figures_are_of_routes_with_a_phase_and_series_of_all() -> None:
    rollout = RolloutOnPaper()

    rollout.flush(a_tally(), a_tally(phase=Phase.EDITS), a_tally(phase=None))

    assert rollout.report().native.requests == 2_000
    assert set(rollout.series()) == {
        (Cohort.NATIVE, Phase.B1A),
        (Cohort.NATIVE, Phase.EDITS),
        (Cohort.NATIVE, None),
    }


def test_isolates_add_up() -> None:
    rollout = RolloutOnPaper()

    rollout.flush(a_tally(), isolate="one")
    rollout.flush(a_tally(), isolate="two")

    assert rollout.report().native.requests == 2_000


def test_a_flush_that_comes_twice_counts_once() -> None:
    rollout = RolloutOnPaper()
    flush = a_flush(a_tally(), events=[some_events(intents=3)])
    rollout.ask(flush, Verdicts)
    before = rollout.report()

    rollout.ask(flush, Verdicts)
    rollout.restart()
    rollout.ask(flush, Verdicts)

    assert rollout.report() == before


FLUSHED = st.lists(
    st.builds(
        a_tally,
        st.integers(-40, 1),
        st.builds(answers, st.integers(1, 99), st.integers(0, 9), st.integers(1, 9_999)),
        st.sampled_from(Cohort),
        st.sampled_from([*Phase, None]),
    ),
    max_size=12,
)


@given(FLUSHED, st.randoms(use_true_random=False))
def test_in_which_order_they_come_makes_no_difference(
    tallies: list[MinuteTally], random: object
) -> None:
    shuffled = list(tallies)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert reported_of(tallies) == reported_of(shuffled)


def reported_of(tallies: list[MinuteTally]) -> RolloutReport:
    rollout = RolloutOnPaper()
    for one in tallies:
        rollout.flush(one)
    report = rollout.report()
    series = sorted(report.series, key=str)
    return report.model_copy(update={"series": tuple(series), "verdict": Verdict()})


def test_figures_outlive_the_actor() -> None:
    rollout = RolloutOnPaper()
    rollout.flush(a_tally())
    before = rollout.report()

    rollout.restart()

    assert rollout.report() == before


# --- Time ---------------------------------------------------------------------------------------


def test_figures_are_of_a_day_and_counters_never_go_back() -> None:
    rollout = RolloutOnPaper()
    rollout.flush(a_tally())

    rollout.now_ms += DAY_MS
    assert rollout.report().native.requests == 1_000

    rollout.now_ms += HOUR_MS
    assert rollout.report().native.requests == 0
    assert rollout.series()[Cohort.NATIVE, Phase.B1A].tally.requests == 1_000


def test_what_is_too_old_is_forgotten_but_for_its_sum() -> None:
    rollout = RolloutOnPaper()
    rollout.flush(a_tally(), events=[some_events(r2_failures=1)])

    rollout.now_ms += 3 * DAY_MS
    rollout.flush(a_tally(3 * 24 * 60))
    rollout.now_ms += MINUTE_MS
    rollout.settle()

    assert rollout.sql.rows("SELECT COUNT(*) FROM minutes") == [[1]]
    assert rollout.sql.rows("SELECT hour FROM hours WHERE hour < 0") == [[-1]]
    assert rollout.sql.rows("SELECT COUNT(*) FROM events") == [[0]]
    assert rollout.series()[Cohort.NATIVE, Phase.B1A].tally.requests == 2_000
    assert rollout.report().events.r2_failures == 1


def test_minutes_of_long_ago_count_for_the_sums_only() -> None:
    rollout = RolloutOnPaper()

    rollout.flush(a_tally(-48 * 60), events=[some_events(-48 * 60, finalized=1)])

    assert rollout.sql.rows("SELECT COUNT(*) FROM minutes") == [[0]]
    assert rollout.report().native.requests == 0
    assert rollout.series()[Cohort.NATIVE, Phase.B1A].tally.requests == 1_000
    assert rollout.report().events.finalized == 1


def test_minutes_that_are_still_to_come_are_of_the_running_one() -> None:
    rollout = RolloutOnPaper()

    rollout.flush(a_tally(10_000), events=[some_events(10_000, r2_failures=9)])

    assert rollout.sql.rows("SELECT minute FROM minutes") == [[NOW_MS // MINUTE_MS]]
    assert rollout.sql.rows("SELECT minute FROM events") == [[NOW_MS // MINUTE_MS]]


def test_only_so_many_flushes_are_remembered() -> None:
    rollout = RolloutOnPaper()
    rollout.sql.rows("INSERT INTO flushes (position, flush_id) VALUES (?, 'x')", FLUSHES_KEPT_MAX)
    rollout.sql.rows("INSERT INTO flushes (position, flush_id) VALUES (1, 'y')")

    rollout.flush(a_tally())

    assert rollout.sql.rows("SELECT flush_id FROM flushes ORDER BY position") == [
        ["x"],
        ["flush-1"],
    ]


def test_a_flush_of_one_minute_writes_a_handful_of_rows() -> None:
    """Each costs money, and isolates flush all day."""
    rollout = RolloutOnPaper()
    rollout.flush(a_tally())
    before = rollout.sql.rows_written

    rollout.flush(a_tally())

    assert rollout.sql.rows_written - before == 4


# --- Events -------------------------------------------------------------------------------------


def test_events_add_up() -> None:
    rollout = RolloutOnPaper()
    counts = {
        "r2_failures": 1,
        "storage_failures": 2,
        "intents": 3,
        "finalized": 2,
        "shadow_compared": 5,
        "shadow_differed": 1,
    }

    rollout.flush(events=[some_events(0, **counts)])
    rollout.flush(events=[some_events(0, **counts)])

    doubled = {name: 2 * count for name, count in counts.items()}
    assert rollout.report().events == EventFigures.model_validate(doubled)


def test_what_shadow_mode_finds_adds_up_by_place() -> None:
    rollout = RolloutOnPaper()
    place = {"route": "GET /api/jobs", "pointer": "/body/jobs/*", "kind": "missing"}
    times = {"first_ms": NOW_MS, "last_ms": NOW_MS}
    events = [some_events(0, shadow_compared=5, shadow_differed=1)]

    rollout.flush(events=events, findings=[{**place, **times, "request_id": "req-1"}])
    rollout.flush(events=events, findings=[{**place, **times, "request_id": "req-2"}])
    rollout.restart()

    parity = rollout.parity()
    assert (parity.compared, parity.differed) == (10, 2)
    assert [(one.pointer, one.count) for one in parity.findings] == [("/body/jobs/*", 2)]


@pytest.mark.parametrize(
    ("after_minutes", "orphans"),
    [(59, 0), (61, 11), (120, 11), (122, 0)],
    ids=["they still have time", "their time is up", "within the hour", "an hour later"],
)
def test_intents_that_nobody_finalized_are_orphans_for_an_hour(
    after_minutes: int, orphans: int
) -> None:
    rollout = RolloutOnPaper()
    rollout.flush(events=[some_events(0, intents=20)])
    rollout.flush(events=[some_events(0, finalized=9)])

    rollout.now_ms += after_minutes * MINUTE_MS

    assert rollout.rule("orphans").value == orphans


def test_more_finalized_than_were_given_out_is_no_credit_for_others() -> None:
    rollout = RolloutOnPaper()

    rollout.now_ms += 62 * MINUTE_MS
    rollout.flush(events=[some_events(0, intents=11), some_events(1, finalized=11)])

    assert rollout.rule("orphans").value == 11


def test_orphans_are_counted_once_and_for_ever() -> None:
    rollout = RolloutOnPaper()
    rollout.flush(events=[some_events(0, intents=3)])

    rollout.now_ms += 2 * HOUR_MS
    rollout.settle()
    rollout.flush(events=[some_events(0, finalized=3)])
    rollout.now_ms += MINUTE_MS
    rollout.settle()

    assert rollout.report().events.orphaned == 3


def test_a_tally_without_latencies_is_a_tally() -> None:
    rollout = RolloutOnPaper()

    rollout.flush(a_tally(tally=Tally(requests=3)))

    assert rollout.report().native == CohortFigures(requests=3)
