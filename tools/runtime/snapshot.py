"""The memory of a Python that has just started, so that each later start is 0.5 s instead of 4 s.

workerd's "baseline" snapshot also holds the modules of the Worker it was made from, and would serve
them, stale, to a Worker with modules of the same names. So it is made from an empty Worker whose
only module has a name nobody else uses, and the SDK, which every Worker has.
"""

import csv
import shutil
from pathlib import Path
from typing import Final

from tools.runtime import command, paths
from tools.runtime.stamp import Step, fresh_folder, put_in_place
from tools.runtime.trouble import Trouble

_ENTRY: Final = "darkroom_empty_baseline.py"
# Without the SDK in it, the restored Python would not run the SDK's .pth file, and the import of
# pydantic would fail for want of the entropy that the file allows it.
_SDK: Final = "workers_runtime_sdk-*.dist-info/RECORD"
_SDK_SUFFIXES: Final = (".py", ".pth", ".js")
# `workerd test` runs the Worker's tests; with none it fails, after having written the snapshot.
_NOTHING_TO_TEST: Final = "No tests found!"
# A started Python is 31 MB; what is much less was cut off.
_SIZE_MIN: Final = 20_000_000
_CONFIG: Final = """\
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);

const worker :Workerd.Worker = (
  modules = [
    (name = "{entry}", pythonModule = embed "{entry}"),
{sdk}
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
            *(paths.BUNDLE, paths.NPM_LOCK, paths.WORKER_LOCK),
            *(str(paths.workerd()), Path(__file__)),
        ),
        makes=paths.SNAPSHOT,
        make=make,
    )


def make() -> str:
    unfinished = fresh_folder(paths.SNAPSHOT_DIR)
    _write_empty_worker(unfinished)
    args = [
        *(paths.workerd(), "test", "--experimental"),
        f"--pyodide-bundle-disk-cache-dir={paths.BUNDLE_DIR}",
        *("--python-save-baseline-snapshot", f"--python-snapshot-dir={unfinished}"),
        unfinished / "empty.capnp",
    ]
    doing = "Starting Python in workerd once"
    output = command.run(args, doing=doing, timeout_s=120, fine_if=_NOTHING_TO_TEST)
    written = unfinished / "snapshot.bin"
    if not written.is_file() or written.stat().st_size < _SIZE_MIN:
        raise Trouble(f"{doing}: it left no snapshot, or one of the wrong size.", detail=output)
    written.rename(unfinished / paths.SNAPSHOT.name)
    put_in_place(unfinished, paths.SNAPSHOT_DIR)
    return f"{paths.SNAPSHOT.stat().st_size / 1e6:.1f} MB"


def _write_empty_worker(folder: Path) -> None:
    (folder / _ENTRY).write_text("")
    files = _sdk_files()
    for file in files:
        copy = folder / paths.PYTHON_MODULES.name / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(paths.PYTHON_MODULES / file, copy)
    names = (f"{paths.PYTHON_MODULES.name}/{file}" for file in files)
    sdk = "\n".join(f'    (name = "{name}", data = embed "{name}"),' for name in names)
    (folder / "empty.capnp").write_text(_CONFIG.format(entry=_ENTRY, sdk=sdk))


def _sdk_files() -> list[str]:
    records = list(paths.PYTHON_MODULES.glob(_SDK))
    if not records:
        raise Trouble("workers-runtime-sdk is not in python_modules.", "Run `make setup` again.")
    rows = csv.reader(records[0].read_text().splitlines())
    return sorted(row[0] for row in rows if row[0].endswith(_SDK_SUFFIXES))
