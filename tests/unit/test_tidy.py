"""The rules of the house that a machine can check, each a test: nobody argues in review."""

import ast
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.unit.house import (
    CATCHES_ALL,
    CORES,
    DRAWERS,
    FUNCTION_LINES_MAX,
    HOLDS_FOREIGN_OBJECTS,
    LEFT_OVER,
    MAY_IMPORT,
    MODULE_LINES_MAX,
    PLATFORM,
    RIM,
    SHELL_METHODS,
    SOCKET_EVENTS,
    STATES,
)

ROOT = Path(__file__).resolve().parents[2]

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
IMPORT = (ast.Import, ast.ImportFrom)
BRANCH = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)


@dataclass(frozen=True, slots=True, repr=False)
class Module:
    path: Path
    name: str  # its path below src/, tests/ or tools/
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.split("/")[0].removesuffix(".py")

    @property
    def is_init(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def is_core(self) -> bool:
        """Decides, keeps or describes; so it never awaits."""
        stem = self.path.stem
        is_kept = stem.endswith("_repository") or stem in {"deadlines", "sql"}
        is_kept_core = self.package == "actors" and stem in CORES
        return self.package == "domain" or is_kept or is_kept_core


def modules(folder: str) -> list[Module]:
    root = ROOT / folder
    texts = {path: path.read_text() for path in sorted(root.rglob("*.py"))}
    return [
        Module(path, path.relative_to(root).as_posix(), text, ast.parse(text))
        for path, text in texts.items()
    ]


SRC, TESTS, TOOLS = modules("src"), modules("tests"), modules("tools")
ALL = SRC + TESTS + TOOLS
PLAIN_TESTS = [
    module
    for module in TESTS
    if module.package in {"unit", "contract", "fakes"} and "unit/tools/" not in module.name
]


def where(among: Iterable[Module], rule: Callable[[Module, ast.AST], object]) -> list[str]:
    """The places to which the rule applies, in a form that editors jump to."""
    return [
        f"{module.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
        for module in among
        for node in ast.walk(module.tree)
        if rule(module, node)
    ]


def imported(node: ast.AST) -> set[str]:
    """The full names of the modules that an import names."""
    if isinstance(node, ast.ImportFrom):
        return {node.module or ""}
    return {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()


def imported_packages(node: ast.AST) -> set[str]:
    return {name.split(".")[0] for name in imported(node)}


def named(node: ast.AST) -> str:
    """The name that a name or an attribute ends with."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def caught(node: ast.AST) -> set[str]:
    """What an `except` names; if it names nothing, that is everything."""
    if not isinstance(node, ast.ExceptHandler):
        return set()
    return {named(part) for part in ast.walk(node.type)} if node.type else {"BaseException"}


def lines_of(node: ast.AST) -> int:
    first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
    return int(last) - int(first) + 1


def contains(node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> bool:
    return any(isinstance(part, kinds) for part in ast.walk(node))


def exposed(node: ast.AST) -> set[str]:
    """The methods of a shell beyond its messages: each could be called over RPC."""
    if not isinstance(node, ast.ClassDef) or "DurableObject" not in map(named, node.bases):
        return set()
    methods = {part.name for part in node.body if isinstance(part, FUNCTION)}
    return methods - SHELL_METHODS - SOCKET_EVENTS


def test_the_rules_are_about_modules_that_there_are() -> None:
    assert {module.name for module in SRC} >= HOLDS_FOREIGN_OBJECTS | CATCHES_ALL
    assert {module.path.stem for module in SRC} >= CORES
    assert {module.package for module in SRC} == set(MAY_IMPORT)


def test_imports_point_one_way() -> None:
    ours = set(MAY_IMPORT)

    assert not where(
        SRC,
        lambda module, node: (
            imported_packages(node) & ours - MAY_IMPORT[module.package] - {module.package}
        ),
    )


def test_of_storage_the_edge_knows_the_ports_only() -> None:
    edge = [module for module in SRC if module.package == "edge"]

    assert not where(
        edge,
        lambda _, node: (
            "storage" in imported_packages(node)
            and not imported(node) <= {"storage.objects", "storage.config", "storage.web"}
        ),
    )


def test_the_product_needs_neither_its_tests_nor_its_tools() -> None:
    assert not where(SRC, lambda _, node: imported_packages(node) & {"tests", "tools"})


def test_the_platform_is_imported_at_the_rim_only() -> None:
    inside = [module for module in SRC if module.name not in RIM]

    assert not where(inside, lambda _, node: imported_packages(node) & PLATFORM)


def test_only_who_holds_the_platforms_objects_speaks_of_any() -> None:
    others = [module for module in SRC if module.name not in HOLDS_FOREIGN_OBJECTS]

    assert not where(others, lambda _, node: named(node) == "Any")


def test_nothing_is_imported_inside_a_function() -> None:
    assert not where(
        SRC + TESTS, lambda _, node: isinstance(node, FUNCTION) and contains(node, IMPORT)
    )


def test_rules_cores_and_repositories_never_await() -> None:
    cores = [module for module in SRC if module.is_core]

    assert not where(cores, lambda _, node: isinstance(node, ast.AsyncFunctionDef | ast.Await))


def test_a_shell_has_no_methods_but_its_messages() -> None:
    assert not where(SRC, lambda _, node: exposed(node))


def test_everything_is_caught_in_the_declared_places_only() -> None:
    others = [module for module in SRC if module.name not in CATCHES_ALL]

    assert not where(others, lambda _, node: caught(node) & {"Exception", "BaseException"})


def test_no_code_asks_whether_it_runs_in_a_test() -> None:
    assert not where(SRC, lambda _, node: caught(node) & {"ImportError", "ModuleNotFoundError"})


def test_one_place_sets_the_alarm() -> None:
    others = [module for module in SRC if module.name != "actors/host.py"]

    assert not where(
        others,
        lambda _, node: (
            isinstance(node, ast.Attribute) and node.attr in {"setAlarm", "deleteAlarm"}
        ),
    )


def test_only_the_log_prints() -> None:
    others = [module for module in SRC if module.name != "log.py"]

    assert not where(others, lambda _, node: named(node) == "print")


def test_states_are_named_by_their_enum() -> None:
    others = [module for module in SRC if module.package != "domain"]

    assert not where(
        others, lambda _, node: isinstance(node, ast.Constant) and node.value in STATES
    )


def test_every_module_says_what_it_is_for() -> None:
    written = [module for module in ALL if not module.is_init]

    assert not [module.name for module in written if not ast.get_docstring(module.tree)]


def test_packages_hold_nothing_of_their_own() -> None:
    assert not [module.name for module in ALL if module.is_init and module.text.strip()]


def test_no_module_is_a_drawer_for_everything() -> None:
    assert not [module.name for module in ALL if DRAWERS & set(module.path.stem.split("_"))]


def test_no_package_hides_one_of_the_standard_library() -> None:
    assert not {module.package for module in SRC} & sys.stdlib_module_names


def test_no_module_is_too_long_to_be_read_at_a_sitting() -> None:
    assert not [m.name for m in ALL if len(m.text.splitlines()) > MODULE_LINES_MAX]


def test_no_function_is_longer_than_a_screen() -> None:
    assert not where(
        ALL, lambda _, node: isinstance(node, FUNCTION) and lines_of(node) > FUNCTION_LINES_MAX
    )


def test_tests_use_fakes_and_no_mocks() -> None:
    assert not where(TESTS, lambda _, node: "unittest" in imported_packages(node))


def test_tests_have_no_loops_and_no_branches() -> None:
    assert not where(
        PLAIN_TESTS,
        lambda _, node: (
            isinstance(node, FUNCTION) and node.name.startswith("test_") and contains(node, BRANCH)
        ),
    )


def test_tests_never_sleep() -> None:
    assert not where(PLAIN_TESTS, lambda _, node: named(node) == "sleep")


def test_nothing_is_left_for_later() -> None:
    others = [module for module in ALL if module.name != "unit/house.py"]

    assert not [module.name for module in others if any(map(module.text.count, LEFT_OVER))]
