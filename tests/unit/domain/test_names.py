"""File names: what is made of them, which are refused, and which count as the same."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.errors import Code, Refusal
from domain.limits import NAME_BYTES_MAX
from domain.names import collision_key, normalised

NAMES = st.text(min_size=1, max_size=80)


def accepted(name: str) -> str:
    """The normalised name; a test about names that are accepted skips the others."""
    try:
        return normalised(name)
    except Refusal:
        assume(condition=False)
        raise


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("beach.jpg", "beach.jpg"),
        ("  beach.jpg \t", "beach.jpg"),
        ("cafe\u0301.jpg", "caf\u00e9.jpg"),
        ("海.jpg", "海.jpg"),
        ("two  words.jpg", "two  words.jpg"),
        ("100%.jpg", "100%.jpg"),
        ("a?b#c&d=e.jpg", "a?b#c&d=e.jpg"),
        (".hidden", ".hidden"),
        ("x" * NAME_BYTES_MAX, "x" * NAME_BYTES_MAX),
        ("é" * 127, "é" * 127),
    ],
)
def test_a_name_is_kept_as_people_typed_it(typed: str, kept: str) -> None:
    assert normalised(typed) == kept


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("a/b.jpg", "path separator"),
        ("a\\b.jpg", "path separator"),
        ("..", "'..'"),
        ("a..jpg", "'..'"),
        (".", "is '.'"),
        ("a\x00.jpg", "control character"),
        ("a\nb.jpg", "control character"),
        ("a\x7f.jpg", "control character"),
        ("a\u2028b.jpg", "control character"),
        ("a\ud800.jpg", "control character"),
        ("\u202egpj.exe", "control character"),
        ("a\u2067b.jpg", "control character"),
        ("x" * (NAME_BYTES_MAX + 1), "longer than"),
        ("é" * 128, "longer than"),
    ],
)
def test_a_name_that_cannot_be_a_name_is_refused_with_its_fault(name: str, fault: str) -> None:
    with pytest.raises(Refusal) as refused:
        normalised(name)

    assert refused.value.code is Code.INVALID_NAME
    assert fault in refused.value.detail


@given(NAMES)
def test_a_name_normalised_twice_is_normalised_once(typed: str) -> None:
    name = accepted(typed)

    assert normalised(name) == name


@given(NAMES)
def test_an_accepted_name_is_one_segment_of_a_path(typed: str) -> None:
    name = accepted(typed)

    assert not {"/", "\\", "\x00", "\n"} & set(name)
    assert ".." not in name
    assert 1 <= len(name.encode()) <= NAME_BYTES_MAX


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Beach.JPG", "beach.jpg"),
        ("STRASSE.jpg", "straße.jpg"),
        ("caf\u00e9.jpg", "CAFE\u0301.jpg"),
        ("Σ.jpg", "ς.jpg"),
        ("\u0390.jpg", "\u03b9\u0308\u0301.jpg"),
    ],
)
def test_names_that_differ_by_case_alone_collide(one: str, other: str) -> None:
    assert collision_key(normalised(one)) == collision_key(normalised(other))


@pytest.mark.parametrize(("one", "other"), [("a.jpg", "b.jpg"), ("a.jpg", "a.jpeg"), ("e", "é")])
def test_other_names_do_not_collide(one: str, other: str) -> None:
    assert collision_key(one) != collision_key(other)


@given(NAMES)
def test_a_name_collides_with_itself_however_it_was_composed(typed: str) -> None:
    name = accepted(typed)

    decomposed = unicodedata.normalize("NFD", name)

    assert collision_key(normalised(decomposed)) == collision_key(name)
