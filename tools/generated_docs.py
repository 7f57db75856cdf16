"""Writes what is drawn from the code, in docs/ and public/: `make docs`. A test compares them."""

import sys
from pathlib import Path
from typing import Final

from domain.close_codes import CLOSINGS
from domain.job import TRANSITIONS, JobStatus
from edge.problems import PROBLEMS
from tools.asyncapi import catalogue

ROOT: Final = Path(__file__).resolve().parent.parent
API: Final = ROOT / "docs" / "api.md"
LIFECYCLE: Final = ROOT / "docs" / "lifecycle.md"
ASYNCAPI: Final = ROOT / "public" / "asyncapi.json"
DRAWN: Final = (API, LIFECYCLE, ASYNCAPI)
MARK: Final = "<!-- drawn from the code by `make docs`; everything below is -->"


def generated(path: Path) -> str:
    """What the file should hold: its own text down to the mark, then what is drawn."""
    if path == ASYNCAPI:
        return catalogue()
    drawn = {API: code_tables, LIFECYCLE: lifecycle}[path]()
    above, _, _ = path.read_text().partition(MARK)
    return f"{above}{MARK}\n\n{drawn}"


def code_tables() -> str:
    return f"{problem_table()}\n## All close codes of a WebSocket\n\n{closing_table()}"


def closing_table() -> str:
    rows = (
        f"| {code.value} | {means} | {then.value} |\n" for code, (means, then) in CLOSINGS.items()
    )
    return "| code | means | the client's part |\n|---|---|---|\n" + "".join(rows)


def problem_table() -> str:
    rows = (
        f"| {s} | `{code}` | {title} |\n"
        for code, (s, title) in sorted(PROBLEMS.items(), key=lambda row: (row[1][0], row[0]))
    )
    return "| status | code | title |\n|---|---|---|\n" + "".join(rows)


def lifecycle() -> str:
    arrows = (
        f"    {before} --> {after}: {event}\n" for (before, event), after in TRANSITIONS.items()
    )
    ends = (f"    {state} --> [*]\n" for state in JobStatus if not _leaves(state))
    diagram = "".join(("stateDiagram-v2\n", "    [*] --> queued: submit\n", *arrows, *ends))
    return f"```mermaid\n{diagram}```\n"


def _leaves(state: JobStatus) -> bool:
    return any(before is state for before, _ in TRANSITIONS)


def main() -> int:
    for path in DRAWN:
        path.write_text(generated(path))
        print(f"  {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
