"""The developer's own secrets for the local Worker, made once and never written over."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools.runtime.stamp import write_whole
from tools.runtime.trouble import Trouble

_NAMES: Final = ("JWT_SECRET", "URL_SIGNING_SECRET")
_SECRET_BYTES: Final = 32
_QUOTES: Final = "'`\""


def ensure(path: Path) -> bool:
    """True if the file had to be made."""
    if path.exists():
        return False
    lines = (f"{name}={secrets.token_hex(_SECRET_BYTES)}\n" for name in _NAMES)
    write_whole(path, "".join(lines).encode(), mode=0o600)
    return True


def read(path: Path) -> dict[str, str]:
    """The variables in it: NAME=value lines, as wrangler reads them; quotes are taken off."""
    if not path.is_file():
        raise Trouble(f"There is no {path.name}.", "`make setup` makes one.")
    pairs = (
        line.split("=", 1)
        for line in path.read_text().splitlines()
        if "=" in line and not line.lstrip().startswith("#")
    )
    return {name.strip(): _unquoted(value.strip()) for name, value in pairs}


def secret(path: Path, name: str) -> str:
    value = read(path).get(name)
    if not value:
        raise Trouble(f"{path.name} has no {name}.", "Add it, or remove the file and `make setup`.")
    return value


def written(variables: Mapping[str, str]) -> str:
    """The text of such a file. dotenv knows no escapes, so the quotes are ones the value lacks."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in variables.items())


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES
    return value[1:-1] if is_quoted else value


def _quoted(value: str) -> str:
    for quote in _QUOTES:
        if quote not in value:
            return f"{quote}{value}{quote}"
    raise Trouble("A variable's value has all three kinds of quotes in it; that cannot be written.")
