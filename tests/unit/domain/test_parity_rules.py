"""The table of what may differ: every line of it is of use, and says why."""

import pytest

from domain.parity_rules import OF_TWINS, RULES, Care, Rule
from edge.routes import ROUTES

KNOWN = {f"{route.method} {route.pattern}" for route in ROUTES if route.phase} | {"*"}


@pytest.mark.parametrize("rule", OF_TWINS, ids=lambda rule: f"{rule.route} {rule.pointer}")
def test_a_rule_is_about_a_route_that_moves_and_has_its_reason(rule: Rule) -> None:
    assert rule.route in KNOWN
    assert rule.pointer.startswith(("/headers/", "/body/"))
    assert rule.care is not Care.ALL
    assert rule.reason


def test_no_place_has_two_rules() -> None:
    places = [(rule.route, rule.pointer) for rule in OF_TWINS]

    assert len(places) == len(set(places))


def test_of_bodies_nothing_is_passed_over_altogether() -> None:
    assert not [one for one in RULES if one.care is Care.NONE and one.pointer.startswith("/body")]
