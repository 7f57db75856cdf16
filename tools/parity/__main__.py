"""`make parity`: is what we answer what the origin answers, on every route that moves?

Without arguments a Worker and the origin of the tests are started for it. With --candidate,
--origin and a token of two users each, a running pair is compared; each user gets a few orders
there, named parity-..., for something has to be read and changed.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from rich.console import Console

from tools.runtime.paths import ROOT
from tools.runtime.trouble import Trouble, told_plainly

# It compares as the product does, which is no package that could be installed.
sys.path.insert(0, str(ROOT / "src"))

from tools.parity.comparison import Compared, Pair, compared
from tools.parity.report import as_json, tell
from tools.parity.sides import User
from tools.parity.started import started_pair

PIPED_COLUMNS: Final = 160
TOKENS: Final = {
    "token-a": "a session of one user",
    "token-b": "a session of another one",
    "canary-token": "the Worker's CANARY_TOKEN",
}


def main() -> int:
    options = _options()
    is_piped = not sys.stdout.isatty()
    console = Console(highlight=False, markup=False, width=PIPED_COLUMNS if is_piped else None)
    found = asyncio.run(_all_of_it(_pair(options))) if options.candidate else _started(console)
    if options.json:
        text = json.dumps(as_json(found), indent=1, ensure_ascii=False)
        options.json.write_text(f"{text}\n")
    tell(console, found)
    return int(options.gate and not all(one.is_well for one in found))


def _started(console: Console) -> list[Compared]:
    with tempfile.TemporaryDirectory(prefix="parity-") as folder, ExitStack() as running:
        with console.status("Starting the Workers runtime and an origin…"):
            started = running.enter_context(started_pair(Path(folder)))
        return asyncio.run(_all_of_it(started.pair))


async def _all_of_it(pair: Pair) -> list[Compared]:
    return [one async for one in compared(pair)]


def _pair(options: argparse.Namespace) -> Pair:
    given = (options.candidate, options.origin, options.token_a, options.token_b)
    if not all(given):
        raise Trouble("--candidate, --origin, --token-a and --token-b need each other.")
    users = User("a", options.token_a), User("b", options.token_b)
    candidate, origin = (url.rstrip("/") for url in given[:2])
    return Pair(candidate, origin, users, options.canary_token)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.parity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--candidate", help="where the Worker is, before its origin")
    parser.add_argument("--origin", help="where that origin is")
    for name, what in TOKENS.items():
        variable = f"PARITY_{name.replace('-', '_').upper()}"
        told = f"{what} (or {variable}, which no list of processes shows)"
        parser.add_argument(f"--{name}", default=os.environ.get(variable, ""), help=told)
    parser.add_argument("--json", type=Path, help="write everything there, for a machine")
    parser.add_argument("--gate", action="store_true", help="exit with 1 if anything differs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(told_plainly(main))
