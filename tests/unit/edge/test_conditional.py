"""What a client knows, and of which version it wants a change: `If-None-Match` and `If-Match`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import CONDITION_CHARACTERS_MAX
from domain.messages.reply import Done
from edge.conditional import entity_tag, is_known, known_tags, tagged, wanted_versions
from tests.unit.darkroom import a_request

OPAQUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF), max_size=8).filter(
    lambda text: '"' not in text and "\x7f" not in text
)
SPACE = st.sampled_from(["", " ", "\t", " \t "])
MALFORMED = [
    "",
    " ",
    "7",
    "'7'",
    '"7',
    '7"',
    '"7" "8"',
    '"7""8"',
    '"7";"8"',
    'w/"7"',
    'W/ "7"',
    "W/7",
    '"7", *',
    '*, "7"',
    "**",
    '"7"*',
    '"a b"',
    '"a\tb"',
    '"7",x',
]


def if_match(header: str) -> tuple[int, ...] | None:
    return wanted_versions(a_request(headers={"if-match": header}))


def if_none_match(header: str, tag: str = '"7"') -> bool:
    return is_known(a_request(headers={"if-none-match": header}), tag)


# --- If-Match: strong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "versions"),
    [
        ('"7"', (7,)),
        (' "7" ', (7,)),
        ('"7","8"', (7, 8)),
        ('"8" ,\t"7"', (7, 8)),
        (',"7",,"8",', (7, 8)),
        ('"7", "7"', (7,)),
        ('"7", W/"8"', (7,)),
        ('"7", "other"', (7,)),
        ('"a,b", "7"', (7,)),
        ('"999999999999999"', (999_999_999_999_999,)),
    ],
)
def test_a_change_is_wanted_of_the_versions_named(header: str, versions: tuple[int, ...]) -> None:
    assert if_match(header) == versions


@pytest.mark.parametrize("header", ["*", " * "])
def test_a_star_wants_the_change_whichever_the_version(header: str) -> None:
    assert if_match(header) is None


def test_without_a_condition_the_change_is_wanted_in_any_case() -> None:
    assert wanted_versions(a_request()) is None


@pytest.mark.parametrize(
    "header",
    [
        *('W/"7"', '"other"', '""', '"0"', '"07"', '"+7"', '"-7"', '"7.0"', '"٣"', '"²"', '"7a"'),
        *(entity_tag("9" * 16), '"abcd1234-7"'),
    ],
)
def test_a_weak_tag_or_one_we_never_gave_out_matches_no_version(header: str) -> None:
    assert if_match(header) == ()


@pytest.mark.parametrize("header", MALFORMED)
def test_a_condition_that_cannot_be_read_matches_no_version(header: str) -> None:
    assert if_match(header) == ()


def test_a_condition_may_be_as_long_as_the_limit_and_no_longer() -> None:
    fitting = '"7"'.rjust(CONDITION_CHARACTERS_MAX, ",")

    assert if_match(fitting) == (7,)
    assert if_match("," + fitting) == ()


@given(versions=st.lists(st.integers(1, 10**15 - 1), min_size=1, max_size=20), space=SPACE)
def test_every_version_of_a_list_is_read(versions: list[int], space: str) -> None:
    header = f"{space},{space}".join(map(entity_tag, versions))

    assert if_match(header) == tuple(sorted(set(versions)))


@given(header=st.text(st.sampled_from('"W/*, \t17a\\\x00é'), max_size=30))
def test_whatever_is_sent_a_change_is_never_wanted_of_what_was_not_named(header: str) -> None:
    versions = if_match(header)

    assert (versions is None) == (header.strip(" \t") == "*")
    assert all(f'"{version}"' in header for version in versions or ())


# --- If-None-Match: weak ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ['"7"', 'W/"7"', '"6", "7"', '"6",W/"7"', "*", ' "7"', ',"7",', '"a,b" , "7"']
)
def test_what_is_named_weakly_or_strongly_is_known(header: str) -> None:
    assert if_none_match(header)


@pytest.mark.parametrize("header", [*MALFORMED, '"6"', 'W/"77"', '"W/7"'])
def test_anything_else_is_not_known(header: str) -> None:
    assert not if_none_match(header)


@given(tags=st.lists(OPAQUE, min_size=1, max_size=10), space=SPACE, is_weak=st.booleans())
def test_every_tag_of_a_list_is_known(tags: list[str], space: str, *, is_weak: bool) -> None:
    mark = "W/" if is_weak else ""
    header = f"{space},{space}".join(mark + entity_tag(tag) for tag in tags)

    known = known_tags(a_request(headers={"if-none-match": header}))

    assert known == {entity_tag(tag) for tag in tags}


def test_an_answer_has_its_tag_and_is_for_its_caller_alone() -> None:
    answer = tagged(a_request(), Done(), '"7"')

    assert (answer.status, answer.body) == (200, "{}")
    assert dict(answer.headers) == {
        "content-type": "application/json",
        "cache-control": "private, no-cache",
        "etag": '"7"',
    }


def test_an_answer_that_is_known_is_not_given_again() -> None:
    answer = tagged(a_request(headers={"if-none-match": '"7"'}), Done(), '"7"')

    assert (answer.status, answer.body) == (304, None)
    assert dict(answer.headers) == {"cache-control": "private, no-cache", "etag": '"7"'}
