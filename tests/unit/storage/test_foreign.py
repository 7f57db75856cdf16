"""Foreign errors: all of them become outages whose reason is one line; our own pass through."""

import pytest

from domain.errors import Code, Outage, Refusal
from storage.foreign import outages_of

PYTHON_TRACEBACK = """PythonError: Traceback (most recent call last):
  File "/session/metadata/entry.py", line 7, in receive
    raise KeyError("job")
KeyError: 'job'
"""
JAVASCRIPT_TRACEBACK = """Error: get: The requested range is not satisfiable (10039)
    at Object.get (internal:r2:12:3)
    at async fetch (worker.js:1:1)
"""


@pytest.mark.parametrize(
    ("foreign", "reason"),
    [
        (ConnectionError("Network connection lost."), "R2: Network connection lost."),
        (ValueError(PYTHON_TRACEBACK), "R2: KeyError: 'job'"),
        (
            ValueError(JAVASCRIPT_TRACEBACK),
            "R2: Error: get: The requested range is not satisfiable (10039)",
        ),
        (TimeoutError(), "R2: TimeoutError"),
        (AssertionError(), "R2: AssertionError"),
    ],
    ids=["plain", "python", "javascript", "silent", "assertion"],
)
def test_a_foreign_error_is_an_outage_with_its_gist(foreign: Exception, reason: str) -> None:
    with pytest.raises(Outage) as outage, outages_of("R2"):
        raise foreign

    assert str(outage.value) == reason
    assert outage.value.__cause__ is foreign


@pytest.mark.parametrize("ours", [Refusal(Code.FORBIDDEN, "no"), Outage("R2 get: it is down")])
def test_our_own_errors_pass_through(ours: Exception) -> None:
    with pytest.raises(type(ours)) as raised, outages_of("more"):
        raise ours

    assert raised.value is ours


def test_nothing_is_changed_where_nothing_is_raised() -> None:
    with outages_of("R2"):
        done = True

    assert done
