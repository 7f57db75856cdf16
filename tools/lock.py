"""Renews the pins from pyproject.toml and package.json: `make lock`.

A lock names versions and checksums and no registry, so that it holds for every mirror. Folders and
further indexes that only this machine has are left out of account.
"""

import json
import os
import re
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any, Final

from tools.runtime import bundle, checksums, command, node, paths, wheels
from tools.runtime.stamp import fresh_folder, write_whole
from tools.runtime.trouble import told_plainly

_UV_COMPILE: Final = (
    *("pip", "compile", "--universal", "--python-version=3.11", "--only-binary=:all:"),
    *("--generate-hashes", "--no-annotate", "--no-header", "--quiet", "--no-config", "--upgrade"),
)
# pip reads these, and would then lock what only this machine can find.
_NO_LOCAL_INDEXES: Final = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_FIND_LINKS": "",
    "PIP_EXTRA_INDEX_URL": "",
}
_SDK: Final = "workers-runtime-sdk"
# There is no such wheel of it; see runtime/wheels.py.
_NOT_VENDORED_HERE: Final = "pillow"
_MACHINES: Final = {
    "darwin-64": ("darwin", "x64"),
    "darwin-arm64": ("darwin", "arm64"),
    "linux-64": ("linux", "x64"),
    "linux-arm64": ("linux", "arm64"),
    "windows-64": ("win32", "x64"),
}


def main() -> int:
    lock_development()
    lock_worker()
    lock_npm(paths.ROOT)
    lock_npm(paths.BENCH_SOCKETS)
    node.step().ensure()
    lock_runtime()
    print("locked; now `make test`")
    return 0


def lock_development() -> None:
    tools = fresh_folder(paths.CACHE / "uv")
    pip = [
        paths.venv_python(),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--group=lock",
        "--target",
        tools,
    ]
    command.run(pip, doing="Installing uv")
    for inputs, lock in (
        (("--group=installer",), paths.PIP_LOCK),
        (("--group=dev", str(paths.PYPROJECT)), paths.DEV_LOCK),
    ):
        compile_ = [tools / "bin" / "uv", *_UV_COMPILE, *inputs, f"--output-file={lock}"]
        command.run(compile_, doing=f"Locking {lock.name}")
        _tell(lock)


def lock_worker() -> None:
    """What pip would install, at the versions that the tests run with; the chosen wheels only."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write("\n".join(pinned(paths.DEV_LOCK.read_text())))
        constraints.flush()
        pip = [
            *(paths.venv_python(), "-m", "pip", "install", "--quiet", "--dry-run", "--report=-"),
            *(*wheels.TARGET, "--target=.cache/unused", f"--constraint={constraints.name}"),
        ]
        report = command.run([*pip, *vendored()], doing="Locking", env=_NO_LOCAL_INDEXES)
    write_whole(paths.WORKER_LOCK, "".join(requirements(json.loads(report))).encode())
    _tell(paths.WORKER_LOCK)


def vendored() -> list[str]:
    project = tomllib.loads(paths.PYPROJECT.read_text())["project"]
    wanted = [name for name in project["dependencies"] if not name.startswith(_NOT_VENDORED_HERE)]
    return [*wanted, _SDK]


def pinned(requirements_txt: str) -> list[str]:
    """Each name==version with its marker, without the hashes."""
    return re.findall(r"^([a-z0-9][^\\\n]*?) *\\?$", requirements_txt, re.MULTILINE)


def requirements(report: Any) -> list[str]:
    lines = (
        f"{re.sub('[-_.]+', '-', item['metadata']['name']).lower()}=={item['metadata']['version']} "
        f"\\\n    --hash=sha256:{item['download_info']['archive_info']['hashes']['sha256']}\n"
        for item in report["install"]
    )
    return sorted(lines)


def lock_npm(of: Path) -> None:
    """What the package.json in that folder wants, of the registry that npm is set up with."""
    folder = fresh_folder(paths.CACHE / "npm-lock")
    (folder / ".npmrc").write_bytes((paths.ROOT / ".npmrc").read_bytes())
    (folder / "package.json").write_bytes((of / "package.json").read_bytes())
    npm = [paths.node(), paths.npm(), "install", "--package-lock-only"]
    command.run(npm, doing="Locking", cwd=folder, env=node.environment())
    lock_path = of / paths.NPM_LOCK.name
    lock = json.loads((folder / lock_path.name).read_text())
    write_whole(lock_path, (json.dumps(completed(lock), indent=2) + "\n").encode())
    _tell(lock_path)


def completed(lock: Any) -> Any:
    """The lock with each of workerd's machines in it, and without addresses to give money to.

    npm leaves out an optional package that the registry does not have (this workerd's builds for
    other systems than Linux were not there), and then refuses the lock. Such an entry has no
    checksum.
    """
    packages = lock["packages"]
    wanted = packages.get("node_modules/workerd", {}).get("optionalDependencies", {})
    for name, version in wanted.items():
        system, cpu = _MACHINES[name.removeprefix("@cloudflare/workerd-")]
        entry = {"version": version, "cpu": [cpu], "dev": True, "optional": True, "os": [system]}
        packages.setdefault(f"node_modules/{name}", entry)
    for entry in packages.values():
        entry.pop("funding", None)
    return {**lock, "packages": dict(sorted(packages.items()))}


def lock_runtime() -> None:
    parts = {part: (paths.PYODIDE / part).read_bytes() for part in bundle.PARTS}
    whole = {paths.BUNDLE.name: bundle.compose(paths.PYODIDE)}
    write_whole(paths.RUNTIME_SUMS, checksums.written(checksums.sums_of(parts | whole)).encode())
    _tell(paths.RUNTIME_SUMS)


def _tell(lock: Path) -> None:
    print(f"  {paths.shown(lock)}", flush=True)


if __name__ == "__main__":
    sys.exit(told_plainly(main))
