"""The sha256 of each file the runtime is composed of: `sum  name` a line, as sha256sum has it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from tools.runtime.trouble import Trouble


def read(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise Trouble(f"{path.name} is missing.", "Restore it from the repository.")
    pairs = (line.split() for line in path.read_text().splitlines())
    return {name: value for value, name in pairs}


def check(name: str, content: bytes, sums: Mapping[str, str]) -> None:
    found = sums_of({name: content})[name]
    if found != sums.get(name):
        what = f"{name} is not the file that was locked: its sha256 is {found}."
        raise Trouble(
            what, "Remove node_modules and run `make setup`; after an update, `make lock`."
        )


def sums_of(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def written(sums: Mapping[str, str]) -> str:
    return "".join(f"{value}  {name}\n" for name, value in sums.items())
