"""Sets up what the project needs on this machine, from package registries only: `make setup`.

Started by any Python from 3.11 on, it first makes the virtual environment and then goes on in that.
What is already there and made from the same things is left alone.
"""

import argparse
import os
import sys
from typing import Final

from tools.runtime import bundle, dev_vars, node, snapshot, venv, wheels
from tools.runtime.paths import DEV_VARS, ROOT, VENV, shown, venv_python
from tools.runtime.trouble import told_plainly

_GO_ON: Final = ("-m", "tools.setup", "--in-venv")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.setup", description=__doc__)
    parser.add_argument("--venv-only", action="store_true", help="what `make check` needs")
    parser.add_argument("--in-venv", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.in_venv:
        return _set_up()
    is_new = venv.step().ensure()
    if options.venv_only:
        return 0
    if is_new or not _in_venv():
        os.chdir(ROOT)
        python = str(venv_python())
        os.execv(python, [python, *_GO_ON])  # noqa: S606 - the same program goes on
    return _set_up()


def _set_up() -> int:
    # A list of recipes, not of steps: a step looks at what the one before it made.
    recipes = (node.step, wheels.step, bundle.step, snapshot.step)
    made = [recipe().ensure() for recipe in recipes]
    if secrets := dev_vars.ensure(DEV_VARS):
        print(f"  {shown(DEV_VARS)} has secrets of your own: {', '.join(secrets)}")
    if any(made):
        print("ready: `make dev`, `make demo`, `make test`")
    return 0


def _in_venv() -> bool:
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


if __name__ == "__main__":
    sys.exit(told_plainly(main))
