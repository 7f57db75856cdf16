"""How a decision is told: to clients in two headers, to operators in a log line that replays it."""

import json

import pytest
from hypothesis import given
from pydantic import ValidationError

from domain.canary import Asked, Decision, decided, is_as_logged, log_facts, replayed
from domain.canary import x_pix_canary as canary
from domain.canary import x_pix_decision as told
from domain.rollout import Cohort, Effective, Phase
from tests.unit.domain.canaries import ASKED, CONFIG, a_config, a_cookie, a_decision

NATIVE, PROXY = Cohort.NATIVE, Cohort.PROXY


def of(config: Effective, **asked: object) -> Decision:
    return decided(config, Asked.model_validate({"phase": Phase.B1B, "bucket": 500} | asked))


@pytest.mark.parametrize(
    ("decision", "header"),
    [
        (a_decision(10), "1;tag=B2a;cohort=native;reason=sampled"),
        (a_decision(1), "0;tag=B2a;cohort=proxy;reason=default"),
        (of(a_config(emergency=True)), "0;tag=B2a;cohort=proxy;reason=emergency"),
        (of(a_config(phases=())), "0;tag=B2a;cohort=proxy;reason=phase_closed"),
        (of(a_config(tag="none"), header=True), "1;tag=none;cohort=native;reason=header"),
        (of(a_config(), pinned=PROXY), "0;tag=B2a;cohort=proxy;reason=pinned"),
    ],
)
def test_the_first_header_is_for_programs(decision: Decision, header: str) -> None:
    assert canary(decision) == header


@pytest.mark.parametrize(
    ("decision", "header"),
    [
        (a_decision(10), "native (10% sample)"),
        (a_decision(33.33), "native (33.33% sample)"),
        (a_decision(100), "native (100% sample)"),
        (a_decision(5, 700), "proxy (outside the 5% sample)"),
        (a_decision(5, 0, reason="breaker"), "native (5% sample, cap: breaker)"),
        (of(a_config(emergency=True, reason="kv")), "proxy (emergency: kv)"),
        (of(a_config(emergency=True, reason="stale")), "proxy (emergency: stale)"),
        (of(a_config(phases=())), "proxy (phase b1b is closed)"),
        (of(a_config(), header=True), "native (header)"),
        (of(a_config(), cookie=a_cookie(NATIVE)), "native (cookie)"),
        (of(a_config(), cookie=a_cookie(PROXY)), "proxy (cookie)"),
        (of(a_config(emergency=True), pinned=NATIVE), "native (as its intent)"),
    ],
)
def test_the_second_header_is_for_people(decision: Decision, header: str) -> None:
    assert told(decision) == header


@given(CONFIG, ASKED)
def test_both_are_one_line_of_plain_ascii(config: Effective, asked: Asked) -> None:
    decision = decided(config, asked)

    assert (canary(decision) + told(decision)).isascii()
    assert (canary(decision) + told(decision)).isprintable()


@given(CONFIG, ASKED)
def test_a_decision_is_made_again_from_its_log_line(config: Effective, asked: Asked) -> None:
    decision = decided(config, asked)

    facts = json.loads(json.dumps(log_facts(config, asked, decision)))

    assert replayed(facts) == decision
    assert is_as_logged(replayed(facts), facts)


@given(CONFIG, ASKED)
def test_facts_are_flat_and_few(config: Effective, asked: Asked) -> None:
    facts = log_facts(config, asked, decided(config, asked))

    assert {type(value) for value in facts.values()} <= {str, int, float, bool}
    assert len(json.dumps(facts)) < 500


@pytest.mark.parametrize(
    "change", [{"cohort": "proxy"}, {"reason": "cookie"}, {"bucket": 501}, {"gave_cookie": False}]
)
def test_a_line_that_tells_another_decision_is_found_out(change: dict[str, object]) -> None:
    config, asked = a_config(), Asked(phase=Phase.B1A, bucket=500)
    facts = log_facts(config, asked, decided(config, asked)) | change

    assert not is_as_logged(replayed(facts), facts)


@pytest.mark.parametrize("facts", [{}, {"cohort": "native"}, {"key_bucket": 10_000}])
def test_what_is_no_decision_is_not_replayed(facts: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        replayed(facts)
