"""The memory of a Python that has started and imported the vendored packages.

With it a Worker starts in 2 s, not in 5, and reloads in 1. It is a "dedicated" snapshot, the only
kind that workerd accepts from our compatibility date on. Such a one also holds the modules of the
Worker it was made from, and would serve them, stale, to a Worker with modules of the same names. So
it is made from a Worker whose only module has a name nobody else uses, and it is made anew when the
vendored packages change.
"""

import shutil
from pathlib import Path
from typing import Final

from tools.runtime import command, paths
from tools.runtime.stamp import Step, fresh_folder, put_in_place
from tools.runtime.trouble import Trouble

_ENTRY: Final = "darkroom_snapshot_source.py"
# A model is built since that is what loads the greater part of pydantic. What looked up versions of
# packages keeps a zip file open; in the restored memory it would be an error to close it.
_SOURCE: Final = """\
import gc
import importlib

import jwt
import pydantic
import workers


class Sample(pydantic.BaseModel):
    number: int


importlib.invalidate_caches()
gc.collect()
"""
# `workerd test` runs the Worker's tests; with none it fails, after having written the snapshot.
_NOTHING_TO_TEST: Final = "No tests found!"
# A started Python with these packages is 45 MB; what is much less was cut off.
_SIZE_MIN: Final = 30_000_000
_CONFIG: Final = """\
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);

const worker :Workerd.Worker = (
  modules = [
    (name = "{entry}", pythonModule = embed "{entry}"),
{vendored}
  ],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["python_workers", "python_workers_development", "experimental"],
);
"""


def step() -> Step:
    return Step(
        name="snapshot",
        title="snapshot of a started Python",
        made_from=(
            *(paths.BUNDLE, paths.NPM_LOCK, Path(__file__), str(paths.workerd())),
            # By what is there and not by our lock: pywrangler may have put others in their place.
            *sorted(folder.name for folder in paths.PYTHON_MODULES.glob("*.dist-info")),
        ),
        makes=paths.SNAPSHOT,
        make=make,
    )


def make() -> str:
    unfinished = fresh_folder(paths.SNAPSHOT_DIR)
    _write_worker(unfinished)
    args = [
        *(paths.workerd(), "test", "--experimental"),
        f"--pyodide-bundle-disk-cache-dir={paths.BUNDLE_DIR}",
        *("--python-save-baseline-snapshot", f"--python-snapshot-dir={unfinished}"),
        unfinished / "worker.capnp",
    ]
    doing = "Starting Python in workerd once"
    output = command.run(args, doing=doing, timeout_s=120, fine_if=_NOTHING_TO_TEST)
    written = unfinished / "snapshot.bin"
    if not written.is_file() or written.stat().st_size < _SIZE_MIN:
        raise Trouble(f"{doing}: it left no snapshot, or one of the wrong size.", detail=output)
    written.rename(unfinished / paths.SNAPSHOT.name)
    put_in_place(unfinished, paths.SNAPSHOT_DIR)
    return f"{paths.SNAPSHOT.stat().st_size / 1e6:.1f} MB"


def _write_worker(folder: Path) -> None:
    (folder / _ENTRY).write_text(_SOURCE)
    vendored = folder / paths.PYTHON_MODULES.name
    shutil.copytree(paths.PYTHON_MODULES, vendored, ignore=shutil.ignore_patterns("*.pyc"))
    files = sorted(path for path in vendored.rglob("*") if path.is_file())
    names = (path.relative_to(folder).as_posix() for path in files)
    modules = "\n".join(f'    (name = "{name}", data = embed "{name}"),' for name in names)
    (folder / "worker.capnp").write_text(_CONFIG.format(entry=_ENTRY, vendored=modules))
