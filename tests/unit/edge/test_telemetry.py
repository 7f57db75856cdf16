"""What an isolate counts, and that it is told once."""

import pytest

from domain.limits import TELEMETRY_CELLS_MAX
from domain.rollout import Cohort, Phase
from edge.telemetry import MINUTE_MS, Served, Telemetry
from tests.unit.factories import NOW_MS


def an_answer(**changes: object) -> Served:
    facts: dict[str, object] = {
        "at_ms": NOW_MS,
        "cohort": Cohort.NATIVE,
        "phase": Phase.B1A,
        "status": 200,
        "duration_ms": 40,
    }
    return Served(**(facts | changes))  # type: ignore[arg-type]


def counting(*answers: Served) -> Telemetry:
    telemetry = Telemetry()
    for answer in answers:
        telemetry.served(answer)
    return telemetry


def busy_for(minutes: int) -> Telemetry:
    telemetry = Telemetry()
    for minute in range(minutes):
        telemetry.served(an_answer(at_ms=minute * MINUTE_MS))
        telemetry.happened(minute * MINUTE_MS, "intents")
    return telemetry


def test_answers_of_one_minute_cohort_and_phase_are_one_tally() -> None:
    telemetry = counting(
        *(an_answer(status=status, is_fault=status == 503) for status in (200, 404, 404, 503))
    )

    (told,) = telemetry.taken(None, None).tallies

    assert (told.minute, told.cohort, told.phase) == (NOW_MS // MINUTE_MS, "native", "b1a")
    assert (told.tally.requests, told.tally.errors) == (4, 1)
    assert told.tally.statuses == {"404": 2, "503": 1}
    assert (sum(told.tally.latency), told.tally.latency_ms) == (4, 160)


@pytest.mark.parametrize(
    "changes", [{"cohort": Cohort.PROXY}, {"phase": None}, {"at_ms": NOW_MS + MINUTE_MS}]
)
def test_others_are_another(changes: dict[str, object]) -> None:
    telemetry = Telemetry()
    telemetry.served(an_answer())
    telemetry.served(an_answer(**changes))

    assert len(telemetry.taken(None, None).tallies) == 2


def test_what_takes_as_long_as_its_client_likes_is_counted_and_not_timed() -> None:
    telemetry = Telemetry()
    telemetry.served(an_answer(is_timed=False, duration_ms=25_000))

    (told,) = telemetry.taken(None, None).tallies

    assert (told.tally.requests, sum(told.tally.latency), told.tally.latency_ms) == (1, 0, 0)


def test_what_got_no_answer_is_told_again_as_it_was() -> None:
    telemetry = Telemetry()
    telemetry.served(an_answer())
    first = telemetry.taken(None, None)
    telemetry.served(an_answer())

    again = telemetry.taken(None, None)
    telemetry.told(again)
    after = telemetry.taken(None, None)

    assert again == first
    assert (after.flush_id != first.flush_id, after.tallies[0].tally.requests) == (True, 1)


def test_events_add_up_by_minute() -> None:
    telemetry = Telemetry()
    telemetry.happened(NOW_MS, "r2_failures")
    telemetry.happened(NOW_MS, "r2_failures", 2)
    telemetry.happened(NOW_MS, "intents")

    (told,) = telemetry.taken(None, None).events

    assert (told.r2_failures, told.intents) == (3, 1)


def test_an_isolate_that_nobody_answers_remembers_so_much_and_no_more() -> None:
    told = busy_for(TELEMETRY_CELLS_MAX + 5).taken(None, None)

    assert (len(told.tallies), len(told.events)) == (TELEMETRY_CELLS_MAX, TELEMETRY_CELLS_MAX)
