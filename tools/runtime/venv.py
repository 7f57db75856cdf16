"""The virtual environment: a Python of our own for tools and tests, and Node, which is a wheel.

Made by whatever Python started the set-up, so this may need no more than the standard library.
"""

import importlib.util
import platform
import shutil
import sys
from typing import Final

from tools.runtime import command
from tools.runtime.paths import DEV_LOCK, PIP_LOCK, ROOT, VENV, venv_python
from tools.runtime.stamp import Step
from tools.runtime.trouble import Trouble

# Wheels only: what would have to be compiled needs a compiler nobody promised us.
_INSTALL: Final = (
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    "--require-hashes",
    "--only-binary=:all:",
    "--no-deps",
)


def step() -> Step:
    return Step(
        name="venv",
        title="virtual environment, Node",
        # A virtual environment holds its own path and its Python's, and can be moved to neither.
        made_from=(PIP_LOCK, DEV_LOCK, str(ROOT), platform.python_version(), sys.base_prefix),
        makes=venv_python(),
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
    shutil.rmtree(VENV, ignore_errors=True)
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        command.run([sys.executable, "-m", "venv", VENV], doing="Making the virtual environment")
        return
    # Debian and Ubuntu keep ensurepip in a package of its own; virtualenv brings its own pip.
    if importlib.util.find_spec("virtualenv"):
        virtualenv = [sys.executable, "-m", "virtualenv", VENV]
        command.run(virtualenv, doing="Making the virtual environment with virtualenv")
        return
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    what = f"{sys.executable} cannot make a virtual environment: ensurepip is missing."
    advice = (
        f"Install it (Debian, Ubuntu: apt install python{version}-venv), or virtualenv, "
        "or name another Python: make PYTHON=/path/to/python3 setup"
    )
    raise Trouble(what, advice)
