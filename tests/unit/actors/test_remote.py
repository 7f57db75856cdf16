"""The envelope between actors: replies and refusals come out as they went in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.remote import accepted, opened, refused
from domain.errors import Code, Outage, Refusal
from domain.messages.file import Submitted
from domain.messages.reply import Done
from domain.snapshot import FileSnapshot, snapshot
from tests.unit.factories import a_locked_file


def test_a_reply_comes_out_as_it_went_in() -> None:
    reply = snapshot(a_locked_file())

    assert opened(accepted(reply), FileSnapshot) == reply


@given(st.text())
def test_any_text_survives_the_envelope(text: str) -> None:
    reply = Submitted(job_id=text)

    assert opened(accepted(reply), Submitted) == reply


@given(
    code=st.sampled_from(Code),
    detail=st.text(),
    facts=st.dictionaries(st.text(), st.text() | st.integers(-(2**53), 2**53)),
)
def test_a_refusal_is_raised_again_with_its_code_detail_and_facts(
    code: Code, detail: str, facts: dict[str, str | int]
) -> None:
    with pytest.raises(Refusal) as raised:
        opened(refused(Refusal(code, detail, facts)), Done)

    assert raised.value.code is code
    assert (raised.value.detail, raised.value.facts) == (detail, facts)


def test_the_envelope_is_json_with_these_members() -> None:
    refusal = Refusal(Code.LEASE_LOST, "late", {"fencing_token": 2})

    assert json.loads(accepted(Submitted(job_id="job_1"))) == {
        "ok": True,
        "reply": {"job_id": "job_1", "is_repeat": False},
    }
    assert json.loads(refused(refusal)) == {
        "ok": False,
        "refusal": {"code": "lease_lost", "detail": "late", "facts": {"fencing_token": 2}},
    }


@pytest.mark.parametrize(
    "text",
    [
        accepted(Done()),
        '{"ok": false, "refusal": {"code": "of_a_newer_version", "detail": "", "facts": {}}}',
        "{}",
        "[]",
        "not JSON",
    ],
)
def test_a_reply_that_this_version_cannot_read_is_an_outage(text: str) -> None:
    with pytest.raises(Outage):
        opened(text, Submitted)


def test_a_field_of_a_newer_version_is_passed_over() -> None:
    text = '{"ok": true, "reply": {"job_id": "job_1", "colour": "sepia"}, "more": 1}'

    assert opened(text, Submitted) == Submitted(job_id="job_1")
