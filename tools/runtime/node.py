"""The Node side: npm, which comes with Node, puts wrangler, workerd, Pyodide into node_modules."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools.runtime import command, paths
from tools.runtime.stamp import Step
from tools.runtime.trouble import Trouble

_NPM_CI: Final = (
    *("ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"),
    # Says within half a minute that a registry does not answer; npm's own measure is 70 s and more.
    *("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=10000"),
)
_PACKAGES: Final = ("wrangler", "workerd", "pyodide")


def step() -> Step:
    return Step(
        name="node_modules",
        title="wrangler, workerd, Pyodide",
        made_from=(paths.NPM_LOCK, str(paths.workerd().name)),
        # npm writes this file last.
        makes=paths.NODE_MODULES / ".package-lock.json",
        make=make,
    )


def bench_step() -> Step:
    """What `bench.live` compares with, which nothing else needs."""
    folder = paths.BENCH_SOCKETS
    return Step(
        name="bench-sockets",
        title="Socket.IO, ws",
        made_from=(folder / paths.NPM_LOCK.name,),
        makes=folder / "node_modules" / ".package-lock.json",
        make=_make_bench,
    )


def make() -> str:
    install(paths.ROOT)
    version = command.run([paths.node(), "--version"], doing="Asking Node its version").strip()
    return ", ".join([f"Node {version}", *(f"{x} {installed_version(x)}" for x in _PACKAGES)])


def _make_bench() -> str:
    install(paths.BENCH_SOCKETS)
    return "for the bench of live updates"


def install(folder: Path) -> None:
    """Every package of the lock there, at its checksum."""
    command.run(
        [paths.node(), paths.npm(), *_NPM_CI],
        doing=f"Installing the packages of {paths.shown(folder / paths.NPM_LOCK.name)}",
        cwd=folder,
        env=environment(),
    )


def environment() -> Mapping[str, str]:
    """So that our Node is the one that programs find, and keeps what it compiled with us."""
    return {
        "PATH": f"{paths.node().parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "NODE_COMPILE_CACHE": str(paths.CACHE / "node"),
    }


def locked_version(package: str) -> str:
    lock = json.loads(paths.NPM_LOCK.read_text())
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def installed_version(package: str) -> str:
    manifest = paths.NODE_MODULES / package / "package.json"
    version = str(json.loads(manifest.read_text())["version"])
    if version != locked_version(package):
        what = f"{package} {version} is in node_modules; {locked_version(package)} is locked."
        raise Trouble(what, "Remove node_modules and run `make setup` again.")
    return version
