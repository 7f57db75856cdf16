"""Makes the decision of a request's log line again: python -m tools.decision < line.json.

The line is one of the event request.served, whose field `canary` holds all that the decision was
made from. Ends with 0 if the same comes out, with 1 if another does, with 2 if it is no such line.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from tools.runtime.trouble import told_plainly

# Decided by the product's own code, which is no package that could be installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from domain import canary

NO_LINE: Final = "this is no line of request.served with a decision in its field `canary`"


def facts_of(line: str) -> Any:
    """What was logged of the decision, if anything was."""
    entry = json.loads(line)
    return entry.get("canary") if isinstance(entry, dict) else None


def report(facts: Any, decision: canary.Decision) -> str:
    is_same = canary.is_as_logged(decision, facts)
    cookie = decision.cookie
    rows = {
        "decision": canary.x_pix_decision(decision),
        "headers": canary.x_pix_canary(decision),
        "rollout": f"{decision.percent:g}%, generation {decision.generation}",
        "bucket": f"{decision.bucket} of 0 to 9999",
        "new cookie": "none" if cookie is None else f"{cookie.cohort}, for a day",
        "logged": f"{facts['cohort']}, {facts['reason']}, bucket {facts['bucket']}",
        "the same": "yes" if is_same else "NO",
    }
    return "\n".join(f"{name:<12}{value}" for name, value in rows.items())


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.decision",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("line", nargs="?", help="the line (default: standard input)")
    line = parser.parse_args().line or sys.stdin.read()
    try:
        facts = facts_of(line)
        decision = canary.replayed(facts)
    except (ValueError, ValidationError):
        parser.error(NO_LINE)
    print(report(facts, decision))
    return 0 if canary.is_as_logged(decision, facts) else 1


if __name__ == "__main__":
    sys.exit(told_plainly(main))
