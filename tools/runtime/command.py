"""Running other people's programs, and putting what went wrong with them into plain words."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tools.runtime.paths import ROOT
from tools.runtime.trouble import Trouble


class _Meaning(NamedTuple):
    """What pip, npm, node or the C library say, and what that means."""

    said: str  # whole words, in lower case, as a regular expression
    what: str
    advice: str


# The first that is found counts: of a registry it cannot reach, pip says in the end that it has no
# matching distribution.
_MEANINGS: Final = (
    _Meaning(
        said="no space left on device|enospc|disk quota exceeded",
        what="The disk is full.",
        advice="Make room and run it again.",
    ),
    _Meaning(
        said="do not match the hashes|eintegrity",
        what="A download is not the file that was locked: its checksum differs.",
        advice="Look at the registry or mirror you use; do not go on with this file.",
    ),
    _Meaning(
        said="certificate_verify_failed|unable_to_(get_issuer_cert_locally|verify_leaf_signature)"
        "|(depth_zero_)?self_signed_cert(_in_chain)?",
        what="The registry's certificate is not trusted here.",
        advice="Set PIP_CERT and NODE_EXTRA_CA_CERTS to your organisation's certificates.",
    ),
    _Meaning(
        said="enotfound|eai_again|econnrefused|etimedout|econnreset|err_socket_timeout"
        "|name or service not known|temporary failure in name resolution|network is unreachable"
        "|failed to establish a new connection|connection refused|connecttimeouterror"
        "|read timed out|proxyerror|cannot connect to proxy",
        what="The package registry could not be reached.",
        advice="See that this machine reaches the registries of pip and npm, and run it again.",
    ),
    _Meaning(
        said="no matching distribution|could not find a version|e404|etarget|notarget",
        what="The registry does not have a package, or not for this machine.",
        advice="If you use a mirror, see that it is complete.",
    ),
    _Meaning(
        said="permission denied|eacces",
        what="A file may not be written.",
        advice="See who owns it.",
    ),
)

_DETAIL_LINES: Final = 12
# Node's stack lines, which say nothing to who only wants to set something up.
_NOISE: Final = re.compile(r"^(npm error)?\s+at \S|^npm error\s*}?$")


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
    for meaning in _MEANINGS:
        # Whole words: a ModuleNotFoundError is no ENOTFOUND.
        if re.search(rf"\b({meaning.said})\b", lowered):
            return Trouble(f"{doing} failed. {meaning.what}", meaning.advice, _tail(output))
    return Trouble(f"{doing} failed.", detail=_tail(output))


def _tail(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip() and not _NOISE.match(line)]
    return "\n".join(lines[-_DETAIL_LINES:])


def _text(output: str | bytes | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""
