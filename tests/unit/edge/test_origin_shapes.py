"""What the origin tells, as our own values: nothing of it is lost or moved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Code, Outage, Refusal
from domain.views import FileView, rfc3339
from edge.origin_shapes import OriginFile, read, refusal_of
from storage.web import WebAnswer
from tests.unit.edge.legacy import a_legacy_file, an_edited_legacy_file, an_error


@given(st.integers(0, 4_000_000_000_000))
def test_times_stay_what_they_are_to_the_millisecond(at_ms: int) -> None:
    shape = a_legacy_file(created_at=rfc3339(at_ms))

    assert OriginFile.model_validate(shape).snapshot("alice").created_at_ms == at_ms


@pytest.mark.parametrize("text", ["2026-11-22T10:00:00Z", "2026-11-22T12:00:00.000+02:00"])
def test_times_may_be_spelled_otherwise(text: str) -> None:
    shape = a_legacy_file(created_at=text)

    told = FileView.of(OriginFile.model_validate(shape).snapshot("alice"))

    assert told.created_at == "2026-11-22T10:00:00.000Z"


def test_a_file_is_told_as_it_was_told() -> None:
    shape = an_edited_legacy_file(archived_at="2026-11-22T10:00:00.000Z", paused=True, marked=True)

    told = FileView.of(OriginFile.model_validate(shape).snapshot("alice")).model_dump(mode="json")

    preview_url = f"/api/files/{shape['id']}/preview"
    assert told | {"jobs": shape["jobs"]} == shape | {"preview_url": preview_url}


@pytest.mark.parametrize(
    ("status", "text", "code"),
    [
        (401, "", Code.UNAUTHENTICATED),
        (401, an_error("token_expired"), Code.TOKEN_EXPIRED),
        (403, "", Code.FORBIDDEN),
        (404, "", Code.JOB_NOT_FOUND),
    ],
)
def test_refusals_become_ours(status: int, text: str, code: Code) -> None:
    refusal = refusal_of(WebAnswer(status, {}, text), Code.JOB_NOT_FOUND)

    assert isinstance(refusal, Refusal)
    assert refusal.code is code


@pytest.mark.parametrize("status", [200, 204, 304, 400, 409, 429, 500])
def test_all_else_is_an_outage(status: int) -> None:
    answer = WebAnswer(status, {}, an_error("forbidden"))

    assert isinstance(refusal_of(answer, Code.JOB_NOT_FOUND), Outage)


def test_what_cannot_be_read_says_where_and_not_what(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Outage):
        read(WebAnswer(200, {}, '{"id": "s3cr3t"}'), OriginFile)

    told = capsys.readouterr().out
    assert '"event": "origin.unreadable"' in told
    assert "s3cr3t" not in told
