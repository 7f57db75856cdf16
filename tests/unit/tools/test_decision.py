"""The command that makes a logged decision again."""

import json
import subprocess
import sys

import pytest

from domain.canary import Asked, decided, log_facts
from domain.rollout import Effective, Phase
from tools.runtime import paths

CONFIG = Effective(
    percent=10, tag="B2a", phases=tuple(Phase), generation="3", emergency=False, reason=""
)
ASKED = Asked(phase=Phase.B1A, bucket=500)
FACTS = log_facts(CONFIG, ASKED, decided(CONFIG, ASKED))


def a_line(**changes: object) -> str:
    facts = FACTS | changes
    return json.dumps({"event": "request.served", "at_ms": 1, "status": 200, "canary": facts})


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-m", "tools.decision", *arguments],
        cwd=paths.ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_decision_of_a_line_is_made_again() -> None:
    done = run(a_line())

    assert done.returncode == 0, done.stderr
    assert "native (10% sample)" in done.stdout
    assert "1;tag=B2a;cohort=native;reason=sampled" in done.stdout
    assert done.stdout.endswith("yes\n")


def test_the_line_may_come_from_standard_input() -> None:
    assert run(stdin=a_line()).stdout == run(a_line()).stdout


def test_a_line_that_tells_another_decision_is_told_from_it() -> None:
    done = run(a_line(cohort="proxy", reason="default"))

    assert done.returncode == 1
    assert "native (10% sample)" in done.stdout
    assert "proxy, default, bucket 500" in done.stdout
    assert done.stdout.endswith("NO\n")


@pytest.mark.parametrize(
    "line", ["no json", "[]", "{}", '{"canary": 1}', '{"canary": {}}', a_line(bucket=10_000)]
)
def test_what_is_no_such_line_is_said_in_words(line: str) -> None:
    done = run(line)

    assert done.returncode == 2
    assert "no line of request.served" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_explains_itself() -> None:
    assert "request.served" in run("--help").stdout
