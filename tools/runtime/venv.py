"""The virtual environment: a Python of our own for tools and tests, and Node, which is a wheel.

Made by whatever Python started the set-up, so this may need no more than the standard library.
"""

import importlib.util
import os
import platform
import shutil
import sys
from typing import Final

from tools.runtime import command
from tools.runtime.paths import DEV_LOCK, PIP_LOCK, ROOT, VENV, venv_python
from tools.runtime.stamp import Step
from tools.runtime.trouble import Trouble

_VERSION: Final = f"{sys.version_info[0]}.{sys.version_info[1]}"
# Wheels only: what would have to be compiled needs a compiler nobody promised us.
_INSTALL: Final = (
    *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
    *("--require-hashes", "--only-binary=:all:", "--no-deps"),
)


def step() -> Step:
    return Step(
        name="venv",
        title="virtual environment, Node",
        # A virtual environment holds its own path and its Python's, and can be moved to neither.
        made_from=(
            *(PIP_LOCK, DEV_LOCK, str(ROOT)),
            *(platform.python_version(), os.path.realpath(sys.base_prefix)),
        ),
        # Not python: where `uv run` has made this folder its own, there is a python but no pip.
        makes=VENV / "bin" / "pip",
        make=make,
    )


def make() -> str:
    _create()
    # Our pip first: the one that came with this Python may be years old.
    for lock in (PIP_LOCK, DEV_LOCK):
        command.run([venv_python(), *_INSTALL, "-r", lock], doing=f"Installing {lock.name}")
    command.run([venv_python(), "-m", "pip", "check"], doing="Checking what pip installed")
    return f"Python {platform.python_version()} in {VENV.name}"


def _create() -> None:
    # The Python below the virtual environment, should we be running in the one to be replaced.
    python = f"{sys.base_prefix}/bin/python{_VERSION}"
    shutil.rmtree(VENV, ignore_errors=True)
    doing = "Making the virtual environment"
    if importlib.util.find_spec("ensurepip"):
        command.run([python, "-m", "venv", VENV], doing=doing)
        return
    # Debian and Ubuntu keep ensurepip in a package of its own. Their pip can stand in for it.
    if not importlib.util.find_spec("pip"):
        what = f"{python} has neither ensurepip nor pip: nothing can be installed with it."
        advice = (
            f"Install one of them (Debian, Ubuntu: apt install python{_VERSION}-venv), "
            "or name another Python: make PYTHON=/path/to/python3 setup"
        )
        raise Trouble(what, advice)
    command.run([python, "-m", "venv", "--without-pip", VENV], doing=doing)
    pip = [python, "-m", "pip", f"--python={venv_python()}", *_INSTALL[2:]]
    command.run([*pip, "-r", PIP_LOCK], doing=f"Installing {PIP_LOCK.name}")
