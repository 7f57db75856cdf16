"""One JSON object per event on standard output. Ids and figures, never payloads or credentials."""

import json
import time
import traceback


def log(event: str, **facts: object) -> None:
    """`event` is `noun.verbed`, from the list in docs/operations.md; units stand in fact names."""
    line = {"event": event, "at_ms": int(time.time() * 1000), **facts}
    print(json.dumps(line, default=str))  # noqa: T201 -- the platform's log is standard output


def log_bug(event: str, error: BaseException, **facts: object) -> None:
    """A bug, with its traceback: for us to read, and for nobody else."""
    log(event, level="error", error="".join(traceback.format_exception(error)), **facts)
