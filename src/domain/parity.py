"""Whether two sides answer alike.

An answer is looked at as one JSON document, `{"status", "headers", "body"}`, so that one JSON
pointer (RFC 6901) says where two of them differ, and what is not compared (`parity_rules.py`).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from domain.limits import PARITY_DEPTH_MAX, PARITY_VALUE_CHARACTERS_MAX
from domain.parity_rules import RULES, Care, Rule
from domain.values import Value

ERRORS_FROM: Final = 400
TOKENS: Final = re.compile(r"(token=)[^\"&\s]+|eyJ[\w.-]+")
HEX: Final = re.compile(r"[0-9a-f]{8,}")
DIGIT: Final = re.compile(r"[0-9]")
Watched = tuple[tuple[str, ...], Rule]  # what is left of a rule's pointer, on the way down


class Answered(Value):
    """What a side has answered. A header may come several times."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""


class DifferenceKind(StrEnum):
    STATUS = "status"
    HEADER = "header"
    SCHEMA = "schema"  # another JSON type
    VALUE = "value"
    MISSING = "missing"  # the origin has it, the candidate has not
    EXTRA = "extra"


class Difference(Value):
    """One place. The values are for people: cut short, without tokens."""

    pointer: str
    kind: DifferenceKind
    origin: str | None = None
    candidate: str | None = None


class Parity(Value):
    differences: tuple[Difference, ...] = ()
    noise: tuple[Difference, ...] = ()  # where the origin does not even answer like itself

    @property
    def is_equal(self) -> bool:
        return not self.differences


def judged(
    route: str,
    origin: Answered,
    candidate: Answered,
    again: Answered | None = None,
    rules: Iterable[Rule] = RULES,
) -> Parity:
    """`again` is the origin's answer to the same request once more: it differs by noise alone."""
    rules = tuple(rules)
    noise = () if again is None else tuple(differences(route, origin, again, rules))
    noisy = {difference.pointer for difference in noise}
    found = differences(route, origin, candidate, rules)
    return Parity(
        differences=tuple(one for one in found if noisy.isdisjoint(_above(one.pointer))),
        noise=noise,
    )


def differences(
    route: str, origin: Answered, candidate: Answered, rules: Iterable[Rule] = RULES
) -> Iterator[Difference]:
    """Of answers that say something else altogether, the rest is not worth telling."""
    if origin.status != candidate.status:
        yield _difference("/status", DifferenceKind.STATUS, origin.status, candidate.status)
        return
    watched = [(_steps(rule.pointer), rule) for rule in rules if rule.route in {"*", route}]
    headers = _headers(origin), _headers(candidate)
    yield from _walked("/headers", *headers, _below("headers", watched))
    if origin.text == candidate.text:
        return
    is_error = origin.status >= ERRORS_FROM
    bodies = _body(origin), _body(candidate)
    found = list(_walked("/body", *bodies, [] if is_error else _below("body", watched)))
    if is_error and not found:  # clients may compare the very words
        found = [_difference("/body", DifferenceKind.VALUE, origin.text, candidate.text)]
    yield from found


def place_of(pointer: str) -> str:
    """The pointer, whichever element of a list it is about."""
    return re.sub(r"/[0-9]+(?=/|$)", "/*", pointer)


