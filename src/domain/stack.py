"""Bracketed exposures of one scene belong together: a stack. From names alone.

A name's *stem* is what comes before its last dot, if that is not its first character. A stem that
ends in a bracket mark (`_AEB1`, `-AEB2`, `_EV-2`, `_EV+1`, ` (bracket 3)`, whatever its case) makes
the file one of the stack of what comes before the mark. Every other file is a stack of its own, by
its whole name. Names that differ by case only are the same here.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from domain.values import Value

BRACKETED: Final = re.compile(
    r"(.+)(?:[_-]AEB[0-9]+|_EV[+-][0-9]+| \(bracket [0-9]+\))", re.IGNORECASE | re.DOTALL
)
ID_CHARACTERS: Final = 32  # of 64: an order has a thousand files, so they will not collide


class Stack(Value):
    id: str
    name: str  # as its first file spells it
    file_ids: tuple[str, ...]


def stacks(order_id: str, files: Iterable[tuple[str, str]]) -> tuple[Stack, ...]:
    """Of files, given by id and name as they were uploaded; stacks come as their first files do."""
    found: dict[str, tuple[str, list[str]]] = {}
    for file_id, name in files:
        shown = _stack_name(name)
        _, file_ids = found.setdefault(shown.casefold(), (shown, []))
        file_ids.append(file_id)
    return tuple(
        Stack(id=_stack_id(order_id, key), name=shown, file_ids=tuple(file_ids))
        for key, (shown, file_ids) in found.items()
    )


def _stack_name(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    bracketed = BRACKETED.fullmatch(stem if dot and stem else name)
    return bracketed[1] if bracketed else name


def _stack_id(order_id: str, key: str) -> str:
    digest = hashlib.sha256(f"{order_id}\0{key}".encode()).hexdigest()
    return f"stack_{digest[:ID_CHARACTERS]}"
