"""Where errors of the platform become ours. Its bindings raise many types; we need one."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import Outage, Refusal


@contextmanager
def outages_of(what: str) -> Iterator[None]:
    """Whatever the binding raises inside is an `Outage` of `what`; our own errors pass through."""
    try:
        yield
    except (Outage, Refusal):
        raise
    except Exception as error:
        raise Outage(f"{what}: {_gist(error)}") from error


def _gist(error: Exception) -> str:
    """The line that says what happened: the last of a Python traceback, above a JavaScript one."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith("at ") and line != "Error"]
    return said[-1] if said else type(error).__name__
