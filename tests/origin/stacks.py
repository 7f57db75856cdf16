r"""Bracketed exposures belong together: which files of an order make one stack.

The rule, to the letter, for whoever has to give the same answer:

* A file's *stem* is its name up to the last dot, if there is one after the first character;
  otherwise the whole name.
* A stem that ends in a *bracket mark*, with at least one character before it, belongs to a bracket:
  the stack of all files with the same stem before that one mark, compared casefolded. Marks,
  whatever their case: `_AEB1`, `-AEB1` (`_` or `-`, AEB, digits), `_EV-2`, `_EV+1` (`_EV`, a sign,
  digits), ` (bracket 3)` (one blank, digits). Digits are ASCII. Extensions do not matter.
* Every other file is a stack of its own, by its whole name, extension and all.
* A stack's `id` is `stack_` + the first 32 hex digits of sha256(order_id + "\0" + key) in UTF-8,
  where `key` is, casefolded, the stem before the mark, or the whole name of a file on its own. (A
  file on its own whose whole name is a bracket's stem has the bracket's key, and joins it.)
* Its `name` is that stem, or that whole name, as the first file of the stack spells it.
* Stacks come in the order of their first files, and `file_ids` within a stack too: as uploaded.
* Deleted files are in no stack. Names are those of now: a renamed file may change its stack.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Final, TypedDict

MARKED: Final = re.compile(
    r"(.+)(?:[_-]AEB[0-9]+|_EV[+-][0-9]+| \(bracket [0-9]+\))", re.IGNORECASE | re.DOTALL
)


class Stack(TypedDict):
    id: str
    name: str
    file_ids: list[str]


def stacks(order_id: str, files: Iterable[tuple[str, str]]) -> list[Stack]:
    """Of files, each as its id and name, in the order in which they were uploaded."""
    found: dict[str, Stack] = {}
    for file_id, name in files:
        shown = stack_name(name)
        key = shown.casefold()
        stack = found.setdefault(key, Stack(id=stack_id(order_id, key), name=shown, file_ids=[]))
        stack["file_ids"].append(file_id)
    return list(found.values())


def stack_name(name: str) -> str:
    marked = MARKED.fullmatch(_stem(name))
    return marked[1] if marked else name


def stack_id(order_id: str, key: str) -> str:
    digest = hashlib.sha256(f"{order_id}\x00{key}".encode())
    return f"stack_{digest.hexdigest()[:32]}"


def _stem(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name
