"""All checks by suite and name: read by pytest to report each, and in workerd to run one."""

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from tests.contract.checks import (
    actors,
    alarm,
    crowd,
    kv,
    limits,
    listing,
    objects,
    signatures,
    sql,
)

Check = Callable[[Any], Any]

MODULES: Final = {
    "sql": sql,
    "objects": objects,
    "listing": listing,
    "alarm": alarm,
    "actors": actors,
    "crowd": crowd,
    "kv": kv,
    "limits": limits,
    "signatures": signatures,
}


def checks_of(module: ModuleType) -> dict[str, Check]:
    """Its public functions that take one subject."""
    subjects = {name: function for name, function in vars(module).items() if _is_check(function)}
    own = {name: check for name, check in subjects.items() if check.__module__ == module.__name__}
    return {name: check for name, check in own.items() if not name.startswith("_")}


def _is_check(value: object) -> bool:
    if not inspect.isfunction(value):
        return False
    is_about_one_subject = len(inspect.signature(value).parameters) == 1
    return is_about_one_subject and inspect.signature(value).return_annotation is None


SUITES: Final = {suite: checks_of(module) for suite, module in MODULES.items()}


async def run(check: Check, subject: object) -> None:
    result = check(subject)
    if inspect.isawaitable(result):
        await result
