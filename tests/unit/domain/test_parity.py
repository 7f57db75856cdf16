"""Two answers are alike, or it is said where they are not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.limits import PARITY_DEPTH_MAX, PARITY_VALUE_CHARACTERS_MAX
from domain.parity import (
    Answered,
    Difference,
    DifferenceKind,
    child,
    differences,
    judged,
    place_of,
    shown,
)
from domain.parity_rules import Care, Rule

ROUTE = "GET /api/things"
JSON = ("content-type", "application/json")
KEYS = st.text(st.sampled_from("ab/~*0"), min_size=1, max_size=3)
LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=3)
BODIES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)


def an_answer(body: object = None, *headers: tuple[str, str], status: int = 200) -> Answered:
    return Answered(status=status, headers=(JSON, *headers), text=json.dumps(body))


def places(origin: Answered, candidate: Answered, *rules: Rule) -> list[str]:
    found = differences(ROUTE, origin, candidate, rules)
    return [f"{one.kind} {one.pointer}" for one in found]


def in_bodies(origin: object, candidate: object, *rules: Rule) -> list[str]:
    return places(an_answer(origin), an_answer(candidate), *rules)


def a_rule(pointer: str, care: Care = Care.NONE, route: str = "*") -> Rule:
    return Rule(route=route, pointer=pointer, care=care, reason="so it is")


def leaves(value: Any, pointer: str = "/body") -> list[tuple[str, Callable[[Any], None]]]:
    """Where each is, and how to put something else there."""
    if not isinstance(value, dict | list):
        return []
    members = list(value.items() if isinstance(value, dict) else enumerate(value))
    own = [
        (child(pointer, str(key)), lambda new, key=key: value.__setitem__(key, new))
        for key, member in members
        if not isinstance(member, dict | list)
    ]
    inner = (leaves(member, child(pointer, str(key))) for key, member in members)
    return own + [leaf for some in inner for leaf in some]


# --- Bodies -------------------------------------------------------------------------------------


@given(BODIES, st.lists(st.tuples(KEYS, st.text(max_size=3))))
def test_an_answer_is_like_itself(body: object, headers: list[tuple[str, str]]) -> None:
    answer = an_answer(body, *headers)

    assert places(answer, answer) == []


@given(BODIES, st.data())
def test_a_leaf_that_was_changed_is_found_where_it_is(body: object, data: st.DataObject) -> None:
    changed = json.loads(json.dumps(body))
    found = leaves(changed)
    assume(found)
    pointer, put = data.draw(st.sampled_from(found))
    put("something else")

    assert [place.partition(" ")[2] for place in in_bodies(body, changed)] == [pointer]
    assert in_bodies(body, changed, a_rule(pointer)) == []


@pytest.mark.parametrize(
    ("origin", "candidate", "place"),
    [
        ({"a": 1}, {"a": 2}, "value /body/a"),
        ({"a": 1}, {"a": "1"}, "schema /body/a"),
        ({"a": 1}, {"a": True}, "schema /body/a"),
        ({"a": None}, {"a": {}}, "schema /body/a"),
        ({"a": 1}, {}, "missing /body/a"),
        ({}, {"a": 1}, "extra /body/a"),
        ([1, 2], [1], "missing /body/1"),
        ([1], [1, 2], "extra /body/1"),
        ({"a": [{"b/c": 1}]}, {"a": [{"b/c": 2}]}, "value /body/a/0/b~1c"),
        ("a", "b", "value /body"),
    ],
)
def test_what_differs_is_told_by_its_kind(origin: object, candidate: object, place: str) -> None:
    assert in_bodies(origin, candidate) == [place]


def test_one_and_one_point_nought_are_the_same_number() -> None:
    assert in_bodies({"a": 1}, {"a": 1.0}) == []


def test_what_is_no_json_is_one_text() -> None:
    page = Answered(status=200, headers=(("content-type", "text/plain"),), text="{}")
    torn = Answered(status=200, headers=(JSON,), text="{")

    assert places(page, page.model_copy(update={"text": "{ }"})) == ["value /body"]
    assert places(torn, torn.model_copy(update={"text": "{}"})) == ["schema /body"]


def test_what_is_nested_too_deep_is_not_looked_into() -> None:
    deep, other = ("[" * 2 * PARITY_DEPTH_MAX + text + "]" * 2 * PARITY_DEPTH_MAX for text in "12")
    answer = Answered(status=200, headers=(JSON,), text=deep)

    (place,) = places(answer, answer.model_copy(update={"text": other}))

    assert place == "value /body" + "/0" * PARITY_DEPTH_MAX


# --- Status and headers -------------------------------------------------------------------------


def test_another_status_says_it_all() -> None:
    assert places(an_answer({"a": 1}), an_answer({}, status=404)) == ["status /status"]


def test_headers_are_compared_by_name_and_value() -> None:
    origin = an_answer(1, ("X-One", "1"), ("x-two", "2"), ("x-many", "a"), ("x-many", "b"))
    candidate = an_answer(1, ("x-one", "one"), ("x-three", "3"), ("x-many", "a, b"))

    assert places(origin, candidate) == [
        "header /headers/x-one",
        "missing /headers/x-two",
        "extra /headers/x-three",
    ]


def test_each_cookie_has_its_own_place() -> None:
    origin = an_answer(1, ("set-cookie", "a=1"))
    candidate = an_answer(1, ("set-cookie", "a=1"), ("set-cookie", "b=2; Path=/"))
    rule = a_rule("/headers/set-cookie/b")

    assert places(origin, candidate) == ["extra /headers/set-cookie/b"]
    assert places(origin, candidate, rule) == []
    assert places(an_answer(1), an_answer(1, ("set-cookie", "b=2")), rule) == []


# --- Errors -------------------------------------------------------------------------------------


def test_errors_are_the_same_text_whatever_the_rules() -> None:
    origin, other = (an_answer({"error": {"code": code}}, status=404) for code in "ab")
    spaced = origin.model_copy(update={"text": f"{origin.text} "})
    rule = a_rule("/body/error/code")

    assert places(origin, other, rule) == ["value /body/error/code"]
    assert places(origin, spaced, rule) == ["value /body"]


# --- Rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "candidate", "found"),
    [
        (a_rule("/body/a/*/b"), {"a": [{"b": "x"}]}, []),
        (a_rule("/body/a/*"), {"a": [{"b": "x"}]}, []),
        (a_rule("/body/a/*/c"), {"a": [{"b": "x"}]}, ["value /body/a/0/b"]),
        (a_rule("/body/a", route="GET /api/others"), {"a": 1}, ["schema /body/a"]),
        (a_rule("/body/a", route=ROUTE), {"a": 1}, []),
        (a_rule("/body/a"), {}, []),
        (a_rule("/body/a", Care.TYPE), {}, ["missing /body/a"]),
        (a_rule("/body/a/*/b", Care.TYPE), {"a": [{"b": "x"}]}, []),
        (a_rule("/body/a/*/b", Care.TYPE), {"a": [{"b": 1}]}, ["schema /body/a/0/b"]),
        (a_rule("/body/a/*/b", Care.FORM), {"a": [{"b": "x"}]}, ["value /body/a/0/b"]),
        (a_rule("/body/a/*/b", Care.FORM), {"a": [{"b": f"file_{'0' * 31}7"}]}, []),
    ],
)
def test_a_rule_says_how_closely_to_look(rule: Rule, candidate: object, found: list[str]) -> None:
    assert in_bodies({"a": [{"b": f"file_{'f' * 32}"}]}, candidate, rule) == found


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("2026-11-22T10:00:00.000Z", "2025-01-02T23:59:59.123Z", True),
        ("2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00Z", False),
        ("file_0123456789abcdef", "file_fedcba9876543210", True),
        ("file_0123456789abcdef", "job_0123456789abcdef", False),
        ("file_0123456789abcdef", "file_0123456789abcde", False),
    ],
)
def test_ids_and_times_have_a_form(one: str, other: str, is_alike: bool) -> None:  # noqa: FBT001
    found = in_bodies({"a": one}, {"a": other}, a_rule("/body/a", Care.FORM))

    assert (found == []) == is_alike


# --- Noise --------------------------------------------------------------------------------------


def test_where_the_origin_differs_from_itself_nobody_is_to_blame() -> None:
    origin, candidate, again = (an_answer({"now": n, "a": a}) for n, a in ((1, 1), (2, 2), (3, 1)))

    parity = judged(ROUTE, origin, candidate, again, [])

    assert [one.pointer for one in parity.differences] == ["/body/a"]
    assert [one.pointer for one in parity.noise] == ["/body/now"]
    assert not parity.is_equal


def test_noise_covers_all_that_it_holds() -> None:
    again = an_answer({"a": 1})

    parity = judged(ROUTE, an_answer({"a": {"b": 1}}), an_answer({"a": {"b": 2}}), again, [])

    assert parity.is_equal


# --- What is shown ------------------------------------------------------------------------------


def test_values_are_shown_short_and_without_tokens() -> None:
    url = "http://x/media/y?token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"

    assert shown({"url": url}) == '{"url": "http://x/media/y?token=…"}'
    assert shown(f"session={url.partition('=')[2]}") == "session=…"
    assert len(shown("x" * 1_000)) == PARITY_VALUE_CHARACTERS_MAX
    assert next(differences(ROUTE, an_answer(1), an_answer(2))) == Difference(
        pointer="/body", kind=DifferenceKind.VALUE, origin="1", candidate="2"
    )


@pytest.mark.parametrize(
    ("pointer", "place"),
    [("/body/files/12/job/0", "/body/files/*/job/*"), ("/body/a1", "/body/a1")],
)
def test_a_place_is_the_same_for_all_elements(pointer: str, place: str) -> None:
    assert place_of(pointer) == place
