"""What docs/operations.md lists is all that there is: events, settings, metrics, routes."""

import ast
import re
from pathlib import Path

from domain.messages.operations import Metrics, OrderTotals
from domain.messages.rollout import RolloutReport
from domain.rollout import Verdict
from domain.rollout_settings import RolloutSettings
from domain.settings import Settings
from edge.prometheus import exposition
from edge.routes import ROUTES

ROOT = Path(__file__).resolve().parents[2]
SAID = {"log", "log_bug", "Happening"}
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()


def section(title: str) -> str:
    return OPERATIONS.split(f"## {title}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]


def listed(title: str) -> set[str]:
    """What stands in backquotes in the first column of the section's tables."""
    rows = re.findall(r"^\| (`.*?) \|", section(title), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`{]+)", row) if name.strip()}


def events() -> set[str]:
    """The first argument of everything that makes a line of the log."""
    calls = (
        node.args[0]
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAID and node.args
    )
    texts = (
        part.value
        for call in calls
        for part in ast.walk(call)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    return {text for text in texts if re.fullmatch(r"[a-z_]+\.[a-z_]+", text)}


def test_every_event_of_the_log_is_listed_and_no_other() -> None:
    assert listed("Logs") == events()


def test_every_setting_is_listed_and_no_other() -> None:
    fields = {**Settings.model_fields, **RolloutSettings.model_fields}
    assert listed("Settings") == {name.upper() for name in fields}


def test_every_metric_is_listed_and_no_other() -> None:
    nothing = Metrics(orders=0, totals=OrderTotals(), parked=0, failed=0)

    report = RolloutReport(verdict=Verdict())
    told = set(re.findall(r"^# TYPE (\w+)", exposition(nothing, report), re.MULTILINE))

    assert listed("Metrics") == told


def test_every_route_of_the_operators_is_described() -> None:
    patterns = {re.sub(r"\{\w+\}", ":id", r.pattern) for r in ROUTES if "/ops/" in r.pattern}

    # Two that differ in their verb stand on one line: `/ops/files/:id/pause`, `/resume`.
    paths = {path for path in patterns if path not in API}
    assert paths == {"/ops/files/:id/resume", "/ops/orders/:id/resume"}
