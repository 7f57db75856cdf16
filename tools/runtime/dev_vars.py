"""The developer's own secrets for the local Worker, each made once and never written over."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools.runtime.stamp import write_whole
from tools.runtime.trouble import Trouble

# What stands before each secret: of operators' tokens, whose it is.
_SECRETS: Final = {"JWT_SECRET": "", "URL_SIGNING_SECRET": "", "OPERATOR_TOKENS": "dev:"}
_SECRET_BYTES: Final = 32
_QUOTES: Final = "'`\""


def ensure(path: Path) -> tuple[str, ...]:
    """The names of those that had to be made, because the file did not have them yet."""
    kept = path.read_text() if path.exists() else ""
    known = read(path) if kept else {}
    missing = tuple(name for name in _SECRETS if name not in known)
    if missing:
        begun = kept if not kept or kept.endswith("\n") else f"{kept}\n"
        lines = (f"{name}={_SECRETS[name]}{secrets.token_hex(_SECRET_BYTES)}\n" for name in missing)
        write_whole(path, (begun + "".join(lines)).encode(), mode=0o600)
    return missing


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


def operator_token(path: Path) -> str:
    """Of the first operator in it."""
    first = secret(path, "OPERATOR_TOKENS").split(",")[0]
    return first.partition(":")[2]


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