def shown(value: object) -> str:
    """For people, and for a log that is to hold no token."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = TOKENS.sub(lambda found: f"{found[1] or ''}…", text[: 8 * PARITY_VALUE_CHARACTERS_MAX])
    is_long = len(text) > PARITY_VALUE_CHARACTERS_MAX
    return f"{text[: PARITY_VALUE_CHARACTERS_MAX - 1]}…" if is_long else text


def child(pointer: str, key: str) -> str:
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


# --- Documents ----------------------------------------------------------------------------------


def _headers(answer: Answered) -> dict[str, object]:
    """By name; cookies by theirs, because each may have a rule of its own."""
    found: dict[str, str] = {}
    cookies: dict[str, str] = {}
    for given, value in answer.headers:
        name = given.lower()
        if name == "set-cookie":
            cookies[value.partition("=")[0].strip()] = value
        else:
            found[name] = f"{found[name]}, {value}" if name in found else value
    return {**found, **({"set-cookie": cookies} if cookies else {})}


def _body(answer: Answered) -> object:
    """JSON, if it is said to be; everything else is one text."""
    types = (value for name, value in answer.headers if name.lower() == "content-type")
    kind = next(types, "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return answer.text
    try:
        return json.loads(answer.text)
    except (ValueError, RecursionError):
        return answer.text


# --- The way down -------------------------------------------------------------------------------


def _walked(
    pointer: str, origin: object, candidate: object, watched: list[Watched], depth: int = 0
) -> Iterator[Difference]:
    care = _care(watched)
    if care is Care.NONE:
        return
    if _type(origin) != _type(candidate):
        yield _difference(pointer, DifferenceKind.SCHEMA, origin, candidate)
    elif care is Care.TYPE:
        return
    elif care is Care.FORM:
        if _form(origin) != _form(candidate):
            yield _difference(pointer, DifferenceKind.VALUE, origin, candidate)
    elif isinstance(origin, dict | list) and depth < PARITY_DEPTH_MAX:
        yield from _members(pointer, _mapping(origin), _mapping(candidate), watched, depth)
    elif origin != candidate or isinstance(origin, dict | list):
        is_header = pointer.startswith("/headers/")
        kind = DifferenceKind.HEADER if is_header else DifferenceKind.VALUE
        yield _difference(pointer, kind, origin, candidate)


def _members(
    pointer: str,
    origin: Mapping[str, object],
    candidate: Mapping[str, object],
    watched: list[Watched],
    depth: int,
) -> Iterator[Difference]:
    for key in {**origin, **candidate}:
        at, below = child(pointer, key), _below(key, watched)
        if key in origin and key in candidate:
            yield from _walked(at, origin[key], candidate[key], below, depth + 1)
        elif _care(below) is Care.NONE or _holds_nothing(below, origin, candidate, key):
            continue
        elif key in origin:
            yield Difference(pointer=at, kind=DifferenceKind.MISSING, origin=shown(origin[key]))
        else:
            yield Difference(pointer=at, kind=DifferenceKind.EXTRA, candidate=shown(candidate[key]))


def _holds_nothing(
    watched: list[Watched],
    origin: Mapping[str, object],
    candidate: Mapping[str, object],
    key: str,
) -> bool:
    """An object that only one side has, and of which every member is passed over."""
    value = origin.get(key, candidate.get(key))
    if not isinstance(value, dict) or not value:
        return False
    return all(_care(_below(name, watched)) is Care.NONE for name in value)


def _below(key: str, watched: list[Watched]) -> list[Watched]:
    return [(steps[1:], rule) for steps, rule in watched if steps and _fits(steps[0], key)]


def _fits(step: str, key: str) -> bool:
    return step == key or (step.endswith("*") and key.startswith(step[:-1]))


def _care(watched: list[Watched]) -> Care:
    return next((rule.care for steps, rule in watched if not steps), Care.ALL)


def _mapping(value: object) -> Mapping[str, object]:
    if isinstance(value, list):
        return {str(index): element for index, element in enumerate(value)}
    assert isinstance(value, dict)
    return value


def _type(value: object) -> str:
    """As JSON has them."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _form(value: object) -> object:
    """What an id or a time looks like, whichever it is."""
    if not isinstance(value, str):
        return None
    return DIGIT.sub("0", HEX.sub(lambda found: "x" * len(found[0]), value))


def _steps(pointer: str) -> tuple[str, ...]:
    steps = pointer.split("/")[1:]
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


def _above(pointer: str) -> Iterator[str]:
    """The pointer itself, and whatever holds it."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _difference(
    pointer: str, kind: DifferenceKind, origin: object, candidate: object
) -> Difference:
    return Difference(pointer=pointer, kind=kind, origin=shown(origin), candidate=shown(candidate))
