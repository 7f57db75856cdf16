"""The value in KV: what is a rollout, what is none and why; and what the breaker takes from it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import GENERATION_MAX, ROLLOUT_BYTES_MAX
from domain.rollout import (
    CLOSED,
    Effective,
    Phase,
    RolloutConfig,
    RolloutInvalid,
    Verdict,
    VerdictKind,
    effective,
    generation_of,
    parsed,
    stale,
)
from tests.unit.domain.canaries import PERCENT

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
FIELDS = st.sampled_from(sorted(RolloutConfig.model_fields))
CAP = Verdict(kind=VerdictKind.CAP, percent=5)
TRIPPED = Verdict(kind=VerdictKind.EMERGENCY)


def value(**fields: object) -> str:
    """As it may stand in KV, at 10 %."""
    return json.dumps({"canary_percent": 10} | fields)


def fault(text: str) -> str | None:
    """Why it is no rollout; None if it is one. Whatever else is raised is a bug."""
    try:
        parsed(text)
    except RolloutInvalid as invalid:
        return str(invalid)
    return None


def test_a_whole_value_is_read_as_it_stands() -> None:
    config = parsed(
        '{"canary_percent": 12.5, "canary_tag": "B2a", "emergency_proxy": true,'
        ' "last_updated": "2026-11-22T10:00:00Z", "phases": ["b1a", "edits"], "generation": 3}'
    )

    assert config == RolloutConfig(
        canary_percent=12.5,
        canary_tag="B2a",
        emergency_proxy=True,
        last_updated="2026-11-22T10:00:00Z",
        phases=(Phase.B1A, Phase.EDITS),
        generation=3,
    )


def test_all_but_the_percentage_may_be_left_out() -> None:
    config = parsed('{"canary_percent": 10}')

    assert config == RolloutConfig(canary_percent=10)
    assert config.phases == tuple(Phase)
    assert not config.emergency_proxy


def test_fields_of_other_versions_and_notes_are_passed_over() -> None:
    assert parsed(value(note="ask Olga", nested={"canary_percent": 99})) == parsed(value())


@pytest.mark.parametrize("percent", [0, 0.01, 0.07, 0.29, 1, 33.33, 57.43, 99.99, 100, 100.0])
def test_a_percentage_has_up_to_two_decimals(percent: float) -> None:
    assert parsed(value(canary_percent=percent)).canary_percent == percent


@pytest.mark.parametrize(
    "percent", ["true", "false", '"10"', "null", "[10]", "{}", "1_0", "0x10", "010", "10,5", "+1"]
)
def test_only_a_number_is_a_percentage(percent: str) -> None:
    assert fault(f'{{"canary_percent": {percent}}}')


@pytest.mark.parametrize(
    "percent", ["NaN", "Infinity", "-Infinity", "1e999", "-1", "-0.01", "100.01", "101", "1e300"]
)
def test_a_percentage_is_from_0_to_100(percent: str) -> None:
    assert fault(f'{{"canary_percent": {percent}}}')


@pytest.mark.parametrize("percent", ["0.001", "33.333", "99.999", "1e-9", "10.000001"])
def test_a_percentage_with_more_decimals_is_refused(percent: str) -> None:
    assert "at most two decimals" in str(fault(f'{{"canary_percent": {percent}}}'))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("canary_tag", ""),
        ("canary_tag", 7),
        ("canary_tag", None),
        ("canary_tag", "a\n"),
        ("canary_tag", "a\r\nx-evil: 1"),
        ("canary_tag", "a;cohort=native"),
        ("canary_tag", "a b"),
        ("canary_tag", "é"),
        ("canary_tag", "a" * 33),
        ("emergency_proxy", 1),
        ("emergency_proxy", "false"),
        ("emergency_proxy", None),
        ("last_updated", 1_795_341_600),
        ("phases", None),
        ("phases", "b1a"),
        ("phases", ["b2"]),
        ("phases", ["B1A"]),
        ("phases", [["b1a"]]),
        ("phases", {"b1a": True}),
        ("generation", True),
        ("generation", "3"),
        ("generation", 3.5),
        ("generation", -1),
        ("generation", GENERATION_MAX + 1),
        ("generation", 10**4_000),
    ],
)
def test_a_field_of_another_type_or_out_of_bounds_is_named(field: str, wrong: object) -> None:
    assert str(fault(value(**{field: wrong}))).startswith(field)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "10",
        "[]",
        '"{}"',
        "{}",
        '{"canary_percent": 10',
        '{"canary_percent": 10,}',
        "{'canary_percent': 10}",
        '{"canary_percent": 10} {}',
        '{"canary_percent": 10} // as agreed',
        "canary_percent: 10",
        "[" * 10_000,
        f'{{"canary_percent": 10, "x": {"[" * 5_000}{"]" * 5_000}}}',
        '{"canary_percent": 10, "x": "\ud800"}',
        '{"canary_percent": 10, "x": "\\ud800"}',
        '\ufeff{"canary_percent": 10}',
    ],
)
def test_what_is_no_json_object_of_ours_is_no_rollout(text: str) -> None:
    assert fault(text)


def test_a_value_is_bounded_in_bytes() -> None:
    text = '{"canary_percent": 10, "note": "' + "é" * 8_000 + '"}'

    padded = text + " " * (ROLLOUT_BYTES_MAX - len(text.encode()))

    assert fault(padded) is None
    assert str(ROLLOUT_BYTES_MAX) in str(fault(padded + " "))


@given(st.text(st.characters()))
def test_any_text_is_a_rollout_or_a_fault_in_words(text: str) -> None:
    assert fault(text)


@given(FIELDS, JSON)
def test_any_value_of_a_field_is_a_rollout_or_a_fault_in_words(field: str, wrong: object) -> None:
    told = fault(value(**{field: wrong}))

    assert told is None or told.startswith((field, "the value: "))


def test_a_fault_repeats_nothing_of_the_value() -> None:
    assert "hunter2" not in str(fault(value(canary_tag="hunter2 hunter2")))
    assert "hunter2" not in str(fault('{"canary_percent": hunter2}'))


@given(PERCENT, st.none() | st.integers(0, GENERATION_MAX), st.sets(st.sampled_from(Phase)))
def test_what_we_write_is_what_we_read(
    percent: float, generation: int | None, phases: set[Phase]
) -> None:
    config = RolloutConfig(canary_percent=percent, generation=generation, phases=tuple(phases))

    assert parsed(config.model_dump_json()) == config


@pytest.mark.parametrize(
    "change", [{"canary_percent": 5}, {"canary_tag": "B2b"}, {"phases": ["b1a"]}]
)
def test_without_a_generation_each_edit_is_a_new_one(change: dict[str, object]) -> None:
    assert generation_of(parsed(value(**change))) != generation_of(parsed(value()))


@pytest.mark.parametrize(
    "change",
    [
        {"canary_percent": 10.0},
        {"last_updated": "now"},
        {"emergency_proxy": True},
        {"phases": ["edits", "b1b", "b1a", "b1a"]},
    ],
)
def test_what_changes_nobodys_cohort_is_no_new_generation(change: dict[str, object]) -> None:
    assert generation_of(parsed(value(**change))) == generation_of(parsed(value()))


def test_minus_nothing_is_nothing() -> None:
    zero, minus_zero = parsed('{"canary_percent": 0}'), parsed('{"canary_percent": -0.0}')

    assert generation_of(zero) == generation_of(minus_zero)


def test_a_given_generation_is_kept_through_edits() -> None:
    assert generation_of(parsed(value(generation=3, canary_tag="B2b"))) == "3"


def test_while_nothing_is_known_everything_is_proxied() -> None:
    assert effective(CLOSED, Verdict()).percent == 0


def test_a_clear_verdict_leaves_the_config_as_it_is() -> None:
    config = parsed(value(canary_tag="B2a", phases=["b1a"], generation=3))

    assert effective(config, Verdict()) == Effective(
        percent=10, tag="B2a", phases=(Phase.B1A,), generation="3", emergency=False
    )


def test_a_cap_lowers_the_percentage_and_says_whose_it_is() -> None:
    capped = effective(parsed(value()), CAP)

    assert (capped.percent, capped.reason, capped.emergency) == (5, "breaker", False)


@pytest.mark.parametrize("percent", [0, 1, 5])
def test_a_cap_raises_nothing(percent: float) -> None:
    config = parsed(value(canary_percent=percent))

    assert effective(config, CAP) == effective(config, Verdict())


def test_a_cap_is_a_generation_of_its_own_and_lifting_it_the_old_one() -> None:
    config = parsed(value(generation=3))

    generations = [effective(config, verdict).generation for verdict in (Verdict(), CAP, Verdict())]

    assert generations == ["3", "3-500", "3"]


@pytest.mark.parametrize(
    ("in_kv", "verdict", "reason"),
    [
        (False, TRIPPED, "breaker"),
        (True, Verdict(), "kv"),
        (True, TRIPPED, "kv"),
        (True, CAP, "kv"),
    ],
)
def test_an_emergency_comes_from_either(
    in_kv: bool,  # noqa: FBT001 -- a parameter of the table
    verdict: Verdict,
    reason: str,
) -> None:
    config = parsed(value(emergency_proxy=in_kv))

    told = effective(config, verdict)

    assert (told.emergency, told.reason) == (True, reason)


def test_an_emergency_is_no_new_generation() -> None:
    config = parsed(value())

    assert effective(config, TRIPPED).generation == effective(config, Verdict()).generation


def test_what_nobody_confirms_any_more_is_an_emergency() -> None:
    told = stale(effective(parsed(value()), Verdict()))

    assert (told.emergency, told.reason) == (True, "stale")
    assert told.generation == effective(parsed(value()), Verdict()).generation
