"""Log lines: one JSON object each, whatever is in it."""

import json
import os
from typing import Any

import pytest

from log import log, log_bug
from tests.unit.factories import NOW_MS

pytestmark = pytest.mark.usefixtures("clock")


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    facts: dict[str, Any] = json.loads(line)
    return facts


def a_bug() -> KeyError:
    with pytest.raises(KeyError) as raised:
        os.environ.pop("job")
    return raised.value


def test_an_event_is_one_line_with_its_moment_and_its_facts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log("job.claimed", file_id="file_1", attempt=2)

    assert logged(capsys) == {
        "event": "job.claimed",
        "at_ms": NOW_MS,
        "file_id": "file_1",
        "attempt": 2,
    }


@pytest.mark.parametrize("fact", ["two\nlines", "\u2028", "\r", "\x00", '"quotes"', "海", "%d"])
def test_nothing_in_a_fact_breaks_the_line(capsys: pytest.CaptureFixture[str], fact: str) -> None:
    log("job.claimed", fact=fact)

    assert logged(capsys)["fact"] == fact


def test_a_fact_of_any_type_can_be_logged(capsys: pytest.CaptureFixture[str]) -> None:
    log("job.claimed", fact=KeyError("x"))

    assert logged(capsys)["fact"] == "'x'"


def test_a_bug_is_one_line_with_its_whole_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    log_bug("request.broke", a_bug(), request_id="req-1")

    line = logged(capsys)
    assert (line["event"], line["level"], line["request_id"]) == ("request.broke", "error", "req-1")
    assert line["error"].startswith("Traceback")
    assert line["error"].endswith("KeyError: 'job'\n")
