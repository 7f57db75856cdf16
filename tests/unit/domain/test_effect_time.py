"""How long a change takes until all know it."""

from domain.effect_time import EffectTime, changed, told

AT_MS = 10_000
KNOWN = changed(EffectTime(), "1", AT_MS)


def test_what_counts_at_first_is_no_change() -> None:
    assert told(KNOWN, AT_MS + 5).took_ms is None


def test_it_takes_until_the_last_is_told() -> None:
    pending = changed(KNOWN, "2", AT_MS)

    assert told(pending, AT_MS + 700).took_ms == 700


def test_what_all_know_is_measured_once() -> None:
    known = told(changed(KNOWN, "2", AT_MS), AT_MS + 700)

    assert told(changed(known, "2", AT_MS + 900), AT_MS + 999) == known


def test_a_further_change_before_all_know_begins_anew() -> None:
    pending = changed(changed(KNOWN, "2", AT_MS), "3", AT_MS + 600)

    assert told(pending, AT_MS + 700).took_ms == 100


def test_where_nobody_is_to_be_told_it_takes_no_time() -> None:
    assert told(changed(KNOWN, "2", AT_MS), 0).took_ms == 0
