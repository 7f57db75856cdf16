"""Idempotency keys as they come, and what makes a request the same one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Code, Refusal
from domain.limits import IDEMPOTENCY_KEY_CHARACTERS_MAX
from edge.handlers.edits import SubmitBody
from edge.idempotency import fingerprint, idempotency_key
from tests.unit.darkroom import a_request
from tests.unit.factories import FILE_ID, OTHER_FILE_ID

LONGEST = "k" * IDEMPOTENCY_KEY_CHARACTERS_MAX
VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255)


def key_in(header: str) -> str | None:
    return idempotency_key(a_request(headers={"idempotency-key": header}))


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ('"8e03978e"', "8e03978e"),
        (" k ", "k"),
        (LONGEST, LONGEST),
        (f'"{LONGEST}"', LONGEST),
        (r'"a\"b\\c"', r'a"b\c'),
        ('a"b', 'a"b'),
        ("a\\b", "a\\b"),
        ("a,b;c", "a,b;c"),
    ],
)
def test_a_key_is_read_quoted_or_bare(header: str, key: str) -> None:
    assert key_in(header) == key


def test_most_requests_have_no_key() -> None:
    assert idempotency_key(a_request()) is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "a b",
        "a, b",
        "a\tb",
        "a\x7f",
        "a\x00",
        "ké",
        "k\n",
        '"',
        '""',
        '"a',
        '"a"b',
        '"a";q=1',
        '"a" "b"',
        '"a b"',
        '"é"',
        r'"a\b"',
        '"a\\"',
        LONGEST + "k",
        f'"{LONGEST}k"',
    ],
)
def test_a_key_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(Refusal) as refused:
        key_in(header)

    assert refused.value.code is Code.INVALID_IDEMPOTENCY_KEY


@given(key=VISIBLE)
def test_a_key_in_quotes_is_the_same_key(key: str) -> None:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')

    assert key_in(f'"{escaped}"') == key


def key_or_refused(header: str) -> str | None:
    try:
        return key_in(header)
    except Refusal:
        return "refused"


@given(header=st.text(max_size=300))
def test_whatever_is_sent_a_key_is_visible_and_bounded(header: str) -> None:
    key = key_or_refused(header)

    assert key is not None
    assert all("!" <= character <= "~" for character in key)
    assert 1 <= len(key) <= IDEMPOTENCY_KEY_CHARACTERS_MAX


def test_the_same_request_has_the_same_fingerprint_however_it_was_written() -> None:
    request = a_request("POST", "/api/orders/summer-42/submit-edits")
    plain, spelled_out = SubmitBody(), SubmitBody.model_validate_json('{ "file_ids" : null }')

    assert fingerprint(request, plain) == fingerprint(request, spelled_out)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/a", SubmitBody(file_ids=[FILE_ID])),
        ("POST", "/b", SubmitBody(file_ids=[FILE_ID])),
        ("POST", "/a", SubmitBody(file_ids=[OTHER_FILE_ID])),
        ("POST", "/a", SubmitBody(file_ids=[FILE_ID, OTHER_FILE_ID])),
        ("POST", "/a", SubmitBody()),
    ],
    ids=["method", "path", "file", "one more file", "no file"],
)
def test_another_request_has_another_fingerprint(method: str, path: str, body: SubmitBody) -> None:
    first = fingerprint(a_request("POST", "/a"), SubmitBody(file_ids=[FILE_ID]))

    assert fingerprint(a_request(method, path), body) != first
