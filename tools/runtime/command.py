"""Running other people's programs, and putting what went wrong with them into plain words."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.runtime.paths import ROOT
from tools.runtime.trouble import Trouble

# What pip, npm, node and the C library say, and what it means. The first that is found counts.
_MEANINGS: Final = (
    (("no space left on device", "enospc"), "The disk is full.", "Make room and run it again."),
    (
        ("hashes are required", "do not match the hashes", "eintegrity"),
        "A download is not the file that was locked: its checksum differs.",
        "Look at the registry or mirror you use; do not go on with this file.",
    ),
    (
        (
            "no matching distribution",
            "could not find a version",
            "e404",
            "etarget",
            "notarget",
        ),
        "The registry does not have a package (or not for this machine).",
        "If you use a mirror, see that it is complete; else `make lock` picks what there is.",
    ),
    (
        ("certificate", "unable_to_verify", "self_signed", "self-signed"),
        "The registry's certificate is not trusted here.",
        "Set SSL_CERT_FILE, PIP_CERT and NODE_EXTRA_CA_CERTS to your certificate bundle.",
    ),
    (
        (
            "enotfound",
            "eai_again",
            "econnrefused",
            "etimedout",
            "econnreset",
            "name or service not known",
            "temporary failure in name resolution",
            "failed to establish a new connection",
            "connection refused",
            "network is unreachable",
            "connection error",
            "connecttimeout",
            "read timed out",
            "proxyerror",
            "cannot connect to proxy",
        ),
        "The package registry could not be reached.",
        "See that this machine reaches the registries of pip and npm, and run it again.",
    ),
    (("permission denied", "eacces"), "A file may not be written.", "See who owns it."),
)

_DETAIL_LINES: Final = 12


def run(  # noqa: PLR0913 - all but the command by keyword
    args: Sequence[object],
    *,
    doing: str,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    timeout_s: float = 900,
    fine_if: str | None = None,
) -> str:
    """What the program printed.

    `doing` names the work in the message when it fails; with `fine_if` in what it printed, it has
    not failed whatever its exit code says.
    """
    command = [str(arg) for arg in args]
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except FileNotFoundError:
        raise Trouble(f"{doing}: there is no program {command[0]}.", "Run `make setup`.") from None
    except subprocess.TimeoutExpired as error:
        what = f"{doing}: not done after {timeout_s:.0f} s."
        raise Trouble(what, detail=_tail(_text(error.output))) from None
    is_fine = not done.returncode or (fine_if is not None and fine_if in done.stdout)
    if not is_fine:
        raise failure(doing, done.stdout)
    return done.stdout


def failure(doing: str, output: str) -> Trouble:
    lowered = output.lower()
    for needles, meaning, advice in _MEANINGS:
        # Whole words: a ModuleNotFoundError is no ENOTFOUND.
        if any(re.search(rf"\b{needle}\b", lowered) for needle in needles):
            return Trouble(f"{doing} failed. {meaning}", advice, _tail(output))
    return Trouble(f"{doing} failed.", detail=_tail(output))


def _tail(output: str) -> str:
    return "\n".join(output.strip().splitlines()[-_DETAIL_LINES:])


def _text(output: str | bytes | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""
